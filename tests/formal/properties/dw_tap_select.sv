// Five taps in passes of two: each operand against the tap that its pass names.
`include "promise.svh"

module check_dw_tap_select (
    input clk,
    input emit,
    input row_mask,
    input [4:0] col_mask,
    input [1:0] pass,
    input [9:0] taps
);
  wire [3:0] operands;
  dw_tap_select #(.KERNEL_H(1), .KERNEL_W(5), .UNITS(2), .WIDTH(2)) dut (.*);
  reg [1:0] age = 2'd0;
  reg [1:0] pass_1, pass_2, pass_3;
  reg [4:0] mask_1, mask_2, mask_3;
  reg [9:0] taps_1, taps_2;
  reg [3:0] expected;
  integer u, tap;
  always @(posedge clk) begin
    if (age < 3) age <= age + 1;
    {pass_1, pass_2, pass_3} <= {pass, pass_1, pass_2};
    {mask_1, mask_2, mask_3} <= {(emit && row_mask) ? col_mask : 5'd0, mask_1, mask_2};
    {taps_1, taps_2} <= {taps, taps_1};
  end
  always @* assume (pass < 3);
  always @* begin
    expected = 4'd0;
    for (u = 0; u < 2; u = u + 1) begin
      tap = pass_3 * 2 + u;
      if (tap < 5 && mask_3[tap]) expected[u*2+:2] = taps_2[tap*2+:2];
    end
  end
  always @* if (age == 3) begin
    `PROMISE(takes_the_taps_of_the_pass, pass_3 < 2, operands == expected)
    `PROMISE(zero_behind_the_last_tap, pass_3 == 2, operands[3:2] == 0)
    `PROMISE(zero_outside, mask_3 == 0, operands == 0)
    aid_pass: assert (pass_3 < 3);
  end
endmodule
