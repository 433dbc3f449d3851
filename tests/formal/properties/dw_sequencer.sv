// The taps against nested counters: column, kernel row, weight set, group, plane.
`include "promise.svh"

module check_dw_sequencer #(
    parameter TAPS = 4,
    parameter SPACE = 4  // bits of a coordinate
) (
    input clk,
    input restart,
    input run,
    input [1:0] kernel_h,
    input [1:0] kernel_w,
    input tap_segments,
    input [SPACE-1:0] start_x,
    input [SPACE-1:0] start_y,
    input [SPACE-1:0] stride_w,
    input [SPACE-1:0] stride_h,
    input [SPACE-1:0] wrap_x,
    input [1:0] groups,
    input [1:0] sets,
    input [1:0] planes,
    input [1:0] image_planes,
    input [1:0] chunks,
    input [1:0] final_chunks,
    input segment_ready,
    input output_room
);
  localparam CELLS = 2;
  wire fire, first_column, first_row, uses_segment, completes, advances, plane_end, image_end;
  wire stream_end, init, init_wraps, starved, backpressured, done;
  wire [4:0] weight_word;
  wire [2:0] weight_set;
  wire [SPACE-1:0] init_x, init_y;
  dw_sequencer #(.CELLS(CELLS), .TAPS(TAPS), .TAP_W(2), .X_W(SPACE), .Y_W(SPACE), .GROUPS_W(2),
      .SETS_W(2), .PLANES_W(2), .IMAGE_W(2), .CHUNKS_W(2), .WORD_W(5), .SET_W(3)) dut (.*);
  (* hierconn *) wire [1:0] \dut.placed , \dut.drain_left ;
  (* hierconn *) wire \dut.live , \dut.ready , \dut.drained , \dut.leaves_at_once , \dut.final_leaves_at_once ;
  (* hierconn *) wire [SPACE-1:0] \dut.last_x ;
  (* hierconn *) wire [4:0] \dut.set_word , \dut.plane_word ;
  (* hierconn *) wire [2:0] \dut.plane_set ;
  (* hierconn *) wire [1:0] \dut.u_columns.left , \dut.u_rows.left , \dut.u_sets.left ;
  (* hierconn *) wire [1:0] \dut.u_groups.left , \dut.u_planes.left , \dut.u_image.left ;
  (* hierconn *) wire \dut.u_columns.last , \dut.u_rows.last , \dut.u_sets.last ;
  (* hierconn *) wire \dut.u_groups.last , \dut.u_planes.last , \dut.u_image.last ;

  localparam ALL_W = 5 * SPACE + 17;
  wire [ALL_W-1:0] all = {kernel_h, kernel_w, tap_segments, start_x, start_y, stride_w, stride_h,
      wrap_x, groups, sets, planes, image_planes, chunks, final_chunks};
  reg started = 1'b0;
  reg [ALL_W-1:0] held;
  // ---- the cells: the next place, with room to spare ------------------------------------------
  wire signed [SPACE+1:0] from_x = $signed(start_x), step = $signed(stride_w);
  wire signed [SPACE+1:0] wrap = $signed(wrap_x);
  reg [1:0] places;  // cells that have a place
  reg signed [SPACE+1:0] x;
  reg [SPACE-1:0] y;
  wire signed [SPACE+1:0] to_x = x + step;
  // ---- the next tap -----------------------------------------------------------------------------
  reg [2:0] column, row, set, group, plane, image_plane;
  wire column_ends = column + 1 == kernel_w;
  wire row_ends = row + 1 == kernel_h;
  wire set_ends = column_ends && row_ends;
  wire group_ends = set_ends && set + 1 == sets;
  wire ends = group_ends && group + 1 == groups;
  wire image_ends = image_plane + 1 == image_planes;
  wire [4:0] set_index = image_plane * sets + set;
  // ---- the sums: cycles since those of the last set began to leave, and all that they need --------
  reg [2:0] since, needs;
  wire all_left = since >= needs;
  wire placed = places == CELLS;
  reg ran = 1'b0;  // the run has begun
  always @* assume (!ran || run || restart);
  wire at_work = run && placed && plane < planes;
  wire begins_segment = column == 0 || tap_segments;
  wire has_pixels = !begins_segment || segment_ready;
  wire may_end = !set_ends || (all_left && output_room);
  wire due = at_work && has_pixels && may_end;
  always @(posedge clk) begin
    started <= started || restart;
    held <= all;
    ran <= run && !restart;
    if (restart) begin
      {places, column, row, set, group, plane, image_plane} <= 0;
      {x, y} <= {from_x, start_y};
      {since, needs} <= 0;
    end else begin
      if (run && !placed) begin
        places <= places + 1;
        x <= (to_x >= wrap) ? from_x : to_x;
        if (to_x >= wrap) y <= y + stride_h;
      end
      if (since != 4) since <= since + 1;
      if (fire) begin
        column <= column_ends ? 0 : column + 1;
        if (column_ends) row <= row_ends ? 0 : row + 1;
        if (set_ends) begin
          set <= group_ends ? 0 : set + 1;
          since <= 1;
          needs <= ends ? final_chunks : chunks;
        end
        if (group_ends) group <= ends ? 0 : group + 1;
        if (ends) begin
          plane <= plane + 1;
          image_plane <= image_ends ? 0 : image_plane + 1;
        end
      end
    end
  end
  always @* begin
    assume (restart || all == held);
    assume (kernel_w != 0 && kernel_h != 0 && kernel_w * kernel_h <= TAPS);
    assume (groups != 0 && sets != 0 && planes != 0 && image_planes != 0);
    assume (image_planes * sets <= 5);  // the weight sets of the memory
    // A raster row begins left of its wrap, and no sum of the geometry leaves the range of its bits.
    assume (from_x < wrap && step > 0 && from_x <= 0);
    assume (wrap - step >= -(1 << (SPACE - 1)));
  end

  always @* if (started && !restart) begin
    `PROMISE(fires_when_all_is_there, due, fire)
    `PROMISE(waits_for_its_pixels, !has_pixels, !fire)
    `PROMISE(waits_for_the_sums_before, set_ends && !all_left, !fire)
    `PROMISE(waits_for_room, set_ends && !output_room, !fire)
    `PROMISE(no_tap_before_the_places_or_after_the_end, !at_work, !fire)
    `PROMISE(marks_the_first_taps, at_work,
             first_column == (column == 0) && (column != 0 || first_row == (row == 0)))
    `PROMISE(names_its_segment, at_work, uses_segment == begins_segment)
    `PROMISE(marks_the_last_tap_of_a_set, at_work, completes == set_ends)
    `PROMISE(marks_the_last_set, at_work, advances == group_ends)
    `PROMISE(marks_the_last_group, at_work, plane_end == ends)
    `PROMISE(marks_the_last_planes, at_work, image_end == image_ends &&
             stream_end == (ends && plane + 1 == planes))
    `PROMISE(names_the_weight, at_work,
             weight_word == set_index * TAPS + row * kernel_w + column)
    `PROMISE(names_the_weight_set, at_work, weight_set == set_index)
    `PROMISE(places_each_cell, run && !placed,
             init && init_x == SPACE'(x) && init_y == y)
    `PROMISE(tells_where_a_raster_row_ends, run && !placed, init_wraps == (to_x >= wrap))
    `PROMISE(places_no_other_cell, !run || placed, !init)
    `PROMISE(done_at_the_end, plane == planes, done)
    `PROMISE(not_done_before, plane != planes, !done)
    `PROMISE(tells_why_it_waits, at_work,
             starved == !has_pixels && backpressured == (has_pixels && set_ends && !output_room))
    aid_ranges: assert (column < kernel_w && row < kernel_h && set < sets && group < groups &&
                        plane <= planes && image_plane < image_planes && places <= CELLS);
    aid_places: assert (\dut.ready == placed && (placed || \dut.placed == places));
    aid_x: assert (placed || (x < wrap && x >= from_x && init_x == SPACE'(x) && init_y == y));
    aid_last_x: assert (\dut.last_x == SPACE'(wrap - step));
    aid_columns: assert (\dut.u_columns.left == kernel_w - column &&
                         \dut.u_columns.last == column_ends);
    aid_rows: assert (\dut.u_rows.left == kernel_h - row && \dut.u_rows.last == row_ends);
    aid_sets: assert (\dut.u_sets.left == sets - set && \dut.u_sets.last == (set + 1 == sets));
    aid_groups: assert (\dut.u_groups.left == groups - group &&
                        \dut.u_groups.last == (group + 1 == groups));
    aid_planes: assert (plane == planes || (\dut.u_planes.left == planes - plane &&
                        \dut.u_planes.last == (plane + 1 == planes)));
    aid_image: assert (\dut.u_image.left == image_planes - image_plane &&
                       \dut.u_image.last == image_ends);
    aid_firsts: assert (first_column == (column == 0) && (first_row == (row == 0)));
    aid_uses: assert (uses_segment == begins_segment);
    aid_left: assert (\dut.drain_left == ((since > needs) ? 0 : needs - since + (since != 0)));
    aid_since: assert (since <= 4 && needs < 4 && (since != 0 || needs == 0));
    aid_drained: assert (\dut.drained == all_left);
    aid_at_once: assert (\dut.leaves_at_once == (chunks <= 1) &&
                         \dut.final_leaves_at_once == (final_chunks <= 1));
    aid_words: assert (\dut.set_word == set_index * TAPS &&
                       \dut.plane_word == image_plane * sets * TAPS);
    aid_sets_of_plane: assert (\dut.plane_set == image_plane * sets && weight_set == set_index);
    aid_word: assert (weight_word == set_index * TAPS + row * kernel_w + column);
    aid_first_plane: assert (placed || plane == 0);
    aid_ran: assert (places == 0 || ran);
    aid_taps: assert (\dut.live == (placed && plane != planes));
    aid_done: assert (done == (plane == planes));
  end
endmodule
