// The marks of the values that leave, and the marks of the beats, with stand-ins for the modules that
// pack pixels and for the FIFO. Two pixels leave together.
`include "promise.svh"
`include "output_stand_ins.svh"

module check_dw_serial_output (
    input clk,
    input rst,
    input restart,
    input active,
    input [0:0] lane,
    input [2:0] cell_index,
    input [2:0] counts,
    input plane_end,
    input image_end,
    input stream_end,
    input [1:0] last_cell,
    input [1:0] tail_channels,
    input [3:0] values,
    input m_axis_ofmap_tready
);
  localparam LANES = 2, CELLS = 3, VALUES = 4, PIXELS = 3, TOGETHER = 2, CYCLES = 3;
  localparam MARKS = CYCLES;  // cycles from an active cycle to the marks of its values
  wire popped, m_axis_ofmap_tvalid, m_axis_ofmap_tlast;
  wire [PIXELS*LANES-1:0] m_axis_ofmap_tdata, m_axis_ofmap_tkeep;
  dw_serial_output #(.LANES(LANES), .CELLS(CELLS), .VALUES(VALUES), .PIXELS(PIXELS), .WIDTH(1),
      .CYCLES(CYCLES), .FIFO_DEPTH(2)) dut (.*);
  (* hierconn *) wire \dut.g_merge.u_pixel_merge.active , \dut.g_merge.u_pixel_merge.restart , \dut.g_merge.u_pixel_merge.final_pixel ;
  (* hierconn *) wire \dut.g_merge.u_pixel_merge.write , \dut.g_merge.u_pixel_merge.ended ;
  (* hierconn *) wire [TOGETHER-1:0] \dut.g_merge.u_pixel_merge.keep ;
  (* hierconn *) wire [3:0] \dut.g_merge.u_pixel_merge.values ;
  (* hierconn *) wire [1:0] \dut.g_merge.u_pixel_merge.count ;
  (* hierconn *) wire [PIXELS*LANES-1:0] \dut.g_merge.u_pixel_merge.beat ;
  wire packs = \dut.g_merge.u_pixel_merge.active , drops = \dut.g_merge.u_pixel_merge.restart , final_in = \dut.g_merge.u_pixel_merge.final_pixel ;
  wire [TOGETHER-1:0] keep_in = \dut.g_merge.u_pixel_merge.keep ;
  wire [VALUES-1:0] values_in = \dut.g_merge.u_pixel_merge.values ;
  wire writes = \dut.g_merge.u_pixel_merge.write ;

  // ---- the marks of this cycle: a pixel counts, the last pixel of the plane is among them ------
  reg [TOGETHER-1:0] keep;
  reg final_now;
  integer t, place;
  always @* begin
    final_now = 1'b0;
    for (t = 0; t < TOGETHER; t = t + 1) begin
      place = cell_index + t;
      keep[t] = (place == 0 && counts[0]) || (place == 1 && counts[1]) ||
          (place == 2 && counts[2]);
      if (plane_end && place == last_cell) final_now = 1'b1;
    end
  end
  // dw_cell_place counts the cell of the last pixel, because a right geometry has it there.
  wire counts_last = counts[last_cell] && last_cell < CELLS;
  wire [1:0] lanes = image_end ? tail_channels : LANES;
  localparam W = TOGETHER + 6 + 1;
  localparam ALL = MARKS + 2;
  reg [W*ALL-1:0] older;
  reg [ALL-1:0] actives = 0, counted = 0;
  reg [3:0] age = 4'd0;
  always @(posedge clk) begin
    if (age < ALL + 1) age <= age + 1;
    older <= {older, keep, final_now, stream_end, lane, lanes, 2'b00};
    actives <= rst ? 0 : {actives, active};
    counted <= {counted, counts_last};
  end
  wire [TOGETHER-1:0] keep_then;
  wire final_then, stream_then, stream_of_beat;
  wire [0:0] lane_then;
  wire [1:0] lanes_of_beat, unused_lanes, unused;
  wire [TOGETHER:0] unused_keep;
  wire [0:0] unused_lane;
  wire [1:0] unused_too;
  assign {keep_then, final_then, stream_then, lane_then, unused_lanes, unused} =
      older[W*(MARKS-1)+:W];
  assign {unused_keep, stream_of_beat, unused_lane, lanes_of_beat, unused_too} =
      older[W*(ALL-1)+:W];
  // ---- a beat, one cycle after it is written -----------------------------------------------------
  reg wrote, ended;
  reg [1:0] count, beat_lanes;
  reg [PIXELS*LANES-1:0] beat, kept;
  reg beat_ends;
  integer p, l;
  always @* for (p = 0; p < PIXELS; p = p + 1)
    for (l = 0; l < LANES; l = l + 1) kept[p*LANES+l] = p < count && l < beat_lanes;
  always @(posedge clk) begin
    wrote <= writes && !rst;
    count <= \dut.g_merge.u_pixel_merge.count ;
    beat <= \dut.g_merge.u_pixel_merge.beat ;
    beat_ends <= \dut.g_merge.u_pixel_merge.ended  && stream_of_beat;
    beat_lanes <= lanes_of_beat;
  end
  // dw_drain runs past the last cell by one step at most.
  always @* assume (cell_index < CELLS + TOGETHER);
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
  end
endmodule
