// Every small sum and the ofmap value that it gives, in integers: no number of the format is nearer.
`include "promise.svh"

`define FLOAT_VALUE_W 22
module check_dw_float_narrow #(
    parameter EXPONENT_W = 3,
    parameter SIGNIFICAND_W = 2,
    parameter ACC_EXPONENT_W = 4,
    parameter ACC_SIGNIFICAND_W = 4,
    parameter SUBNORMALS = 1,
    parameter WIDTH = 1 + EXPONENT_W + SIGNIFICAND_W,
    parameter ACC_W = 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W
) (
    input clk,
    input [2*ACC_W-1:0] acc
);
  `include "floats.svh"
  localparam [WIDTH-2:0] INFINITE = {{EXPONENT_W{1'b1}}, {SIGNIFICAND_W{1'b0}}};
  localparam [WIDTH-2:0] NORMAL = 1 << SIGNIFICAND_W;
  localparam [ACC_W-2:0] ACC_INFINITE = {{ACC_EXPONENT_W{1'b1}}, {ACC_SIGNIFICAND_W{1'b0}}};
  // The least subnormal number of the ofmap, in units of the least one of a sum.
  localparam STEP = ACC_SIGNIFICAND_W - SIGNIFICAND_W
      + (1 << (ACC_EXPONENT_W - 1)) - (1 << (EXPONENT_W - 1));
  wire [2*WIDTH-1:0] ofmap;
  dw_float_narrow #(
      .LANES(2), .EXPONENT_W(EXPONENT_W), .SIGNIFICAND_W(SIGNIFICAND_W),
      .ACC_EXPONENT_W(ACC_EXPONENT_W), .ACC_SIGNIFICAND_W(ACC_SIGNIFICAND_W), .SUBNORMALS(SUBNORMALS)
  ) dut (.*);

  reg [1:0] age = 2'd0;
  reg [2*ACC_W-1:0] acc_1, acc_2;
  always @(posedge clk) begin
    if (age < 2) age <= age + 1;
    {acc_2, acc_1} <= {acc_1, acc};
  end
  wire sign_acc = acc_2[2*ACC_W-1], sign = ofmap[2*WIDTH-1];
  wire [ACC_W-2:0] size = acc_2[ACC_W+:ACC_W-1];
  wire [WIDTH-2:0] got = ofmap[WIDTH+:WIDTH-1];
  function [`FLOAT_VALUE_W-1:0] placed(input [WIDTH-2:0] magnitude);
    placed = float_value(magnitude, SIGNIFICAND_W) << STEP;
  endfunction
  wire [`FLOAT_VALUE_W-1:0] exact = float_value(size, ACC_SIGNIFICAND_W);
  wire nan = size > ACC_INFINITE;
  wire finite = size < ACC_INFINITE;
  wire tiny = SUBNORMALS == 0 && exact < placed(NORMAL);
  wire [`FLOAT_VALUE_W-1:0] away = apart(placed(got), exact);
  wire [`FLOAT_VALUE_W-1:0] above = apart(placed(got + 1), exact);
  wire [`FLOAT_VALUE_W-1:0] below = apart(placed(got - 1), exact);
  // Half a step above the largest number is nearer to infinity, and no number is nearer to more.
  wire too_large = exact >= placed(INFINITE);
  wire above_is_nearer = got != INFINITE && above < away;
  wire below_is_nearer = got != 0 && below < away;
  wire tie = (got != INFINITE && above == away) || (got != 0 && below == away);
  wire rounds = finite && !tiny && !too_large;

  always @* if (age == 2) begin
    `PROMISE(is_a_number, rounds, got <= INFINITE)
    `PROMISE(none_is_nearer, rounds && got <= INFINITE, !above_is_nearer && !below_is_nearer)
    `PROMISE(even_of_two, rounds && got <= INFINITE && tie, !got[0])
    `PROMISE(zero_is_plus, size == 0, !sign && got == 0)
    `PROMISE(keeps_the_sign, !nan && size != 0, sign == sign_acc)
    `PROMISE(below_the_normal_ones, finite && (tiny || SUBNORMALS != 0), !tiny || got == 0)
    `PROMISE(infinity, !nan && (too_large || size == ACC_INFINITE), got == INFINITE)
    `PROMISE(canonical_nan, nan, {sign, got} == {1'b0, INFINITE | (NORMAL >> 1)})
  end
endmodule
