// Each operand against its tap and the masks of a cycle before.
`include "promise.svh"

module check_dw_tap_mask (
    input clk,
    input emit,
    input [1:0] row_mask,
    input [1:0] col_mask,
    input [7:0] taps
);
  wire [7:0] operands;
  dw_tap_mask #(.KERNEL_H(2), .KERNEL_W(2), .WIDTH(2)) dut (.*);
  reg [1:0] age = 2'd0;
  reg [3:0] inside, was_inside;
  reg [7:0] was_taps;
  integer t;
  reg [7:0] expected;
  always @(posedge clk) begin
    if (age < 2) age <= age + 1;
    for (t = 0; t < 4; t = t + 1) inside[t] <= emit && row_mask[t/2] && col_mask[t%2];
    was_inside <= inside;
    was_taps <= taps;
  end
  always @* begin
    expected = 8'd0;
    for (t = 0; t < 4; t = t + 1) if (was_inside[t]) expected[t*2+:2] = was_taps[t*2+:2];
  end
  always @* if (age == 2) begin
    `PROMISE(taps_inside_pass, was_inside == 4'b1111, operands == was_taps)
    `PROMISE(taps_outside_are_zero, was_inside == 4'b0000, operands == 0)
    `PROMISE(each_tap_has_its_mask, 1'b1, operands == expected)
  end
endmodule
