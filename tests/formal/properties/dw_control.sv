// The control: its order of states, and the cycles that it waits for the pipeline.
`include "promise.svh"

module check_dw_control #(
    parameter DRAIN_CYCLES = 3
) (
    input clk,
    input rst,
    input cfg_valid,
    input load,
    input params_loaded,
    input port_blocked,
    input emit,
    input done
);
  wire cfg_ready, capture, restart, start, swap, run, busy;
  dw_control #(.DRAIN_CYCLES(DRAIN_CYCLES)) dut (.*);
  (* hierconn *) wire [1:0] \dut.state ;
  (* hierconn *) wire [$clog2(DRAIN_CYCLES+1)-1:0] \dut.drain_left ;

  reg after_reset = 1'b0, in_reset, captured, began, ran, restarted, waited;
  reg [7:0] quiet;  // cycles since the last emission, at most 99
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    captured <= capture && !rst;
    began <= start && !rst;
    ran <= run && !rst && !(done && !(quiet < DRAIN_CYCLES));
    restarted <= restart && !start && !rst;
    waited <= cfg_ready && !cfg_valid && !rst;
    quiet <= rst ? 8'd99 : emit ? 8'd0 : (quiet < 99) ? quiet + 1 : quiet;
  end

  always @* if (after_reset) begin
    `PROMISE(restart_follows_the_handshake, captured, restart)
    `PROMISE(restart_waits_for_parameters, restart && load && !params_loaded, !start)
    `PROMISE(restart_waits_for_surplus_beats, restart && port_blocked, !start)
    `PROMISE(restart_ends_when_all_is_there,
             restart && !port_blocked && (!load || params_loaded), start)
    `PROMISE(run_follows_the_start, began, run)
    `PROMISE(restart_holds, restarted, restart)
    `PROMISE(run_holds_until_the_pipeline_is_empty, ran, run)
    `PROMISE(swap_only_for_a_loading_stream, start && !load, !swap)
    `PROMISE(swap_with_the_start, start && load, swap)
    `PROMISE(not_two_states, run, !restart && !cfg_ready)
    `PROMISE(busy_outside_idle, run || restart, busy && !capture)
    `PROMISE(ready_holds, waited, cfg_ready)
    `PROMISE(quiet_in_reset, in_reset, !cfg_ready && !run && !restart && !busy)
    aid_state: assert (\dut.state != 3 && !(cfg_ready && \dut.state != 0));
    aid_drain: assert (\dut.drain_left == ((quiet >= DRAIN_CYCLES) ? 0 : DRAIN_CYCLES - quiet));
  end
endmodule
