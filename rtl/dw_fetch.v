// dw_fetch: reads the pixels of one segment after another from the ring.
//
// A segment has the pixels under the cells for one kernel row of a group, or for one tap if
// tap_segments is 1. dw_fetch_walk finds the segments, dw_fetch_rows their reads; both run ahead
// until two reads wait here.
//
// Promises: the first read is there in the fourth cycle without `restart`, and one read can follow the
// other in every cycle. A read waits until its pixels are in the ring (`filled`), and while `step` is 0:
// this register stops the ring, the rotator and the marks while a word waits for the segment. next_free
// moves in the cycle after the last read of a segment; a cycle later the ring may overwrite all beats
// before that of its pixel. The marks of a read (word_valid, word_places) come a cycle before its pixels,
// and `amount` a cycle before the pixels that it turns. A word fills all places from that of its
// first pixel on. next_completes is 1 in the cycle before one with the marks of a segment's last word.
`default_nettype none

module dw_fetch #(
    parameter BEAT_PIXELS   = 4,
    parameter READ_PIXELS   = 8,
    parameter X_W           = 8,   // bits of a column of the raster, signed
    parameter Y_W           = 8,   // bits of a row of the raster, signed
    parameter PIXEL_W       = 12,  // bits of a pixel's place in the stream, modulo 2^PIXEL_W
    parameter PLACE_W       = 4,   // bits of a place in the segment
    parameter LENGTH        = 9,   // places of a segment
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
    output reg  [ PIXEL_W-1:0] next_free,      // free in the next cycle
    output wire [ PIXEL_W-1:0] read_pixel,     // its beat is read
    // the word that comes out
    input  wire                next_accepts,  // a word can leave in the next cycle
    output reg                 step,          // the words move: one leaves, or none waits
    output wire                word_valid,
    output wire                next_completes,
    output reg  [  LENGTH-1:0] word_places,    // the places that its pixels fill
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
    if ((PLACE_W < 1) || ((1 << PLACE_W) < LENGTH)) begin : bad_4
      dw_fetch_PLACE_W_must_hold_LENGTH_minus_1 u ();
    end
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

  // ---- segments, rows, reads -----------------------------------------------------------------
  wire walk_valid, walk_take, walk_frees;
  wire [X_W-1:0] walk_x;
  wire [Y_W-1:0] walk_y, walk_group_y;
  wire [PIXEL_W-1:0] walk_address, walk_free_pixel;
  dw_fetch_walk #(
      .BEAT_PIXELS  (BEAT_PIXELS),
      .X_W          (X_W),
      .Y_W          (Y_W),
      .PIXEL_W      (PIXEL_W),
      .TAP_W        (TAP_W),
      .GROUPS_W     (GROUPS_W),
      .SETS_W       (SETS_W),
      .PLANES_W     (PLANES_W),
      .PLANE_BEATS_W(PLANE_BEATS_W)
  ) u_walk (
      .clk          (clk),
      .restart      (restart),
      .ifmap_h      (ifmap_h),
      .kernel_h     (kernel_h),
      .kernel_w     (kernel_w),
      .tap_segments (tap_segments),
      .pitch        (pitch),
      .start_x      (start_x),
      .start_y      (start_y),
      .step_x       (step_x),
      .step_y       (step_y),
      .stride_h     (stride_h),
      .dilation_w   (dilation_w),
      .dilation_h   (dilation_h),
      .start_address(start_address),
      .step_address (step_address),
      .row_address  (row_address),
      .tap_address  (tap_address),
      .plane_beats  (plane_beats),
      .groups       (groups),
      .sets         (sets),
      .planes       (planes),
      .take         (walk_take),
      .valid        (walk_valid),
      .x            (walk_x),
      .y            (walk_y),
      .group_y      (walk_group_y),
      .address      (walk_address),
      .frees        (walk_frees),
      .free_pixel   (walk_free_pixel)
  );

  wire next_valid, next_filled, next_segment_end, next_frees, next_ready;
  wire [PIXEL_W-1:0] next_pixel, next_last_pixel, next_free_pixel;
  wire [PLACE_W-1:0] next_first;
  dw_fetch_rows #(
      .BEAT_PIXELS(BEAT_PIXELS),
      .READ_PIXELS(READ_PIXELS),
      .X_W        (X_W),
      .Y_W        (Y_W),
      .PIXEL_W    (PIXEL_W),
      .PLACE_W    (PLACE_W)
  ) u_rows (
      .clk            (clk),
      .restart        (restart),
      .ifmap_w        (ifmap_w),
      .ifmap_h        (ifmap_h),
      .span           (span),
      .pitch          (pitch),
      .stride_h       (stride_h),
      .end_y          (end_y),
      .row_address    (row_address),
      .walk_valid     (walk_valid),
      .walk_x         (walk_x),
      .walk_y         (walk_y),
      .walk_group_y   (walk_group_y),
      .walk_address   (walk_address),
      .walk_frees     (walk_frees),
      .walk_free_pixel(walk_free_pixel),
      .take           (walk_take),
      .ready          (next_ready),
      .valid          (next_valid),
      .filled         (next_filled),
      .segment_end    (next_segment_end),
      .pixel          (next_pixel),
      .last_pixel     (next_last_pixel),
      .first          (next_first),
      .frees          (next_frees),
      .free_pixel     (next_free_pixel)
  );

  // ---- a place for the read that is made, and one for the read behind it -----------------------
  localparam READ_BITS = 3 + 3 * PIXEL_W + PLACE_W;
  wire [READ_BITS-1:0] next_read = {
    next_filled, next_segment_end, next_frees, next_pixel, next_last_pixel, next_free_pixel,
    next_first
  };
  reg read_valid;
  reg [READ_BITS-1:0] read;
  reg behind_valid;
  reg [READ_BITS-1:0] behind;
  wire advance;
  wire enters = next_valid && next_ready;
  wire moves = advance || !read_valid;
  assign next_ready = !behind_valid;

  always @(posedge clk) begin
    if (restart) begin
      read_valid <= 1'b0;
      behind_valid <= 1'b0;
    end else if (moves) begin
      read_valid <= behind_valid || enters;
      behind_valid <= 1'b0;
    end else if (enters) begin
      behind_valid <= 1'b1;
    end
    if (moves) read <= behind_valid ? behind : next_read;
    // A free place follows next_read until a read enters it.
    if (!behind_valid) behind <= next_read;
  end

  // ---- the read --------------------------------------------------------------------------------
  wire has_pixels, segment_end, frees;
  wire [PIXEL_W-1:0] last_pixel, free_pixel;
  wire [PLACE_W-1:0] first;
  assign {has_pixels, segment_end, frees, read_pixel, last_pixel, free_pixel, first} = read;
  wire [PIXEL_W-1:0] beyond = last_pixel - filled;  // negative: the pixels are in the ring
  wire waits = has_pixels && !beyond[PIXEL_W-1];
  assign advance = run && step && read_valid && !waits;

  // After the last read of a segment, what its successor does not need is free.
  always @(posedge clk) begin
    if (restart) next_free <= {PIXEL_W{1'b0}};
    else if (advance && segment_end && frees) next_free <= free_pixel;
  end

  // ---- the marks travel a cycle before the pixels: two cycles in the ring, one in the rotator ----
  wire [PIXEL_W-1:0] turn = read_pixel - {{(PIXEL_W - PLACE_W) {1'b0}}, first};
  localparam MARKS = 2 + PLACE_W;
  reg [2:0] valid;
  reg [MARKS-1:0] marks_0, marks_1;
  reg last;
  reg [AMOUNT_W-1:0] turn_0, turn_1;

  assign word_valid = valid[2];
  always @(posedge clk) step <= restart || next_accepts || (step && !valid[1]);

  wire last_1, filled_1;
  wire [PLACE_W-1:0] first_1;
  assign {filled_1, last_1, first_1} = marks_1;
  // Without `step` a word waits.
  assign next_completes = !restart && (step ? valid[1] && last_1 : last);
  assign amount = turn_1;

  always @(posedge clk) begin
    if (restart) valid <= 3'b000;
    else if (step) valid <= {valid[1:0], advance};
    if (step) begin
      marks_0 <= {has_pixels, segment_end, first};
      marks_1 <= marks_0;
      last    <= last_1;
      turn_0  <= turn[AMOUNT_W-1:0];
      turn_1  <= turn_0;
    end
  end

  genvar p;
  generate
    for (p = 0; p < LENGTH; p = p + 1) begin : g_place
      always @(posedge clk) if (step) word_places[p] <= filled_1 && (first_1 <= p);
    end
  endgenerate

  wire unused = &{1'b0, turn[PIXEL_W-1:AMOUNT_W], beyond[PIXEL_W-2:0], 1'b0};

endmodule

`default_nettype wire
