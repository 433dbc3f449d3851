// dw_float_requantise: dw_requantise with a third rounding, that of float32 arithmetic.
//
// Promises, CYCLES after acc, with the bias of 1 cycle before, the multiplier of 5 cycles later and
// the right_shift of 10 cycles later (each waits a cycle near where it is used):
//   x = acc + bias, wrapped to 32 bits;
//   float rounding: x, rounded to float32; that times multiplier * 2^-right_shift, rounded to
//   float32; that, rounded to an integer. Each rounding takes the nearest number, and the even one
//   of two that are equally near. The multiplier is 0, or at least 2^30 and a multiple of 2^7, so
//   that it is a float32. (Any other one gives a number that is defined, but of no use.)
//   single and double rounding: as in dw_requantise;
//   ofmap = that plus zero_point, clamped to act_min .. act_max, and nothing wraps on the way.
// Every float32 that is above 0 and below 2^30 is such a multiplier over 2^right_shift, or so small
// that it brings every x to 0; larger ones act as one below 2^30. One value enters a cycle.
//
// All other inputs are constant while values are in the pipeline; dw_clamp_bounds makes below and
// above. ROUNDING is the sum of the engine's roundings: 1 double, 2 single, 4 float. If it has
// several, float_rounding and single_rounding choose one for each stream; float_rounding goes first.
`default_nettype none

module dw_float_requantise #(
    parameter ACC_W    = 20,  // bits of acc, signed
    parameter OFMAP_W  = 8,
    parameter ROUNDING = 4    // 4 float; plus 1 double, 2 single
) (
    input  wire               clk,
    input  wire [  ACC_W-1:0] acc,
    input  wire [       31:0] bias,
    input  wire [       31:0] multiplier,
    input  wire [        5:0] right_shift,
    input  wire               single_rounding,
    input  wire               float_rounding,
    input  wire [OFMAP_W-1:0] zero_point,
    input  wire [OFMAP_W-1:0] act_min,
    input  wire [OFMAP_W-1:0] act_max,
    input  wire [  OFMAP_W:0] below,
    input  wire [  OFMAP_W:0] above,
    output reg  [OFMAP_W-1:0] ofmap
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (ACC_W < 1) begin : bad_1 dw_float_requantise_ACC_W_must_be_at_least_1 u (); end
    if (ACC_W > 32) begin : bad_2 dw_float_requantise_ACC_W_must_be_at_most_32 u (); end
    if ((ROUNDING < 4) || (ROUNDING > 7)) begin : bad_3
      dw_float_requantise_ROUNDING_must_be_4_to_7 u ();
    end
    if ((OFMAP_W < 1) || (OFMAP_W > 15)) begin : bad_4
      dw_float_requantise_OFMAP_W_must_be_1_to_15 u ();
    end
  endgenerate

  localparam X_W = 32;
  localparam CONVERT_CYCLES = 5;  // of dw_float_convert
  localparam PRODUCT_CYCLES = 5;  // of dw_product
  localparam SLOWER = 2;  // cycles by which dw_float_round is slower than dw_round_shift
  localparam OTHERS = ROUNDING != 4;

  // ---- x = acc + bias, times multiplier -------------------------------------------------
  reg [X_W-1:0] bias_q, multiplier_q;
  reg [5:0] right_shift_q;
  reg [X_W-1:0] x;
  always @(posedge clk) begin
    bias_q        <= bias;
    multiplier_q  <= multiplier;
    right_shift_q <= right_shift;
    x             <= {{(X_W - ACC_W) {acc[ACC_W-1]}}, acc} + bias_q;
  end

  wire [24:0] significand;
  wire [4:0] zeros;
  wire negative_x;
  dw_float_convert u_float_convert (
      .clk        (clk),
      .x          (x),
      .significand(significand),
      .zeros      (zeros),
      .negative   (negative_x)
  );

  wire [X_W-1:0] factor;
  wire [63:0] product;
  dw_product #(
      .MULTIPLIER_W(32)
  ) u_product (
      .clk       (clk),
      .x         (factor),
      .multiplier(multiplier_q),
      .product   (product)
  );

  // ---- the field of the result, in float rounding ---------------------------------------
  wire [4:0] zeros_q;
  wire negative_product;
  dw_pipeline #(
      .WIDTH (6),
      .CYCLES(PRODUCT_CYCLES)
  ) u_exponent (
      .clk(clk),
      .rst(1'b0),
      .d  ({negative_x, zeros}),
      .q  ({negative_product, zeros_q})
  );

  wire [OFMAP_W:0] float_field;
  wire float_negative, float_positive, float_nudge, float_outside;
  dw_float_round #(
      .FIELD_W(OFMAP_W)
  ) u_float_round (
      .clk        (clk),
      .product    (product),
      .zeros      (zeros_q),
      .negative   (negative_product),
      .right_shift(right_shift_q),
      .field      (float_field),
      .negative_q (float_negative),
      .positive_q (float_positive),
      .nudge      (float_nudge),
      .outside    (float_outside)
  );

  // ---- the field of the result, in the rounding of the stream ---------------------------
  wire [X_W-1:0] float_factor = {1'b0, significand, 6'd0};
  wire [OFMAP_W:0] field;
  wire negative, positive, nudge, outside;
  generate
    if (OTHERS) begin : g_others
      wire [X_W-1:0] whole;
      dw_pipeline #(
          .WIDTH (X_W),
          .CYCLES(CONVERT_CYCLES)
      ) u_x (
          .clk(clk),
          .rst(1'b0),
          .d  (x),
          .q  (whole)
      );
      assign factor = float_rounding ? float_factor : whole;

      wire twice = (ROUNDING == 5) || ((ROUNDING == 7) && !single_rounding);
      wire [OFMAP_W:0] whole_field;
      wire whole_negative, whole_positive, whole_nudge, whole_outside;
      dw_round_shift #(
          .FIELD_W(OFMAP_W)
      ) u_round_shift (
          .clk        (clk),
          .product    (product),
          .right_shift(right_shift_q),
          .twice      (twice),
          .field      (whole_field),
          .negative   (whole_negative),
          .positive   (whole_positive),
          .nudge      (whole_nudge),
          .outside    (whole_outside)
      );
      wire [OFMAP_W+4:0] waited;
      dw_pipeline #(
          .WIDTH (OFMAP_W + 5),
          .CYCLES(SLOWER)
      ) u_field (
          .clk(clk),
          .rst(1'b0),
          .d  ({whole_field, whole_negative, whole_positive, whole_nudge, whole_outside}),
          .q  (waited)
      );
      assign {field, negative, positive, nudge, outside} = float_rounding
          ? {float_field, float_negative, float_positive, float_nudge, float_outside} : waited;
      if (ROUNDING != 7) begin : g_one_other
        wire unused_single_rounding = &{1'b0, single_rounding, 1'b0};
      end
    end else begin : g_float_alone
      assign factor = float_factor;
      assign {field, negative, positive, nudge, outside} = {
        float_field, float_negative, float_positive, float_nudge, float_outside
      };
      wire unused_rounding = &{1'b0, single_rounding, float_rounding, 1'b0};
    end
  endgenerate

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

endmodule

`default_nettype wire
