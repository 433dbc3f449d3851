// dw_stall_flags: registers that say why the engine lost the last cycle.
//
// Promises: `starved` or `backpressured` is high in the cycle after one that was lost to the
// source or to the sink. While slots enter, the slot raster finds the cause; once a stream's last
// window is emitted, a cycle is lost to the sink when an ofmap beat waits for it.
`default_nettype none

module dw_stall_flags (
    input  wire clk,
    input  wire rst,
    input  wire run,
    input  wire done,               // nothing is left to take or to emit
    input  wire starved_now,        // of the slot raster
    input  wire backpressured_now,  // of the slot raster
    input  wire m_axis_ofmap_tvalid,
    input  wire m_axis_ofmap_tready,
    output reg  starved,
    output reg  backpressured
);

  wire sink_stalls = m_axis_ofmap_tvalid && !m_axis_ofmap_tready;

  always @(posedge clk) begin
    starved <= starved_now && !rst;
    backpressured <= (backpressured_now || (run && done && sink_stalls)) && !rst;
  end

endmodule

`default_nettype wire
