// The mark against a flag of its own: a segment that is complete and whose taps have not begun.
`include "promise.svh"

module check_dw_segment_ready (
    input clk,
    input restart,
    input next_completes,
    input next_load
);
  wire next_accepts, ready;
  dw_segment_ready dut (.*);

  reg started = 1'b0, complete, restarted;
  wire waits = complete && !next_load && !restart;
  always @(posedge clk) begin
    started <= started || restart;
    restarted <= restart;
    complete <= waits || next_completes;
  end
  // The sequencer begins only what is ready. The fetch drops its words with a restart.
  always @* assume (!next_load || ready);
  always @* assume (!restart || !next_completes);

  always @* if (started) begin
    `PROMISE(ready_if_complete, complete, ready)
    `PROMISE(not_ready_before, !complete, !ready)
    `PROMISE(a_complete_segment_waits, waits, !next_accepts)
    `PROMISE(takes_a_mark_if_none_waits, !complete, next_accepts)
    `PROMISE(takes_a_mark_when_the_taps_begin, next_load, next_accepts)
    `PROMISE(empty_after_a_restart, restarted, !ready)
  end
endmodule
