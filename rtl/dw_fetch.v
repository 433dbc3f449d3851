// dw_fetch: reads the pixels of one segment after another from the ring.
//
// A segment has the pixels under the cells for one kernel row of a group, or for one tap if
// tap_segments is 1. Pixel u of it lies in ifmap column x0 + u of the group's first raster row.
// Where that row ends (`pitch`), the pixels of the next ofmap row follow.
//
// Promises: for each raster row that a segment touches, the fetch makes a read for every
// READ_PIXELS pixels, counted from the beat of the first one. A raster row without a pixel for the
// segment takes one cycle. A read waits until its pixels are in the ring (`filled`), and all state
// holds while `step` is 0. The ring may overwrite all beats before that of pixel `free`. Order:
// for each plane, for each group, for each weight set, for each kernel row (and tap), from left to
// right. The marks of a read (word_valid, word_last, word_filled, word_first, amount) come out
// with its pixels.
`default_nettype none

module dw_fetch #(
    parameter BEAT_PIXELS   = 4,
    parameter READ_PIXELS   = 8,
    parameter X_W           = 8,   // bits of a column of the raster, signed
    parameter Y_W           = 8,   // bits of a row of the raster, signed
    parameter PIXEL_W       = 12,  // bits of the address of a pixel, and two more
    parameter PLACE_W       = 4,   // bits of a place in the segment
    parameter TAP_W         = 2,   // bits of a count of taps on an axis
    parameter GROUPS_W      = 8,
    parameter SETS_W        = 2,
    parameter PLANES_W      = 8,
    parameter PLANE_BEATS_W = 8,
    // derived
    parameter AMOUNT_W      = (READ_PIXELS > 1) ? $clog2(READ_PIXELS) : 1
) (
    input  wire                clk,
    input  wire                restart,
    input  wire                run,
    // geometry
    input  wire [     X_W-1:0] ifmap_w,
    input  wire [     Y_W-1:0] ifmap_h,
    input  wire [   TAP_W-1:0] kernel_h,
    input  wire [   TAP_W-1:0] kernel_w,
    input  wire                tap_segments,
    input  wire [     X_W-1:0] span,           // pixels of a segment
    input  wire [     X_W-1:0] pitch,
    input  wire [     X_W-1:0] start_x,        // -pad_left
    input  wire [     Y_W-1:0] start_y,        // -pad_top
    input  wire [     X_W-1:0] wrap_x,         // pitch - pad_left
    input  wire [     Y_W-1:0] end_y,          // ofmap_h * stride_h - pad_top
    input  wire [     X_W-1:0] step_x,         // from a group to the next, before a wrap
    input  wire [     Y_W-1:0] step_y,
    input  wire [     Y_W-1:0] stride_h,
    input  wire [     X_W-1:0] dilation_w,
    input  wire [     Y_W-1:0] dilation_h,
    input  wire [ PIXEL_W-1:0] start_address,  // -pad_top * ifmap_w
    input  wire [ PIXEL_W-1:0] step_address,   // step_y * ifmap_w
    input  wire [ PIXEL_W-1:0] row_address,    // stride_h * ifmap_w
    input  wire [ PIXEL_W-1:0] tap_address,    // dilation_h * ifmap_w
    input  wire [PLANE_BEATS_W-1:0] plane_beats,
    input  wire [GROUPS_W-1:0] groups,         // of a plane
    input  wire [  SETS_W-1:0] sets,           // weight sets of a plane
    input  wire [PLANES_W-1:0] planes,
    // ring
    input  wire [ PIXEL_W-1:0] filled,         // pixels written, whole beats
    output reg  [ PIXEL_W-1:0] free,
    output wire [ PIXEL_W-1:0] read_pixel,     // its beat is read
    // the word that comes out
    input  wire                step,
    output wire                word_valid,
    output wire                word_filled,
    output wire                word_last,
    output wire [ PLACE_W-1:0] word_first,
    output wire [AMOUNT_W-1:0] amount          // of the word before the rotator
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if ((BEAT_PIXELS < 1) || ((BEAT_PIXELS & (BEAT_PIXELS - 1)) != 0)) begin : bad_1
      dw_fetch_BEAT_PIXELS_must_be_a_power_of_two u ();
    end
    if ((READ_PIXELS < BEAT_PIXELS) || ((READ_PIXELS & (READ_PIXELS - 1)) != 0)) begin : bad_2
      dw_fetch_READ_PIXELS_must_be_BEAT_PIXELS_times_a_power_of_two u ();
    end
    if (Y_W < 2) begin : bad_3 dw_fetch_Y_W_must_be_at_least_2 u (); end
    if (PLACE_W < 1) begin : bad_4 dw_fetch_PLACE_W_must_be_at_least_1 u (); end
    if (TAP_W < 1) begin : bad_5 dw_fetch_TAP_W_must_be_at_least_1 u (); end
    if (GROUPS_W < 1) begin : bad_6 dw_fetch_GROUPS_W_must_be_at_least_1 u (); end
    if (SETS_W < 1) begin : bad_7 dw_fetch_SETS_W_must_be_at_least_1 u (); end
    if (PLANES_W < 1) begin : bad_8 dw_fetch_PLANES_W_must_be_at_least_1 u (); end
    if (PLANE_BEATS_W < 1) begin : bad_9 dw_fetch_PLANE_BEATS_W_must_be_at_least_1 u (); end
    if ((1 << X_W) <= 2 * READ_PIXELS) begin : bad_10
      dw_fetch_X_W_must_hold_READ_PIXELS_and_a_sign u ();
    end
    if (PIXEL_W <= X_W) begin : bad_11 dw_fetch_PIXEL_W_must_be_more_than_X_W u (); end
    if (PLACE_W >= X_W) begin : bad_12 dw_fetch_PLACE_W_must_be_less_than_X_W u (); end
    if ((AMOUNT_W < 1) || ((1 << AMOUNT_W) < READ_PIXELS)) begin : bad_13
      dw_fetch_AMOUNT_W_must_hold_READ_PIXELS_minus_1 u ();
    end
    if (AMOUNT_W >= PIXEL_W) begin : bad_14 dw_fetch_AMOUNT_W_must_be_less_than_PIXEL_W u (); end
  endgenerate

  localparam BEAT_W = $clog2(BEAT_PIXELS);
  wire [PLANE_BEATS_W+PIXEL_W-1:0] plane_pixels = {{PIXEL_W{1'b0}}, plane_beats} << BEAT_W;
  wire [PIXEL_W-1:0] plane_address = plane_pixels[PIXEL_W-1:0];

  // ---- counters: planes, groups, weight sets, kernel rows, taps -------------------------
  reg [PLANES_W-1:0] planes_left;
  reg [GROUPS_W-1:0] groups_left;
  reg [SETS_W-1:0] sets_left;
  reg [TAP_W-1:0] rows_left;
  reg [TAP_W-1:0] taps_left;
  wire tap_end = !tap_segments || (taps_left == 1);
  wire row_end = tap_end && (rows_left == 1);
  wire set_end = row_end && (sets_left == 1);
  wire plane_end = set_end && (groups_left == 1);

  // ---- the group, its kernel row, and the raster row of the segment ---------------------
  reg signed [X_W-1:0] group_x;
  reg signed [Y_W-1:0] group_y;
  reg [PIXEL_W-1:0] group_address;
  reg [PIXEL_W-1:0] plane_base;
  reg signed [Y_W-1:0] kernel_y;  // ifmap row of the group's first row under the kernel row
  reg [PIXEL_W-1:0] kernel_address;
  reg signed [X_W-1:0] segment_x;
  reg signed [X_W-1:0] place;  // of column 0 of the raster row
  reg signed [X_W-1:0] column;
  reg signed [Y_W-1:0] y;
  reg signed [Y_W-1:0] base_y;  // y without the offset of the kernel row; tells the raster's end
  reg [PIXEL_W-1:0] address;  // of column 0

  wire signed [X_W-1:0] s_ifmap_w = ifmap_w;
  wire signed [Y_W-1:0] s_ifmap_h = ifmap_h;
  wire signed [X_W-1:0] s_span = span;
  wire signed [X_W-1:0] s_wrap_x = wrap_x;
  wire signed [Y_W-1:0] s_end_y = end_y;

  // ---- one read --------------------------------------------------------------------------
  wire signed [X_W-1:0] room = s_span - place;
  wire signed [X_W-1:0] row_columns = (room < s_ifmap_w) ? room : s_ifmap_w;
  wire has_pixels = !y[Y_W-1] && (y < s_ifmap_h) && (column < row_columns);
  assign read_pixel = address + {{(PIXEL_W - X_W) {column[X_W-1]}}, column};
  localparam [PIXEL_W-1:0] WITHIN_BEAT = BEAT_PIXELS - 1;
  wire [PIXEL_W-1:0] into_beat = read_pixel & WITHIN_BEAT;
  localparam [X_W-1:0] ALL_PIXELS = READ_PIXELS;
  wire signed [X_W-1:0] reach = column + ALL_PIXELS - into_beat[X_W-1:0];
  wire row_done = !has_pixels || (reach >= row_columns);
  wire signed [X_W-1:0] read_end = (reach < row_columns) ? reach : row_columns;
  wire [PIXEL_W-1:0] pixel_end = address + {{(PIXEL_W - X_W) {read_end[X_W-1]}}, read_end};
  wire [PIXEL_W-1:0] missing = filled - pixel_end;
  wire waits = has_pixels && missing[PIXEL_W-1];
  wire advance = run && step && (planes_left != 0) && !waits;

  wire signed [X_W-1:0] next_place = place + $signed(pitch);
  wire signed [Y_W-1:0] next_base_y = base_y + $signed(stride_h);
  wire segment_end = row_done && ((next_place >= s_span) || (next_base_y >= s_end_y));
  wire next_segment = advance && segment_end;

  // ---- the next segment ------------------------------------------------------------------
  wire signed [X_W-1:0] stepped_x = group_x + $signed(step_x);
  wire wraps = (stepped_x >= s_wrap_x);
  wire signed [X_W-1:0] next_group_x = plane_end ? $signed(start_x)
      : !set_end ? group_x : wraps ? stepped_x - $signed(pitch) : stepped_x;
  wire signed [Y_W-1:0] next_group_y = plane_end ? $signed(start_y)
      : !set_end ? group_y : group_y + $signed(step_y) + (wraps ? $signed(stride_h) : {Y_W{1'b0}});
  wire [PIXEL_W-1:0] next_plane_base = plane_end ? plane_base + plane_address : plane_base;
  wire [PIXEL_W-1:0] next_group_address = plane_end ? next_plane_base + start_address
      : !set_end ? group_address
      : group_address + step_address + (wraps ? row_address : {PIXEL_W{1'b0}});
  wire signed [Y_W-1:0] next_kernel_y = row_end ? next_group_y
      : tap_end ? kernel_y + $signed(dilation_h) : kernel_y;
  wire [PIXEL_W-1:0] next_kernel_address = row_end ? next_group_address
      : tap_end ? kernel_address + tap_address : kernel_address;
  wire signed [X_W-1:0] next_segment_x = tap_end ? next_group_x : segment_x + $signed(dilation_w);

  always @(posedge clk) begin
    if (restart) begin
      planes_left <= planes;
      groups_left <= groups;
      sets_left <= sets;
      rows_left <= kernel_h;
      taps_left <= kernel_w;
      plane_base <= {PIXEL_W{1'b0}};
      group_x <= start_x;
      group_y <= start_y;
      group_address <= start_address;
      kernel_y <= start_y;
      kernel_address <= start_address;
      segment_x <= start_x;
      place <= -$signed(start_x);
      column <= {X_W{1'b0}};
      y <= start_y;
      base_y <= start_y;
      address <= start_address;
      free <= {PIXEL_W{1'b0}};
    end else begin
      if (group_y[Y_W-1]) free <= plane_base;
      else if (group_y < s_ifmap_h) free <= group_address;
      if (next_segment) begin
        if (plane_end) planes_left <= planes_left - 1'b1;
        if (set_end) groups_left <= plane_end ? groups : groups_left - 1'b1;
        if (row_end) sets_left <= set_end ? sets : sets_left - 1'b1;
        if (tap_end) rows_left <= row_end ? kernel_h : rows_left - 1'b1;
        taps_left <= tap_end ? kernel_w : taps_left - 1'b1;
        plane_base <= next_plane_base;
        group_x <= next_group_x;
        group_y <= next_group_y;
        group_address <= next_group_address;
        kernel_y <= next_kernel_y;
        kernel_address <= next_kernel_address;
        segment_x <= next_segment_x;
        place <= -next_segment_x;
        column <= next_segment_x[X_W-1] ? {X_W{1'b0}} : next_segment_x;
        y <= next_kernel_y;
        base_y <= next_group_y;
        address <= next_kernel_address;
      end else if (advance && row_done) begin
        place <= next_place;
        column <= next_place[X_W-1] ? -next_place : {X_W{1'b0}};
        y <= y + $signed(stride_h);
        base_y <= next_base_y;
        address <= address + row_address;
      end else if (advance) begin
        column <= reach;
      end
    end
  end

  // ---- the marks travel with the pixels: two cycles in the ring, one in the rotator -------
  wire signed [X_W-1:0] first = place + column;
  wire [PIXEL_W-1:0] turn = read_pixel - {{(PIXEL_W - X_W) {first[X_W-1]}}, first};
  localparam MARKS = 2 + PLACE_W;
  reg [2:0] valid;
  reg [MARKS-1:0] marks_0, marks_1, marks_2;
  reg [AMOUNT_W-1:0] turn_0, turn_1;

  assign word_valid = valid[2];
  assign {word_filled, word_last, word_first} = marks_2;
  assign amount = turn_1;

  always @(posedge clk) begin
    if (restart) valid <= 3'b000;
    else if (step) valid <= {valid[1:0], advance};
    if (step) begin
      marks_0 <= {has_pixels, segment_end, first[PLACE_W-1:0]};
      marks_1 <= marks_0;
      marks_2 <= marks_1;
      turn_0  <= turn[AMOUNT_W-1:0];
      turn_1  <= turn_0;
    end
  end

  wire unused = &{
    1'b0, first[X_W-1:PLACE_W], turn[PIXEL_W-1:AMOUNT_W], missing[PIXEL_W-2:0],
    plane_pixels[PLANE_BEATS_W+PIXEL_W-1:PIXEL_W], into_beat[PIXEL_W-1:X_W], 1'b0
  };

endmodule

`default_nettype wire
