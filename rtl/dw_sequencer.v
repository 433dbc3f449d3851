// dw_sequencer: fires the taps of a group one after the other, group after group.
//
// The cells of a group are at work at the same time. One tap fires for each plane, for each group,
// for each weight set, for each kernel row, for each tap of the row, in this order.
//
// Promises: a tap fires in every cycle of `run` in which its pixels are ready. The last tap of a
// weight set also waits for two things: `chunks` cycles must have passed since the last tap of the
// weight set before, and the output must have room for the pixels (output_room). In the first
// CELLS cycles of a run the cells get their places. `done` is 1 when no tap is left. For the last
// weight set of a plane, `chunks` is final_chunks.
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
    output wire                first_column,
    output wire                first_row,
    output wire                uses_segment,  // a fired tap begins with a segment of its own
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
    output wire                starved,
    output wire                backpressured,
    output wire                done
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
  localparam [CELLS_W-1:0] ALL_CELLS = CELLS;
  reg [CELLS_W-1:0] placed;
  wire ready = (placed == ALL_CELLS);
  wire signed [X_W-1:0] next_x = $signed(init_x) + $signed(stride_w);
  wire wraps = (next_x >= $signed(wrap_x));
  assign init = run && !ready;

  always @(posedge clk) begin
    if (restart) begin
      placed <= {CELLS_W{1'b0}};
      init_x <= start_x;
      init_y <= start_y;
    end else if (init) begin
      placed <= placed + 1'b1;
      init_x <= wraps ? start_x : next_x;
      if (wraps) init_y <= init_y + stride_h;
    end
  end

  // ---- taps -------------------------------------------------------------------------------
  reg [TAP_W-1:0] columns_left;
  reg [TAP_W-1:0] rows_left;
  reg [SETS_W-1:0] sets_left;
  reg [GROUPS_W-1:0] groups_left;
  reg [PLANES_W-1:0] planes_left;
  reg [IMAGE_W-1:0] image_left;  // planes of this image
  reg [CHUNKS_W-1:0] drain_left;

  assign first_column = (columns_left == kernel_w);
  assign first_row = (rows_left == kernel_h);
  assign uses_segment = first_column || tap_segments;
  wire column_end = (columns_left == 1);
  assign completes = column_end && (rows_left == 1);
  assign advances = completes && (sets_left == 1);
  assign plane_end = advances && (groups_left == 1);
  assign image_end = (image_left == 1);
  assign stream_end = plane_end && (planes_left == 1);
  assign done = (planes_left == 0);

  wire drained = (drain_left <= 1);
  wire live = run && ready && !done;
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

  always @(posedge clk) begin
    if (restart) begin
      columns_left <= kernel_w;
      rows_left <= kernel_h;
      sets_left <= sets;
      groups_left <= groups;
      planes_left <= planes;
      image_left <= image_planes;
      drain_left <= {CHUNKS_W{1'b0}};
      weight_word <= {WORD_W{1'b0}};
      set_word <= {WORD_W{1'b0}};
      plane_word <= {WORD_W{1'b0}};
      weight_set <= {SET_W{1'b0}};
      plane_set <= {SET_W{1'b0}};
    end else begin
      if (fire && completes) drain_left <= plane_end ? final_chunks : chunks;
      else if (drain_left != 0) drain_left <= drain_left - 1'b1;

      if (fire) begin
        columns_left <= column_end ? kernel_w : columns_left - 1'b1;
        if (column_end) rows_left <= completes ? kernel_h : rows_left - 1'b1;
        if (completes) sets_left <= advances ? sets : sets_left - 1'b1;
        if (advances) groups_left <= plane_end ? groups : groups_left - 1'b1;
        if (plane_end) planes_left <= planes_left - 1'b1;
        if (plane_end) image_left <= image_end ? image_planes : image_left - 1'b1;

        if (!completes) begin
          weight_word <= weight_word + 1'b1;
        end else if (plane_end && image_end) begin
          weight_word <= {WORD_W{1'b0}};
          set_word <= {WORD_W{1'b0}};
          plane_word <= {WORD_W{1'b0}};
          weight_set <= {SET_W{1'b0}};
          plane_set <= {SET_W{1'b0}};
        end else if (advances && !plane_end) begin
          weight_word <= plane_word;
          set_word <= plane_word;
          weight_set <= plane_set;
        end else begin
          weight_word <= next_set_word;
          set_word <= next_set_word;
          weight_set <= next_set;
          if (plane_end) begin
            plane_word <= next_set_word;
            plane_set <= next_set;
          end
        end
      end
    end
  end

endmodule

`default_nettype wire
