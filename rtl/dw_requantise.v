// dw_requantise: makes one lane's output value of an acc, as TFLite's integer kernels do.
//
// Promises, CYCLES after acc, bias, multiplier, shift and single_rounding:
//   x = acc + bias, wrapped to X_W bits;
//   double rounding: x << shift (wrapped to X_W bits) if shift > 0, times multiplier, rounded
//   to units of 2^31 (ties toward plus infinity, saturated to 32 bits), then to units of
//   2^-shift if shift < 0 (ties away from zero);
//   single rounding: x times multiplier, rounded once to units of 2^(FRACTION - shift) (ties
//   toward plus infinity), wrapped to 32 bits;
//   ofmap = that plus zero_point, wrapped to 32 bits, clamped to act_min .. act_max.
// zero_point, act_min and act_max are constant while values are in the pipeline. One value
// enters a cycle.
//
// ROUNDING says what the build can do: 1 double, 2 single, 3 both, chosen by single_rounding.
// The product is made of 17-bit limbs, what a signed 18-bit multiplier block takes, in
// registered steps: limb products, their sums along one factor, the sum of those.
`default_nettype none

module dw_requantise #(
    parameter ACC_W        = 20,  // bits of acc, signed
    parameter X_W          = 32,  // bits of bias and of the sum
    parameter MULTIPLIER_W = 32,  // bits of the multiplier, signed, the product at most 64
    parameter SHIFT_W      = 6,   // bits of the shift, signed, positive: left
    parameter FRACTION     = 31,  // fraction bits of the multiplier
    parameter OFMAP_W      = 8,
    parameter ROUNDING     = 1    // 1 double, 2 single, 3 both
) (
    input  wire                           clk,
    input  wire signed [       ACC_W-1:0] acc,
    input  wire signed [         X_W-1:0] bias,
    input  wire signed [MULTIPLIER_W-1:0] multiplier,
    input  wire signed [     SHIFT_W-1:0] shift,
    input  wire                           single_rounding,
    input  wire signed [     OFMAP_W-1:0] zero_point,
    input  wire signed [     OFMAP_W-1:0] act_min,
    input  wire signed [     OFMAP_W-1:0] act_max,
    output reg         [     OFMAP_W-1:0] ofmap
);

  localparam LIMB_W = 17;
  localparam X_LIMBS = (X_W + LIMB_W - 1) / LIMB_W;
  localparam M_LIMBS = (MULTIPLIER_W + LIMB_W - 1) / LIMB_W;
  localparam P_W = 64;
  localparam TOTAL_W = 7;  // bits of a shift of the product

  // ---- x = acc + bias -------------------------------------------------------------------
  reg signed [X_W-1:0] sum;
  reg signed [MULTIPLIER_W-1:0] sum_multiplier;
  reg signed [SHIFT_W-1:0] sum_shift;
  reg sum_single;
  wire signed [X_W-1:0] acc_wide = {{(X_W - ACC_W) {acc[ACC_W-1]}}, acc};
  always @(posedge clk) begin
    sum <= acc_wide + bias;
    sum_multiplier <= multiplier;
    sum_shift <= shift;
    sum_single <= (ROUNDING == 2) || ((ROUNDING == 3) && single_rounding);
  end

  // ---- the left shift of double rounding ------------------------------------------------
  wire signed [X_W-1:0] x;
  wire signed [MULTIPLIER_W-1:0] x_multiplier;
  wire signed [SHIFT_W-1:0] x_shift;
  wire x_single;
  generate
    if (ROUNDING == 2) begin : g_no_left_shift
      assign x = sum;
      assign x_multiplier = sum_multiplier;
      assign x_shift = sum_shift;
      assign x_single = sum_single;
    end else begin : g_left_shift
      reg signed [X_W-1:0] shifted;
      reg signed [MULTIPLIER_W-1:0] shifted_multiplier;
      reg signed [SHIFT_W-1:0] shifted_shift;
      reg shifted_single;
      wire [SHIFT_W-1:0] left = (sum_single || sum_shift[SHIFT_W-1]) ? {SHIFT_W{1'b0}} : sum_shift;
      always @(posedge clk) begin
        shifted <= sum <<< left;
        shifted_multiplier <= sum_multiplier;
        shifted_shift <= sum_shift;
        shifted_single <= sum_single;
      end
      assign x = shifted;
      assign x_multiplier = shifted_multiplier;
      assign x_shift = shifted_shift;
      assign x_single = shifted_single;
    end
  endgenerate

  // ---- product ----------------------------------------------------------------------------
  // Factors, sign-extended to whole limbs; all limbs but the last are unsigned.
  wire [X_LIMBS*LIMB_W:0] x_limbs = {{(X_LIMBS * LIMB_W + 1 - X_W) {x[X_W-1]}}, x};
  wire [M_LIMBS*LIMB_W:0] m_limbs = {
    {(M_LIMBS * LIMB_W + 1 - MULTIPLIER_W) {x_multiplier[MULTIPLIER_W-1]}}, x_multiplier
  };

  wire [P_W*X_LIMBS-1:0] row_sums;
  genvar i, j;
  generate
    for (i = 0; i < X_LIMBS; i = i + 1) begin : g_row
      wire x_sign = (i == X_LIMBS - 1) && x_limbs[X_LIMBS*LIMB_W];
      wire signed [LIMB_W:0] x_limb = {x_sign, x_limbs[i*LIMB_W+:LIMB_W]};
      wire [P_W*M_LIMBS-1:0] placed;
      for (j = 0; j < M_LIMBS; j = j + 1) begin : g_limb
        wire m_sign = (j == M_LIMBS - 1) && m_limbs[M_LIMBS*LIMB_W];
        wire signed [LIMB_W:0] m_limb = {m_sign, m_limbs[j*LIMB_W+:LIMB_W]};
        wire signed [2*LIMB_W+1:0] x_wide = {{(LIMB_W + 1) {x_limb[LIMB_W]}}, x_limb};
        wire signed [2*LIMB_W+1:0] m_wide = {{(LIMB_W + 1) {m_limb[LIMB_W]}}, m_limb};
        reg signed [2*LIMB_W+1:0] product;
        always @(posedge clk) product <= x_wide * m_wide;
        wire [P_W-1:0] wide = {{(P_W - 2 * LIMB_W - 2) {product[2*LIMB_W+1]}}, product};
        assign placed[j*P_W+:P_W] = wide << (LIMB_W * j);
      end
      reg [P_W-1:0] row_sum;
      if (M_LIMBS == 1) begin : g_one
        always @(posedge clk) row_sum <= placed;
      end else begin : g_two
        always @(posedge clk) row_sum <= placed[0+:P_W] + placed[P_W+:P_W];
      end
      assign row_sums[i*P_W+:P_W] = row_sum << (LIMB_W * i);
    end
  endgenerate

  reg [P_W-1:0] product_sum;
  generate
    if (X_LIMBS == 2) begin : g_sum_two
      always @(posedge clk) product_sum <= row_sums[0+:P_W] + row_sums[P_W+:P_W];
    end else begin : g_sum_three
      always @(posedge clk) begin
        product_sum <= row_sums[0+:P_W] + row_sums[P_W+:P_W] + row_sums[2*P_W+:P_W];
      end
    end
  endgenerate

  // The shift of the product, and what is left for the second rounding, beside the product.
  reg [TOTAL_W-1:0] total_0, total_1, total_2;
  reg [4:0] second_0, second_1, second_2;
  reg single_0, single_1, single_2;
  wire signed [TOTAL_W-1:0] wide_shift = {{(TOTAL_W - SHIFT_W) {x_shift[SHIFT_W-1]}}, x_shift};
  localparam [TOTAL_W-1:0] FRACTION_BITS = FRACTION;
  wire [4:0] right = ~x_shift[4:0] + 5'd1;
  always @(posedge clk) begin
    total_0  <= x_single ? FRACTION_BITS - wide_shift : FRACTION_BITS;
    total_1  <= total_0;
    total_2  <= total_1;
    second_0 <= (x_single || !x_shift[SHIFT_W-1]) ? 5'd0 : right;
    second_1 <= second_0;
    second_2 <= second_1;
    single_0 <= x_single;
    single_1 <= single_0;
    single_2 <= single_1;
  end

  // ---- first rounding ---------------------------------------------------------------------
  reg signed [P_W-1:0] rounded;
  reg [TOTAL_W-1:0] rounded_total;
  reg [4:0] rounded_second;
  reg rounded_single;
  localparam [P_W-1:0] ONE = 1;
  wire [P_W-1:0] half = (ONE << total_2) >> 1;
  always @(posedge clk) begin
    rounded <= product_sum + half;
    rounded_total <= total_2;
    rounded_second <= second_2;
    rounded_single <= single_2;
  end

  reg signed [31:0] high;
  reg [4:0] high_second;
  wire signed [P_W-1:0] quotient = rounded >>> rounded_total;
  // Only the square of the most negative 32-bit number leaves 32 bits in double rounding.
  wire overflow = !rounded_single && !quotient[P_W-1] && quotient[31];
  always @(posedge clk) begin
    high <= overflow ? 32'h7fffffff : quotient[31:0];
    high_second <= rounded_second;
  end
  wire unused_quotient = &{1'b0, quotient[P_W-2:32], 1'b0};

  // ---- second rounding --------------------------------------------------------------------
  wire signed [31:0] result;
  generate
    if (ROUNDING == 2) begin : g_one_rounding
      wire unused_second = &{1'b0, high_second, 1'b0};
      assign result = high;
    end else begin : g_two_roundings
      // Ties away from zero: half a unit, one less for negative numbers, then the floor.
      reg signed [31:0] twice;
      wire [32:0] second_half = (33'd1 << high_second) >> 1;
      wire nudge = high[31] && (high_second != 0);
      wire signed [32:0] nudged = {high[31], high} + second_half - {32'd0, nudge};
      wire signed [32:0] divided = nudged >>> high_second;
      always @(posedge clk) twice <= divided[31:0];
      wire unused_divided = &{1'b0, divided[32], 1'b0};
      assign result = twice;
    end
  endgenerate

  // ---- zero point and clamp ---------------------------------------------------------------
  wire signed [31:0] shifted_to_zero = result + {{(32 - OFMAP_W) {zero_point[OFMAP_W-1]}}, zero_point};
  wire signed [31:0] low_limit = {{(32 - OFMAP_W) {act_min[OFMAP_W-1]}}, act_min};
  wire signed [31:0] high_limit = {{(32 - OFMAP_W) {act_max[OFMAP_W-1]}}, act_max};
  always @(posedge clk) begin
    if (shifted_to_zero < low_limit) ofmap <= act_min;
    else if (shifted_to_zero > high_limit) ofmap <= act_max;
    else ofmap <= shifted_to_zero[OFMAP_W-1:0];
  end

endmodule

`default_nettype wire
