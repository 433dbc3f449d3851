// dw_round_shift: divides a product by 2^right_shift. It returns a narrow field of the quotient and
// the bits that round it.
//
// Promises: two cycles after product and right_shift, the rounded quotient is
//   the two's complement number {negative, field[FIELD_W:1]}, plus the carry out of
//   field[0] + nudge + positive.
// If floor(product / 2^right_shift) needs more than FIELD_W bits and a sign, `outside` is 1, and of
// the other outputs only `negative` and `positive` are valid. There are two roundings. `twice`
// selects one and is constant over a stream:
//   twice = 0, or right_shift below 32: the product over 2^right_shift, rounded half up;
//   otherwise: the product over 2^31, rounded half up, then that over 2^(right_shift - 31),
//   rounded half away from zero.
//
// Why two roundings need only one carry: let r = right_shift - 31 > 0, H = floor(product / 2^31)
// and g = product[30]; let q = floor(H / 2^r), and f the r bits of H below q. The first rounding
// gives H + g. So the result is q + 1 if f + g > 2^(r-1), or if f + g = 2^(r-1) and H >= 0; else
// it is q. (If f + g = 2^r, H + g is a multiple of 2^r, and q + 1 is exact.) Let the guard be the
// highest bit of f, and the tail the bits below it with g as the lowest. The condition for q + 1
// becomes: guard && tail != 0 if H < 0; guard || (tail is all ones) if H >= 0. (H < 0 <= H + g
// only if f and g are all ones, and that is no tie.)
`default_nettype none

module dw_round_shift #(
    parameter FIELD_W = 8  // bits of the field without its sign: at most 16, 15 with `twice`
) (
    input  wire             clk,
    input  wire [     63:0] product,
    input  wire [      5:0] right_shift,
    input  wire             twice,
    output reg  [FIELD_W:0] field,
    output reg              negative,
    output reg              positive,
    output reg              nudge,
    output wire             outside
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if ((FIELD_W < 1) || (FIELD_W > 16)) begin : bad_1
      dw_round_shift_FIELD_W_must_be_1_to_16 u ();
    end
  endgenerate

  localparam W = FIELD_W + 1;  // with the guard
  localparam COARSE_W = W + 15;  // the bits that later steps, of up to 15 bits, can reach
  localparam FINE_W = W + 3;

  // ---- steps of 16, and of 4 ------------------------------------------------------------
  // Negative products are inverted here, and inverted back at the end. For both signs, all bits
  // above the field then have to be 0, and the tail matters only if it is all ones.
  wire sign = product[63];
  wire [W+62:0] extended = {{(W - 2) {sign}}, product, 1'b0};
  wire [W+62:0] flipped = extended ^ {(W + 63) {sign}};
  wire unused_flipped = &{1'b0, flipped[30:0], flipped[W+62:65], 1'b0};

  wire [COARSE_W-1:0] coarse;
  dw_step_shift #(
      .OUT_W(COARSE_W),
      .STEP (16)
  ) u_coarse (
      .d     (extended),
      .steps (right_shift[5:4]),
      .invert(sign),
      .q     (coarse)
  );
  wire [FINE_W-1:0] fine;
  dw_step_shift #(
      .OUT_W(FINE_W),
      .STEP (4)
  ) u_fine (
      .d     (coarse),
      .steps (right_shift[3:2]),
      .invert(1'b0),
      .q     (fine)
  );

  // Bits above the field and bits of the tail, grouped by the shift step that drops them. Each
  // group is reduced in this cycle, and the groups are combined in the next one.
  reg above_16a, above_16b, above_32a, above_32b, above_48;
  reg above_4, above_8, above_12;
  reg tail_0, tail_16a, tail_16b;
  reg tail_4, tail_8, tail_12;
  reg [FINE_W-1:0] fine_q;
  reg [5:0] steps;
  reg sign_q;
  always @(posedge clk) begin
    above_16a <= |flipped[W+15+:12];
    above_16b <= |flipped[W+27+:4];
    above_32a <= |flipped[W+31+:12];
    above_32b <= |flipped[W+43+:4];
    above_48  <= |flipped[64:W+47];
    above_4   <= |coarse[W+3+:4];
    above_8   <= |coarse[W+7+:4];
    above_12  <= |coarse[W+11+:4];
    tail_0    <= flipped[31];
    tail_16a  <= &flipped[32+:12];
    tail_16b  <= &flipped[44+:4];
    tail_4    <= &coarse[0+:4];
    tail_8    <= &coarse[4+:4];
    tail_12   <= &coarse[8+:4];
    fine_q    <= fine;
    steps     <= right_shift;
    sign_q    <= sign;
  end

  // ---- steps of 1 -----------------------------------------------------------------------
  wire [W-1:0] last;
  dw_step_shift #(
      .OUT_W(W),
      .STEP (1)
  ) u_last (
      .d     (fine_q),
      .steps (steps[1:0]),
      .invert(sign_q),
      .q     (last)
  );

  wire coarse_outside = ((steps[5:4] == 2'd0) && (above_16a || above_16b))
      || (!steps[5] && (above_32a || above_32b)) || ((steps[5:4] != 2'd3) && above_48);
  wire fine_outside = ((steps[3:2] == 2'd0) && above_4) || (!steps[3] && above_8)
      || ((steps[3:2] != 2'd3) && above_12) || ((steps[1:0] == 2'd0) && fine_q[W])
      || (!steps[1] && fine_q[W+1]) || ((steps[1:0] != 2'd3) && fine_q[W+2]);
  wire tail = tail_0 && (!steps[4] || (tail_16a && tail_16b))
      && ((steps[3:2] == 2'd0) || tail_4) && (!steps[3] || tail_8)
      && ((steps[3:2] != 2'd3) || tail_12) && ((steps[1:0] == 2'd0) || fine_q[0])
      && (!steps[1] || fine_q[1]) && ((steps[1:0] != 2'd3) || fine_q[2]);

  reg outside_coarse, outside_fine;
  assign outside = outside_coarse || outside_fine;
  always @(posedge clk) begin
    field          <= last;
    negative       <= sign_q;
    positive       <= !sign_q;
    // If right_shift is below 32, these tail bits lie above the field: while they are all ones, the
    // quotient is outside, and nudge does not matter.
    nudge          <= (twice && tail) ^ sign_q;
    outside_coarse <= coarse_outside;
    outside_fine   <= fine_outside;
  end

endmodule

`default_nettype wire
