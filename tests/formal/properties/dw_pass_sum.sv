// The sum of the passes in integers with room to spare.
`include "promise.svh"

module check_dw_pass_sum #(
    parameter SIGNED = 1
) (
    input clk,
    input first,
    input [5:0] sum
);
  wire [9:0] acc;
  dw_pass_sum #(.SUM_W(6), .ACC_W(10), .SIGNED(SIGNED)) dut (.*);
  wire signed [31:0] value = SIGNED ? $signed(sum) : $signed({1'b0, sum});
  wire signed [31:0] out = SIGNED ? $signed(acc) : $signed({1'b0, acc});
  reg started = 1'b0, began;
  reg signed [31:0] total;
  reg [2:0] passes;
  always @(posedge clk) begin
    started <= started || first;
    began <= first;
    total <= (first ? 0 : total) + value;
    passes <= first ? 3'd1 : passes + 3'd1;
  end
  wire signed [31:0] bound = passes;
  always @* assume (first || passes < 7);
  always @* if (started) begin
    `PROMISE(adds_all_passes, 1'b1, out == total)
    `PROMISE(begins_with_the_first, began, out == total)
    aid_range: assert (passes >= 1 && total <= 64 * bound && total >= -32 * bound);
  end
endmodule
