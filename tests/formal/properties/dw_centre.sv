// The difference in integers with room to spare.
`include "promise.svh"

module check_dw_centre (
    input clk,
    input [15:0] ifmap,
    input [7:0] zero_point
);
  wire [17:0] centred;
  dw_centre #(.LANES(2), .WIDTH(8)) dut (.*);
  wire signed [31:0] zero = $signed(zero_point);
  wire signed [31:0] first = $signed(ifmap[7:0]), second = $signed(ifmap[15:8]);
  wire signed [31:0] out_first = $signed(centred[8:0]), out_second = $signed(centred[17:9]);
  always @* begin
    `PROMISE(difference, 1'b1, out_first == first - zero)
    `PROMISE(difference_of_the_next_lane, 1'b1, out_second == second - zero)
  end
endmodule
