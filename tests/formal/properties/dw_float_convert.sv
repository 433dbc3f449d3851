// The conversion against the definition of the nearest number: no neighbour is nearer.
`include "promise.svh"

module check_dw_float_convert (
    input clk,
    input [31:0] x
);
  wire [24:0] significand;
  wire [4:0] zeros;
  wire negative;
  dw_float_convert dut (.*);

  reg [2:0] age = 3'd0;
  reg [31:0] x1, x2, x3, x4, x5;
  always @(posedge clk) begin
    if (age < 5) age <= age + 1;
    {x1, x2, x3, x4, x5} <= {x, x1, x2, x3, x4};
  end

  wire [31:0] magnitude = x5[31] ? -x5 : x5;
  // In units of 2^-zeros: the magnitude, and the significand, whose lowest bit has 2^8 units.
  wire [62:0] exact = {31'd0, magnitude} << zeros;
  wire signed [63:0] error = $signed({31'd0, significand, 8'd0}) - $signed({1'b0, exact});
  wire normalised = exact[62:31] == 32'd1;
  always @* if (age == 5) begin
    `PROMISE(counts_the_zeros, magnitude != 0, normalised)
    `PROMISE(nearest, magnitude != 0, error >= -128 && error <= 128)
    `PROMISE(even_of_two, magnitude != 0 && (error == 128 || error == -128), !significand[0])
    `PROMISE(zero, magnitude == 0, significand == 0)
    `PROMISE(sign, 1'b1, negative == x5[31])
  end
endmodule
