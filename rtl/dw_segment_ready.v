// dw_segment_ready: holds the mark that the pixels of the next segment are there.
//
// Promises: `ready`, a register, is 1 if the taps of a segment can begin in the next cycle; next_load says
// that they do. The marks of a word can enter in the cycle after next_accepts: then no segment is ready, or
// it leaves. next_completes is 1 in the cycle before one with the marks that complete a segment.
`default_nettype none

module dw_segment_ready (
    input  wire clk,
    input  wire restart,
    input  wire next_completes,
    output wire next_accepts,
    output reg  ready,
    input  wire next_load
);

  // A segment that is complete waits until its taps begin.
  assign next_accepts = restart || !ready || next_load;

  always @(posedge clk) ready <= !next_accepts || next_completes;

endmodule

`default_nettype wire
