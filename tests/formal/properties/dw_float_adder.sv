// Every sum of two small floats, against its exact value in integers: no number is nearer.
`include "promise.svh"

`define FLOAT_VALUE_W 13
module check_dw_float_adder #(
    parameter EXPONENT_W = 3,
    parameter SIGNIFICAND_W = 3,
    parameter SUBNORMALS = 1,
    parameter WIDTH = 1 + EXPONENT_W + SIGNIFICAND_W
) (
    input clk,
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b
);
  `include "floats.svh"
  localparam [WIDTH-2:0] INFINITE = {{EXPONENT_W{1'b1}}, {SIGNIFICAND_W{1'b0}}};
  localparam [WIDTH-2:0] NORMAL = 1 << SIGNIFICAND_W;
  wire [WIDTH-1:0] sum;
  dw_float_adder #(
      .EXPONENT_W(EXPONENT_W), .SIGNIFICAND_W(SIGNIFICAND_W), .SUBNORMALS(SUBNORMALS)
  ) dut (.*);

  reg [2:0] age = 3'd0;
  reg [6*WIDTH-1:0] older_a, older_b;
  always @(posedge clk) begin
    if (age < 6) age <= age + 1;
    older_a <= {older_a[5*WIDTH-1:0], a};
    older_b <= {older_b[5*WIDTH-1:0], b};
  end
  wire sign_a = older_a[6*WIDTH-1], sign_b = older_b[6*WIDTH-1];
  wire [WIDTH-2:0] size_a = older_a[5*WIDTH+:WIDTH-1], size_b = older_b[5*WIDTH+:WIDTH-1];
  wire sign = sum[WIDTH-1];
  wire [WIDTH-2:0] got = sum[WIDTH-2:0];

  // With SUBNORMALS = 0 a subnormal operand is a zero.
  wire [`FLOAT_VALUE_W-1:0] value_a =
      (SUBNORMALS == 0 && size_a < NORMAL) ? 0 : float_value(size_a, SIGNIFICAND_W);
  wire [`FLOAT_VALUE_W-1:0] value_b =
      (SUBNORMALS == 0 && size_b < NORMAL) ? 0 : float_value(size_b, SIGNIFICAND_W);
  wire a_wins = value_a >= value_b;
  wire [`FLOAT_VALUE_W-1:0] exact =
      (sign_a == sign_b) ? value_a + value_b : apart(value_a, value_b);
  wire sign_exact = a_wins ? sign_a : sign_b;

  wire nan = size_a > INFINITE || size_b > INFINITE ||
      (size_a == INFINITE && size_b == INFINITE && sign_a != sign_b);
  wire infinite = !nan && (size_a == INFINITE || size_b == INFINITE);
  wire finite = !nan && !infinite;
  wire tiny = SUBNORMALS == 0 && exact < NORMAL;
  wire [`FLOAT_VALUE_W-1:0] away = apart(float_value(got, SIGNIFICAND_W), exact);
  wire [`FLOAT_VALUE_W-1:0] above = apart(float_value(got + 1, SIGNIFICAND_W), exact);
  wire [`FLOAT_VALUE_W-1:0] below = apart(float_value(got - 1, SIGNIFICAND_W), exact);
  wire above_is_nearer = got != INFINITE && above < away;
  wire below_is_nearer = got != 0 && below < away;
  wire tie = (got != INFINITE && above == away) || (got != 0 && below == away);

  always @* if (age == 6) begin
    `PROMISE(is_a_number, finite && !tiny, got <= INFINITE)
    `PROMISE(none_is_nearer, finite && !tiny && got <= INFINITE, !above_is_nearer && !below_is_nearer)
    `PROMISE(even_of_two, finite && !tiny && got <= INFINITE && tie, !got[0])
    `PROMISE(sign_of_the_exact_sum, finite && exact != 0, sign == sign_exact)
    `PROMISE(zero_is_minus_of_two_only, finite && exact == 0, sum == {sign_a && sign_b, {(WIDTH-1){1'b0}}})
    `PROMISE(below_the_normal_ones, finite && (tiny || SUBNORMALS != 0), !tiny || got == 0)
    `PROMISE(infinity, infinite, sum == {(size_a == INFINITE) ? sign_a : sign_b, INFINITE})
    `PROMISE(canonical_nan, nan, sum == {1'b0, INFINITE | (NORMAL >> 1)})
  end
endmodule
