// The bounds in integers with room to spare.
`include "promise.svh"

module check_dw_clamp_bounds (
    input clk,
    input [7:0] zero_point,
    input [7:0] act_min,
    input [7:0] act_max
);
  wire [8:0] below, above;
  dw_clamp_bounds #(.OFMAP_W(8)) dut (.*);
  reg began = 1'b0;
  reg signed [31:0] zero, least, most;
  wire signed [31:0] out_below = $signed(below), out_above = $signed(above);
  always @(posedge clk) begin
    began <= 1'b1;
    zero <= $signed(zero_point);
    least <= $signed(act_min);
    most <= $signed(act_max);
  end
  always @* if (began) begin
    `PROMISE(below_is_exact, 1'b1, out_below == zero - least)
    `PROMISE(above_is_exact, 1'b1, out_above == zero - most - 1)
  end
endmodule
