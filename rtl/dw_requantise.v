// dw_requantise: computes the ofmap value of one lane from its acc, as TFLite's integer kernels do
// where they are defined (dwsim.derive.requantise_domain).
//
// Promises, CYCLES after acc, with the bias of 1 cycle before, the multiplier of the same cycle
// and the right_shift of 5 cycles later (each waits a cycle near where it is used):
//   x = acc + bias, wrapped to X_W bits;
//   single rounding: x times multiplier, in units of 2^right_shift, half up;
//   double rounding: the same if right_shift is below 32; else x times multiplier in units of
//   2^31, half up, and that in units of 2^(right_shift - 31), ties away from zero;
//   ofmap = that plus zero_point, clamped to act_min .. act_max, and nothing wraps on the way.
// right_shift is where the result begins in the product: TFLite's 31 - shift (15 - shift with
// 16-bit activations). A left shift is a right shift by less. One value enters a cycle.
//
// All other inputs are constant while values are in the pipeline; dw_clamp_bounds makes below and
// above. ROUNDING selects the roundings of the engine: 1 double, 2 single, 3 both; with 3,
// single_rounding chooses one for each stream.
`default_nettype none

module dw_requantise #(
    parameter ACC_W        = 20,  // bits of acc, signed
    parameter MULTIPLIER_W = 32,  // 32, signed; 16, not signed
    parameter OFMAP_W      = 8,
    parameter ROUNDING     = 1,   // 1 double, 2 single, 3 both
    // derived
    parameter X_W          = (MULTIPLIER_W == 16) ? 48 : 32  // bits of bias and of the sum
) (
    input  wire                    clk,
    input  wire [       ACC_W-1:0] acc,
    input  wire [         X_W-1:0] bias,
    input  wire [MULTIPLIER_W-1:0] multiplier,
    input  wire [             5:0] right_shift,
    input  wire                    single_rounding,
    input  wire [     OFMAP_W-1:0] zero_point,
    input  wire [     OFMAP_W-1:0] act_min,
    input  wire [     OFMAP_W-1:0] act_max,
    input  wire [       OFMAP_W:0] below,
    input  wire [       OFMAP_W:0] above,
    output reg  [     OFMAP_W-1:0] ofmap
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (ACC_W < 1) begin : bad_1 dw_requantise_ACC_W_must_be_at_least_1 u (); end
    if (ACC_W > X_W) begin : bad_2 dw_requantise_ACC_W_must_be_at_most_X_W u (); end
    if ((ROUNDING < 1) || (ROUNDING > 3)) begin : bad_3
      dw_requantise_ROUNDING_must_be_1_to_3 u ();
    end
    if ((OFMAP_W < 1) || (OFMAP_W > 16)) begin : bad_4
      dw_requantise_OFMAP_W_must_be_1_to_16 u ();
    end
    if ((ROUNDING != 2) && (OFMAP_W > 15)) begin : bad_5
      dw_requantise_OFMAP_W_must_be_at_most_15_unless_ROUNDING_is_2 u ();
    end
    if (X_W != ((MULTIPLIER_W == 16) ? 48 : 32)) begin : bad_6
      dw_requantise_X_W_must_be_48_if_MULTIPLIER_W_is_16_and_32_otherwise u ();
    end
  endgenerate

  // ---- x = acc + bias, times multiplier -------------------------------------------------
  reg [X_W-1:0] bias_q;
  reg [MULTIPLIER_W-1:0] multiplier_q;
  reg [5:0] right_shift_q;
  reg [X_W-1:0] x;
  always @(posedge clk) begin
    bias_q        <= bias;
    multiplier_q  <= multiplier;
    right_shift_q <= right_shift;
    x             <= {{(X_W - ACC_W) {acc[ACC_W-1]}}, acc} + bias_q;
  end

  wire [63:0] product;
  dw_product #(
      .MULTIPLIER_W(MULTIPLIER_W)
  ) u_product (
      .clk       (clk),
      .x         (x),
      .multiplier(multiplier_q),
      .product   (product)
  );

  // ---- the field of the result ----------------------------------------------------------
  // A result outside the field is clamped for every zero point, so the field needs no more than
  // the bits of the ofmap and a sign.
  wire twice = (ROUNDING == 1) || ((ROUNDING == 3) && !single_rounding);
  wire [OFMAP_W:0] field;
  wire negative, positive, nudge, outside;
  dw_round_shift #(
      .FIELD_W(OFMAP_W)
  ) u_round_shift (
      .clk        (clk),
      .product    (product),
      .right_shift(right_shift_q),
      .twice      (twice),
      .field      (field),
      .negative   (negative),
      .positive   (positive),
      .nudge      (nudge),
      .outside    (outside)
  );

  // ---- rounding, zero point and both comparisons, side by side --------------------------
  // The two lowest bits of the addends make the carry that rounds.
  wire [OFMAP_W+3:0] addend = {{2{negative}}, field, positive};
  wire [OFMAP_W+3:0] sum = addend + {2'b00, zero_point, nudge, positive};
  wire [OFMAP_W+3:0] sum_below = addend + {below[OFMAP_W], below, nudge, positive};
  wire [OFMAP_W+3:0] sum_above = addend + {above[OFMAP_W], above, nudge, positive};
  wire unused_sums = &{
    1'b0, sum[OFMAP_W+3:OFMAP_W+2], sum[1:0], sum_below[OFMAP_W+2:0], sum_above[OFMAP_W+2:0], 1'b0
  };

  reg [OFMAP_W-1:0] value;
  reg is_below, is_above;
  always @(posedge clk) begin
    value    <= sum[OFMAP_W+1:2];
    is_below <= outside ? negative : sum_below[OFMAP_W+3];
    is_above <= outside ? positive : !sum_above[OFMAP_W+3];
  end

  // ---- clamp ----------------------------------------------------------------------------
  always @(posedge clk) begin
    if (is_below) ofmap <= act_min;
    else if (is_above) ofmap <= act_max;
    else ofmap <= value;
  end

  generate
    if (ROUNDING != 3) begin : g_one_rounding
      wire unused_single_rounding = &{1'b0, single_rounding, 1'b0};
    end
  endgenerate

endmodule

`default_nettype wire
