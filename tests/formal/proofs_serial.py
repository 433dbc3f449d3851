"""Pixels and taps of a tap-serial engine: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
    Proof(
        "dw_serial_loader",
        bound=20,
        faults={
            "one_tensor_ahead": (
                "s_axis_param_tready <= !loaded_next",
                "s_axis_param_tready <= !loaded",
            ),
            "ready_for_the_next_tensor": (
                "!swap && (loaded || tensor_end)",
                "(loaded || tensor_end)",
            ),
            "writes_each_weight": (
                "if (word == LAST_TAP) is_weight",
                "if (word + 1'b1 == LAST_TAP) is_weight",
            ),
            "writes_no_other_weight": (
                "if (word == LAST_TAP) is_weight",
                "if (word == LAST_TAP + 1'b1) is_weight",
            ),
            "weights_at_set_and_tap": (
                "else if (store && is_weight) index",
                "else if (store && is_weight && (word != 1)) index",
            ),
            "writes_the_data": (
                "if (accept) write_data",
                "if (accept && !swap && word[0]) write_data",
            ),
            "writes_each_scale": ("LAST_PART = SCALE_BEATS - 1", "LAST_PART = SCALE_BEATS - 2"),
            "writes_no_other_scale": (
                "store && !is_weight && lane_end && !rst",
                "store && !is_weight && !rst",
            ),
            "scales_at_set_and_lane": (
                "{!active_bank, sets[SET_W-1:0], lane}",
                "{!active_bank, lane, sets[SET_W-1:0]}",
            ),
            "scale_of_its_beats": ("if (accept) earlier <= {write", "earlier <= {write"),
            "writes_the_other_bank": (
                "weight_address <= {!active_bank",
                "weight_address <= {active_bank",
            ),
            "wrong_length_is_flagged": (" || (tensor_end && !set_end)", ""),
            "right_length_raises_no_flag": ("(accept && overflow)", "overflow"),
            "swaps_the_banks": ("active_bank <= !active_bank", "active_bank <= 1'b0"),
            "swaps_back": ("active_bank <= !active_bank", "active_bank <= 1'b1"),
            "quiet_in_reset": ("      loaded <= 1'b0;\n", ""),
        },
    ),
    Proof(
        "dw_ring_writer",
        faults={
            "takes_each_beat_that_fits": (
                "wire fits = (oldest > overwritten) || free_wraps",
                "wire fits = (oldest > overwritten)",
            ),
            "takes_nothing_without_room": (
                "take ? fits_behind && !stream_end : fits",
                "take ? !stream_end : fits",
            ),
            "takes_nothing_that_is_not_there": ("open && available", "open"),
            "takes_nothing_without_a_start": ("open <= start && !rst", "open <= !rst"),
            "takes_nothing_after_a_reset": ("if (rst || restart)", "if (restart)"),
            "takes_no_beat_of_another_stream": (
                "fits_behind && !stream_end",
                "fits_behind",
            ),
            "done_tells_what_is_left": ("if (final_take) runs", "if (take && plane_end) runs"),
            "marks_the_last_beat": (
                "plane_end <= (plane_beats == 1)",
                "plane_end <= 1'b0",
            ),
            "marks_no_other_beat": (
                "stream_end = plane_end && final_plane",
                "stream_end = final_plane",
            ),
            "writes_what_it_takes": (
                "write <= take && !restart",
                "write <= take && !done && !write",
            ),
            "writes_nothing_else": ("write <= take && !restart", "write <= available"),
            "addresses_follow_each_other": (
                "write_address = filled[BEAT_W+:ADDR_W]",
                "write_address = overwritten[ADDR_W-1:0]",
            ),
            "filled_counts_what_is_written": (
                "if (write) filled <= filled + STEP",
                "if (take) filled <= filled + STEP",
            ),
            "empty_after_a_restart": ("write <= take && !restart", "write <= take"),
        },
    ),
    Proof(
        "dw_ring",
        sources=("dw_ram.v",),
        faults={
            "reads_the_last_write": ("AHEAD = BANKS - 1 - bank", "AHEAD = bank"),
            "reads_across_the_end": (
                "wire [ADDR_W-1:0] reach = read_address + AHEAD;",
                "wire [ADDR_W-1:0] reach = (&read_address) ? read_address : read_address + AHEAD;",
            ),
            "holds_without_read": (
                "      read_data   <= memory_data;\n    end",
                "    end\n    read_data <= memory_data;",
            ),
        },
    ),
    Proof(
        "dw_pixel_rotate",
        bound=4,
        faults={
            "pixel_of_place_and_amount": ("(PIXELS - (1 << l)) * WIDTH", "PIXELS * WIDTH"),
            "moves_only_with_step": ("if (moves) q", "q"),
        },
    ),
    Proof(
        "dw_segment",
        faults={
            "load_brings_the_last_word_of_each_place": ("(p%PIXELS)*WIDTH", "0"),
            "shift_moves_by_one_column": (
                "else if (shifts) cells",
                "else if (shifts && accepts) cells",
            ),
            "holds_otherwise": ("else if (shifts) cells", "else cells"),
        },
    ),
    Proof(
        "dw_segment_ready",
        faults={
            "ready_if_complete": ("!next_accepts || next_completes", "next_completes"),
            "not_ready_before": ("!next_accepts || next_completes", "1'b1"),
            "a_complete_segment_waits": (
                "!ready || next_load",
                "!ready || next_load || next_completes",
            ),
            "takes_a_mark_if_none_waits": (
                "restart || !ready || next_load",
                "restart || next_load",
            ),
            "takes_a_mark_when_the_taps_begin": (
                "restart || !ready || next_load",
                "restart || !ready",
            ),
            "empty_after_a_restart": ("next_accepts = restart || ", "next_accepts = "),
        },
    ),
    Proof(
        "dw_accumulator",
        sources=("dw_multiplier.v", "dw_masked_adder.v"),
        depth=5,
        bound=7,
        faults={
            "adds_the_product": ("sign = SIGNED && product", "sign = 1'b0 && product"),
            "begins_with_the_product": (".mask(first)", ".mask(1'b0)"),
            "clears": ("if (clear) acc", "if (1'b0) acc"),
            "holds_otherwise": ("else if (add) acc", "else acc"),
        },
    ),
    Proof(
        "dw_cell_array",
        sources=("dw_accumulator.v", "dw_multiplier.v", "dw_masked_adder.v"),
        depth=6,
        bound=8,
        faults={
            "neighbours_at_a_stride_of_one": (
                "segment[ONE*PIXEL+:PIXEL]",
                "segment[TWO*PIXEL+:PIXEL]",
            ),
            "every_second_pixel_at_a_stride_of_two": ("two = cell_stride[1]", "two = 1'b0"),
            "begins_with_0_outside": ("add && first && !has_pixel_behind", "1'b0"),
            "skips_taps_outside": ("cell_add      <= add && has_pixel_behind", "cell_add <= add"),
            "holds_otherwise": ("add && first && !has_pixel_behind", "first && !has_pixel_behind"),
        },
    ),
    Proof(
        "dw_pixel_credit",
        bound=16,
        faults={
            "never_more_pixels_than_entries": (
                "untaken - (plane_end ? most_at_end : most)",
                "untaken - most",
            ),
            "room_for_the_largest_claim": ("taken ? room_taken : room_untaken", "room_untaken"),
            "room_whenever_it_is_known": (
                "room_taken <= plane_end ? ",
                "room_taken <= 1'b1 ? ",
            ),
            "no_room_without_credits": (
                "returned <= empty_count",
                "returned <= empty_count + (give ? ONE : {TAKE_W{1'b0}})",
            ),
            "room_when_all_has_come_back": (
                "(cells > c) && !counts[c]",
                "(cells > c + 1) && !counts[c]",
            ),
            "all_free_after_reset": (
                "rst || ({1'b0, credits} >= NEEDED)",
                "({1'b0, credits} >= NEEDED)",
            ),
        },
    ),
    Proof(
        "dw_partial_index",
        sources=("dw_pipeline.v",),
        depth=6,
        bound=14,
        faults={
            "tap_t_belongs_to_sum_t_modulo_parts": (
                "LAST = HIGHEST[INDEX_W-1:0]",
                "LAST = {INDEX_W{1'b1}}",
            ),
            "fresh_until_all_have_a_tap": ("is_last || !is_fresh", "1'b1"),
            "not_fresh_after_that": ("is_last || !is_fresh", "is_last"),
            "through_if_the_sum_leaves": ("through = leaves && ", "through = leaves && first && "),
            "no_other_through": ("leaves && (index == read_index)", "leaves"),
            "bypass_if_the_sum_leaves": (
                "bypass <= leaves_next && (index_next == read_index)",
                "bypass <= leaves && (index_next == read_index)",
            ),
            "no_other_bypass": ("bypass <= leaves_next && ", "bypass <= "),
            "writes_the_sum_that_leaves": (
                "write[k] <= leaves_next && (index_next == OWN)",
                "write[k] <= leaves_next && (index == OWN)",
            ),
            "writes_nothing_else": ("write[k] <= leaves_next && ", "write[k] <= "),
            "clears_with_the_first_tap": ("clear  <= leaves_next && first_next", "clear <= first"),
            "no_other_clear": ("clear  <= leaves_next && first_next", "clear <= leaves_next"),
        },
    ),
    Proof(
        "dw_tap_pipeline",
        sources=("dw_pipeline.v", "dw_ram.v"),
        depth=6,
        bound=10,
        faults={
            "weight_of_the_named_word": ("{active_bank, weight_word}", "{1'b0, weight_word}"),
            "loads_for_a_segment": (
                "load  <= fire && uses_segment",
                "load <= uses_segment && completes",
            ),
            "shifts_within_a_segment": ("load  <= fire && uses_segment", "load <= fire"),
            "moves_only_with_a_tap": ("shift <= fire && !uses", "shift <= !uses"),
            "adds_every_tap": (
                ".WIDTH (2),\n      .CYCLES(ADD_CYCLES)",
                ".WIDTH (2),\n      .CYCLES(ADD_CYCLES + 1)",
            ),
            "adds_nothing_else": (".d  ({fire, first_column", ".d  ({1'b1, first_column"),
            "first_with_the_first_tap": ("first_column && first_row}", "first_column}"),
            "group_starts": (
                ".WIDTH (1),\n      .CYCLES(START_CYCLES),",
                ".WIDTH (1),\n      .CYCLES(START_CYCLES + 1),",
            ),
            "no_other_start": (
                ".d  (fire && completes),\n      .q  (group_start)",
                ".d  (fire),\n      .q  (group_start)",
            ),
            "marks_of_the_group": (
                "stream_end, image_end, plane_end}),",
                "image_end, stream_end, plane_end}),",
            ),
            "counts_of_the_group": (".CYCLES(START_CYCLES - 1)", ".CYCLES(START_CYCLES)"),
            "sums_are_complete": (".CYCLES(ADD_CYCLES + SUM_CYCLES)", ".CYCLES(ADD_CYCLES)"),
            "no_other_sums": (
                ".d  (fire && completes),\n      .q  (complete)",
                ".d  (completes),\n      .q  (complete)",
            ),
        },
    ),
)
