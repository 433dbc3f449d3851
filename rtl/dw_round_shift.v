// dw_round_shift: takes the field out of a product that begins at bit right_shift, and says how
// the field has to be rounded. Narrow from the first step on, because only few bits are wanted.
//
// Promises, two cycles after product and right_shift: with `twice` (constant over a stream) 0 or
// right_shift below 32
//   floor(product / 2^right_shift) + its bit right_shift-1 (0 where there is none)
// and else the product in units of 2^31, half up, and that in units of 2^(right_shift - 31),
// ties away from zero, equals
//   the number {negative, field[FIELD_W:1]} in two's complement, plus the carry out of
//   field[0] + nudge + positive;
// if it is not outside, which says that the floor needs more than FIELD_W bits and a sign.
//
// Why two roundings are one carry: let r = right_shift - 31 > 0, H = floor(product / 2^31) and
// g = product[30]. The first rounding gives H + g; let f be its part below 2^r, the rest being q.
// Where f + g = 2^r, the result is q + 1, and so it is for f alone. So the result is q plus
// f + g > 2^(r-1), or f + g = 2^(r-1) and H >= 0. With the guard (the highest bit of f) and the
// tail (the bits below it, down to g) that is: guard && tail != 0 if H < 0, else guard || tail
// is all ones. (H < 0 <= H + g only if f and g are all ones: no tie.)
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
  localparam COARSE_W = W + 15;  // what steps of up to 15 bits can reach from there
  localparam FINE_W = W + 3;

  // ---- steps of 16, and of 4 ------------------------------------------------------------
  // Negative products are inverted on the way (and back at its end): then all bits above the
  // field have to be 0, and a tail decides by being all ones or not.
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

  // Bits above the field and bits of the tail, by the steps with which they are dropped; in
  // pieces that leave the rest of their logic to the next cycle.
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
    // Below a right_shift of 32 no field is inside while this tail, which has bits above the
    // field then, is all ones.
    nudge          <= (twice && tail) ^ sign_q;
    outside_coarse <= coarse_outside;
    outside_fine   <= fine_outside;
  end

endmodule

`default_nettype wire
