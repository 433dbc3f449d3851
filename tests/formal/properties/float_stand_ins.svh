// Stand-ins for the float units, for proofs of the modules that connect them: which numbers meet, in
// which order, in which cycle. The sum of the stand-in is neither symmetric nor associative, so another
// order gives another number. As in the adder, -0 as the first number changes nothing.
`define STAND_IN_CYCLES 2

module dw_float_adder #(
    parameter EXPONENT_W = 2,
    parameter SIGNIFICAND_W = 2,
    parameter SUBNORMALS = 1
) (
    input clk,
    input [EXPONENT_W+SIGNIFICAND_W:0] a,
    input [EXPONENT_W+SIGNIFICAND_W:0] b,
    output reg [EXPONENT_W+SIGNIFICAND_W:0] sum
);
  localparam [EXPONENT_W+SIGNIFICAND_W:0] MINUS_ZERO = 1 << (EXPONENT_W + SIGNIFICAND_W);
  reg [EXPONENT_W+SIGNIFICAND_W:0] total;
  always @(posedge clk) begin
    total <= (a == MINUS_ZERO) ? b : a + b + b + b;
    sum <= total;
  end
endmodule

module dw_float_multiplier #(
    parameter EXPONENT_W = 2,
    parameter SIGNIFICAND_W = 2,
    parameter ACC_EXPONENT_W = 2,
    parameter ACC_SIGNIFICAND_W = 2,
    parameter SUBNORMALS = 1
) (
    input clk,
    input skip,
    input [EXPONENT_W+SIGNIFICAND_W:0] a,
    input [EXPONENT_W+SIGNIFICAND_W:0] b,
    output reg [ACC_EXPONENT_W+ACC_SIGNIFICAND_W:0] product
);
  always @(posedge clk) product <= skip ? 0 : a + b + b;
endmodule
