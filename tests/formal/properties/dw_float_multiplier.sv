// Every product of two small floats, against its exact value in integers: no number is nearer.
`include "promise.svh"

`define FLOAT_VALUE_W 68
module check_dw_float_multiplier #(
    parameter EXPONENT_W = 5,
    parameter SIGNIFICAND_W = 2,
    parameter ACC_EXPONENT_W = 5,
    parameter ACC_SIGNIFICAND_W = 3,
    parameter SUBNORMALS = 1,
    parameter WIDTH = 1 + EXPONENT_W + SIGNIFICAND_W,
    parameter ACC_W = 1 + ACC_EXPONENT_W + ACC_SIGNIFICAND_W
) (
    input clk,
    input skip,
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b
);
  `include "floats.svh"
  localparam [WIDTH-2:0] INFINITE = {{EXPONENT_W{1'b1}}, {SIGNIFICAND_W{1'b0}}};
  localparam [WIDTH-2:0] NORMAL = 1 << SIGNIFICAND_W;
  localparam [ACC_W-2:0] ACC_INFINITE = {{ACC_EXPONENT_W{1'b1}}, {ACC_SIGNIFICAND_W{1'b0}}};
  localparam [ACC_W-2:0] ACC_NORMAL = 1 << ACC_SIGNIFICAND_W;
  // The least subnormal product, in units of the square of the least subnormal factor.
  localparam STEP = 2 * ((1 << (EXPONENT_W - 1)) - 2 + SIGNIFICAND_W)
      - ((1 << (ACC_EXPONENT_W - 1)) - 2 + ACC_SIGNIFICAND_W);
  wire [ACC_W-1:0] product;
  dw_float_multiplier #(
      .EXPONENT_W(EXPONENT_W), .SIGNIFICAND_W(SIGNIFICAND_W), .ACC_EXPONENT_W(ACC_EXPONENT_W),
      .ACC_SIGNIFICAND_W(ACC_SIGNIFICAND_W), .SUBNORMALS(SUBNORMALS)
  ) dut (.*);

  reg [2:0] age = 3'd0;
  reg [7*WIDTH-1:0] older_a, older_b;
  reg [6:0] older_skip;
  always @(posedge clk) begin
    if (age < 7) age <= age + 1;
    older_a <= {older_a[6*WIDTH-1:0], a};
    older_b <= {older_b[6*WIDTH-1:0], b};
    older_skip <= {older_skip[5:0], skip};
  end
  wire skipped = older_skip[6];
  wire sign_exact = older_a[7*WIDTH-1] ^ older_b[7*WIDTH-1], sign = product[ACC_W-1];
  wire [WIDTH-2:0] size_a = older_a[6*WIDTH+:WIDTH-1], size_b = older_b[6*WIDTH+:WIDTH-1];
  wire [ACC_W-2:0] got = product[ACC_W-2:0];

  // Digits and exponent of a factor; with SUBNORMALS = 0 a subnormal one has no digits.
  function [SIGNIFICAND_W:0] digits(input [WIDTH-2:0] size);
    begin
      digits = size % NORMAL;
      if (size >= NORMAL) digits = digits + NORMAL;
      else if (SUBNORMALS == 0) digits = 0;
    end
  endfunction
  function [EXPONENT_W:0] steps(input [WIDTH-2:0] size);
    steps = (size < NORMAL) ? 0 : size / NORMAL - 1;
  endfunction
  wire [2*SIGNIFICAND_W+1:0] exact_digits = digits(size_a) * digits(size_b);
  wire [`FLOAT_VALUE_W-1:0] exact_wide = exact_digits;
  wire [`FLOAT_VALUE_W-1:0] exact = exact_wide << (steps(size_a) + steps(size_b));
  function [`FLOAT_VALUE_W-1:0] placed(input [ACC_W-2:0] magnitude);
    placed = float_value(magnitude, ACC_SIGNIFICAND_W) << STEP;
  endfunction

  wire nan = size_a > INFINITE || size_b > INFINITE ||
      (size_a == INFINITE && digits(size_b) == 0) || (size_b == INFINITE && digits(size_a) == 0);
  wire infinite = !nan && (size_a == INFINITE || size_b == INFINITE);
  wire finite = !nan && !infinite && !skipped;
  wire too_large = exact >= placed(ACC_INFINITE);
  wire tiny = SUBNORMALS == 0 && exact < placed(ACC_NORMAL);
  wire rounds = finite && !tiny && !too_large;
  wire [`FLOAT_VALUE_W-1:0] away = apart(placed(got), exact);
  wire [`FLOAT_VALUE_W-1:0] above = apart(placed(got + 1), exact);
  wire [`FLOAT_VALUE_W-1:0] below = apart(placed(got - 1), exact);
  wire above_is_nearer = got != ACC_INFINITE && above < away;
  wire below_is_nearer = got != 0 && below < away;
  wire tie = (got != ACC_INFINITE && above == away) || (got != 0 && below == away);

  always @* if (age == 7) begin
    `PROMISE(is_a_number, rounds, got <= ACC_INFINITE)
    `PROMISE(none_is_nearer, rounds && got <= ACC_INFINITE, !above_is_nearer && !below_is_nearer)
    `PROMISE(even_of_two, rounds && got <= ACC_INFINITE && tie, !got[0])
    `PROMISE(sign_of_the_product, !nan && !skipped, sign == sign_exact)
    `PROMISE(below_the_normal_ones, finite && (tiny || SUBNORMALS != 0), !tiny || got == 0)
    `PROMISE(infinity, !skipped && (infinite || (finite && too_large)), got == ACC_INFINITE)
    `PROMISE(canonical_nan, nan && !skipped, product == {1'b0, ACC_INFINITE | (ACC_NORMAL >> 1)})
    `PROMISE(a_skipped_tap_is_plus_zero, skipped, product == 0)
  end
endmodule
