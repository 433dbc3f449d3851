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
