// A stand-in for dw_plane_marker: its promise, as a history of all steps since the restart.
module dw_plane_marker #(
    parameter MAX_LAG = 1,
    parameter SHIFT_LENGTH_MAX = 4,
    parameter LAG_W = $clog2(MAX_LAG + 1)
) (
    input clk,
    input restart,
    input step,
    input [LAG_W-1:0] lag,
    input mark,
    output mark_next
);
  reg [MAX_LAG:0] history;
  always @(posedge clk)
    if (restart) history <= 0;
    else if (step) history <= {history, mark};
  assign mark_next = (lag == 0) ? 1'b0 : (lag == 1) ? mark : history[lag-2];
endmodule
