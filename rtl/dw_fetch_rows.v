// dw_fetch_rows: divides each segment into raster rows, and each row into reads of the ring.
//
// Pixel u of a segment lies in ifmap column x + u of the segment's first raster row. Where that row
// ends (`pitch`), the pixels of the next ofmap row follow.
//
// Promises: `take` accepts a segment; its first read is there two cycles later, or as soon as the
// reads before it have left. One segment waits here, and one row, so that `take` depends on registers
// only. A cycle with `ready` and `valid` moves on to the next read. There is a
// read for every READ_PIXELS pixels of a raster row, counted from the beat of the first one, and one
// read without pixels (`filled` is 0) for a raster row without a pixel for the segment. `pixel` is
// the first pixel of the read and last_pixel the last one, `first` the place of `pixel` in the
// segment. With the last read of a segment comes segment_end, and with it walk_frees and
// walk_free_pixel of the segment that follows.
`default_nettype none

module dw_fetch_rows #(
    parameter BEAT_PIXELS = 4,
    parameter READ_PIXELS = 8,
    parameter X_W         = 8,   // bits of a column of the raster, signed
    parameter Y_W         = 8,   // bits of a row of the raster, signed
    parameter PIXEL_W     = 12,  // bits of a pixel's place in the stream, modulo 2^PIXEL_W
    parameter PLACE_W     = 4    // bits of a place in the segment
) (
    input  wire               clk,
    input  wire               restart,
    // geometry
    input  wire [    X_W-1:0] ifmap_w,
    input  wire [    Y_W-1:0] ifmap_h,
    input  wire [    X_W-1:0] span,             // pixels of a segment
    input  wire [    X_W-1:0] pitch,
    input  wire [    Y_W-1:0] stride_h,
    input  wire [    Y_W-1:0] end_y,            // ofmap_h * stride_h - pad_top
    input  wire [PIXEL_W-1:0] row_address,      // stride_h * ifmap_w
    // segments
    input  wire               walk_valid,
    input  wire [    X_W-1:0] walk_x,
    input  wire [    Y_W-1:0] walk_y,
    input  wire [    Y_W-1:0] walk_group_y,
    input  wire [PIXEL_W-1:0] walk_address,
    input  wire               walk_frees,
    input  wire [PIXEL_W-1:0] walk_free_pixel,
    output wire               take,
    // reads
    input  wire               ready,
    output reg                valid,
    output reg                filled,
    output wire               segment_end,
    output reg  [PIXEL_W-1:0] pixel,
    output wire [PIXEL_W-1:0] last_pixel,
    output reg  [PLACE_W-1:0] first,
    output reg                frees,
    output reg  [PIXEL_W-1:0] free_pixel
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if ((BEAT_PIXELS < 1) || ((BEAT_PIXELS & (BEAT_PIXELS - 1)) != 0)) begin : bad_1
      dw_fetch_rows_BEAT_PIXELS_must_be_a_power_of_two u ();
    end
    if ((READ_PIXELS < BEAT_PIXELS) || ((READ_PIXELS & (READ_PIXELS - 1)) != 0)) begin : bad_2
      dw_fetch_rows_READ_PIXELS_must_be_BEAT_PIXELS_times_a_power_of_two u ();
    end
    if (Y_W < 2) begin : bad_3 dw_fetch_rows_Y_W_must_be_at_least_2 u (); end
    if (PLACE_W < 1) begin : bad_4 dw_fetch_rows_PLACE_W_must_be_at_least_1 u (); end
    if ((1 << X_W) <= 2 * READ_PIXELS) begin : bad_5
      dw_fetch_rows_X_W_must_hold_READ_PIXELS_and_a_sign u ();
    end
    if (PIXEL_W <= X_W) begin : bad_6 dw_fetch_rows_PIXEL_W_must_be_more_than_X_W u (); end
    if (PLACE_W >= X_W) begin : bad_7 dw_fetch_rows_PLACE_W_must_be_less_than_X_W u (); end
  endgenerate

  // The sign of a difference says that a is less than b: a signed comparison takes two carry chains.
  function less_x(input signed [X_W-1:0] a, input signed [X_W-1:0] b);
    reg signed [X_W:0] difference;
    begin
      difference = a - b;
      less_x = difference[X_W];
    end
  endfunction
  function less_y(input signed [Y_W-1:0] a, input signed [Y_W-1:0] b);
    reg signed [Y_W:0] difference;
    begin
      difference = a - b;
      less_y = difference[Y_W];
    end
  endfunction

  // ---- sums of the geometry: they are constant while a stream runs ---------------------------
  localparam [X_W-1:0] ONE = 1;
  reg signed [X_W-1:0] final_x;  // a row whose x is at most this one fills the segment
  reg signed [Y_W-1:0] final_y;  // a group row from here on has none below it
  reg signed [X_W-1:0] outside_x;  // a segment ends left of the ifmap if its x is at most this one
  reg signed [X_W-1:0] ends_within_x;  // ... ends within the ifmap if its x is less than this one
  // The same limits for the row above: they tell of the next row.
  reg signed [X_W-1:0] before_final_x;
  reg signed [Y_W-1:0] before_final_y;
  reg signed [X_W-1:0] before_ends_within_x;
  reg signed [X_W-1:0] before_ifmap_w;
  reg signed [Y_W-1:0] before_ifmap_y;
  reg signed [Y_W-1:0] before_ifmap_h;
  reg [X_W-1:0] width_less_1;
  reg [X_W-1:0] span_less_1;
  always @(posedge clk) begin
    final_x      <= pitch - span;
    final_y      <= end_y - stride_h;
    outside_x    <= -span;
    ends_within_x <= ifmap_w - span;
    before_final_x <= (pitch << 1) - span;
    before_final_y <= end_y - (stride_h << 1);
    before_ends_within_x <= pitch + ifmap_w - span;
    before_ifmap_w <= pitch + ifmap_w;
    before_ifmap_y <= -stride_h;
    before_ifmap_h <= ifmap_h - stride_h;
    width_less_1 <= ifmap_w - ONE;
    span_less_1  <= span - ONE;
  end

  // ---- raster rows ---------------------------------------------------------------------------
  reg row_valid;
  reg signed [X_W-1:0] row_x;  // the ifmap column at place 0 of the segment
  reg signed [Y_W-1:0] row_y;
  reg signed [Y_W-1:0] row_group_y;
  reg [PIXEL_W-1:0] address;  // of column 0
  // Decided one row ahead, so no comparison precedes the choice of the row's pixels.
  reg row_last;  // the row is the last one of its segment
  reg row_whole;  // the segment reaches the last column
  reg row_in_rows, row_in_columns;  // it has pixels
  wire walk_last = !less_x(final_x, walk_x) || !less_y(walk_group_y, final_y);
  wire walk_whole = !less_x(walk_x, ends_within_x);
  wire walk_in_rows = (walk_y < ifmap_h);  // unsigned: a negative row is beyond every ifmap
  wire walk_in_columns = less_x(outside_x, walk_x) && less_x(walk_x, ifmap_w);
  // A row leaves for the reads, or waits in `held` while those of the row before are made.
  reg held_valid;
  wire row_take = row_valid && !held_valid;

  // The segment behind the rows: it waits, or is the walk's.
  reg waiting;
  reg [X_W-1:0] waiting_x;
  reg [Y_W-1:0] waiting_y, waiting_group_y;
  reg [PIXEL_W-1:0] waiting_address, waiting_free_pixel;
  reg waiting_frees, waiting_last, waiting_whole, waiting_in_rows, waiting_in_columns;
  wire [X_W-1:0] segment_x = waiting ? waiting_x : walk_x;
  wire [Y_W-1:0] segment_y = waiting ? waiting_y : walk_y;
  wire [Y_W-1:0] segment_group_y = waiting ? waiting_group_y : walk_group_y;
  wire [PIXEL_W-1:0] segment_address = waiting ? waiting_address : walk_address;
  wire segment_frees = waiting ? waiting_frees : walk_frees;
  wire [PIXEL_W-1:0] segment_free_pixel = waiting ? waiting_free_pixel : walk_free_pixel;
  wire begins = !row_valid || (row_take && row_last);  // a segment can begin
  assign take = walk_valid && !waiting;

  always @(posedge clk) begin
    if (restart || begins) waiting <= 1'b0;
    else if (walk_valid) waiting <= 1'b1;
    // A free place follows the walk until a segment waits.
    if (!waiting) begin
      waiting_x <= walk_x;
      waiting_y <= walk_y;
      waiting_group_y <= walk_group_y;
      waiting_address <= walk_address;
      waiting_frees <= walk_frees;
      waiting_last <= walk_last;
      waiting_whole <= walk_whole;
      waiting_in_rows <= walk_in_rows;
      waiting_in_columns <= walk_in_columns;
      waiting_free_pixel <= walk_free_pixel;
    end
  end

  always @(posedge clk) begin
    if (restart) row_valid <= 1'b0;
    else if (begins) row_valid <= waiting || walk_valid;

    if (begins) begin
      row_x <= segment_x;
      row_y <= segment_y;
      row_group_y <= segment_group_y;
      row_last <= waiting ? waiting_last : walk_last;
      row_whole <= waiting ? waiting_whole : walk_whole;
      row_in_rows <= waiting ? waiting_in_rows : walk_in_rows;
      row_in_columns <= waiting ? waiting_in_columns : walk_in_columns;
      address <= segment_address;
    end else if (row_take) begin
      row_x <= row_x - $signed(pitch);
      row_y <= row_y + $signed(stride_h);
      row_group_y <= row_group_y + $signed(stride_h);
      row_last <= !less_x(before_final_x, row_x) || !less_y(row_group_y, before_final_y);
      row_whole <= !less_x(row_x, before_ends_within_x);
      row_in_rows <= !less_y(row_y, before_ifmap_y) && less_y(row_y, before_ifmap_h);
      // The segment goes on in this row, so it does not end left of the ifmap.
      row_in_columns <= less_x(row_x, before_ifmap_w);
      address <= address + row_address;
    end
  end

  // ---- the pixels of a row: from column 0 or x to the last column or the last place ------------
  wire left_of_ifmap = row_x[X_W-1];
  wire [X_W-1:0] up_to_width = left_of_ifmap ? width_less_1 : width_less_1 - row_x;
  wire [X_W-1:0] up_to_span = left_of_ifmap ? span_less_1 + row_x : span_less_1;
  wire [X_W-1:0] left_first = -row_x;
  wire [PIXEL_W-1:0] from_column = address + {{(PIXEL_W - X_W) {1'b0}}, row_x};

  // ---- a row that waits ----------------------------------------------------------------------
  localparam ROW_BITS = 3 + 2 * PIXEL_W + X_W + PLACE_W;
  wire [ROW_BITS-1:0] row = {
    row_in_rows && row_in_columns, row_last, segment_frees, segment_free_pixel,
    left_of_ifmap ? address : from_column, row_whole ? up_to_width : up_to_span,
    left_of_ifmap ? left_first[PLACE_W-1:0] : {PLACE_W{1'b0}}
  };
  reg [ROW_BITS-1:0] held;
  wire read_last;
  wire moves = !valid || (ready && read_last);  // the reads of a row can begin
  wire enters = moves && (held_valid || row_valid);
  always @(posedge clk) begin
    if (restart || moves) held_valid <= 1'b0;
    else if (row_valid) held_valid <= 1'b1;
    // A free place follows the row until that waits.
    if (!held_valid) held <= row;
  end

  // ---- reads ---------------------------------------------------------------------------------
  localparam READ_W = $clog2(READ_PIXELS);
  localparam [X_W-1:0] READ_X = READ_PIXELS;
  localparam [X_W-1:0] LOW_BITS = READ_PIXELS - 1;
  localparam [PIXEL_W-1:0] WITHIN_BEAT = BEAT_PIXELS - 1;
  localparam [PIXEL_W-1:0] TO_LAST = READ_PIXELS - 1;
  localparam [PIXEL_W-1:0] TO_NEXT = READ_PIXELS;
  reg row_ends_segment;
  reg [X_W-1:0] left;  // pixels of the row after `pixel`
  wire [PIXEL_W-1:0] into_beat = pixel & WITHIN_BEAT;
  wire [X_W-1:0] reach = left + into_beat[X_W-1:0];
  // The sum of the low bits carries into the high ones, which must all be 0.
  wire [X_W-1:0] low_left = left & LOW_BITS;
  wire [X_W-1:0] low_reach = low_left + into_beat[X_W-1:0];
  assign read_last = !filled || ((left[X_W-1:READ_W] == 0) && !low_reach[READ_W]);
  assign segment_end = row_ends_segment && read_last;
  assign last_pixel = read_last ? pixel + {{(PIXEL_W - X_W) {1'b0}}, left}
      : (pixel & ~WITHIN_BEAT) + TO_LAST;
  wire [X_W-1:0] read_pixels = READ_X - into_beat[X_W-1:0];

  always @(posedge clk) begin
    if (restart) valid <= 1'b0;
    else if (moves) valid <= enters;

    if (moves) begin
      {filled, row_ends_segment, frees, free_pixel, pixel, left, first} <= held_valid ? held : row;
    end else if (ready) begin
      pixel <= (pixel & ~WITHIN_BEAT) + TO_NEXT;
      left  <= reach - READ_X;
      first <= first + read_pixels[PLACE_W-1:0];
    end
  end

  wire unused = &{
    1'b0, left_first[X_W-1:PLACE_W], read_pixels[X_W-1:PLACE_W], into_beat[PIXEL_W-1:X_W],
    low_reach, 1'b0
  };

endmodule

`default_nettype wire
