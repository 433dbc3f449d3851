// dw_fetch_walk: walks the segments of a stream.
//
// Order: for each plane, for each group, for each weight set, for each kernel row (and tap, if
// tap_segments is 1), from left to right.
//
// Promises: after `restart`, the outputs describe the first segment; after a cycle with `take` they
// describe the next one. `valid` is 1 while a segment is left. x is the ifmap column of the
// segment's first pixel, y and `address` belong to its first raster row, and group_y is the ifmap row
// under the group's first kernel row. If frees is 1, the group of the segment needs no pixel before
// free_pixel. The outputs go on at the end of the stream as if another plane followed.
`default_nettype none

module dw_fetch_walk #(
    parameter BEAT_PIXELS   = 4,
    parameter X_W           = 8,   // bits of a column of the raster, signed
    parameter Y_W           = 8,   // bits of a row of the raster, signed
    parameter PIXEL_W       = 12,  // bits of a pixel's place in the stream, modulo 2^PIXEL_W
    parameter TAP_W         = 2,   // bits of a count of taps on an axis
    parameter GROUPS_W      = 8,
    parameter SETS_W        = 2,
    parameter PLANES_W      = 8,
    parameter PLANE_BEATS_W = 8
) (
    input  wire                     clk,
    input  wire                     restart,
    // geometry
    input  wire [          Y_W-1:0] ifmap_h,
    input  wire [        TAP_W-1:0] kernel_h,
    input  wire [        TAP_W-1:0] kernel_w,
    input  wire                     tap_segments,
    input  wire [          X_W-1:0] pitch,
    input  wire [          X_W-1:0] start_x,        // -pad_left
    input  wire [          Y_W-1:0] start_y,        // -pad_top
    input  wire [          X_W-1:0] step_x,         // from a group to the next, before a wrap
    input  wire [          Y_W-1:0] step_y,
    input  wire [          Y_W-1:0] stride_h,
    input  wire [          X_W-1:0] dilation_w,
    input  wire [          Y_W-1:0] dilation_h,
    input  wire [      PIXEL_W-1:0] start_address,  // -pad_top * ifmap_w
    input  wire [      PIXEL_W-1:0] step_address,   // step_y * ifmap_w
    input  wire [      PIXEL_W-1:0] row_address,    // stride_h * ifmap_w
    input  wire [      PIXEL_W-1:0] tap_address,    // dilation_h * ifmap_w
    input  wire [PLANE_BEATS_W-1:0] plane_beats,
    input  wire [     GROUPS_W-1:0] groups,         // of a plane
    input  wire [       SETS_W-1:0] sets,           // weight sets of a plane
    input  wire [     PLANES_W-1:0] planes,
    // segment
    input  wire                     take,
    output reg                      valid,
    output reg  [          X_W-1:0] x,
    output reg  [          Y_W-1:0] y,
    output reg  [          Y_W-1:0] group_y,
    output reg  [      PIXEL_W-1:0] address,
    output wire                     frees,
    output wire [      PIXEL_W-1:0] free_pixel
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if ((BEAT_PIXELS < 1) || ((BEAT_PIXELS & (BEAT_PIXELS - 1)) != 0)) begin : bad_1
      dw_fetch_walk_BEAT_PIXELS_must_be_a_power_of_two u ();
    end
    if (X_W < 2) begin : bad_2 dw_fetch_walk_X_W_must_be_at_least_2 u (); end
    if (Y_W < 2) begin : bad_3 dw_fetch_walk_Y_W_must_be_at_least_2 u (); end
    if (PIXEL_W < 1) begin : bad_4 dw_fetch_walk_PIXEL_W_must_be_at_least_1 u (); end
    if (TAP_W < 1) begin : bad_5 dw_fetch_walk_TAP_W_must_be_at_least_1 u (); end
    if (GROUPS_W < 1) begin : bad_6 dw_fetch_walk_GROUPS_W_must_be_at_least_1 u (); end
    if (SETS_W < 1) begin : bad_7 dw_fetch_walk_SETS_W_must_be_at_least_1 u (); end
    if (PLANES_W < 1) begin : bad_8 dw_fetch_walk_PLANES_W_must_be_at_least_1 u (); end
    if (PLANE_BEATS_W < 1) begin : bad_9
      dw_fetch_walk_PLANE_BEATS_W_must_be_at_least_1 u ();
    end
  endgenerate

  // ---- sums of the geometry: they are constant while a stream runs ---------------------------
  localparam BEAT_W = $clog2(BEAT_PIXELS);
  wire [PLANE_BEATS_W+PIXEL_W-1:0] plane_pixels = {{PIXEL_W{1'b0}}, plane_beats} << BEAT_W;
  reg [X_W-1:0] wrapped_x;
  reg [Y_W-1:0] wrapped_y;
  reg [PIXEL_W-1:0] wrapped_address;
  always @(posedge clk) begin
    wrapped_x       <= step_x - pitch;
    wrapped_y       <= step_y + stride_h;
    wrapped_address <= step_address + row_address;
  end

  // ---- counters: planes, groups, weight sets, kernel rows, taps ------------------------------
  wire last_plane, last_group, last_set, last_row, last_tap;
  wire row_end = last_tap && last_row;
  wire set_end = row_end && last_set;
  wire plane_end = set_end && last_group;
  localparam [TAP_W-1:0] ONE_TAP = 1;
  dw_countdown #(
      .WIDTH(TAP_W)
  ) u_taps (
      .clk    (clk),
      .restart(restart),
      .step   (take),
      .count  (tap_segments ? kernel_w : ONE_TAP),
      .last   (last_tap)
  );
  dw_countdown #(
      .WIDTH(TAP_W)
  ) u_rows (
      .clk    (clk),
      .restart(restart),
      .step   (take && last_tap),
      .count  (kernel_h),
      .last   (last_row)
  );
  dw_countdown #(
      .WIDTH(SETS_W)
  ) u_sets (
      .clk    (clk),
      .restart(restart),
      .step   (take && row_end),
      .count  (sets),
      .last   (last_set)
  );
  dw_countdown #(
      .WIDTH(GROUPS_W)
  ) u_groups (
      .clk    (clk),
      .restart(restart),
      .step   (take && set_end),
      .count  (groups),
      .last   (last_group)
  );
  dw_countdown #(
      .WIDTH(PLANES_W)
  ) u_planes (
      .clk    (clk),
      .restart(restart),
      .step   (take && plane_end),
      .count  (planes),
      .last   (last_plane)
  );

  // ---- the group and its segment -------------------------------------------------------------
  reg signed [X_W-1:0] group_x;
  reg [PIXEL_W-1:0] group_address;
  reg [PIXEL_W-1:0] plane_base;
  reg [PIXEL_W-1:0] plane_behind;  // address of the first group of the next plane
  // From the end of the raster row to the next group without a wrap: the sign says that it wraps,
  // so no comparison precedes the choice of the sums.
  reg [X_W-1:0] beyond;
  wire [X_W-1:0] start_beyond = step_x - pitch;
  wire wraps = !beyond[X_W-1];
  wire [X_W-1:0] to_next_x = wraps ? wrapped_x : step_x;
  wire [X_W-1:0] stepped_beyond = beyond + to_next_x;
  wire [X_W-1:0] stepped_x = group_x + to_next_x;
  wire [Y_W-1:0] stepped_y = group_y + (wraps ? wrapped_y : step_y);
  wire [PIXEL_W-1:0] stepped_address =
      group_address + (wraps ? wrapped_address : step_address);
  wire [X_W-1:0] next_x = last_group ? start_x : stepped_x;
  wire [Y_W-1:0] next_y = last_group ? start_y : stepped_y;
  wire [PIXEL_W-1:0] next_address = last_group ? plane_behind : stepped_address;

  assign frees = group_y[Y_W-1] || (group_y < ifmap_h);
  assign free_pixel = group_y[Y_W-1] ? plane_base : group_address;

  always @(posedge clk) begin
    if (restart || (take && plane_end))
      plane_behind <= (restart ? start_address : plane_behind) + plane_pixels[PIXEL_W-1:0];
    if (restart) begin
      valid <= 1'b1;
      plane_base <= {PIXEL_W{1'b0}};
      group_x <= start_x;
      beyond <= start_beyond;
      group_y <= start_y;
      group_address <= start_address;
      x <= start_x;
      y <= start_y;
      address <= start_address;
    end else if (take) begin
      if (plane_end && last_plane) valid <= 1'b0;
      if (plane_end) plane_base <= plane_base + plane_pixels[PIXEL_W-1:0];
      if (set_end) begin
        group_x <= next_x;
        beyond <= last_group ? start_beyond : stepped_beyond;
        group_y <= next_y;
        group_address <= next_address;
      end
      x <= !last_tap ? x + dilation_w : (last_row && last_set) ? next_x : group_x;
      if (last_tap) begin
        y <= !last_row ? y + dilation_h : last_set ? next_y : group_y;
        address <= !last_row ? address + tap_address : last_set ? next_address : group_address;
      end
    end
  end

  wire unused = &{1'b0, plane_pixels[PLANE_BEATS_W+PIXEL_W-1:PIXEL_W], 1'b0};

endmodule

`default_nettype wire
