// The tags against counters: pass, ofmap beat of the window, channel group, plane of the image.
`include "promise.svh"

module check_dw_group_tag #(
    parameter LANES = 2,
    parameter PASSES = 2,
    parameter MAX_CHANNEL_GROUPS = 2,
    parameter MAX_INTERLEAVE = 2,
    parameter MAX_CHANNEL_MULTIPLIER = 2
) (
    input clk,
    input rst,
    input restart,
    input emit,
    input plane_final,
    input plane_last,
    input [1:0] interleave,
    input [1:0] image_planes,
    input [1:0] channel_multiplier,
    input [2:0] tail_channels
);
  wire holding, claims, valid_q, last;
  wire [2:0] weight_word;
  wire [1:0] weight_set;
  wire pass_q;
  wire [1:0] hold_index_q, keep_count;
  dw_group_tag #(.LANES(LANES), .PASSES(PASSES),
      .MAX_CHANNEL_GROUPS(MAX_CHANNEL_GROUPS), .MAX_INTERLEAVE(MAX_INTERLEAVE), .MAX_CHANNEL_MULTIPLIER(MAX_CHANNEL_MULTIPLIER)) dut (.*);
  (* hierconn *) wire \dut.u_pass_walk.g_passes.index ;
  (* hierconn *) wire [1:0] \dut.u_pass_walk.g_beats.index , \dut.u_pass_walk.g_beats.u_beat.left ;
  (* hierconn *) wire [1:0] \dut.u_pass_walk.g_groups.u_group.left , \dut.u_pass_walk.u_plane.left ;
  (* hierconn *) wire \dut.u_pass_walk.g_beats.u_beat.last , \dut.u_pass_walk.g_groups.u_group.last , \dut.u_pass_walk.u_plane.last ;
  (* hierconn *) wire [2:0] \dut.word_base , \dut.keep_rest ;
  (* hierconn *) wire [1:0] \dut.g_set.set_base ;
  (* hierconn *) wire \dut.u_pass_walk.held_final , \dut.u_pass_walk.held_last , \dut.tail_q , \dut.first_q , \dut.last_q ;

  reg started = 1'b0, after_reset = 1'b0, in_reset, held_final, held_last;
  reg [9:0] held;
  reg [3:0] pass, beat, group, plane;  // of the next emission
  wire [9:0] all = {interleave, image_planes, channel_multiplier, tail_channels};
  wire pass_ends = pass + 1 == PASSES;
  wire window_ends = pass_ends && beat + 1 == channel_multiplier;
  wire group_ends = group + 1 == interleave;
  wire image_ends = plane + 1 == image_planes;
  wire is_first = pass == 0 && beat == 0;
  wire is_final = is_first ? plane_final : held_final;
  wire is_last = is_first ? plane_final && plane_last : held_last;
  // The set: beat after beat, group after group, plane after plane of an image.
  wire [7:0] set = (plane * interleave + group) * channel_multiplier + beat;

  reg beat_done = 1'b0, keep_due = 1'b0, tail, was_last;
  reg [3:0] was_beat, was_pass, keep;
  wire [7:0] rest = (tail_channels > was_beat * LANES) ? tail_channels - was_beat * LANES : 0;
  reg last_due;
  always @(posedge clk) begin
    started <= started || restart;
    after_reset <= after_reset || rst;
    in_reset <= rst;
    held <= all;
    if (restart) {pass, beat, group, plane} <= 0;
    else if (emit) begin
      pass <= pass_ends ? 0 : pass + 1;
      if (pass_ends) beat <= window_ends ? 0 : beat + 1;
      if (window_ends) begin
        group <= group_ends ? 0 : group + 1;
        if (is_final) plane <= image_ends ? 0 : plane + 1;
      end
      if (is_first) {held_final, held_last} <= {plane_final, plane_final && plane_last};
    end
    beat_done <= emit && pass_ends && !rst;
    {was_beat, was_pass} <= {beat, pass};
    tail <= group_ends && image_ends;
    was_last <= window_ends && is_last;
    keep_due <= beat_done && started && after_reset && !restart;
    if (beat_done) begin
      keep <= (tail && rest < LANES) ? rest : LANES;
      last_due <= was_last;
    end
  end

  always @* begin
    assume (interleave != 0 && interleave <= MAX_INTERLEAVE);
    assume (channel_multiplier != 0 && channel_multiplier <= MAX_CHANNEL_MULTIPLIER);
    assume (image_planes != 0 && image_planes * interleave <= MAX_CHANNEL_GROUPS);
    assume (tail_channels <= LANES * channel_multiplier && tail_channels != 0);
    assume (restart || all == held);
    assume (!(restart && emit));
    assume (!rst || restart);
    // A plane ends in the last of its groups.
    assume (!(emit && is_first && plane_final) || group_ends);
  end

  always @* if (started && !restart) begin
    `PROMISE(holds_the_window, pass != 0 || beat != 0, holding)
    `PROMISE(releases_the_window, is_first, !holding)
    `PROMISE(claims_with_the_first_pass, pass == 0, claims)
    `PROMISE(no_claim_with_another_pass, pass != 0, !claims)
    `PROMISE(names_the_next_weights, 1'b1, weight_word == set * PASSES + pass)
    `PROMISE(names_the_next_set, 1'b1, weight_set == set)
    aid_ranges: assert (pass < PASSES && beat < channel_multiplier && group < interleave &&
                        plane < image_planes);
    aid_index: assert (\dut.u_pass_walk.g_passes.index == pass && \dut.u_pass_walk.g_beats.index == beat);
    aid_beat: assert (\dut.u_pass_walk.g_beats.u_beat.left == channel_multiplier - beat &&
                      \dut.u_pass_walk.g_beats.u_beat.last == (beat + 1 == channel_multiplier));
    aid_group: assert (\dut.u_pass_walk.g_groups.u_group.left == interleave - group &&
                       \dut.u_pass_walk.g_groups.u_group.last == group_ends);
    aid_plane: assert (\dut.u_pass_walk.u_plane.left == image_planes - plane &&
                       \dut.u_pass_walk.u_plane.last == image_ends);
    aid_base: assert (\dut.g_set.set_base == plane * interleave * channel_multiplier &&
                      \dut.word_base == plane * interleave * channel_multiplier * PASSES);
    aid_final: assert (is_first || (\dut.u_pass_walk.held_final == held_final &&
                                    \dut.u_pass_walk.held_last == held_last &&
                                    (!held_final || group_ends)));
  end
  always @* if (started && after_reset && !restart) begin
    aid_tail: assert (!beat_done || (\dut.tail_q == tail && \dut.last_q == was_last &&
                                     \dut.first_q == (was_beat == 0)));
    // After the first beat of a window its rest is kept until the window ends.
    aid_rest: assert (beat_done || beat == 0 || \dut.keep_rest ==
        ((tail_channels > beat * LANES) ? tail_channels - beat * LANES : 0));
    aid_rest_then: assert (!beat_done || was_beat == 0 || \dut.keep_rest == rest);
    aid_gap: assert (!beat_done || pass == 0);
    aid_was: assert (!beat_done || (was_beat < channel_multiplier &&
        beat == ((was_beat + 1 == channel_multiplier) ? 0 : was_beat + 1)));
    `PROMISE(valid_after_the_last_pass, beat_done, valid_q)
    `PROMISE(not_valid_before, !beat_done, !valid_q)
    `PROMISE(tells_pass_and_beat, beat_done, pass_q == was_pass && hold_index_q == was_beat)
    `PROMISE(keeps_all_lanes_or_the_tail, keep_due, keep_count == keep)
    `PROMISE(marks_the_last_beat, keep_due && last_due, last)
    `PROMISE(marks_no_other_beat, keep_due && !last_due, !last)
  end
endmodule
