// dw_float_multiplier: multiplies two floats, and rounds the product to the accumulation format.
//
// Promises, seven cycles after its inputs: the product, rounded to the nearest number, to the even
// one of two that are equally near. Zeros have the sign of the product, every NaN is quiet,
// positive and without a payload. With `skip`, the product is +0, whatever the factors are. With
// SUBNORMALS = 0, a subnormal factor counts as zero, and so does a product whose exact magnitude is
// below the smallest normal number; both keep their signs.
//
// The leading zeros of two significands add up to those of their product, or to one less. So the
// shift follows from the factors, before their product is there.
`default_nettype none

module dw_float_multiplier #(
    parameter EXPONENT_W        = 8,   // bits of the exponent of a factor
    parameter SIGNIFICAND_W     = 7,   // bits of the significand of a factor, without its hidden 1
    parameter ACC_EXPONENT_W    = 8,   // the same of the product
    parameter ACC_SIGNIFICAND_W = 23,
    parameter SUBNORMALS        = 1    // 0: subnormal numbers count as zero
) (
    input  wire                                      clk,
    input  wire                                      skip,
    input  wire [        EXPONENT_W+SIGNIFICAND_W:0] a,
    input  wire [        EXPONENT_W+SIGNIFICAND_W:0] b,
    output reg  [ACC_EXPONENT_W+ACC_SIGNIFICAND_W:0] product
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (EXPONENT_W < 5) begin : bad_1 dw_float_multiplier_EXPONENT_W_must_be_at_least_5 u (); end
    if ((SIGNIFICAND_W < 2) || (SIGNIFICAND_W > 23)) begin : bad_2
      dw_float_multiplier_SIGNIFICAND_W_must_be_2_to_23 u ();
    end
    if (ACC_EXPONENT_W < EXPONENT_W) begin : bad_3
      dw_float_multiplier_ACC_EXPONENT_W_must_be_at_least_EXPONENT_W u ();
    end
    if (ACC_SIGNIFICAND_W < SIGNIFICAND_W) begin : bad_4
      dw_float_multiplier_ACC_SIGNIFICAND_W_must_be_at_least_SIGNIFICAND_W u ();
    end
  endgenerate

  localparam WIDTH = 1 + EXPONENT_W + SIGNIFICAND_W;
  localparam ACC_WIDTH = 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W;
  localparam DIGITS = SIGNIFICAND_W + 1;
  localparam P_W = 2 * DIGITS;
  localparam KEPT = ACC_SIGNIFICAND_W + 1;
  localparam W = (P_W > KEPT + 3) ? P_W : KEPT + 3;  // the product, with room below what is kept
  localparam SHIFT_W = $clog2(W + 1);
  localparam E_W = ACC_EXPONENT_W + 2;  // an exponent with a sign
  localparam OFFSET = (1 << (ACC_EXPONENT_W - 1)) - (1 << EXPONENT_W) + 2;
  localparam [E_W-1:0] OFFSET_E = OFFSET;
  localparam [E_W-1:0] ONE_E = 1;
  localparam [E_W-1:0] MOST_E = (1 << ACC_EXPONENT_W) - 1;
  localparam [E_W-1:0] FAR_E = W[E_W-1:0];
  localparam [SHIFT_W-1:0] FAR = W[SHIFT_W-1:0];  // moves every digit out

  // ---- 1: the parts of the factors ------------------------------------------------------
  wire [EXPONENT_W-1:0] exponent_a = a[SIGNIFICAND_W+:EXPONENT_W];
  wire [EXPONENT_W-1:0] exponent_b = b[SIGNIFICAND_W+:EXPONENT_W];
  wire normal_a = |exponent_a;
  wire normal_b = |exponent_b;
  wire [DIGITS-1:0] digits_a = {normal_a, a[SIGNIFICAND_W-1:0]};
  wire [DIGITS-1:0] digits_b = {normal_b, b[SIGNIFICAND_W-1:0]};
  wire zero_a = !normal_a && ((SUBNORMALS == 0) || (a[SIGNIFICAND_W-1:0] == 0));
  wire zero_b = !normal_b && ((SUBNORMALS == 0) || (b[SIGNIFICAND_W-1:0] == 0));
  wire nan_a = (&exponent_a) && (|a[SIGNIFICAND_W-1:0]);
  wire nan_b = (&exponent_b) && (|b[SIGNIFICAND_W-1:0]);
  wire infinite_a = (&exponent_a) && !nan_a;
  wire infinite_b = (&exponent_b) && !nan_b;

  // Zeros above the highest 1; those of a zero do not matter.
  integer i;
  reg [SHIFT_W-1:0] zeros_a, zeros_b;
  always @* begin
    zeros_a = 0;
    zeros_b = 0;
    for (i = 0; i < DIGITS; i = i + 1) begin
      if (digits_a[i]) zeros_a = SIGNIFICAND_W[SHIFT_W-1:0] - i[SHIFT_W-1:0];
      if (digits_b[i]) zeros_b = SIGNIFICAND_W[SHIFT_W-1:0] - i[SHIFT_W-1:0];
    end
  end

  // A subnormal factor has the exponent of the smallest normal number.
  wire [EXPONENT_W-1:0] lifted_a = {exponent_a[EXPONENT_W-1:1], exponent_a[0] || !normal_a};
  wire [EXPONENT_W-1:0] lifted_b = {exponent_b[EXPONENT_W-1:1], exponent_b[0] || !normal_b};
  reg [E_W-1:0] effective_a, effective_b;
  reg [SHIFT_W-1:0] zeros_a_1, zeros_b_1;
  reg sign_1, nan_1, infinite_1, zero_1;
  always @(posedge clk) begin
    effective_a <= {{(E_W - EXPONENT_W) {1'b0}}, lifted_a};
    effective_b <= {{(E_W - EXPONENT_W) {1'b0}}, lifted_b};
    zeros_a_1   <= zeros_a;
    zeros_b_1   <= zeros_b;
    sign_1      <= !skip && (a[WIDTH-1] ^ b[WIDTH-1]);
    nan_1       <= !skip && (nan_a || nan_b || (infinite_a && zero_b) || (zero_a && infinite_b));
    infinite_1  <= !skip && (infinite_a || infinite_b);
    zero_1      <= skip || zero_a || zero_b;
  end

  // ---- 1 to 3: the product of the significands ------------------------------------------
  wire [P_W-1:0] exact;
  dw_float_digits #(
      .DIGITS(DIGITS)
  ) u_digits (
      .clk  (clk),
      .a    (digits_a),
      .b    (digits_b),
      .exact(exact)
  );

  // ---- 2 and 3: exponent and shift ------------------------------------------------------
  // A product below the normal numbers keeps the exponent 1, and may move to the right.
  reg signed [E_W-1:0] exponent_2;
  reg [SHIFT_W-1:0] zeros_2;
  reg [SHIFT_W-1:0] left_3, right_3;
  reg signed [E_W-1:0] exponent_3;
  wire [E_W-1:0] above_2 = exponent_2 - ONE_E;  // exponents above the smallest, if not negative
  wire [E_W-1:0] below_2 = ONE_E - exponent_2;
  wire is_below_2 = above_2[E_W-1];
  wire near_2 = above_2 < {{(E_W - SHIFT_W) {1'b0}}, zeros_2};
  always @(posedge clk) begin
    exponent_2 <= effective_a + effective_b + OFFSET_E;
    zeros_2    <= zeros_a_1 + zeros_b_1;
    if (SUBNORMALS == 0) begin
      left_3     <= 0;
      right_3    <= 0;
      exponent_3 <= exponent_2;
    end else begin
      left_3     <= is_below_2 ? {SHIFT_W{1'b0}} : near_2 ? above_2[SHIFT_W-1:0] : zeros_2;
      right_3    <= !is_below_2 ? {SHIFT_W{1'b0}} : (below_2 > FAR_E) ? FAR : below_2[SHIFT_W-1:0];
      exponent_3 <= (is_below_2 || near_2) ? ONE_E
          : exponent_2 - {{(E_W - SHIFT_W) {1'b0}}, zeros_2};
    end
  end

  // ---- 4: to the left; 5: to the right --------------------------------------------------
  reg [P_W-1:0] left_4;
  reg [SHIFT_W-1:0] right_4;
  reg signed [E_W-1:0] exponent_4, exponent_5;
  reg [W-1:0] moved, moved_5;
  reg lost, lost_5;
  always @* begin
    moved = {left_4, {(W - P_W) {1'b0}}};
    lost = 1'b0;
    for (i = 0; i < SHIFT_W; i = i + 1) begin
      if (right_4[i]) begin
        lost  = lost || (|(moved & ~({W{1'b1}} << (1 << i))));
        moved = moved >> (1 << i);
      end
    end
  end
  always @(posedge clk) begin
    left_4     <= exact << left_3;
    right_4    <= right_3;
    exponent_4 <= exponent_3;
    moved_5    <= moved;
    lost_5     <= lost;
    exponent_5 <= exponent_4;
  end

  // ---- 6: the last place, and the decision to round up ----------------------------------
  wire sign_5, nan_5, infinite_5, zero_5;
  dw_pipeline #(
      .WIDTH (4),
      .CYCLES(4)
  ) u_flags (
      .clk(clk),
      .rst(1'b0),
      .d  ({sign_1, nan_1, infinite_1, zero_1}),
      .q  ({sign_5, nan_5, infinite_5, zero_5})
  );
  wire top = moved_5[W-1];
  wire one = !top && ((SUBNORMALS == 0) || (exponent_5 > $signed(ONE_E)));
  wire [W-1:0] placed = one ? {moved_5[W-2:0], 1'b0} : moved_5;
  wire guard = placed[W-1-KEPT];
  wire rest = lost_5 || (|placed[W-2-KEPT:0]);
  wire signed [E_W-1:0] exponent = exponent_5 - {{(E_W - 1) {1'b0}}, one};
  wire tiny = (SUBNORMALS == 0) && (exponent < $signed(ONE_E));
  wire unused_exponent = &{1'b0, exponent[E_W-1:ACC_EXPONENT_W], 1'b0};
  reg [ACC_WIDTH-2:0] kept;
  reg up, sign_6, nan_6, infinite_6, zero_6;
  always @(posedge clk) begin
    kept <= {
      placed[W-1] ? exponent[ACC_EXPONENT_W-1:0] : {ACC_EXPONENT_W{1'b0}},
      placed[W-2-:ACC_SIGNIFICAND_W]
    };
    up         <= guard && (rest || placed[W-KEPT]);
    sign_6     <= sign_5;
    nan_6      <= nan_5;
    infinite_6 <= infinite_5 || (!zero_5 && (exponent >= $signed(MOST_E)));
    zero_6     <= zero_5 || tiny;
  end

  // ---- 7: rounding; a carry out of the significand raises the exponent, at last to infinity
  always @(posedge clk) begin
    if (nan_6) product <= {1'b0, {(ACC_EXPONENT_W + 1) {1'b1}}, {(ACC_SIGNIFICAND_W - 1) {1'b0}}};
    else if (infinite_6) product <= {sign_6, {ACC_EXPONENT_W{1'b1}}, {ACC_SIGNIFICAND_W{1'b0}}};
    else if (zero_6) product <= {sign_6, {(ACC_WIDTH - 1) {1'b0}}};
    else product <= {sign_6, kept + {{(ACC_WIDTH - 2) {1'b0}}, up}};
  end

endmodule

`default_nettype wire
