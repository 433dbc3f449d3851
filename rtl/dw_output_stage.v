// dw_output_stage: carries the marks of each ofmap beat beside the arithmetic, and buffers beats.
//
// Promises: a beat with valid_q is on m_axis_ofmap CYCLES + 2 cycles later if no other beat waits
// there. Its `values` arrive CYCLES cycles after valid_q; its keep_count and `last` arrive one
// cycle after valid_q. tkeep has one bit for each lane: the lowest keep_count bits are 1. The
// m_axis_ofmap outputs come from registers and hold until the transfer. `popped` marks each cycle
// that frees an entry of the FIFO. The stage never stalls its source: the source holds a credit
// for each beat.
`default_nettype none

module dw_output_stage #(
    parameter LANES        = 8,
    parameter VALUE_W      = 8,   // bits of a lane of the ofmap
    parameter CYCLES       = 8,   // from valid_q to the values; at least 1
    parameter DEPTH        = 16,  // entries of the FIFO
    // derived
    parameter LANE_COUNT_W = $clog2(LANES + 1)
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     valid_q,
    input  wire [ LANE_COUNT_W-1:0] keep_count,
    input  wire                     last,
    input  wire [LANES*VALUE_W-1:0] values,
    output wire                     popped,
    output wire [LANES*VALUE_W-1:0] m_axis_ofmap_tdata,
    output wire [        LANES-1:0] m_axis_ofmap_tkeep,
    output wire                     m_axis_ofmap_tvalid,
    input  wire                     m_axis_ofmap_tready,
    output wire                     m_axis_ofmap_tlast
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_output_stage_LANES_must_be_at_least_1 u (); end
    if (VALUE_W < 1) begin : bad_2 dw_output_stage_VALUE_W_must_be_at_least_1 u (); end
    if (CYCLES < 1) begin : bad_3 dw_output_stage_CYCLES_must_be_at_least_1 u (); end
    if (DEPTH < 1) begin : bad_4 dw_output_stage_DEPTH_must_be_at_least_1 u (); end
    if ((1 << LANE_COUNT_W) <= LANES) begin : bad_5
      dw_output_stage_LANE_COUNT_W_must_hold_LANES u ();
    end
  endgenerate

  wire out_valid, out_last;
  wire [LANE_COUNT_W-1:0] out_keep_count;
  wire [LANES-1:0] out_keep;

  dw_pipeline #(
      .WIDTH (1),
      .CYCLES(CYCLES),
      .RESET (1)
  ) u_valid (
      .clk(clk),
      .rst(rst),
      .d  (valid_q),
      .q  (out_valid)
  );

  dw_pipeline #(
      .WIDTH (1 + LANE_COUNT_W),
      .CYCLES(CYCLES - 1)
  ) u_marks (
      .clk(clk),
      .rst(rst),
      .d  ({last, keep_count}),
      .q  ({out_last, out_keep_count})
  );

  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : g_keep
      assign out_keep[lane] = (out_keep_count > lane);
    end
  endgenerate

  dw_output_fifo #(
      .WIDTH(LANES * VALUE_W + LANES + 1),
      .DEPTH(DEPTH)
  ) u_output_fifo (
      .clk       (clk),
      .rst       (rst),
      .write     (out_valid),
      .write_data({out_last, out_keep, values}),
      .popped    (popped),
      .m_data    ({m_axis_ofmap_tlast, m_axis_ofmap_tkeep, m_axis_ofmap_tdata}),
      .m_valid   (m_axis_ofmap_tvalid),
      .m_ready   (m_axis_ofmap_tready)
  );

endmodule

`default_nettype wire
