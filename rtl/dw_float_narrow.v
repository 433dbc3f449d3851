// dw_float_narrow: makes ofmap values of sums in floating point.
//
// Promises, two cycles after acc: for each lane the number of the ofmap's format that is nearest
// to acc, the even one of two that are equally near. An acc that is zero gives +0. With
// SUBNORMALS = 0, an acc below the smallest normal number of the ofmap's format gives a zero of its
// sign. Every NaN is quiet, positive and without a payload.
`default_nettype none

module dw_float_narrow #(
    parameter LANES             = 8,
    parameter EXPONENT_W        = 8,
    parameter SIGNIFICAND_W     = 7,
    parameter ACC_EXPONENT_W    = 8,
    parameter ACC_SIGNIFICAND_W = 23,
    parameter SUBNORMALS        = 1,  // 0: subnormal numbers count as zero
    // derived
    parameter WIDTH             = 1 + EXPONENT_W + SIGNIFICAND_W,
    parameter ACC_W             = 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W
) (
    input  wire                   clk,
    input  wire [LANES*ACC_W-1:0] acc,
    output wire [LANES*WIDTH-1:0] ofmap
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_float_narrow_LANES_must_be_at_least_1 u (); end
    if (EXPONENT_W > ACC_EXPONENT_W) begin : bad_2
      dw_float_narrow_EXPONENT_W_must_be_at_most_ACC_EXPONENT_W u ();
    end
    if (SIGNIFICAND_W > ACC_SIGNIFICAND_W) begin : bad_3
      dw_float_narrow_SIGNIFICAND_W_must_be_at_most_ACC_SIGNIFICAND_W u ();
    end
    if (WIDTH != 1 + EXPONENT_W + SIGNIFICAND_W) begin : bad_4
      dw_float_narrow_WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W u ();
    end
    if (ACC_W != 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W) begin : bad_5
      dw_float_narrow_ACC_W_must_be_1_plus_ACC_EXPONENT_W_plus_ACC_SIGNIFICAND_W u ();
    end
  endgenerate

  localparam E_W = ACC_EXPONENT_W + 1;  // an exponent with a sign
  localparam OFFSET = (1 << (ACC_EXPONENT_W - 1)) - (1 << (EXPONENT_W - 1));
  localparam [E_W-1:0] OFFSET_E = OFFSET;
  localparam [E_W-1:0] MOST_E = (1 << EXPONENT_W) - 1;

  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : g_lane
      // ---- 1: the place of the significand in the ofmap's format --------------------------
      wire [ACC_W-1:0] a = acc[lane*ACC_W+:ACC_W];
      wire [ACC_EXPONENT_W-1:0] exponent_a = a[ACC_SIGNIFICAND_W+:ACC_EXPONENT_W];
      wire special = &exponent_a;
      wire has_fraction = |a[ACC_SIGNIFICAND_W-1:0];
      wire [ACC_EXPONENT_W+ACC_SIGNIFICAND_W-1:0] placed;  // lower bits lie below the last place
      wire lost, below, above;
      if (EXPONENT_W == ACC_EXPONENT_W) begin : g_same
        assign placed = a[ACC_W-2:0];
        assign lost = 1'b0;
        assign below = exponent_a == 0;
        assign above = 1'b0;
      end else begin : g_smaller
        // A number below the normal ones keeps the exponent 0 and moves to the right.
        wire [E_W-1:0] exponent = {1'b0, exponent_a} - OFFSET_E;
        wire [E_W-1:0] distance = {{(E_W - 1) {1'b0}}, 1'b1} - exponent;
        wire [ACC_SIGNIFICAND_W:0] digits = {1'b1, a[ACC_SIGNIFICAND_W-1:0]};
        wire [ACC_SIGNIFICAND_W:0] moved = digits >> distance;
        assign below = exponent[E_W-1] || (exponent == 0);
        assign above = !exponent[E_W-1] && (exponent >= MOST_E);
        assign lost = below && (|(digits & ~({(ACC_SIGNIFICAND_W + 1) {1'b1}} << distance)));
        assign placed = below ? {{ACC_EXPONENT_W{1'b0}}, moved[ACC_SIGNIFICAND_W-1:0]}
            : {exponent[ACC_EXPONENT_W-1:0], a[ACC_SIGNIFICAND_W-1:0]};
        wire unused_moved = &{1'b0, moved[ACC_SIGNIFICAND_W], 1'b0};
      end
      reg [ACC_EXPONENT_W+ACC_SIGNIFICAND_W-1:0] placed_1;
      reg lost_1, sign_1, nan_1, infinite_1, zero_1;
      always @(posedge clk) begin
        placed_1   <= placed;
        lost_1     <= lost;
        sign_1     <= a[ACC_W-1] && (a[ACC_W-2:0] != 0);
        nan_1      <= special && has_fraction;
        infinite_1 <= special || above;
        zero_1     <= (SUBNORMALS == 0) && below;
      end

      // ---- 2: rounding; a carry out of the significand raises the exponent, at last to infinity
      wire up;
      if (SIGNIFICAND_W == ACC_SIGNIFICAND_W) begin : g_exact
        wire unused_lost = &{1'b0, lost_1, 1'b0};
        assign up = 1'b0;
      end else begin : g_rounded
        localparam GUARD = ACC_SIGNIFICAND_W - SIGNIFICAND_W - 1;
        wire [GUARD:0] dropped = placed_1[GUARD:0];
        wire half = dropped[GUARD];
        wire rest = lost_1 || (|(dropped & ~({{GUARD{1'b0}}, 1'b1} << GUARD)));
        assign up = half && (rest || placed_1[GUARD+1]);
      end
      wire [WIDTH-2:0] kept = placed_1[ACC_SIGNIFICAND_W-SIGNIFICAND_W+:WIDTH-1];
      if (EXPONENT_W < ACC_EXPONENT_W) begin : g_unused
        wire [ACC_EXPONENT_W-EXPONENT_W-1:0] high =
            placed_1[ACC_SIGNIFICAND_W+EXPONENT_W+:ACC_EXPONENT_W-EXPONENT_W];
        wire unused_high = &{1'b0, high, 1'b0};
      end
      reg [WIDTH-1:0] value;
      always @(posedge clk) begin
        if (nan_1) value <= {1'b0, {(EXPONENT_W + 1) {1'b1}}, {(SIGNIFICAND_W - 1) {1'b0}}};
        else if (infinite_1) value <= {sign_1, {EXPONENT_W{1'b1}}, {SIGNIFICAND_W{1'b0}}};
        else if (zero_1) value <= {sign_1, {(WIDTH - 1) {1'b0}}};
        else value <= {sign_1, kept + {{(WIDTH - 2) {1'b0}}, up}};
      end
      assign ofmap[lane*WIDTH+:WIDTH] = value;
    end
  endgenerate

endmodule

`default_nettype wire
