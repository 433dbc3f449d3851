// The sum by the carries of its bits.
`include "promise.svh"

module check_dw_masked_adder #(
    parameter WIDTH = 9
) (
    input clk,
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b,
    input mask
);
  wire [WIDTH-1:0] sum;
  dw_masked_adder #(.WIDTH(WIDTH)) dut (.*);

  reg [WIDTH:0] carry;
  integer i;
  always @* begin
    carry[0] = 1'b0;
    for (i = 0; i < WIDTH; i = i + 1)
      carry[i+1] = (a[i] && b[i]) || (carry[i] && (a[i] || b[i]));
  end
  always @* begin
    `PROMISE(adds, !mask, sum == (a ^ b ^ carry[WIDTH-1:0]))
    `PROMISE(takes_the_second_alone, mask, sum == b)
  end
endmodule
