// The rounding against divisions by powers of two in wide integers.
`include "promise.svh"

module check_dw_round_shift #(
    parameter FIELD_W = 8
) (
    input clk,
    input [63:0] product,
    input [5:0] right_shift,
    input twice
);
  wire [FIELD_W:0] field;
  wire negative, positive, nudge, outside;
  dw_round_shift #(.FIELD_W(FIELD_W)) dut (.*);

  reg [1:0] age = 2'd0;
  reg signed [71:0] p1, p2;
  reg [5:0] r1, r2;
  reg held_twice;
  always @(posedge clk) begin
    if (age < 2) age <= age + 1;
    {p1, p2} <= {{{8{product[63]}}, product}, p1};
    {r1, r2} <= {right_shift, r1};
    held_twice <= twice;
  end
  always @* assume (age == 0 || twice == held_twice);

  // Half up in units of 2^r, and half away from zero.
  wire signed [71:0] once = (r2 == 0) ? p2 : ((p2 >>> (r2 - 1)) + 72'sd1) >>> 1;
  wire signed [71:0] high = ((p2 >>> 30) + 72'sd1) >>> 1;
  wire [5:0] rest = r2 - 6'd31;
  wire signed [71:0] size = (high < 0) ? -high : high;
  wire signed [71:0] halved = ((size >>> (rest - 1)) + 72'sd1) >>> 1;
  wire signed [71:0] away = (high < 0) ? -halved : halved;
  wire signed [71:0] expected = (twice && r2 >= 32) ? away : once;
  wire signed [71:0] floor = p2 >>> r2;
  wire fits = floor >= -(72'sd1 <<< FIELD_W) && floor < (72'sd1 <<< FIELD_W);

  wire carry = (field[0] + nudge + positive) > 1;
  wire signed [71:0] quotient = $signed({negative, field[FIELD_W:1]});
  wire signed [71:0] got = quotient + $signed({1'b0, carry});
  always @* if (age == 2) begin
    `PROMISE(rounds_once, fits && !twice, got == expected)
    `PROMISE(rounds_twice, fits && twice, got == expected)
    `PROMISE(says_that_it_fits, fits, !outside)
    `PROMISE(says_that_it_does_not_fit, !fits, outside)
    `PROMISE(sign, 1'b1, negative == p2[63] && positive == !p2[63])
  end
endmodule
