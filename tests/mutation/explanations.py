"""Survivors that are neither killed nor proven, each with the name of its reason.

The score counts them like every other survivor. ``test_explanations.py`` holds the table against
the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """Mutants, and why no stream of the regression shows them.

    ``mutants`` has labels (``tests/mutation/labels.py``) for each build: the reason may depend on
    its maxima.
    """

    name: str
    reason: str
    mutants: Mapping[str, tuple[str, ...]]


ENERGY = "energy only"
"""More registers switch; no beat is another one, and none comes in another cycle."""
UNREAD = "unread"
"""The next write comes before any read of the difference."""
CONTRACT = "unreachable by contract"
"""Only a geometry that the engine refuses would show it."""
BEYOND = "beyond simulation"
"""A fault that takes far more cycles than the regression; the proof of the module finds it."""

EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation(
        ENERGY,
        "emit_q makes the operands of a cycle without an emission 0, so that the multipliers rest."
        " valid_q is 0 for the sum of such a cycle, so the FIFO does not take it, and the first"
        " pass of a beat begins a new sum.",
        {
            "fewer_taps": (
                "const1 A[0] in u_slot_raster, dw_slot_raster.v: emit && !rst",
                "const1 Q[0] of emit_q[0], fewer_taps.v: emit_q",
            ),
            "interleaved": ("const1 A[0] in u_tap_mask, dw_tap_mask.v: emit && row_mask[r]",),
        },
    ),
    Explanation(
        ENERGY,
        "The window and its delay lines would move outside the run, too. By then the beats of the"
        " last stream have left the array, for which the run waits. In the next stream the masks"
        " hide every tap whose word has not entered since its start.",
        {
            "multiplier": ("const1 B[0] in u_slot_raster, dw_slot_raster.v: step && run",),
            "interleaved": ("const1 B[0] in u_slot_raster, dw_slot_raster.v: step && run",),
        },
    ),
    Explanation(
        UNREAD,
        "No memory is written while overflow is 1, so the place of the beat is not read; error is"
        " 1 from the first such beat until a reset, so the count does not matter either.",
        {
            "interleaved": (
                "const1 B[0] in u_param_loader, dw_param_loader.v: accept && set_end && !overflow",
            ),
            "requantised": (
                "const1 B[0] in u_param_loader, dw_param_loader.v: accept && !overflow",
            ),
        },
    ),
    Explanation(
        UNREAD,
        "A bank holds three sets, and its memories have a fourth word. The beats of a tensor that"
        " is too long go there, and weight_word stays below three in every window.",
        {"raw": ("const0 A[0] in u_param_loader, dw_param_loader.v: !overflow",)},
    ),
    Explanation(
        UNREAD,
        "When nothing is left to take or to emit, in_due, out_due and in_may_begin are 0: every"
        " slot enters, and none waits. No cause of a stall is told then, with done or without.",
        {
            "fewer_taps": (
                "const0 A[0] in u_slot_raster, dw_slot_raster.v: !done",
                "const1 B[0] in u_slot_raster, dw_slot_raster.v: run && !done",
            ),
            "axil": ("const1 Y[0] in u_engine.u_slot_raster, dw_slot_raster.v: !done",),
        },
    ),
    Explanation(
        UNREAD,
        "word_base is read at the end of a pixel that is not its plane's last. The last window of"
        " the plane before has written it by then with its last emission, as the sound engine"
        " does; the earlier writes are lost.",
        {
            "fewer_taps": ("const1 A[0] in u_group_tag, dw_group_tag.v: pixel_last && is_final",),
            "multiplier": ("const1 A[0] in u_group_tag, dw_group_tag.v: pixel_last && is_final",),
        },
    ),
    Explanation(
        CONTRACT,
        "hold_index is below channel_multiplier from the first start on, and that is at most 2 in"
        " fewer_taps and 4 in multiplier. Before the first start no window is emitted.",
        {
            "multiplier": (
                "const0 A[2] in u_lane_spread, multiplier_lane_spread.v: {3'd4, 3'd1}",
                "const1 A[4] in u_lane_spread, multiplier_lane_spread.v: {3'd3, 3'd2}",
            ),
            "fewer_taps": (
                "const0 Q[1] of u_lane_spread.hold_index_q[1],"
                " fewer_taps_lane_spread.v: hold_index_q",
                "const0 Q[1] of hold_index_q[1], fewer_taps.v: hold_index_q",
            ),
        },
    ),
    Explanation(
        UNREAD,
        "out_begins is 1 outside the run as well. With lead 0 it is not read. With lead 1 it sets"
        " marks before the start, and dw_plane_marker drops every mark from before the end of a"
        " restart; in the first cycle of the run it is 1 in the sound engine, too.",
        {
            "multiplier": (
                "const1 Y[0] in u_slot_raster.u_plane_start, dw_plane_start.v: starts && lead",
            ),
        },
    ),
    Explanation(
        BEYOND,
        "Only a stream of millions of cycles sets the bit. The induction that proves the"
        " module, for 32 bits, fails with the mutant: test_explanations.py.",
        {
            "axil": (
                "const0 Y[23] of u_stream_counters.starved_now[23],"
                " dw_stream_counters.v: starved_now",
                "const0 Y[30] of u_stream_counters.backpressured_now[30],"
                " dw_stream_counters.v: backpressured_now",
                "const0 Q[20] of cycles[21], host_axil.v: cycles",
                "const0 Q[25] of last_cycles[25], host_axil.v: last_cycles",
                "cnot1 Q[31] if Q[20] is 1 of starved[31], host_axil.v: starved",
                "const0 A[14] in u_stream_counters, dw_stream_counters.v: &cycles",
                "cnot1 A[19] if A[30] is 1 in u_stream_counters, dw_stream_counters.v: &starved",
            ),
        },
    ),
    Explanation(
        CONTRACT,
        "With one lane every beat keeps lane 0: tail_channels is a multiple of channel_multiplier"
        " and at least 1, so a beat of a window always has a channel left.",
        {
            "axil": (
                "const0 Y[0] of u_engine.u_group_tag.keep_part[0], dw_group_tag.v: keep_part",
                "const1 D[0] of u_engine.u_output_stage.u_marks.g_stages.g_stage[3].entering[0],"
                " dw_pipeline.v: entering",
                "const1 D[0] of u_engine.u_output_stage.u_marks.g_stages.g_stage[4].entering[0],"
                " dw_pipeline.v: entering",
                "const1 Y[0] of u_engine.u_output_stage.out_keep[0], dw_output_stage.v: out_keep",
            ),
        },
    ),
    Explanation(
        CONTRACT,
        "keep_count is 1 or 2 in every beat of a window, because tail_channels is at least 1 and a"
        " multiple of channel_multiplier. With the bit, 2 becomes 3, which keeps the same lanes.",
        {
            "requantised": (
                "const1 Q[0] of u_output_stage.u_marks.g_stages.stages[30], dw_pipeline.v: stages",
            ),
        },
    ),
    Explanation(
        CONTRACT,
        "A raster has at most eight rows, so a stride of 8 has one row of windows: has_more is 0"
        " after it, and phase, which would count the rows to the next, is not read.",
        {"fewer_taps": ("const0 Q[3] of stride_h[3], fewer_taps.v: stride_h",)},
    ),
    Explanation(
        CONTRACT,
        "keep_left is 3 or 4 where the difference is read, and for 4 it becomes 4, not 2. Both keep"
        " the two lanes of the second beat, which is the window's last.",
        {
            "fewer_taps": (
                "cnot0 A[1] if A[0] is 0 in u_group_tag, dw_group_tag.v: keep_left - ALL_KEEP",
            ),
        },
    ),
    Explanation(
        UNREAD,
        "With one lane all ofmap channels of a window come from lane 0, and both tail_channels and"
        " keep_rest keep it: the number of a beat in its window decides nothing.",
        {
            "axil": (
                "const0 Y[0] in u_engine.u_group_tag.u_pass_walk,"
                " dw_pass_walk.v: beat_last ? {HOLD_W{1'b0}} : index + 1'b1",
                "inv Y[0] in u_engine.u_group_tag.u_pass_walk, dw_pass_walk.v: index + 1'b1",
            ),
        },
    ),
    Explanation(
        CONTRACT,
        "The rules before it bound the operands of a rule: a divisor is at most 3, so a remainder"
        " has two bits, and a product is at most 11 * 12.",
        {
            "axil": (
                "const0 B[2] in u_geometry_check.u_rule_walk,"
                " dw_rule_walk.v: (brought >= other) ? brought - other : brought",
                "const0 Y[9] in u_geometry_check.u_rule_walk, dw_rule_walk.v: dividing",
            ),
        },
    ),
    Explanation(
        CONTRACT,
        "row_pitch is at least 1 when rule 10 subtracts 1 from it, because rule 2 holds; the"
        " difference has four bits.",
        {
            "axil": ("const0 Y[10] in u_geometry_check, dw_geometry_check.v: row_pitch - ONE",),
        },
    ),
    Explanation(
        CONTRACT,
        "Of the upper limits of the rules only ALL, which has every bit, has bit 6. The values"
        " that it limits are at most 7 (weight_sets, lanes times channel_multiplier).",
        {
            "axil": ("const0 Y[6] of u_geometry_check.u_rule_walk.high[6], dw_rule_walk.v: high",),
        },
    ),
    Explanation(
        UNREAD,
        "Only status.idle reads busy, and only while no stream runs. The state LOAD, in which the"
        " mutant is not busy, lies between the start of a stream and its end.",
        {"axil": ("const0 A[0] in u_engine.u_control, dw_control.v: state != IDLE",)},
    ),
    Explanation(
        UNREAD,
        "short_stream would stay over a reset, but the restart before the next run clears it, and"
        " no slot takes a beat before.",
        {"axil": ("const0 A[0] in u_engine.u_ifmap_port, dw_ifmap_port.v: rst || restart",)},
    ),
    Explanation(
        CONTRACT,
        "Eight or nine hits in a raster of at most nine rows need a stride of 1. Then every row is"
        " a hit until none is left, and the flags of the next row do not depend on bit 3.",
        {
            "axil": (
                "const0 Q[3] of u_engine.u_slot_raster.u_out.u_row.hits_left[3],"
                " dw_raster_axis.v: hits_left",
            ),
        },
    ),
    Explanation(
        UNREAD,
        "is_longer is 1 for a lag of 1 or 2, too, and then line_filled changes. Both decide only"
        " if a word of the line is a mark, and these lags do not take their mark from the line.",
        {
            "axil": (
                "inv B[1] in u_engine.u_slot_raster.u_plane_start.g_lag.u_plane_marker,"
                " dw_plane_marker.v: lag > TWO",
            ),
        },
    ),
    Explanation(
        UNREAD,
        "Without a tap, `first` is the mark of the tap that waits, and would clear the sums. It"
        " comes a cycle after the last tap of the set before, whose sums the drain has taken by"
        " the cycle in which they are cleared.",
        {"tap_serial": ("const1 A[0] in u_cell_array, dw_cell_array.v: add && first",)},
    ),
    Explanation(
        BEYOND,
        "Only a fetch that is 64 laps ahead of the writer sets the bit, after some 65,600 beats."
        " The induction that proves the module fails if a bit of the laps stays 0:"
        " test_explanations.py.",
        {
            "tap_serial": (
                "const0 B[6] of u_ring_writer.laps_behind[6], dw_ring_writer.v: laps_behind",
            ),
        },
    ),
    Explanation(
        UNREAD,
        "A beat keeps the first lane of its first pixel. Without tvalid, tkeep is not read.",
        {
            "tap_serial": ("const1 Y[0] of m_axis_ofmap_tkeep[0], serial.v: m_axis_ofmap_tkeep",),
        },
    ),
    Explanation(
        UNREAD,
        "The walk goes on behind the last plane of the stream. No tap fires any more, no pixel is"
        " needed any more, and the restart before the next run clears the fetch and the mark.",
        {
            "tap_serial": (
                "const1 A[0] in u_fetch.u_walk, dw_fetch_walk.v: take",
                "const1 B[0] in u_fetch.u_rows, dw_fetch_rows.v: waiting || walk_valid",
                "const1 B[0] in u_fetch.u_rows, dw_fetch_rows.v: row_valid",
            ),
        },
    ),
    Explanation(
        UNREAD,
        "The second pixel of a beat would become 0 in each cycle without a pixel. It ends its beat,"
        " which is written in the next cycle; before, the first pixel has made it 0.",
        {"tap_serial": ("const1 A[0], no source",)},
    ),
    Explanation(
        CONTRACT,
        "A segment has at least one pixel and at most 7, so the negative of their number has the"
        " bit.",
        {
            "tap_serial": (
                "const1 Q[6] of u_fetch.u_rows.outside_x[6], dw_fetch_rows.v: outside_x",
            ),
        },
    ),
)


def explanation_of(build: str, label: str) -> Explanation | None:
    """The explanation of the mutants of a build with this label, if there is one."""
    return next((e for e in EXPLANATIONS if label in e.mutants.get(build, ())), None)
