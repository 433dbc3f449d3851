// The reads against the rows and pixels of each segment. Beside each stage of the module stands a
// record of the segment that it works on: the segment's number, its row, and the pixels that this row
// must have. The numbers that reach the reads must follow each other.
`include "promise.svh"

module check_dw_fetch_rows #(
    parameter W = 5,
    parameter PIXEL_W = 6
) (
    input clk,
    input restart,
    input [W-1:0] ifmap_w,
    input [W-1:0] ifmap_h,
    input [W-1:0] span,
    input [W-1:0] pitch,
    input [W-1:0] stride_h,
    input [W-1:0] end_y,
    input [PIXEL_W-1:0] row_address,
    input walk_valid,
    input [W-1:0] walk_x,
    input [W-1:0] walk_y,
    input [W-1:0] walk_group_y,
    input [PIXEL_W-1:0] walk_address,
    input walk_frees,
    input [PIXEL_W-1:0] walk_free_pixel,
    input ready
);
  localparam BEAT = 2, READ = 4, PLACE_W = 3;
  localparam signed [W+1:0] MOST = (1 << (W - 1)) - 1;
  localparam signed [W+1:0] LEAST = -(1 << (W - 1));
  wire take, valid, filled, segment_end, frees;
  wire [PIXEL_W-1:0] pixel, last_pixel, free_pixel;
  wire [PLACE_W-1:0] first;
  dw_fetch_rows #(.BEAT_PIXELS(BEAT), .READ_PIXELS(READ), .X_W(W), .Y_W(W), .PIXEL_W(PIXEL_W),
      .PLACE_W(PLACE_W)) dut (.*);
  (* hierconn *) wire \dut.waiting , \dut.row_valid , \dut.held_valid , \dut.row_last ;
  (* hierconn *) wire \dut.begins , \dut.row_take , \dut.moves , \dut.enters , \dut.read_last ;
  (* hierconn *) wire \dut.row_ends_segment , \dut.waiting_frees ;
  (* hierconn *) wire [W-1:0] \dut.row_x , \dut.row_y , \dut.row_group_y , \dut.left ;
  (* hierconn *) wire [W-1:0] \dut.waiting_x , \dut.waiting_y , \dut.waiting_group_y ;
  (* hierconn *) wire [PIXEL_W-1:0] \dut.address , \dut.waiting_address , \dut.waiting_free_pixel ;
  localparam ROW_BITS = 3 + 2 * PIXEL_W + W + PLACE_W;
  (* hierconn *) wire [ROW_BITS-1:0] \dut.held ;
  (* hierconn *) wire [W-1:0] \dut.final_x , \dut.final_y , \dut.before_final_x ;
  (* hierconn *) wire [W-1:0] \dut.before_final_y , \dut.outside_x , \dut.ends_within_x ;
  (* hierconn *) wire [W-1:0] \dut.before_ends_within_x , \dut.before_ifmap_w ;
  (* hierconn *) wire [W-1:0] \dut.before_ifmap_y , \dut.before_ifmap_h ;
  (* hierconn *) wire [W-1:0] \dut.width_less_1 , \dut.span_less_1 ;
  (* hierconn *) wire \dut.row_whole , \dut.row_in_rows , \dut.row_in_columns ;
  (* hierconn *) wire \dut.waiting_last , \dut.waiting_whole ;
  (* hierconn *) wire \dut.waiting_in_rows , \dut.waiting_in_columns ;

  // ---- the geometry, which is constant while a stream runs, as signed numbers -----------------
  wire signed [W+1:0] width = $signed(ifmap_w), height = $signed(ifmap_h), long = $signed(span);
  wire signed [W+1:0] columns = $signed(pitch), down = $signed(stride_h), stop = $signed(end_y);
  localparam ALL_W = 6 * W + PIXEL_W;
  wire [ALL_W-1:0] all = {ifmap_w, ifmap_h, span, pitch, stride_h, end_y, row_address};
  localparam SEGMENT_W = 3 * W + 2 * PIXEL_W + 1;
  reg started = 1'b0;
  reg [ALL_W-1:0] held_all;
  always @* begin
    assume (restart || all == held_all);
    assume (width > 0 && height > 0 && long > 0 && long <= 7 && columns > 0 && down > 0);
    // The sums of a layer fit in the bits of a coordinate.
    assume (2 * columns - long <= MOST && columns + width <= MOST && stop - 2 * down >= LEAST);
  end

  // ---- the segment that enters, and the one that waits ------------------------------------------
  reg [2:0] taken;  // number of the next segment
  reg waits;
  reg [2:0] waiting_number;
  reg [SEGMENT_W-1:0] waiting_segment;
  wire [SEGMENT_W-1:0] segment = {walk_frees, walk_free_pixel, walk_address,
      walk_group_y, walk_y, walk_x};
  wire takes = take && !restart;
  // The row that is at hand: its segment's number, the segment, and the count of rows before it.
  reg row_there;
  reg [2:0] row_number, row_index;
  reg [PIXEL_W-1:0] row_start;
  reg signed [W+1:0] row_x, row_y, row_group;
  wire signed [W+1:0] low = (row_x < 0) ? 0 : row_x;
  wire signed [W+1:0] high = (row_x + long < width) ? row_x + long : width;
  wire in_columns = low < high;
  wire in_rows = row_y >= 0 && row_y < height;
  wire has = in_columns && in_rows;
  wire is_last = row_x + long <= columns || row_group + down >= stop;
  wire begins = !row_there || (\dut.row_take && is_last);
  wire [SEGMENT_W-1:0] entering = waits ? waiting_segment : segment;
  // A record of a row: segment, row, last row, has pixels, first pixel, pixels, first place, and the
  // marks of the segment that follows: it waits, or stands before the module.
  localparam RECORD_W = 6 + 2 + 2 * PIXEL_W + 1 + W + PLACE_W;
  wire [PIXEL_W-1:0] row_pixel = row_start + low;
  wire [W-1:0] row_pixels = high - low;
  wire [PLACE_W-1:0] row_place = low - row_x;
  wire [RECORD_W-1:0] record = {row_number, row_index, is_last, has, row_pixel, row_pixels,
      row_place, entering[SEGMENT_W-1-:PIXEL_W+1]};
  reg [RECORD_W-1:0] held_record;
  reg held_there;
  wire signed [W+1:0] begin_group = $signed(entering[2*W+:W]);
  wire signed [W+1:0] begin_y = $signed(entering[W+:W]);
  wire signed [W+1:0] begin_x = $signed(entering[0+:W]);
  // The row whose reads are made.
  reg read_there, reads_last, reads_has, reads_frees;
  reg [2:0] reads_number, reads_index;
  reg [PIXEL_W-1:0] at, reads_free;
  reg [W-1:0] pixels;
  reg [PLACE_W-1:0] place;
  wire [PIXEL_W-1:0] window_end = {at[PIXEL_W-1:1], 1'b0} + (READ - 1);
  wire [PIXEL_W-1:0] room = window_end - at + 1;  // pixels of the read, if the row has so many
  wire ends_row = !reads_has || pixels <= room;
  wire [PIXEL_W-1:0] last_now = at + (ends_row ? pixels : room) - 1;
  wire transfers = valid && ready;
  wire next_row = !read_there || (transfers && ends_row);
  reg [2:0] due_number, due_index;  // of the row that comes next to the reads
  always @(posedge clk) begin
    started <= started || restart;
    held_all <= all;
    if (restart) begin
      {taken, waits, row_there, held_there, read_there, due_number, due_index} <= 0;
    end else begin
      if (takes) taken <= taken + 1;
      if (begins) waits <= 1'b0;
      else if (takes) waits <= 1'b1;
      if (takes && !waits) {waiting_number, waiting_segment} <= {taken, segment};
      if (begins) begin
        row_there <= waits || takes;
        row_number <= waits ? waiting_number : taken;
        row_index <= 0;
        {row_start, row_group, row_y, row_x} <= {entering[3*W+:PIXEL_W], begin_group, begin_y, begin_x};
      end else if (\dut.row_take ) begin
        row_index <= row_index + 1;
        row_start <= row_start + row_address;
        row_x <= row_x - columns;
        row_y <= row_y + down;
        row_group <= row_group + down;
      end
      if (next_row) held_there <= 1'b0;
      else if (row_there) held_there <= 1'b1;
      if (!held_there) held_record <= record;
      if (next_row) begin
        read_there <= held_there || row_there;
        {reads_number, reads_index, reads_last, reads_has, at, pixels, place, reads_frees, reads_free} <=
            held_there ? held_record : record;
      end else if (transfers) begin
        at <= at + room;
        pixels <= pixels - room[W-1:0];
        place <= place + room[PLACE_W-1:0];
      end
      if (transfers && ends_row) begin
        due_number <= due_number + reads_last;
        due_index <= reads_last ? 0 : due_index + 1;
      end
    end
  end
  always @* begin
    // The rows of a segment stay in the range of a coordinate.
    assume (!row_there || (row_y + down <= MOST && row_group + down <= MOST));
    assume ($signed(walk_x) > -8);
  end
  always @* if (started && !restart) begin
    `PROMISE(takes_a_segment_if_none_waits, walk_valid, take == !waits)
    `PROMISE(reads_while_there_is_a_row, read_there, valid)
    `PROMISE(reads_nothing_else, !read_there, !valid)
    `PROMISE(segments_in_order, read_there, reads_number == due_number)
    `PROMISE(rows_in_order, read_there, reads_index == due_index)
    `PROMISE(reads_pixels_of_the_row, read_there && reads_has, filled && pixel == at)
    `PROMISE(up_to_the_last_of_row_or_read, read_there && reads_has,
             last_pixel == last_now)
    `PROMISE(place_of_the_first_pixel, read_there && reads_has, first == place)
    `PROMISE(one_read_for_a_row_without_pixels, read_there && !reads_has, !filled)
    `PROMISE(ends_the_segment, read_there && reads_last && ends_row, segment_end)
    `PROMISE(ends_no_segment_early, read_there && !(reads_last && ends_row), !segment_end)
    `PROMISE(tells_of_the_next_segment, read_there && reads_last,
             frees == reads_frees && (!frees || free_pixel == reads_free))
    aid_waiting: assert (\dut.waiting == waits && (!waits || (3'(waiting_number + 1) == taken &&
        waiting_segment == {\dut.waiting_frees , \dut.waiting_free_pixel , \dut.waiting_address , \dut.waiting_group_y , \dut.waiting_y ,
                            \dut.waiting_x })));
    aid_row: assert (\dut.row_valid == row_there && (!waits || row_there));
    aid_row_at: assert (!row_there || (\dut.row_x == W'(row_x) && \dut.row_y == W'(row_y) &&
        \dut.row_group_y == W'(row_group) && \dut.address == row_start &&
        \dut.row_last == is_last && \dut.row_whole == (row_x + long >= width) &&
        \dut.row_in_rows == in_rows && \dut.row_in_columns == in_columns));
    aid_waiting_row: assert (!waits || (
        \dut.waiting_last == (wait_x + long <= columns || wait_group + down >= stop) &&
        \dut.waiting_whole == (wait_x + long >= width) &&
        \dut.waiting_in_rows == (wait_y >= 0 && wait_y < height) &&
        \dut.waiting_in_columns == (wait_x + long > 0 && wait_x < width)));
    aid_waiting_x: assert (!waits || $signed(waiting_segment[W-1:0]) > -8);
    aid_range: assert (!row_there || (row_x > -8 && row_x <= MOST && row_y >= LEAST &&
                                      row_group >= LEAST && row_y <= MOST &&
                                      row_group <= MOST));
    aid_sums: assert (\dut.final_x == W'(columns - long) && \dut.final_y == W'(stop - down) &&
        \dut.before_final_x == W'(2 * columns - long) &&
        \dut.before_final_y == W'(stop - 2 * down) && \dut.outside_x == W'(-long) &&
        \dut.ends_within_x == W'(width - long) &&
        \dut.before_ends_within_x == W'(columns + width - long) &&
        \dut.before_ifmap_w == W'(columns + width) && \dut.before_ifmap_y == W'(-down) &&
        \dut.before_ifmap_h == W'(height - down) && \dut.width_less_1 == W'(width - 1) &&
        \dut.span_less_1 == W'(long - 1));
    aid_held: assert (\dut.held_valid == held_there && (!held_there || read_there));
    aid_read: assert (valid == read_there);
    aid_held_data: assert (!held_there || (\dut.held [ROW_BITS-1] == held_has &&
        \dut.held [ROW_BITS-2] == held_last &&
        (!held_last || \dut.held [ROW_BITS-3-:PIXEL_W+1] == held_record[PIXEL_W:0]) &&
        (!held_has || \dut.held [PIXEL_W+W+PLACE_W-1:0] == {held_at, held_pixels_less_1,
                                                             held_place})));
    aid_read_data: assert (!read_there || (filled == reads_has &&
        \dut.row_ends_segment == reads_last &&
        (!reads_last || {frees, free_pixel} == {reads_frees, reads_free}) &&
        (!reads_has || (pixel == at && \dut.left == pixels_less_1 && first == place))));
    aid_pixels: assert ((!read_there || !reads_has || (pixels != 0 && pixels <= 7)) &&
                        (!held_there || !held_has || (held_pixels != 0 && held_pixels <= 7)));
    aid_order: assert ({due_number, due_index} == (read_there ? {reads_number, reads_index}
        : row_there ? {row_number, row_index} : {taken, 3'd0}));
    aid_held_order: assert (!held_there || {held_number, held_index} == after_read);
    aid_row_order: assert (!row_there || (taken == 3'(row_more + waits) && (!read_there ||
        {row_number, row_index} == (held_there ? after_held : after_read))));
    aid_none: assert (row_there || !read_there ||
                      (held_there ? after_held : after_read) == {taken, 3'd0});
  end
  wire signed [W+1:0] wait_group = $signed(waiting_segment[2*W+:W]);
  wire signed [W+1:0] wait_y = $signed(waiting_segment[W+:W]);
  wire signed [W+1:0] wait_x = $signed(waiting_segment[0+:W]);
  wire held_last, held_has;
  wire [2:0] held_number, held_index;
  wire [PIXEL_W-1:0] held_at;
  wire [W-1:0] held_pixels;
  wire [PLACE_W-1:0] held_place;
  wire [PIXEL_W:0] held_marks;
  wire [W-1:0] held_pixels_less_1 = held_pixels - 1;
  wire [W-1:0] pixels_less_1 = pixels - 1;
  assign {held_number, held_index, held_last, held_has, held_at, held_pixels, held_place,
          held_marks} = held_record;
  // The row that follows.
  wire [2:0] reads_more = reads_number + 1, reads_next = reads_index + 1;
  wire [2:0] held_more = held_number + 1, held_next = held_index + 1, row_more = row_number + 1;
  wire [5:0] after_read = reads_last ? {reads_more, 3'd0} : {reads_number, reads_next};
  wire [5:0] after_held = held_last ? {held_more, 3'd0} : {held_number, held_next};
endmodule
