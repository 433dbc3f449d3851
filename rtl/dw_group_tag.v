// dw_group_tag: makes the tags that travel with the ofmap beats of each window: the weights, the
// lanes that are channels, and the mark of the last beat.
//
// Promises: dw_pass_walk tells how a window is emitted. Weights are read one emission ahead:
// weight_word and weight_set are registers that name the weights of the next emission, so that a
// memory is read while the raster decides. pass_q, hold_index_q and valid_q (the ofmap beat is
// complete) describe the emission of the previous cycle; keep_count and last describe the
// emission of the cycle before that.
`default_nettype none

module dw_group_tag #(
    parameter LANES                  = 8,
    parameter PASSES                 = 1,  // passes of an ofmap beat
    parameter MAX_CHANNEL_GROUPS     = 1,  // groups of an image, and thus planes of it
    parameter MAX_INTERLEAVE         = 1,  // channel groups that share a plane
    parameter MAX_CHANNEL_MULTIPLIER = 1,  // ofmap beats of a window
    // derived
    parameter WEIGHT_SETS            = MAX_CHANNEL_GROUPS * MAX_CHANNEL_MULTIPLIER,
    parameter PASS_W                 = (PASSES > 1) ? $clog2(PASSES) : 1,  // index of a pass
    parameter PLANES_W               = $clog2(MAX_CHANNEL_GROUPS + 1),
    parameter INTERLEAVE_W           = $clog2(MAX_INTERLEAVE + 1),
    parameter HOLD_W                 = $clog2(MAX_CHANNEL_MULTIPLIER + 1),
    parameter SET_W                  = (WEIGHT_SETS > 1) ? $clog2(WEIGHT_SETS) : 1,
    parameter WORD_W = (WEIGHT_SETS * PASSES > 1) ? $clog2(WEIGHT_SETS * PASSES) : 1,
    parameter KEEP_W = $clog2(LANES * MAX_CHANNEL_MULTIPLIER + 2),  // ofmap channels of a group
    parameter LANE_COUNT_W           = $clog2(LANES + 1)
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire                    restart,
    input  wire                    emit,          // a pass starts
    input  wire                    plane_final,   // a window that enters is its plane's last
    input  wire                    plane_last,    // the plane is the stream's last
    input  wire [INTERLEAVE_W-1:0] interleave,
    input  wire [    PLANES_W-1:0] image_planes,
    input  wire [      HOLD_W-1:0] channel_multiplier,
    input  wire [      KEEP_W-1:0] tail_channels,
    output wire                    holding,
    output wire                    claims,
    output reg  [      WORD_W-1:0] weight_word,   // of the next emission
    output wire [       SET_W-1:0] weight_set,    // of the next emission
    output reg  [      PASS_W-1:0] pass_q,
    output reg  [      HOLD_W-1:0] hold_index_q,  // of the beat in its window
    output reg                     valid_q,
    output reg  [LANE_COUNT_W-1:0] keep_count,
    output reg                     last
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (LANES < 1) begin : bad_1 dw_group_tag_LANES_must_be_at_least_1 u (); end
    if (WEIGHT_SETS != MAX_CHANNEL_GROUPS * MAX_CHANNEL_MULTIPLIER) begin : bad_2
      dw_group_tag_WEIGHT_SETS_must_be_MAX_CHANNEL_GROUPS_times_MAX_CHANNEL_MULTIPLIER u ();
    end
    if ((SET_W < 1) || ((1 << SET_W) < WEIGHT_SETS)) begin : bad_3
      dw_group_tag_SET_W_must_hold_WEIGHT_SETS_minus_1 u ();
    end
    if (WORD_W < SET_W) begin : bad_4 dw_group_tag_WORD_W_must_be_at_least_SET_W u (); end
    if ((PASSES == 1) && (SET_W != WORD_W)) begin : bad_5
      dw_group_tag_SET_W_must_be_WORD_W_if_PASSES_is_1 u ();
    end
    if ((1 << KEEP_W) <= LANES * MAX_CHANNEL_MULTIPLIER) begin : bad_6
      dw_group_tag_KEEP_W_must_hold_LANES_times_MAX_CHANNEL_MULTIPLIER u ();
    end
    if ((1 << LANE_COUNT_W) <= LANES) begin : bad_7
      dw_group_tag_LANE_COUNT_W_must_hold_LANES u ();
    end
    if ((PASS_W < 1) || ((1 << PASS_W) < PASSES)) begin : bad_8
      dw_group_tag_PASS_W_must_hold_PASSES_minus_1 u ();
    end
    if ((1 << PLANES_W) <= MAX_CHANNEL_GROUPS) begin : bad_9
      dw_group_tag_PLANES_W_must_hold_MAX_CHANNEL_GROUPS u ();
    end
    if ((1 << INTERLEAVE_W) <= MAX_INTERLEAVE) begin : bad_10
      dw_group_tag_INTERLEAVE_W_must_hold_MAX_INTERLEAVE u ();
    end
    if ((1 << HOLD_W) <= MAX_CHANNEL_MULTIPLIER) begin : bad_11
      dw_group_tag_HOLD_W_must_hold_MAX_CHANNEL_MULTIPLIER u ();
    end
  endgenerate

  localparam [KEEP_W-1:0] ALL_KEEP = LANES;
  localparam [LANE_COUNT_W-1:0] ALL_LANES = LANES;

  wire [PASS_W-1:0] pass;
  wire [HOLD_W-1:0] hold_index;
  wire beat_end, window_last, group_last, image_last, is_final, is_last;

  // ---- weights: a plane's words follow those of the plane before ------------------------------
  reg [WORD_W-1:0] word_base;
  wire [WORD_W-1:0] word_onward = image_last ? {WORD_W{1'b0}} : weight_word + 1'b1;
  wire pixel_last = window_last && group_last;  // the next emission is of another pixel

  always @(posedge clk) begin
    if (restart) begin
      weight_word <= {WORD_W{1'b0}};
      word_base   <= {WORD_W{1'b0}};
    end else if (emit) begin
      if (!pixel_last) weight_word <= weight_word + 1'b1;
      else weight_word <= is_final ? word_onward : word_base;
      if (pixel_last && is_final) word_base <= word_onward;
    end
  end

  generate
    if (PASSES == 1) begin : g_set_is_word
      assign weight_set = weight_word;
    end else begin : g_set
      reg [SET_W-1:0] set;
      reg [SET_W-1:0] set_base;
      wire [SET_W-1:0] set_onward = image_last ? {SET_W{1'b0}} : set + 1'b1;
      assign weight_set = set;
      always @(posedge clk) begin
        if (restart) begin
          set <= {SET_W{1'b0}};
          set_base <= {SET_W{1'b0}};
        end else if (beat_end) begin
          if (!pixel_last) set <= set + 1'b1;
          else set <= is_final ? set_onward : set_base;
          if (pixel_last && is_final) set_base <= set_onward;
        end
      end
    end
  endgenerate

  // ---- what travels with the beat -------------------------------------------------------------
  reg tail_q;  // the beat's channel group is its image's last
  reg first_q;  // the beat is its window's first
  reg last_q;
  reg [KEEP_W-1:0] keep_rest;
  wire [KEEP_W-1:0] keep_left = first_q ? tail_channels : keep_rest;
  wire keep_part = tail_q && (keep_left < ALL_KEEP);

  always @(posedge clk) begin
    valid_q <= beat_end && !rst;
    pass_q <= pass;
    hold_index_q <= hold_index;
    tail_q <= group_last && image_last;
    first_q <= (hold_index == 0);
    last_q <= window_last && is_last;

    if (valid_q) begin
      keep_count <= keep_part ? keep_left[LANE_COUNT_W-1:0] : ALL_LANES;
      keep_rest  <= (keep_left > ALL_KEEP) ? keep_left - ALL_KEEP : {KEEP_W{1'b0}};
      last       <= last_q;
    end
  end

  // ---- the place of the emission -----------------------------------------------------------
  dw_pass_walk #(
      .PASSES                (PASSES),
      .MAX_CHANNEL_GROUPS    (MAX_CHANNEL_GROUPS),
      .MAX_INTERLEAVE        (MAX_INTERLEAVE),
      .MAX_CHANNEL_MULTIPLIER(MAX_CHANNEL_MULTIPLIER)
  ) u_pass_walk (
      .clk               (clk),
      .rst               (rst),
      .restart           (restart),
      .emit              (emit),
      .plane_final       (plane_final),
      .plane_last        (plane_last),
      .interleave        (interleave),
      .image_planes      (image_planes),
      .channel_multiplier(channel_multiplier),
      .holding           (holding),
      .claims            (claims),
      .pass              (pass),
      .hold_index        (hold_index),
      .beat_end          (beat_end),
      .window_last       (window_last),
      .group_last        (group_last),
      .image_last        (image_last),
      .is_final          (is_final),
      .is_last           (is_last)
  );

endmodule

`default_nettype wire
