// dw_pass_sum: accumulates the sums of the passes of a window.
//
// Promises: one cycle after a sum, acc is that sum if it is the `first` of its ofmap beat, else
// that sum plus the previous acc. Nothing wraps as long as ACC_W holds every total.
`default_nettype none

module dw_pass_sum #(
    parameter SUM_W  = 18,
    parameter ACC_W  = 20,
    parameter SIGNED = 1
) (
    input  wire             clk,
    input  wire             first,
    input  wire [SUM_W-1:0] sum,
    output reg  [ACC_W-1:0] acc
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (SUM_W < 1) begin : bad_1 dw_pass_sum_SUM_W_must_be_at_least_1 u (); end
    if (ACC_W < SUM_W) begin : bad_2 dw_pass_sum_ACC_W_must_be_at_least_SUM_W u (); end
  endgenerate

  wire sign = (SIGNED != 0) && sum[SUM_W-1];
  wire [ACC_W-1:0] sum_wide;

  generate
    if (ACC_W > SUM_W) begin : g_extend
      assign sum_wide = {{(ACC_W - SUM_W) {sign}}, sum};
    end else begin : g_same
      wire unused_sign = &{1'b0, sign, 1'b0};
      assign sum_wide = sum;
    end
  endgenerate

  wire [ACC_W-1:0] so_far = first ? {ACC_W{1'b0}} : acc;
  always @(posedge clk) acc <= so_far + sum_wide;

endmodule

`default_nettype wire
