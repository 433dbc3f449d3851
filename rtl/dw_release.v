// dw_release: finds the oldest pixel that the cells still read from their rings.
//
// Promises: next_free is 0 after `restart`. Three cycles after a fired tap with `advance`, it is the first
// pixel of the ifmap row under the next group's first kernel row, or that of the plane if this row lies above
// the ifmap; below the ifmap, it stays. After the last group of the stream it is the first pixel behind
// the stream. No tap fires during `restart`.
`default_nettype none

module dw_release #(
    parameter BEAT_PIXELS   = 4,
    parameter X_W           = 8,   // bits of a column of the raster, signed
    parameter Y_W           = 8,   // bits of a row of the raster, signed
    parameter PIXEL_W       = 12,  // bits of a pixel's place in the stream, modulo 2^PIXEL_W
    parameter GROUPS_W      = 8,
    parameter PLANE_BEATS_W = 8
) (
    input  wire                     clk,
    input  wire                     restart,
    input  wire                     advance,
    // geometry
    input  wire [          Y_W-1:0] ifmap_h,
    input  wire [          X_W-1:0] pitch,
    input  wire [          Y_W-1:0] start_y,
    input  wire [          X_W-1:0] step_x,
    input  wire [          Y_W-1:0] step_y,
    input  wire [          Y_W-1:0] stride_h,
    input  wire [      PIXEL_W-1:0] start_address,
    input  wire [      PIXEL_W-1:0] step_address,
    input  wire [      PIXEL_W-1:0] row_address,
    input  wire [PLANE_BEATS_W-1:0] plane_beats,
    input  wire [     GROUPS_W-1:0] groups,
    output reg  [      PIXEL_W-1:0] next_free
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if ((BEAT_PIXELS < 1) || ((BEAT_PIXELS & (BEAT_PIXELS - 1)) != 0)) begin : bad_1
      dw_release_BEAT_PIXELS_must_be_a_power_of_two u ();
    end
    if (X_W < 2) begin : bad_2 dw_release_X_W_must_be_at_least_2 u (); end
    if (Y_W < 2) begin : bad_3 dw_release_Y_W_must_be_at_least_2 u (); end
    if (PIXEL_W < 1) begin : bad_4 dw_release_PIXEL_W_must_be_at_least_1 u (); end
    if (GROUPS_W < 1) begin : bad_5 dw_release_GROUPS_W_must_be_at_least_1 u (); end
    if (PLANE_BEATS_W < 1) begin : bad_6 dw_release_PLANE_BEATS_W_must_be_at_least_1 u (); end
  endgenerate

  reg advances;  // near the walk, because the decision to fire comes late
  always @(posedge clk) advances <= advance;

  // A walk over kernels of one tap steps from group to group. Its x and its `valid` are not read, so it
  // needs neither the first column nor the number of planes.
  wire walk_valid, frees;
  wire [X_W-1:0] walk_x;
  wire [Y_W-1:0] walk_y, group_y;
  wire [PIXEL_W-1:0] walk_address, free_pixel;
  dw_fetch_walk #(
      .BEAT_PIXELS  (BEAT_PIXELS),
      .X_W          (X_W),
      .Y_W          (Y_W),
      .PIXEL_W      (PIXEL_W),
      .TAP_W        (1),
      .GROUPS_W     (GROUPS_W),
      .SETS_W       (1),
      .PLANES_W     (1),
      .PLANE_BEATS_W(PLANE_BEATS_W)
  ) u_walk (
      .clk          (clk),
      .restart      (restart),
      .ifmap_h      (ifmap_h),
      .kernel_h     (1'b1),
      .kernel_w     (1'b1),
      .tap_segments (1'b0),
      .pitch        (pitch),
      .start_x      ({X_W{1'b0}}),
      .start_y      (start_y),
      .step_x       (step_x),
      .step_y       (step_y),
      .stride_h     (stride_h),
      .dilation_w   ({X_W{1'b0}}),
      .dilation_h   ({Y_W{1'b0}}),
      .start_address(start_address),
      .step_address (step_address),
      .row_address  (row_address),
      .tap_address  ({PIXEL_W{1'b0}}),
      .plane_beats  (plane_beats),
      .groups       (groups),
      .sets         (1'b1),
      .planes       (1'b1),
      .take         (advances),
      .valid        (walk_valid),
      .x            (walk_x),
      .y            (walk_y),
      .group_y      (group_y),
      .address      (walk_address),
      .frees        (frees),
      .free_pixel   (free_pixel)
  );
  wire unused = &{1'b0, walk_valid, walk_x, walk_y, group_y, walk_address, 1'b0};

  always @(posedge clk) begin
    if (restart) next_free <= {PIXEL_W{1'b0}};
    else if (frees) next_free <= free_pixel;
  end

endmodule

`default_nettype wire
