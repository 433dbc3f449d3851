// The life of a stream: pending, checked, running, finished.
`include "promise.svh"

module check_dw_stream_control (
    input clk,
    input rst,
    input start,
    input start_load,
    input [1:0] weight_sets,
    input check_done,
    input check_passed,
    input cfg_ready,
    input last_transfer
);
  wire cfg_valid, load, pending, checking, running, started, finished, refused;
  wire [1:0] kept_sets;
  dw_stream_control #(.WEIGHT_SETS(3)) dut (.*);

  reg after_reset = 1'b0, in_reset, waits, checked, in_check, asked_load, runs, held;
  reg [1:0] sets;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    held <= cfg_valid && !cfg_ready && !rst;
    waits <= !rst && (start || (waits && !(cfg_valid && cfg_ready) && !(check_done && !check_passed)));
    in_check <= !rst && (start || (in_check && !check_done));
    runs <= !rst && ((cfg_valid && cfg_ready) || (runs && !last_transfer));
    if (start) asked_load <= start_load;
    if (rst) sets <= 0;
    else if (cfg_valid && cfg_ready && asked_load) sets <= weight_sets;
  end
  always @* begin
    assume (!start || (!waits && !in_check));
    assume (!check_done || in_check);
  end
  always @* if (after_reset) begin
    `PROMISE(start_makes_a_stream_pending, waits, pending)
    `PROMISE(nothing_pending_without_a_start, !waits, !pending && !cfg_valid)
    `PROMISE(not_before_the_check_has_passed, in_check, checking && !cfg_valid)
    `PROMISE(not_while_a_stream_runs, runs, running && !cfg_valid)
    `PROMISE(then_at_once, waits && !in_check && !runs, cfg_valid)
    `PROMISE(holds_until_the_handshake, held && !start, cfg_valid)
    `PROMISE(ends_with_the_last_transfer, runs && last_transfer && !rst, finished)
    `PROMISE(no_other_end, !runs || !last_transfer, !finished)
    `PROMISE(tells_a_refusal, check_done && !check_passed, refused && !started)
    `PROMISE(remembers_load, waits, load == asked_load)
    `PROMISE(remembers_the_loaded_sets, 1'b1, kept_sets == sets)
    `PROMISE(quiet_in_reset, in_reset, !pending && !running && !cfg_valid && kept_sets == 0)
    aid_check: assert (!in_check || waits);
    aid_not_checking: assert (in_check || !checking);
    aid_not_running: assert (runs || !running);
  end
endmodule
