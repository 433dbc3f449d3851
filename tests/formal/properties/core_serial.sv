// A whole tap-serial engine: its streams and its credits, for any traffic. Of the geometry only the
// counts of cells and of the sums that leave must agree, and no cell behind the last pixel of a plane
// may have a pixel.
`include "promise.svh"

module check_core_serial #(
    parameter START = 4,  // cycles from the last tap of a group to its start in the drain
    parameter LEAVE = 4,  // cycles from a sum in the drain to its beat
    parameter HINT = 0  // 1: one geometry, to reach the end of a stream
) (
    input clk,
    input rst,
    `include "core_ports.svh"
);
  `include "core_outputs.svh"
  core_serial dut (.*);
  localparam CELLS = 2, DEPTH = 16;
  (* hierconn *) wire \dut.fire , \dut.completes , \dut.plane_end , \dut.beat_pad ;
  (* hierconn *) wire [1:0] \dut.cells , \dut.chunks , \dut.final_chunks , \dut.last_cell ;
  (* hierconn *) wire [CELLS-1:0] \dut.counts ;
  (* hierconn *) wire \dut.group_start , \dut.active ;
  (* hierconn *) wire [1:0] \dut.cell_index ;
  (* hierconn *) wire [CELLS-1:0] \dut.u_serial_output.counts ;
  (* hierconn *) wire \dut.u_serial_output.plane_end , \dut.u_serial_output.write ;
  (* hierconn *) wire [4:0] \dut.u_serial_output.u_output_fifo.entries ;
  (* hierconn *) wire \dut.u_serial_output.u_output_fifo.not_empty , \dut.popped ;
  (* hierconn *) wire [4:0] \dut.u_pixel_credit.credits ;
  (* hierconn *) wire [1:0] \dut.u_pixel_credit.returned ;
  (* hierconn *) wire \dut.u_pixel_credit.taken , \dut.run ;
  (* hierconn *) wire \dut.u_sequencer.live , \dut.u_sequencer.ready , \dut.taps_done ;
  (* hierconn *) wire \dut.u_serial_output.g_pack.u_pixel_pack.place ;

  // ---- the geometry ------------------------------------------------------------------------------
  wire legal = \dut.cells >= 1 && \dut.cells <= CELLS && \dut.chunks == \dut.cells &&
      \dut.last_cell < \dut.cells && \dut.final_chunks == \dut.last_cell + 1 && !\dut.beat_pad ;

  // ---- pixels on their way --------------------------------------------------------------------
  wire take = \dut.fire && \dut.completes ;
  reg [START:1] group;  // a group that completed so many cycles ago
  reg [START:1] ends;  // ... that is the last of its plane
  reg [CELLS*START-1:0] group_counts;  // ... and its cells with a pixel; those of the first are on `counts`
  reg [LEAVE:1] pixel;  // a pixel that left the drain so many cycles ago
  wire [CELLS-1:0] used = {\dut.cells >= 2, 1'b1};
  wire [CELLS-1:0] counts = \dut.counts & used;
  wire [CELLS-1:0] waits = \dut.u_serial_output.counts &
      {\dut.active && (\dut.u_serial_output.plane_end ? \dut.final_chunks : \dut.chunks ) >= 2,
       \dut.active && \dut.cell_index == 0};
  wire leaves = \dut.active && (\dut.cell_index == 0 ? waits[0] : waits[1]);
  integer i;
  reg [4:0] on_the_way;  // claimed, and not in the FIFO
  always @* begin
    on_the_way = waits[0] + waits[1] + (group[1] ? \dut.cells : 0);
    for (i = 2; i <= START; i = i + 1)
      if (group[i]) on_the_way = on_the_way + group_counts[CELLS*(i-1)] + group_counts[CELLS*(i-1)+1];
    for (i = 1; i <= LEAVE; i = i + 1) on_the_way = on_the_way + pixel[i];
  end
  wire [1:0] gap = group[1] ? \dut.cells - counts[0] - counts[1] : 0;
  wire [1:0] claim = take ? \dut.cells : 0;
  // dw_cell_place: no cell behind the last pixel of a plane has a pixel.
  wire [CELLS-1:0] behind = {\dut.last_cell < 1, 1'b0};
  always @* begin
    assume (!busy || legal);
    assume (!(group[1] && ends[1]) || (counts & behind) == 0);
  end

  // ---- the claims of dw_pixel_credit ---------------------------------------------------------------
  wire [4:0] entries = \dut.u_serial_output.u_output_fifo.entries ;
  wire [4:0] credits = \dut.u_pixel_credit.credits ;
  wire writes = \dut.u_serial_output.write ;
  reg after_reset = 1'b0, in_reset, held, gave;
  reg [4:0] held_data;
  reg held_keep, held_last;
  reg [7:0] emitted, transferred;
  reg [1:0] gaps, gaps_1, gaps_2;
  reg [7:0] pixels;
  always @(posedge clk) begin
    after_reset <= after_reset || rst;
    in_reset <= rst;
    held <= m_axis_ofmap_tvalid && !m_axis_ofmap_tready && !rst;
    {held_data, held_keep, held_last} <= {m_axis_ofmap_tdata, m_axis_ofmap_tkeep,
                                          m_axis_ofmap_tlast};
    group <= rst ? 0 : {group[START-1:1], take};
    ends <= {ends[START-1:1], \dut.plane_end };
    group_counts <= {group_counts[CELLS*START-CELLS-1:CELLS], counts, {CELLS{1'b0}}};
    pixel <= rst ? 0 : {pixel[LEAVE-1:1], leaves};
    pixels <= rst ? 0 : pixels + claim - gap - \dut.popped ;
    gave <= \dut.popped && !rst;
    {gaps, gaps_1, gaps_2} <= rst ? 0 : {gap, gaps, gaps_1};
    emitted <= rst ? 0 : emitted + claim - gap;
    transferred <= rst ? 0 : transferred + (m_axis_ofmap_tvalid && m_axis_ofmap_tready);
  end
  wire [7:0] known = pixels + gaps + gaps_1 + gaps_2 + gave;
  wire [7:0] counted = transferred + m_axis_ofmap_tvalid + entries + on_the_way;

  always @* if (after_reset) begin
    `PROMISE(ofmap_holds_until_the_transfer, held, m_axis_ofmap_tvalid &&
             m_axis_ofmap_tdata == held_data && m_axis_ofmap_tkeep == held_keep &&
             m_axis_ofmap_tlast == held_last)
    `PROMISE(fifo_never_overflows, writes, entries < DEPTH)
    `PROMISE(credits_are_the_room_that_is_left, pixels != 0,
             credits == DEPTH - known + gaps_2 + gave)
    `PROMISE(every_pixel_gives_one_beat, emitted != transferred, counted == emitted)
    `PROMISE(no_beat_without_a_pixel, m_axis_ofmap_tvalid && emitted != 0, emitted != transferred)
    `PROMISE(quiet_in_reset, in_reset, !cfg_ready && !s_axis_param_tready &&
             !s_axis_ifmap_tready && !m_axis_ofmap_tvalid && !busy)
    aid_count: assert (counted == emitted);
    aid_pixels: assert (pixels == entries + on_the_way && known <= DEPTH);
    aid_room: assert (!take || pixels + CELLS <= DEPTH);
    aid_credits: assert (credits == DEPTH - known + gaps_2 + gave);
    aid_taken: assert (\dut.u_pixel_credit.taken == group[1] &&
                       \dut.u_pixel_credit.returned == gaps_1);
    aid_live: assert (!\dut.u_sequencer.live ||
                      (\dut.run && \dut.u_sequencer.ready && !\dut.taps_done ));
    aid_done: assert (!\dut.taps_done || \dut.u_sequencer.ready );
    aid_entries: assert (\dut.u_serial_output.u_output_fifo.not_empty == (entries != 0));
    aid_start: assert (\dut.group_start == group[START]);
    aid_place: assert (\dut.u_serial_output.g_pack.u_pixel_pack.place );
    aid_writes: assert (writes == pixel[LEAVE]);
  end
  always @* if (HINT != 0) begin
    assume (!cfg_load && cfg_ifmap_w == 2 && cfg_ifmap_h == 1 && cfg_kernel_w == 1);
    assume (cfg_kernel_h == 1 && cfg_stride_w == 1 && cfg_stride_h == 1 && cfg_dilation_w == 1);
    assume (cfg_dilation_h == 1 && cfg_pitch == 2 && cfg_start_x == 0 && cfg_start_y == 0);
    assume (cfg_wrap_x == 2 && cfg_end_x == 2 && cfg_end_y == 1 && cfg_cells == 1);
    assume (cfg_cell_stride == 1 && cfg_step_x == 1 && cfg_step_y == 0 && !cfg_tap_segments);
    assume (cfg_span == 1 && cfg_start_address == 0 && cfg_step_address == 0);
    assume (cfg_row_address == 2 && cfg_tap_address == 2 && cfg_plane_beats == 2);
    assume (cfg_groups == 2 && cfg_last_cell == 0 && cfg_chunks == 1 && cfg_final_chunks == 1);
    assume (!cfg_beat_pad && cfg_channel_multiplier && cfg_planes == 1 && cfg_image_planes == 1);
    assume (cfg_weight_sets == 1 && cfg_tail_channels == 1);
    assume (rst == !after_reset);
  end
endmodule
