// dw_pass_walk: walks the passes of each ofmap beat, the ofmap beats of each window, the channel
// groups of each pixel, and the planes of each image.
//
// Promises: a window is emitted PASSES times for each of its channel_multiplier ofmap beats, with
// `holding` high in between; `claims` is high for the first pass of a beat. `pass` and hold_index
// are registers that number the pass and the ofmap beat of the next emission; the other outputs
// describe its place. plane_final and plane_last are taken with the first emission of a window and
// kept for the others.
`default_nettype none

module dw_pass_walk #(
    parameter PASSES                 = 1,  // passes of an ofmap beat
    parameter MAX_CHANNEL_GROUPS     = 1,  // groups of an image, and thus planes of it
    parameter MAX_INTERLEAVE         = 1,  // channel groups that share a plane
    parameter MAX_CHANNEL_MULTIPLIER = 1,  // ofmap beats of a window
    // derived
    parameter PASS_W                 = (PASSES > 1) ? $clog2(PASSES) : 1,  // index of a pass
    parameter PLANES_W               = $clog2(MAX_CHANNEL_GROUPS + 1),
    parameter INTERLEAVE_W           = $clog2(MAX_INTERLEAVE + 1),
    parameter HOLD_W                 = $clog2(MAX_CHANNEL_MULTIPLIER + 1)
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire                    restart,
    input  wire                    emit,         // a pass starts
    input  wire                    plane_final,  // a window that enters is its plane's last
    input  wire                    plane_last,   // the plane is the stream's last
    input  wire [INTERLEAVE_W-1:0] interleave,
    input  wire [    PLANES_W-1:0] image_planes,
    input  wire [      HOLD_W-1:0] channel_multiplier,
    output reg                     holding,
    output reg                     claims,
    output wire [      PASS_W-1:0] pass,
    output wire [      HOLD_W-1:0] hold_index,
    output wire                    beat_end,     // the last pass of an ofmap beat starts
    output wire                    window_last,  // the next emission is its window's last
    output wire                    group_last,   // its channel group is its plane's last
    output wire                    image_last,   // its plane is its image's last
    output wire                    is_final,     // its window is its plane's last
    output wire                    is_last       // ... and its plane is the stream's last
);

  // Impossible parameters: a tool stops at a module that does not exist, whose name is the rule.
  generate
    if (PASSES < 1) begin : bad_1 dw_pass_walk_PASSES_must_be_at_least_1 u (); end
    if (MAX_CHANNEL_GROUPS < 1) begin : bad_2
      dw_pass_walk_MAX_CHANNEL_GROUPS_must_be_at_least_1 u ();
    end
    if (MAX_INTERLEAVE < 1) begin : bad_3 dw_pass_walk_MAX_INTERLEAVE_must_be_at_least_1 u (); end
    if (MAX_CHANNEL_MULTIPLIER < 1) begin : bad_4
      dw_pass_walk_MAX_CHANNEL_MULTIPLIER_must_be_at_least_1 u ();
    end
    if ((PASS_W < 1) || ((1 << PASS_W) < PASSES)) begin : bad_5
      dw_pass_walk_PASS_W_must_hold_PASSES_minus_1 u ();
    end
    if ((1 << PLANES_W) <= MAX_CHANNEL_GROUPS) begin : bad_6
      dw_pass_walk_PLANES_W_must_hold_MAX_CHANNEL_GROUPS u ();
    end
    if ((1 << INTERLEAVE_W) <= MAX_INTERLEAVE) begin : bad_7
      dw_pass_walk_INTERLEAVE_W_must_hold_MAX_INTERLEAVE u ();
    end
    if ((1 << HOLD_W) <= MAX_CHANNEL_MULTIPLIER) begin : bad_8
      dw_pass_walk_HOLD_W_must_hold_MAX_CHANNEL_MULTIPLIER u ();
    end
  endgenerate

  wire pass_last, beat_last;
  reg held_final;  // the held window is its plane's last
  reg held_last;  // ... and its plane is the stream's last

  assign beat_end = emit && pass_last;
  assign window_last = pass_last && beat_last;
  assign is_final = holding ? held_final : plane_final;
  assign is_last = holding ? held_last : plane_final && plane_last;

  generate
    if (PASSES == 1) begin : g_one_pass
      assign pass_last = 1'b1;
      assign pass = {PASS_W{1'b0}};
    end else begin : g_passes
      localparam LAST_PASS = PASSES - 1;
      reg [PASS_W-1:0] index;
      assign pass_last = (index == LAST_PASS[PASS_W-1:0]);
      assign pass = index;
      always @(posedge clk) begin
        if (restart) index <= {PASS_W{1'b0}};
        else if (emit) index <= pass_last ? {PASS_W{1'b0}} : index + 1'b1;
      end
    end

    if (MAX_CHANNEL_MULTIPLIER == 1) begin : g_one_beat
      wire unused_multiplier = &{1'b0, channel_multiplier, 1'b0};
      assign beat_last = 1'b1;
      assign hold_index = {HOLD_W{1'b0}};
    end else begin : g_beats
      reg [HOLD_W-1:0] index;
      assign hold_index = index;
      always @(posedge clk) begin
        if (restart) index <= {HOLD_W{1'b0}};
        else if (beat_end) index <= beat_last ? {HOLD_W{1'b0}} : index + 1'b1;
      end
      dw_countdown #(
          .WIDTH(HOLD_W)
      ) u_beat (
          .clk    (clk),
          .restart(restart),
          .step   (beat_end),
          .count  (channel_multiplier),
          .last   (beat_last)
      );
    end

    if (MAX_INTERLEAVE == 1) begin : g_one_group
      wire unused_interleave = &{1'b0, interleave, 1'b0};
      assign group_last = 1'b1;
    end else begin : g_groups
      dw_countdown #(
          .WIDTH(INTERLEAVE_W)
      ) u_group (
          .clk    (clk),
          .restart(restart),
          .step   (emit && window_last),
          .count  (interleave),
          .last   (group_last)
      );
    end
  endgenerate

  dw_countdown #(
      .WIDTH(PLANES_W)
  ) u_plane (
      .clk    (clk),
      .restart(restart),
      .step   (emit && window_last && is_final),
      .count  (image_planes),
      .last   (image_last)
  );

  always @(posedge clk) begin
    if (rst || restart) begin
      holding <= 1'b0;
      claims  <= 1'b1;
    end else if (emit) begin
      holding <= !window_last;
      claims  <= pass_last;
    end
    if (emit && !holding) begin
      held_final <= plane_final;
      held_last  <= plane_final && plane_last;
    end
  end

endmodule

`default_nettype wire
