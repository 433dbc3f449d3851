// The flags against their definition, one cycle later.
`include "promise.svh"

module check_dw_stall_flags (
    input clk,
    input rst,
    input run,
    input done,
    input starved_now,
    input backpressured_now,
    input m_axis_ofmap_tvalid,
    input m_axis_ofmap_tready
);
  wire starved, backpressured;
  dw_stall_flags dut (.*);

  reg began = 1'b0, in_reset, source, sink, waits;
  always @(posedge clk) begin
    began <= 1'b1;
    in_reset <= rst;
    source <= starved_now;
    sink <= backpressured_now;
    waits <= run && done && m_axis_ofmap_tvalid && !m_axis_ofmap_tready;
  end
  always @* if (began) begin
    `PROMISE(lost_to_the_source, source && !in_reset, starved)
    `PROMISE(not_lost_to_the_source, !source, !starved)
    `PROMISE(lost_to_the_sink, (sink || waits) && !in_reset, backpressured)
    `PROMISE(not_lost_to_the_sink, !sink && !waits, !backpressured)
    `PROMISE(quiet_in_reset, in_reset, !starved && !backpressured)
  end
endmodule
