"""Counters of slots and tags: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
    Proof(
        "dw_countdown",
        faults={
            "last_at_every_count_th_step": ("({1'b0, left} == 2)", "(left == 1)"),
            "not_before": ("reload ? (count == 1) : ", ""),
        },
    ),
    Proof(
        "dw_raster_axis",
        faults={
            "last_position": ("reload ? (pitch == 1) : ", ""),
            "not_last_before": ("({1'b0, left} == 2)", "(left != 1)"),
            "hit_at_the_first_multiples": ("hit       <= reload || hit_again", "hit <= hit_again"),
            "no_other_hit": ("hit_again = in_phase && has_more", "hit_again = in_phase"),
            "final_hit_is_the_last_one": ("reload ? (count == 1) : hit_again", "hit_again"),
            "no_other_final_hit": ("hit ? ({1'b0, hits_left} == 2) : ", ""),
            "hit_next_is_known": ("hit_next = last || hit_again", "hit_next = hit_again"),
        },
    ),
    Proof(
        "dw_raster",
        sources=("dw_countdown.v", "dw_raster_axis.v"),
        bound=14,
        faults={
            "pixels_end": (".count  (interleave)", ".count  (interleave + 1'b1)"),
            "pixels_do_not_end_early": ("row_end = pixel_end && col_last", "row_end = col_last"),
            "rows_end": (".step     (step && pixel_end)", ".step     (step && row_end)"),
            "rows_do_not_end_early": ("row_end = pixel_end && col_last", "row_end = pixel_end"),
            "planes_end": (".step     (step && row_end)", ".step     (step && plane_end)"),
            "planes_do_not_end_early": ("row_end && row_last", "row_end"),
            "final_hit_of_the_plane": ("col_final && row_final", "col_final && row_last"),
            "no_other_final_hit": ("final_hit = pixel_end && ", "final_hit = "),
            "has_planes_until_the_last_hit": (
                "final_hit ? !last_plane : has_planes",
                "!last_plane",
            ),
            "has_no_planes_after_it": ("final_hit ? !last_plane : has_planes", "has_planes"),
            "knows_the_last_plane": ("({1'b0, planes_left} == 2) : ", "1'b1 : "),
            "turns_to_another_plane": ("plane_end && has_planes_next", "plane_end && has_planes"),
            "hit_next_is_known": ("(row_end ? row_hit_next : row_hit)", "row_hit"),
        },
    ),
    Proof(
        "dw_tap_axis",
        faults={
            "first_tap_inside": ("(restart || reload) ? start", "restart ? start"),
            "first_tap_before_the_ifmap": (
                "(coordinate < limit)",
                "($signed(coordinate) < $signed(limit))",
            ),
            "first_tap_behind_the_ifmap": ("coordinate < limit", "coordinate <= limit"),
            "second_tap": ("start[t*WIDTH+:WIDTH]", "start[0+:WIDTH]"),
            "second_tap_outside": ("(restart || step)", "(restart || step || reload)"),
        },
    ),
    Proof(
        "dw_plane_marker",
        sources=("dw_delay_line.v", "dw_ram.v"),
        depth=2,
        bound=14,
        faults={
            "marks_lag_slots_later": (".SHORTER         (2)", ".SHORTER         (1)"),
            "lag_one": ("is_one ? mark : ", ""),
            "lag_two": ("is_two ? mark : ", ""),
            "no_lag_no_mark": ("step && !line_filled && is_longer", "step && !line_filled"),
            "no_mark_from_before_a_restart": ("(line_filled && word)", "word"),
        },
    ),
    Proof(
        "dw_plane_start",
        faults={
            "input_plane": ("in_sure <= (in_live && !in_plane_end)", "in_sure <= in_live"),
            "output_plane": ("(out_live && (!out_plane_end || ", "(out_live && (1'b1 || "),
            "input_hit": ("!in_plane_end && in_hit_next", "!in_plane_end"),
            "output_hit": ("out_plane_end ? leads && out_turns : out_hit_next", "out_hit_next"),
            "input_due_without_a_beat": ("in_hit = in_due || in_begins", "in_hit = in_begins"),
            "input_not_due_for_a_beat": (
                "in_due <= (in_live && ",
                "in_due <= in_turns || (in_live && ",
            ),
            "output_due_if_hit": (
                "out_hit = out_due && !neither_begins",
                "out_hit = out_due && beat_available",
            ),
            "output_due_if_a_beat_decides": (
                "out_due <= starts && leads",
                "out_due <= starts && lead",
            ),
            "input_may_begin": ("in_may_begin <= !lead && in_turns", "in_may_begin <= in_turns"),
            "nothing_is_hit_outside_the_run": (
                "in_may_begin <= starts && !lead",
                "in_may_begin <= !lead",
            ),
        },
    ),
    Proof(
        "dw_slot_raster",
        sources=(
            "dw_plane_start.v",
            "dw_plane_marker.v",
            "dw_delay_line.v",
            "dw_ram.v",
            "dw_raster.v",
            "dw_raster_axis.v",
            "dw_countdown.v",
            "dw_tap_axis.v",
        ),
        bound=10,
        unbounded=False,
        faults={
            "takes_the_beats_of_the_ifmap": ("take = step && in_hit", "take = step && in_due"),
            "tells_the_last_beat": ("in_final_hit && in_last_plane", "in_final_hit"),
            "no_last_beat_before": ("final_take = take && ", "final_take = "),
            "emits_the_windows_of_the_ofmap": ("(step && out_hit)", "(step && out_due)"),
            "emits_further_passes": ("(credit_available || !claims)", "credit_available"),
            "tells_the_last_window_of_a_plane": (".count_h   (ofmap_h)", ".count_h   (ifmap_h)"),
            "tells_the_last_plane": (
                ".count_h   (ofmap_h),\n      .planes    (planes)",
                ".count_h   (ofmap_h),\n      .planes    (planes - 1'b1)",
            ),
            "done_after_the_last_beat_and_window": (
                "!in_has_planes && !out_has_planes",
                "!out_has_planes",
            ),
            "starves_without_a_beat": ("(in_may_begin && !beat_available)", "!beat_available"),
            "waits_for_credit": ("(!step && beat_ok)", "!step"),
            "no_cause_without_a_stall": ("run && !done && !emit", "run && !done"),
            "tells_the_slot_that_entered": ("step_q <= step && run", "step_q <= step && emit"),
            "masks_rows": (".size   (ifmap_h)", ".size   (plane_rows)"),
            "masks_columns": (".size   (ifmap_w)", ".size   (row_pitch)"),
        },
    ),
    Proof(
        "dw_group_tag",
        sources=("dw_pass_walk.v", "dw_countdown.v"),
        bound=14,
        faults={
            "holds_the_window": ("holding <= !window_last", "holding <= !beat_last"),
            "releases_the_window": ("holding <= !window_last", "holding <= !window_last || emit"),
            "claims_with_the_first_pass": ("claims  <= pass_last", "claims  <= window_last"),
            "no_claim_with_another_pass": ("claims  <= pass_last", "claims  <= 1'b1"),
            "names_the_next_weights": ("is_final ? word_onward : word_base", "word_onward"),
            "names_the_next_set": ("set_onward = image_last ? {SET_W{1'b0}} : ", "set_onward = "),
            "valid_after_the_last_pass": (
                "valid_q <= beat_end && ",
                "valid_q <= emit && window_last && ",
            ),
            "not_valid_before": ("valid_q <= beat_end && ", "valid_q <= emit && "),
            "tells_pass_and_beat": (
                "hold_index_q <= hold_index",
                "hold_index_q <= hold_index + 1'b1",
            ),
            "keeps_all_lanes_or_the_tail": ("first_q ? tail_channels : keep_rest", "tail_channels"),
            "marks_the_last_beat": (
                "held_last : plane_final && plane_last",
                "1'b0 : plane_final && plane_last",
            ),
            "marks_no_other_beat": ("last_q <= window_last && is_last", "last_q <= is_last"),
        },
    ),
)
