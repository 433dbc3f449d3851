"""The order of taps, segments and reads of a tap-serial engine: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
    Proof(
        "dw_sequencer",
        sources=("dw_countdown.v",),
        depth=1,
        bound=12,
        faults={
            "fires_when_all_is_there": (
                "drained <= ({1'b0, drain_left} <= 2)",
                "drained <= ({1'b0, drain_left} <= 1)",
            ),
            "waits_for_its_pixels": ("fire = live && has_pixels && ", "fire = live && "),
            "waits_for_the_sums_before": ("plane_end ? final_chunks : chunks", "chunks"),
            "waits_for_room": ("(drained && output_room)", "drained"),
            "no_tap_before_the_places_or_after_the_end": ("run && ready && !done", "run && !done"),
            "marks_the_first_taps": ("first_row <= last_row", "first_row <= 1'b0"),
            "names_its_segment": ("last_column || tap_segments", "last_column"),
            "marks_the_last_tap_of_a_set": ("fire && last_column", "fire"),
            "marks_the_last_set": (".step   (fire && completes)", ".step   (fire)"),
            "marks_the_last_group": (".step   (fire && advances)", ".step   (fire && completes)"),
            "marks_the_last_planes": (".count  (image_planes)", ".count  (planes)"),
            "names_the_weight": (
                "if (plane_end) begin\n          plane_word",
                "begin\n          plane_word",
            ),
            "names_the_weight_set": ("weight_set <= plane_set", "weight_set <= {SET_W{1'b0}}"),
            "places_each_cell": ("$signed(init_x) >= last_x", "$signed(init_x) > last_x"),
            "places_no_other_cell": ("init = run && !ready", "init = !ready"),
            "done_at_the_end": ("if (stream_end) done <= 1'b1", "if (stream_end) done <= 1'b0"),
            "not_done_before": ("if (stream_end) done", "if (plane_end) done"),
            "tells_why_it_waits": (
                "has_pixels && completes && !output_room",
                "has_pixels && !output_room",
            ),
        },
    ),
)
