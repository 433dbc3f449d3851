// dw_serial_output: packs the values that leave a tap-serial array into beats of m_axis_ofmap.
//
// Promises: the values of an active cycle of the drain arrive CYCLES cycles later. Values of cells
// with an ofmap pixel leave in order, packed into beats; the others are dropped. tkeep marks the
// values that are ofmap channels, tlast the last beat of the stream. The m_axis_ofmap outputs come
// from registers.
`default_nettype none

module dw_serial_output #(
    parameter LANES      = 16,
    parameter CELLS      = 7,
    parameter VALUES     = 13,  // at most LANES, or a multiple of LANES
    parameter PIXELS     = 4,   // of a beat
    parameter WIDTH      = 8,   // bits of a value
    parameter CYCLES     = 13,  // from an active cycle of the drain to its values
    parameter FIFO_DEPTH = 16,
    // derived
    parameter LANE_W     = (LANES > 1) ? $clog2(LANES) : 1,  // index of a lane
    parameter LANES_W    = $clog2(LANES + 1),  // count of lanes
    parameter CELLS_W    = $clog2(CELLS + 1),  // count of cells
    parameter TOGETHER   = (VALUES + LANES - 1) / LANES,  // pixels that leave together
    parameter CELL_W     = $clog2(CELLS + 2 * TOGETHER - 1),  // index of a cell that leaves
    parameter COUNT_W    = $clog2(PIXELS + 1)  // count of a beat's pixels
) (
    input  wire                          clk,
    input  wire                          rst,
    input  wire                          restart,
    // an active cycle of the drain
    input  wire                          active,
    input  wire [            LANE_W-1:0] lane,
    input  wire [            CELL_W-1:0] cell_index,
    input  wire [             CELLS-1:0] counts,
    input  wire                          plane_end,
    input  wire                          image_end,
    input  wire                          stream_end,
    input  wire [           CELLS_W-1:0] last_cell,
    input  wire [           LANES_W-1:0] tail_channels,
    // its values
    input  wire [      VALUES*WIDTH-1:0] values,
    output wire                          popped,
    output wire [PIXELS*LANES*WIDTH-1:0] m_axis_ofmap_tdata,
    output wire [      PIXELS*LANES-1:0] m_axis_ofmap_tkeep,
    output wire                          m_axis_ofmap_tvalid,
    input  wire                          m_axis_ofmap_tready,
    output wire                          m_axis_ofmap_tlast
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (CELLS < 1) begin : bad_1 dw_serial_output_CELLS_must_be_at_least_1 u (); end
    if (VALUES < 1) begin : bad_2 dw_serial_output_VALUES_must_be_at_least_1 u (); end
    if (PIXELS < 1) begin : bad_3 dw_serial_output_PIXELS_must_be_at_least_1 u (); end
    if (WIDTH < 1) begin : bad_4 dw_serial_output_WIDTH_must_be_at_least_1 u (); end
    if (FIFO_DEPTH < 1) begin : bad_5 dw_serial_output_FIFO_DEPTH_must_be_at_least_1 u (); end
    if (CYCLES < 1) begin : bad_6 dw_serial_output_CYCLES_must_be_at_least_1 u (); end
    if ((VALUES > LANES) && (VALUES % LANES != 0)) begin : bad_7
      dw_serial_output_VALUES_must_be_at_most_LANES_or_a_multiple_of_it u ();
    end
    if ((LANE_W < 1) || ((1 << LANE_W) < LANES)) begin : bad_8
      dw_serial_output_LANE_W_must_hold_LANES_minus_1 u ();
    end
    if ((1 << LANES_W) <= LANES) begin : bad_9 dw_serial_output_LANES_W_must_hold_LANES u (); end
    if ((1 << CELLS_W) <= CELLS) begin : bad_10 dw_serial_output_CELLS_W_must_hold_CELLS u (); end
    if ((1 << COUNT_W) <= PIXELS) begin : bad_11 dw_serial_output_COUNT_W_must_hold_PIXELS u (); end
    if (TOGETHER != (VALUES + LANES - 1) / LANES) begin : bad_12
      dw_serial_output_TOGETHER_must_be_VALUES_over_LANES_rounded_up u ();
    end
    if ((1 << CELL_W) <= CELLS + 2 * TOGETHER - 2) begin : bad_13
      dw_serial_output_CELL_W_must_hold_CELLS_and_two_steps u ();
    end
    if ((PIXELS > 0) && (TOGETHER > PIXELS)) begin : bad_14
      dw_serial_output_PIXELS_must_be_at_least_VALUES_over_LANES u ();
    end
  endgenerate

  // ---- the pixels that the values complete, and their place in the plane and the stream ----
  localparam [LANES_W-1:0] ALL_LANES = LANES;
  // No cell behind the last one counts.
  localparam INDICES = 1 << CELL_W;
  wire [INDICES-1:0] counted = {{(INDICES - CELLS) {1'b0}}, counts};
  wire [TOGETHER-1:0] keep, is_last;
  genvar t;
  generate
    for (t = 0; t < TOGETHER; t = t + 1) begin : g_together
      localparam [CELL_W-1:0] AHEAD = t;
      wire [CELL_W-1:0] index = cell_index + AHEAD;
      assign keep[t] = counted[index];
      assign is_last[t] = (index == {{(CELL_W - CELLS_W) {1'b0}}, last_cell});
    end
  endgenerate
  wire final_pixel = plane_end && (is_last != {TOGETHER{1'b0}});
  wire [LANES_W-1:0] kept = image_end ? tail_channels : ALL_LANES;
  // dw_pixel_pack takes the marks one cycle before the values.
  localparam MARK_CYCLES = (TOGETHER > 1) ? CYCLES : CYCLES - 1;
  wire final_q, stream_end_q, active_q;
  wire [TOGETHER-1:0] keep_q;
  wire [LANE_W-1:0] lane_q;
  wire [LANES_W-1:0] kept_q;
  dw_pipeline #(
      .WIDTH (1),
      .CYCLES(MARK_CYCLES),
      .RESET (1)
  ) u_active (
      .clk(clk),
      .rst(rst),
      .d  (active),
      .q  (active_q)
  );
  dw_pipeline #(
      .WIDTH (2 + TOGETHER + LANE_W + LANES_W),
      .CYCLES(MARK_CYCLES)
  ) u_marks (
      .clk(clk),
      .rst(rst),
      .d  ({keep, final_pixel, stream_end, lane, kept}),
      .q  ({keep_q, final_q, stream_end_q, lane_q, kept_q})
  );

  // ---- beats ------------------------------------------------------------------------------
  // A beat that is complete in the cycle of a reset must not reach the FIFO after it.
  wire clear = rst || restart;
  wire write, ended;
  wire [COUNT_W-1:0] count;
  wire [PIXELS*LANES*WIDTH-1:0] beat;
  // Beside the beat that is written: the marks of the group that ends it.
  wire stream_end_p;
  wire [LANES_W-1:0] lanes;
  generate
    if (TOGETHER > 1) begin : g_merge
      dw_pixel_merge #(
          .LANES (LANES),
          .PIXELS(TOGETHER),
          .BEAT  (PIXELS),
          .WIDTH (WIDTH)
      ) u_pixel_merge (
          .clk        (clk),
          .restart    (clear),
          .active     (active_q),
          .values     (values),
          .keep       (keep_q),
          .final_pixel(final_q),
          .write      (write),
          .ended      (ended),
          .count      (count),
          .beat       (beat)
      );
      wire unused_lane = &{1'b0, lane_q, 1'b0};
    end else begin : g_pack
      dw_pixel_pack #(
          .LANES (LANES),
          .VALUES(VALUES),
          .PIXELS(PIXELS),
          .WIDTH (WIDTH)
      ) u_pixel_pack (
          .clk        (clk),
          .restart    (clear),
          .active     (active_q),
          .lane       (lane_q),
          .values     (values),
          .keep       (keep_q),
          .final_pixel(final_q),
          .write      (write),
          .ended      (ended),
          .count      (count),
          .beat       (beat)
      );
    end
  endgenerate
  dw_pipeline #(
      .WIDTH (1 + LANES_W),
      .CYCLES(2)
  ) u_beat_marks (
      .clk(clk),
      .rst(rst),
      .d  ({stream_end_q, kept_q}),
      .q  ({stream_end_p, lanes})
  );

  wire [COUNT_W-1:0] m_count;
  wire [LANES_W-1:0] m_lanes;
  dw_output_fifo #(
      .WIDTH (1 + LANES_W + COUNT_W + PIXELS * LANES * WIDTH),
      .DEPTH (FIFO_DEPTH)
  ) u_output_fifo (
      .clk       (clk),
      .rst       (rst),
      .write     (write),
      .write_data({ended && stream_end_p, lanes, count, beat}),
      .popped    (popped),
      .m_data    ({m_axis_ofmap_tlast, m_lanes, m_count, m_axis_ofmap_tdata}),
      .m_valid   (m_axis_ofmap_tvalid),
      .m_ready   (m_axis_ofmap_tready)
  );

  genvar p, l;
  generate
    for (p = 0; p < PIXELS; p = p + 1) begin : g_pixel
      for (l = 0; l < LANES; l = l + 1) begin : g_lane
        assign m_axis_ofmap_tkeep[p*LANES+l] = (m_count > p) && (m_lanes > l);
      end
    end
  endgenerate

endmodule

`default_nettype wire
