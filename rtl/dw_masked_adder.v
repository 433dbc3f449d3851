// dw_masked_adder: adds two words, or takes the second one alone.
//
// Promises: sum is the lower WIDTH bits of a + b, or b if `mask` is 1. The module has no register.
// rtl/ecp5/ has the same module with the mask inside the carry chain.
`default_nettype none

module dw_masked_adder #(
    parameter WIDTH = 20
) (
    input  wire [WIDTH-1:0] a,
    input  wire [WIDTH-1:0] b,
    input  wire             mask,
    output wire [WIDTH-1:0] sum
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (WIDTH < 1) begin : bad_1 dw_masked_adder_WIDTH_must_be_at_least_1 u (); end
  endgenerate

  assign sum = (mask ? {WIDTH{1'b0}} : a) + b;

endmodule

`default_nettype wire
