// dw_sequencer: fires the taps of a group one after the other, group after group.
//
// The cells of a group are at work at the same time. One tap fires for each plane, for each group,
// for each weight set, for each kernel row, for each tap of the row, in this order.
//
// Promises: a tap fires in every cycle of `run` in which its pixels are ready. The last tap of a
// weight set also waits for two things: `chunks` cycles must have passed since the last tap of the
// weight set before, and the output must have room for the pixels (output_room). In the first
// CELLS cycles of a run the cells get their places; `run` then stays 1 until a restart or `done`, which
// is 1 when no tap is left. For the last weight set of a plane, `chunks` is final_chunks.
`default_nettype none

module dw_sequencer #(
    parameter CELLS    = 7,
    parameter TAPS     = 9,  // of the engine's kernel: weights of a set
    parameter TAP_W    = 2,  // bits of a count of taps on an axis
    parameter X_W      = 8,
    parameter Y_W      = 8,
    parameter GROUPS_W = 8,
    parameter SETS_W   = 2,  // bits of a count of weight sets of a plane
    parameter PLANES_W = 8,
    parameter IMAGE_W  = 8,  // bits of a count of the planes of an image
    parameter CHUNKS_W = 4,
    parameter WORD_W   = 8,  // bits of the index of a weight
    parameter SET_W    = 4,  // bits of the index of a weight set
    // derived
    parameter CELLS_W  = $clog2(CELLS + 1)  // count of cells
) (
    input  wire                clk,
    input  wire                restart,
    input  wire                run,
    // geometry
    input  wire [   TAP_W-1:0] kernel_h,
    input  wire [   TAP_W-1:0] kernel_w,
    input  wire                tap_segments,
    input  wire [    X_W-1:0]  start_x,
    input  wire [    Y_W-1:0]  start_y,
    input  wire [    X_W-1:0]  stride_w,
    input  wire [    Y_W-1:0]  stride_h,
    input  wire [    X_W-1:0]  wrap_x,
    input  wire [GROUPS_W-1:0] groups,
    input  wire [  SETS_W-1:0] sets,
    input  wire [PLANES_W-1:0] planes,
    input  wire [ IMAGE_W-1:0] image_planes,
    input  wire [CHUNKS_W-1:0] chunks,
    input  wire [CHUNKS_W-1:0] final_chunks,
    // the tap
    input  wire                segment_ready,
    input  wire                output_room,
    output wire                fire,
    output reg                 first_column,
    output reg                 first_row,
    output reg                 uses_segment,  // a fired tap begins with a segment of its own
    output wire                completes,     // the fired tap is the last of a weight set
    output wire                advances,      // ... and of the group
    output wire                plane_end,     // ... and of the plane
    output wire                image_end,     // the plane is the last of its image
    output wire                stream_end,    // ... and of the stream
    output reg  [  WORD_W-1:0] weight_word,
    output reg  [   SET_W-1:0] weight_set,
    // the places of the cells
    output wire                init,
    output reg  [     X_W-1:0] init_x,
    output reg  [     Y_W-1:0] init_y,
    output wire                init_wraps,     // the next place begins a raster row
    output wire                starved,
    output wire                backpressured,
    output reg                 done
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (CELLS < 1) begin : bad_1 dw_sequencer_CELLS_must_be_at_least_1 u (); end
    if (TAPS < 1) begin : bad_2 dw_sequencer_TAPS_must_be_at_least_1 u (); end
    if (TAP_W < 1) begin : bad_3 dw_sequencer_TAP_W_must_be_at_least_1 u (); end
    if (GROUPS_W < 1) begin : bad_4 dw_sequencer_GROUPS_W_must_be_at_least_1 u (); end
    if (SETS_W < 1) begin : bad_5 dw_sequencer_SETS_W_must_be_at_least_1 u (); end
    if (PLANES_W < 1) begin : bad_6 dw_sequencer_PLANES_W_must_be_at_least_1 u (); end
    if (IMAGE_W < 1) begin : bad_7 dw_sequencer_IMAGE_W_must_be_at_least_1 u (); end
    if (CHUNKS_W < 1) begin : bad_8 dw_sequencer_CHUNKS_W_must_be_at_least_1 u (); end
    if (SET_W < 1) begin : bad_9 dw_sequencer_SET_W_must_be_at_least_1 u (); end
    if (X_W < 2) begin : bad_10 dw_sequencer_X_W_must_be_at_least_2 u (); end
    if (Y_W < 2) begin : bad_11 dw_sequencer_Y_W_must_be_at_least_2 u (); end
    if ((WORD_W < 1) || ((1 << WORD_W) < TAPS)) begin : bad_12
      dw_sequencer_WORD_W_must_hold_TAPS_minus_1 u ();
    end
    if ((1 << CELLS_W) <= CELLS) begin : bad_13 dw_sequencer_CELLS_W_must_hold_CELLS u (); end
  endgenerate

  // ---- places -----------------------------------------------------------------------------
  localparam [CELLS_W-1:0] LAST_CELL = CELLS - 1;
  reg [CELLS_W-1:0] placed;
  reg ready;  // all cells have their places
  reg live;  // ... and a tap is left
  wire signed [X_W-1:0] next_x = $signed(init_x) + $signed(stride_w);
  reg signed [X_W-1:0] last_x;  // the row goes on in its column and before it
  always @(posedge clk) last_x <= $signed(wrap_x) - $signed(stride_w);
  // Not negative: the row ends. (A signed comparison would take two carry chains.)
  wire signed [X_W:0] beyond = $signed(init_x) - last_x;
  assign init_wraps = !beyond[X_W];
  wire unused_beyond = &{1'b0, beyond[X_W-1:0], 1'b0};
  assign init = run && !ready;

  always @(posedge clk) begin
    if (restart) begin
      placed <= {CELLS_W{1'b0}};
      ready <= 1'b0;
      live <= 1'b0;
      init_x <= start_x;
      init_y <= start_y;
    end else if (init) begin
      placed <= placed + 1'b1;
      ready <= (placed == LAST_CELL);
      live <= (placed == LAST_CELL);
      init_x <= init_wraps ? start_x : next_x;
      if (init_wraps) init_y <= init_y + stride_h;
    end else if (fire && stream_end) begin
      live <= 1'b0;
    end
  end

  // ---- taps -------------------------------------------------------------------------------
  // The marks of the tap that fires next are registers, or products of a few of them.
  wire last_column, last_row, last_set, last_group, last_plane, last_of_image;
  dw_countdown #(
      .WIDTH(TAP_W)
  ) u_columns (
      .clk    (clk),
      .restart(restart),
      .step   (fire),
      .count  (kernel_w),
      .last   (last_column)
  );
  dw_countdown #(
      .WIDTH(TAP_W)
  ) u_rows (
      .clk    (clk),
      .restart(restart),
      .step   (fire && last_column),
      .count  (kernel_h),
      .last   (last_row)
  );
  dw_countdown #(
      .WIDTH(SETS_W)
  ) u_sets (
      .clk    (clk),
      .restart(restart),
      .step   (fire && completes),
      .count  (sets),
      .last   (last_set)
  );
  dw_countdown #(
      .WIDTH(GROUPS_W)
  ) u_groups (
      .clk    (clk),
      .restart(restart),
      .step   (fire && advances),
      .count  (groups),
      .last   (last_group)
  );
  dw_countdown #(
      .WIDTH(PLANES_W)
  ) u_planes (
      .clk    (clk),
      .restart(restart),
      .step   (fire && plane_end),
      .count  (planes),
      .last   (last_plane)
  );
  dw_countdown #(
      .WIDTH(IMAGE_W)
  ) u_image (
      .clk    (clk),
      .restart(restart),
      .step   (fire && plane_end),
      .count  (image_planes),
      .last   (last_of_image)
  );

  assign completes = last_column && last_row;
  assign advances = completes && last_set;
  assign plane_end = advances && last_group;
  assign image_end = last_of_image;
  assign stream_end = plane_end && last_plane;

  always @(posedge clk) begin
    if (restart) begin
      first_column <= 1'b1;
      first_row <= 1'b1;
      uses_segment <= 1'b1;
      done <= 1'b0;
    end else if (fire) begin
      first_column <= last_column;
      if (last_column) first_row <= last_row;
      uses_segment <= last_column || tap_segments;
      if (stream_end) done <= 1'b1;
    end
  end

  // ---- the time in which the sums of a weight set leave ---------------------------------------
  reg [CHUNKS_W-1:0] drain_left;
  reg drained;  // drain_left is at most 1
  reg leaves_at_once, final_leaves_at_once;  // constant while a stream runs
  always @(posedge clk) begin
    leaves_at_once <= (chunks <= 1);
    final_leaves_at_once <= (final_chunks <= 1);
    if (restart) begin
      drain_left <= {CHUNKS_W{1'b0}};
      drained <= 1'b1;
    end else if (fire && completes) begin
      drain_left <= plane_end ? final_chunks : chunks;
      drained <= plane_end ? final_leaves_at_once : leaves_at_once;
    end else begin
      if (drain_left != 0) drain_left <= drain_left - 1'b1;
      drained <= ({1'b0, drain_left} <= 2);
    end
  end

  wire has_pixels = !uses_segment || segment_ready;
  assign fire = live && has_pixels && (!completes || (drained && output_room));
  assign starved = live && !has_pixels;
  assign backpressured = live && has_pixels && completes && !output_room;

  // ---- weights: the words of a set have consecutive addresses, and so do the sets ---------
  localparam SET_WORDS = TAPS;
  reg [WORD_W-1:0] set_word;    // first word of the set
  reg [WORD_W-1:0] plane_word;  // ... of the plane's first set
  reg [SET_W-1:0] plane_set;
  wire [WORD_W-1:0] next_set_word = set_word + SET_WORDS[WORD_W-1:0];
  wire [SET_W-1:0] next_set = weight_set + 1'b1;
  // The set after this one: the next of the plane, the first of the plane again, that of the next
  // plane, or that of the next image. Marks alone choose, because `fire` comes late. Masks give the
  // zeros: tools make a reset of a multiplexer with a constant, and `fire` would choose there, too.
  wire repeats = last_set && !last_group;
  wire wraps = last_set && last_group && image_end;
  wire [WORD_W-1:0] first_word = (repeats ? plane_word : next_set_word) & {WORD_W{!wraps}};
  wire [SET_W-1:0] first_set = (repeats ? plane_set : next_set) & {SET_W{!wraps}};

  always @(posedge clk) begin
    if (restart) begin
      weight_word <= {WORD_W{1'b0}};
      set_word <= {WORD_W{1'b0}};
      plane_word <= {WORD_W{1'b0}};
      weight_set <= {SET_W{1'b0}};
      plane_set <= {SET_W{1'b0}};
    end else begin
      if (fire) weight_word <= completes ? first_word : weight_word + 1'b1;
      if (fire && completes) begin
        set_word <= first_word;
        weight_set <= first_set;
      end
      if (fire && plane_end) begin
        plane_word <= first_word;
        plane_set <= first_set;
      end
    end
  end

endmodule

`default_nettype wire
