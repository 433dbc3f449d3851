// The marks of the values that leave, and the marks of the beats, with stand-ins for the modules that
// pack pixels and for the FIFO. A part of a pixel leaves in a cycle, so the marks come a cycle before the values.
`include "promise.svh"
`include "output_stand_ins.svh"

module check_dw_serial_output_parts (
    input clk,
    input rst,
    input restart,
    input active,
    input [1:0] lane,
    input [1:0] cell_index,
    input [2:0] counts,
    input plane_end,
    input image_end,
    input stream_end,
    input [1:0] last_cell,
    input [1:0] tail_channels,
    input [1:0] values,
    input m_axis_ofmap_tready
);
  localparam LANES = 3, CELLS = 3, VALUES = 2, PIXELS = 2, TOGETHER = 1, CYCLES = 3;
  localparam LANE_W = 2;
  localparam MARKS = CYCLES - 1;  // cycles from an active cycle to the marks of its values
  wire popped, m_axis_ofmap_tvalid, m_axis_ofmap_tlast;
  wire [PIXELS*LANES-1:0] m_axis_ofmap_tdata, m_axis_ofmap_tkeep;
  dw_serial_output #(.LANES(LANES), .CELLS(CELLS), .VALUES(VALUES), .PIXELS(PIXELS), .WIDTH(1),
      .CYCLES(CYCLES), .FIFO_DEPTH(2)) dut (.*);
  (* hierconn *) wire \dut.g_pack.u_pixel_pack.active , \dut.g_pack.u_pixel_pack.restart , \dut.g_pack.u_pixel_pack.final_pixel ;
  (* hierconn *) wire \dut.g_pack.u_pixel_pack.write , \dut.g_pack.u_pixel_pack.ended ;
  (* hierconn *) wire [TOGETHER-1:0] \dut.g_pack.u_pixel_pack.keep ;
  (* hierconn *) wire [1:0] \dut.g_pack.u_pixel_pack.values ;
  (* hierconn *) wire [1:0] \dut.g_pack.u_pixel_pack.lane ;
  (* hierconn *) wire [1:0] \dut.g_pack.u_pixel_pack.count ;
  (* hierconn *) wire [PIXELS*LANES-1:0] \dut.g_pack.u_pixel_pack.beat ;
  wire packs = \dut.g_pack.u_pixel_pack.active , drops = \dut.g_pack.u_pixel_pack.restart , final_in = \dut.g_pack.u_pixel_pack.final_pixel ;
  wire [TOGETHER-1:0] keep_in = \dut.g_pack.u_pixel_pack.keep ;
  wire [VALUES-1:0] values_in = \dut.g_pack.u_pixel_pack.values ;
  wire [1:0] lane_in = \dut.g_pack.u_pixel_pack.lane ;
  wire writes = \dut.g_pack.u_pixel_pack.write ;
  wire [1:0] count_in = \dut.g_pack.u_pixel_pack.count ;
  wire [PIXELS*LANES-1:0] beat_in = \dut.g_pack.u_pixel_pack.beat ;
  wire ended_in = \dut.g_pack.u_pixel_pack.ended ;
  `include "serial_output_marks.svh"
  wire known = age > MARKS, beat_known = age == ALL + 1;
  wire due = actives[MARKS-1];
  always @* if (known) begin
    `PROMISE(packs_the_values_of_an_active_cycle, due, packs && values_in == values)
    `PROMISE(packs_nothing_else, !due, !packs)
    `PROMISE(keeps_the_pixels_that_count, due, keep_in == keep_then)
    `PROMISE(knows_the_last_pixel, due, final_in == final_then)
    `PROMISE(the_last_pixel_is_kept, due && final_in && counted[MARKS-1], keep_in != 0)
    `PROMISE(drops_with_a_restart, rst || restart, drops)
    `PROMISE(gives_each_beat, wrote, m_axis_ofmap_tvalid && m_axis_ofmap_tdata == beat)
    `PROMISE(gives_no_other_beat, !wrote, !m_axis_ofmap_tvalid)
    `PROMISE(keeps_the_channels, wrote && beat_known, m_axis_ofmap_tkeep == kept)
    `PROMISE(marks_the_last_beat, wrote && beat_known, m_axis_ofmap_tlast == beat_ends)
    `PROMISE(tells_of_a_transfer, m_axis_ofmap_tvalid && m_axis_ofmap_tready, popped)
    `PROMISE(starts_at_the_lane, due, lane_in == lane_then)
  end
endmodule
