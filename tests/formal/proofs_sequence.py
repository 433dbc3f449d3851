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
            "no_tap_before_the_places_or_after_the_end": (
                "live <= (placed == LAST_CELL)",
                "live <= 1'b1",
            ),
            "marks_the_first_taps": ("first_row <= last_row", "first_row <= 1'b0"),
            "names_its_segment": ("last_column || tap_segments", "last_column"),
            "marks_the_last_tap_of_a_set": ("fire && last_column", "fire"),
            "marks_the_last_set": (".step   (fire && completes)", ".step   (fire)"),
            "marks_the_last_group": (".step   (fire && advances)", ".step   (fire && completes)"),
            "marks_the_last_planes": (".count  (image_planes)", ".count  (planes)"),
            "names_the_weight": (
                "if (fire && plane_end) begin\n        plane_word",
                "if (fire && completes) begin\n        plane_word",
            ),
            "names_the_weight_set": ("repeats ? plane_set :", "repeats ? {SET_W{1'b0}} :"),
            "places_each_cell": ("wraps = !beyond[X_W]", "wraps = (beyond > 0)"),
            "tells_where_a_raster_row_ends": (
                "last_x <= $signed(wrap_x) - $signed(stride_w)",
                "last_x <= $signed(wrap_x) - 1",
            ),
            "places_no_other_cell": ("init = run && !ready", "init = !ready"),
            "done_at_the_end": ("if (stream_end) done <= 1'b1", "if (stream_end) done <= 1'b0"),
            "not_done_before": ("if (stream_end) done", "if (plane_end) done"),
            "tells_why_it_waits": (
                "has_pixels && completes && !output_room",
                "has_pixels && !output_room",
            ),
        },
    ),
    Proof(
        "dw_fetch_walk",
        sources=("dw_countdown.v",),
        bound=10,
        faults={
            "a_segment_is_left": ("if (plane_end && last_plane) valid", "if (plane_end) valid"),
            "no_segment_is_left": ("if (plane_end && last_plane) valid <= 1'b0", "valid <= valid"),
            "column_of_the_segment": (
                "start_beyond = step_x - pitch",
                "start_beyond = step_x - pitch - 1'b1",
            ),
            "row_of_the_segment": ("!last_row ? y + dilation_h : ", ""),
            "address_of_the_row": (
                "(restart ? start_address : plane_behind)",
                "(restart ? {PIXEL_W{1'b0}} : plane_behind)",
            ),
            "row_of_the_group": (
                "last_group ? start_y : stepped_y",
                "stepped_y",
            ),
            "frees_unless_below_the_ifmap": (
                "group_y[Y_W-1] || (group_y < ifmap_h)",
                "(group_y < ifmap_h)",
            ),
            "keeps_the_rows_of_the_group": (
                "wrapped_address <= step_address + row_address",
                "wrapped_address <= row_address",
            ),
            "keeps_the_plane_above_it": (
                "group_y[Y_W-1] ? plane_base : group_address",
                "group_address",
            ),
        },
    ),
    Proof(
        "dw_fetch_rows",
        depth=1,
        bound=9,
        faults={
            "takes_a_segment_if_none_waits": (
                "take = walk_valid && !waiting",
                "take = walk_valid && begins",
            ),
            "reads_while_there_is_a_row": (
                "else if (moves) valid <= enters",
                "else if (moves) valid <= row_valid",
            ),
            "reads_nothing_else": (
                "else if (moves) valid <= enters",
                "else if (moves) valid <= 1'b1",
            ),
            "segments_in_order": ("row_take = row_valid && !held_valid", "row_take = row_valid"),
            "rows_in_order": ("row_take = row_valid && !held_valid", "row_take = row_valid"),
            "reads_pixels_of_the_row": ("left_of_ifmap ? address : from_column", "from_column"),
            "up_to_the_last_of_row_or_read": ("whole ? up_to_width : up_to_span", "up_to_span"),
            "place_of_the_first_pixel": ("first <= first + read_pixels", "first <= first + READ_X"),
            "one_read_for_a_row_without_pixels": (
                "row_in_rows && row_in_columns, row_last",
                "row_in_columns, row_last",
            ),
            "ends_the_segment": ("!filled || ((left", "((left"),
            "ends_no_segment_early": ("&& !low_reach[READ_W]", ""),
            "tells_of_the_next_segment": ("waiting ? waiting_frees : walk_frees", "walk_frees"),
        },
    ),
    Proof(
        "dw_fetch",
        depth=1,
        bound=9,
        faults={
            "takes_reads_while_a_place_is_free": (
                "next_ready = !behind_valid",
                "next_ready = !read_valid",
            ),
            "takes_no_third_read": (
                "else if (enters) begin\n      behind_valid <= 1'b1",
                "else if (enters) begin\n      behind_valid <= 1'b0",
            ),
            "reads_in_order": ("behind_valid ? behind : next_read", "next_read"),
            "a_word_for_each_read": ("has_pixels && !beyond[PIXEL_W-1]", "!beyond[PIXEL_W-1]"),
            "moves_unless_a_word_waits": ("(step && !valid[1])", "!valid[1]"),
            "no_other_word": ("has_pixels && !beyond[PIXEL_W-1]", "1'b0"),
            "tells_of_the_last_word": ("last    <= last_1", "last    <= 1'b0"),
            "fills_the_places_from_its_first": ("(first_1 <= p)", "(first_1 < p)"),
            "a_word_without_pixels_fills_none": ("filled_1 && (first_1 <= p)", "(first_1 <= p)"),
            "amount_comes_before_its_word": ("turn_1  <= turn_0", "turn_1  <= turn[AMOUNT_W-1:0]"),
            "frees_what_no_group_needs": (
                "advance && segment_end && frees",
                "advance && frees",
            ),
        },
    ),
)
