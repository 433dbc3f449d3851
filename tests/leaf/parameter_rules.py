"""The rules of the hand-written modules' parameters, each with a bad instance that breaks it.

A file of ``rtl/`` -> the rest of the rule's name -> the parameters of the bad instance. Parameters
that are not given have their defaults, which are legal.
"""

from __future__ import annotations

Rules = dict[str, dict[str, int]]


def at_least(least: int, *names: str) -> Rules:
    """The rules that these parameters must be at least ``least``."""
    return {f"{name}_must_be_at_least_{least}": {name: least - 1} for name in names}


KERNEL = at_least(1, "KERNEL_H", "KERNEL_W")
PASS_W = {"PASS_W_must_hold_PASSES_minus_1": {"PASSES": 3, "PASS_W": 1, "WORD_W": 2}}
WALK_WIDTHS = {
    "PLANES_W_must_hold_MAX_CHANNEL_GROUPS": {"MAX_CHANNEL_GROUPS": 2, "PLANES_W": 1},
    "HOLD_W_must_hold_MAX_CHANNEL_MULTIPLIER": {"MAX_CHANNEL_MULTIPLIER": 2, "HOLD_W": 1},
}
PLANES_W = {"PLANES_W_must_hold_MAX_PLANES": {"MAX_PLANES": 256, "PLANES_W": 8}}
LAG_W = {"LAG_W_must_hold_MAX_LAG": {"MAX_LAG": 256, "LAG_W": 8}}
INTERLEAVE_W = {"INTERLEAVE_W_must_hold_MAX_INTERLEAVE": {"MAX_INTERLEAVE": 2, "INTERLEAVE_W": 1}}
RAM = at_least(1, "WIDTH", "ADDR_W")
PIXEL_RAM = RAM | {
    "PIXELS_must_be_a_power_of_two": {"PIXELS": 3},
    "PIXEL_W_must_be_ADDR_W_and_log2_of_PIXELS": {"PIXEL_W": 9},
}
LANES_SHARED = {
    "VALUES_must_be_at_most_LANES": {"VALUES": 17},
    "LANE_W_must_hold_LANES_minus_1": {"LANE_W": 3},
}
LANES_WHOLE = {
    "VALUES_must_be_at_most_LANES_or_a_multiple_of_it": {"VALUES": 17},
    "LANE_W_must_hold_LANES_minus_1": {"LANE_W": 3},
}
RING_WORDS = {
    "BEAT_PIXELS_must_be_a_power_of_two": {"BEAT_PIXELS": 3},
    "READ_PIXELS_must_be_BEAT_PIXELS_times_a_power_of_two": {"READ_PIXELS": 12},
}
STEP_SHIFT = at_least(1, "OUT_W", "STEP")
MULTIPLIER = at_least(1, "A_W", "B_W", "P_W") | {"CYCLES_must_be_2_or_3": {"CYCLES": 4}}

PARAMETER_RULES: dict[str, Rules] = {
    "dw_accumulator.v": at_least(1, "OPERAND_W", "WEIGHT_W", "ACC_W"),
    "dw_axil_port.v": at_least(1, "ADDR_W"),
    "dw_cell_address.v": {
        **at_least(1, "CELLS", "ADDR_W", "PLANE_BEATS_W"),
        **at_least(2, "X_W"),
        "PIXEL_W_must_be_at_least_PLACE_W": {"PIXEL_W": 9},
        "PIXEL_W_must_be_more_than_X_W": {"X_W": 12},
        "BEAT_PIXELS_must_be_a_power_of_two": {"BEAT_PIXELS": 3},
    },
    "dw_cell_array.v": at_least(1, "LANES", "CELLS", "LENGTH", "OPERAND_W", "WEIGHT_W", "ACC_W"),
    "dw_cell_place.v": {
        **at_least(1, "CELLS"),
        **at_least(2, "X_W", "Y_W"),
        "COUNT_W_must_hold_CELLS": {"CELLS": 8, "COUNT_W": 3},
    },
    "dw_cell_rings.v": at_least(1, "LANES", "CELLS"),
    "dw_centre.v": at_least(1, "LANES", "WIDTH"),
    "dw_clamp_bounds.v": at_least(1, "OFMAP_W"),
    "dw_control.v": {
        **at_least(1, "DRAIN_CYCLES"),
        "DRAIN_W_must_hold_DRAIN_CYCLES": {"DRAIN_CYCLES": 16, "DRAIN_W": 4},
    },
    "dw_countdown.v": at_least(1, "WIDTH"),
    "dw_credit.v": {
        **at_least(1, "DEPTH"),
        "COUNT_W_must_hold_DEPTH": {"DEPTH": 32, "COUNT_W": 5},
    },
    "dw_delay_line.v": {
        **at_least(1, "WIDTH", "MAX_LENGTH"),
        **at_least(2, "SHIFT_LENGTH_MAX"),
        **at_least(0, "SHORTER"),
        "LENGTH_W_must_hold_MAX_LENGTH_plus_SHORTER": {
            "MAX_LENGTH": 5,
            "SHORTER": 3,
            "LENGTH_W": 3,
        },
    },
    "dw_drain.v": {
        **at_least(1, "CELLS", "WIDTH", "MARKS_W"),
        "VALUES_must_be_at_least_1": {"VALUES": 0, "CHUNKS_W": 4},
        **LANES_WHOLE,
        "CELL_W_must_hold_CELLS_and_two_steps": {"CELLS": 8, "CELL_W": 3},
        "CHUNKS_W_must_hold_the_cycles_of_a_group": {"CHUNKS_W": 3},
        "PIXELS_must_be_VALUES_over_LANES_rounded_up": {"PIXELS": 2, "CELL_W": 4},
    },
    "dw_fetch.v": {
        **RING_WORDS,
        **at_least(2, "Y_W"),
        **at_least(1, "TAP_W", "GROUPS_W", "SETS_W", "PLANES_W", "PLANE_BEATS_W"),
        "PLACE_W_must_hold_LENGTH_minus_1": {"PLACE_W": 3},
        "X_W_must_hold_READ_PIXELS_and_a_sign": {"X_W": 4, "PLACE_W": 3},
        "PIXEL_W_must_be_more_than_X_W": {"PIXEL_W": 8},
        "PLACE_W_must_be_less_than_X_W": {"PLACE_W": 8},
        "AMOUNT_W_must_hold_READ_PIXELS_minus_1": {"AMOUNT_W": 2},
        "AMOUNT_W_must_be_less_than_PIXEL_W": {"AMOUNT_W": 12},
    },
    "dw_fetch_rows.v": {
        **RING_WORDS,
        **at_least(2, "Y_W"),
        **at_least(1, "PLACE_W"),
        "X_W_must_hold_READ_PIXELS_and_a_sign": {"X_W": 4, "PLACE_W": 3},
        "PIXEL_W_must_be_more_than_X_W": {"PIXEL_W": 8},
        "PLACE_W_must_be_less_than_X_W": {"PLACE_W": 8},
    },
    "dw_fetch_walk.v": {
        "BEAT_PIXELS_must_be_a_power_of_two": {"BEAT_PIXELS": 3},
        **at_least(2, "X_W", "Y_W"),
        **at_least(1, "PIXEL_W", "TAP_W", "GROUPS_W", "SETS_W", "PLANES_W", "PLANE_BEATS_W"),
    },
    "dw_float_accumulator.v": {
        **at_least(1, "PARTS"),
        "INDEX_W_must_hold_PARTS_minus_1": {"INDEX_W": 2},
        "ACC_W_must_be_1_plus_ACC_EXPONENT_W_plus_ACC_SIGNIFICAND_W": {"ACC_W": 33},
    },
    "dw_float_cell_array.v": {
        **at_least(1, "LANES", "CELLS", "LENGTH"),
        "WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W": {"WIDTH": 17},
        "ACC_W_must_be_1_plus_ACC_EXPONENT_W_plus_ACC_SIGNIFICAND_W": {"ACC_W": 33},
    },
    "dw_float_part_sum.v": {
        **at_least(1, "VALUES", "PARTS"),
        "WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W": {"WIDTH": 33},
    },
    "dw_partial_index.v": {
        **at_least(1, "PARTS", "SUM_CYCLES"),
        "INDEX_W_must_hold_PARTS_minus_1": {"INDEX_W": 2},
    },
    "dw_float_adder.v": at_least(2, "EXPONENT_W", "SIGNIFICAND_W"),
    "dw_float_array.v": {
        **at_least(1, "LANES", "ROWS", "COLS", "PASSES", "PASS_CYCLES", "SUM_CYCLES"),
    },
    "dw_float_bias.v": {
        **at_least(1, "LANES"),
        "WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W": {"WIDTH": 33},
    },
    "dw_float_bias_store.v": {
        **at_least(1, "LANES", "WIDTH", "WORDS", "SETS"),
        **at_least(0, "TAG_CYCLES"),
        "SET_W_must_hold_SETS_minus_1": {"SETS": 3, "SET_W": 1},
    },
    "dw_float_clamp.v": {
        **at_least(1, "LANES"),
        **at_least(2, "EXPONENT_W", "SIGNIFICAND_W"),
        "WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W": {"WIDTH": 17},
    },
    "dw_float_kernel_row.v": {
        **at_least(1, "COLS", "SUM_CYCLES"),
        "WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W": {"WIDTH": 17},
    },
    "dw_float_limits.v": {
        **at_least(2, "EXPONENT_W", "SIGNIFICAND_W"),
        "WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W": {"WIDTH": 17},
    },
    "dw_float_narrow.v": {
        **at_least(1, "LANES"),
        "EXPONENT_W_must_be_at_most_ACC_EXPONENT_W": {"EXPONENT_W": 9},
        "SIGNIFICAND_W_must_be_at_most_ACC_SIGNIFICAND_W": {"SIGNIFICAND_W": 24},
        "WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W": {"WIDTH": 17},
        "ACC_W_must_be_1_plus_ACC_EXPONENT_W_plus_ACC_SIGNIFICAND_W": {"ACC_W": 33},
    },
    "dw_float_pass_sum.v": {
        **at_least(2, "PASSES"),
        **at_least(1, "SUM_CYCLES"),
        "PASS_W_must_hold_PASSES_minus_1": {"PASSES": 3, "PASS_W": 1},
    },
    "dw_float_row_tree.v": {
        **at_least(1, "ROWS", "SUM_CYCLES"),
        "WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W": {"WIDTH": 33},
    },
    "dw_float_weight_store.v": at_least(1, "ROWS", "COLS", "SUM_CYCLES"),
    "dw_float_digits.v": {"DIGITS_must_be_1_to_34": {"DIGITS": 35}},
    "dw_float_multiplier.v": {
        **at_least(5, "EXPONENT_W"),
        "SIGNIFICAND_W_must_be_2_to_23": {"SIGNIFICAND_W": 24, "ACC_SIGNIFICAND_W": 24},
        "ACC_EXPONENT_W_must_be_at_least_EXPONENT_W": {"ACC_EXPONENT_W": 7},
        "ACC_SIGNIFICAND_W_must_be_at_least_SIGNIFICAND_W": {"ACC_SIGNIFICAND_W": 6},
    },
    "dw_float_requantise.v": {
        **at_least(1, "ACC_W"),
        "ACC_W_must_be_at_most_32": {"ACC_W": 33},
        "ROUNDING_must_be_4_to_7": {"ROUNDING": 3},
        "OFMAP_W_must_be_1_to_15": {"OFMAP_W": 16},
    },
    "dw_float_requantise_stage.v": at_least(1, "LANES"),
    "dw_float_round.v": {"FIELD_W_must_be_1_to_15": {"FIELD_W": 16}},
    "dw_float_serial_bias.v": {
        **at_least(1, "VALUES", "SET_W"),
        **at_least(2, "DELAY"),
        **LANES_WHOLE,
        "WIDTH_must_be_1_plus_EXPONENT_W_plus_SIGNIFICAND_W": {"WIDTH": 33},
    },
    "dw_float_serial_scale.v": {
        **at_least(1, "VALUES", "SET_W"),
        **at_least(0, "MULTIPLIER_DELAY"),
        **LANES_WHOLE,
        "RIGHT_SHIFT_DELAY_must_be_at_least_MULTIPLIER_DELAY": {"RIGHT_SHIFT_DELAY": 5},
    },
    "dw_geometry_check.v": {
        **at_least(2, "WIDTH"),
        "KERNEL_H_must_be_1_to_16": {"KERNEL_H": 17},
        "KERNEL_W_must_be_1_to_16": {"KERNEL_W": 17},
    },
    "dw_group_tag.v": {
        **at_least(1, "LANES"),
        "WEIGHT_SETS_must_be_MAX_CHANNEL_GROUPS_times_MAX_CHANNEL_MULTIPLIER": {"WEIGHT_SETS": 2},
        "SET_W_must_hold_WEIGHT_SETS_minus_1": {
            **{"MAX_CHANNEL_GROUPS": 3, "SET_W": 1, "WORD_W": 1},
        },
        **PASS_W,
        **INTERLEAVE_W,
        **WALK_WIDTHS,
        "WORD_W_must_be_at_least_SET_W": {"PASSES": 2, "SET_W": 3, "WORD_W": 2},
        "SET_W_must_be_WORD_W_if_PASSES_is_1": {"SET_W": 1, "WORD_W": 2},
        "KEEP_W_must_hold_LANES_times_MAX_CHANNEL_MULTIPLIER": {
            **{"MAX_CHANNEL_MULTIPLIER": 2, "KEEP_W": 4},
        },
        "LANE_COUNT_W_must_hold_LANES": {"LANES": 16, "LANE_COUNT_W": 4},
    },
    "dw_ifmap_port.v": at_least(1, "WIDTH"),
    "dw_mac_cell.v": {
        **at_least(1, "IFMAP_W", "WEIGHT_W", "PRODUCT_W", "PSUM_IN_W"),
        "PSUM_OUT_W_must_be_at_least_PRODUCT_W": {"PSUM_OUT_W": 15, "PSUM_IN_W": 1},
        "PSUM_OUT_W_must_be_at_least_PSUM_IN_W": {"PSUM_IN_W": 18},
        "PSUM_OUT_W_must_be_PRODUCT_W_if_FIRST_is_1": {"FIRST": 1},
    },
    "dw_multiplier.v": MULTIPLIER,
    "dw_masked_adder.v": at_least(1, "WIDTH"),
    "dw_output_fifo.v": at_least(1, "WIDTH", "DEPTH"),
    "dw_output_stage.v": {
        **at_least(1, "LANES", "VALUE_W", "CYCLES", "DEPTH"),
        "LANE_COUNT_W_must_hold_LANES": {"LANE_COUNT_W": 3},
    },
    "dw_param_loader.v": {
        **at_least(1, "WIDTH", "UNITS", "PASSES"),
        "WEIGHT_SETS_must_be_at_least_1": {"WEIGHT_SETS": 0, "SETS_W": 1},
        **PASS_W,
        "WORDS_must_be_at_least_UNITS": {"WORDS": 8},
        "SETS_W_must_hold_WEIGHT_SETS": {"WEIGHT_SETS": 2, "SETS_W": 1},
        "SET_W_must_hold_WEIGHT_SETS_minus_1": {"WEIGHT_SETS": 3, "SET_W": 1},
        "SET_W_must_be_at_most_SETS_W": {"SET_W": 2},
        "WORD_W_must_hold_WEIGHT_SETS_times_PASSES_minus_1": {
            **{"WEIGHT_SETS": 2, "PASSES": 2, "WORD_W": 1},
        },
    },
    "dw_pass_sum.v": {
        **at_least(1, "SUM_W"),
        "ACC_W_must_be_at_least_SUM_W": {"ACC_W": 17},
    },
    "dw_pass_walk.v": {
        **at_least(1, "PASSES", "MAX_CHANNEL_GROUPS", "MAX_INTERLEAVE", "MAX_CHANNEL_MULTIPLIER"),
        "PASS_W_must_hold_PASSES_minus_1": {"PASSES": 3, "PASS_W": 1},
        **INTERLEAVE_W,
        **WALK_WIDTHS,
    },
    "dw_pipeline.v": at_least(1, "WIDTH") | at_least(0, "CYCLES"),
    "dw_pixel_credit.v": {
        **at_least(1, "CELLS", "BEAT"),
        "LARGEST_must_hold_the_cells_and_the_rest_of_a_beat": {"LARGEST": 9},
        "TOTAL_must_be_at_least_LARGEST": {"TOTAL": 9},
        "COUNT_W_must_hold_TOTAL": {"COUNT_W": 6},
        "TAKE_W_must_hold_LARGEST": {"TAKE_W": 3},
        "TAKE_W_must_be_at_most_COUNT_W": {"TAKE_W": 8},
        "CELLS_W_must_hold_CELLS": {"CELLS_W": 2},
        "CELLS_W_must_be_at_most_TAKE_W": {"CELLS_W": 5},
        "PAD_W_must_hold_BEAT_minus_1": {"PAD_W": 1},
        "PAD_W_must_be_at_most_TAKE_W": {"PAD_W": 5},
    },
    "dw_pixel_merge.v": {
        **at_least(1, "LANES", "PIXELS", "WIDTH"),
        "BEAT_must_be_at_least_PIXELS": {"BEAT": 1},
        "COUNT_W_must_hold_BEAT": {"COUNT_W": 2},
    },
    "dw_pixel_pack.v": {
        **at_least(1, "VALUES", "PIXELS", "WIDTH"),
        **LANES_SHARED,
        "COUNT_W_must_hold_PIXELS": {"COUNT_W": 2},
    },
    "dw_pixel_ram.v": PIXEL_RAM,
    "dw_pixel_rotate.v": {
        **at_least(1, "WIDTH"),
        "PIXELS_must_be_a_power_of_two": {"PIXELS": 6},
        "AMOUNT_W_must_be_log2_of_PIXELS_and_at_least_1": {"AMOUNT_W": 4},
    },
    "dw_plane_marker.v": {
        **at_least(1, "MAX_LAG"),
        **at_least(2, "SHIFT_LENGTH_MAX"),
        "LAG_W_must_hold_MAX_LAG": {"MAX_LAG": 2, "LAG_W": 1},
    },
    "dw_plane_start.v": at_least(0, "MAX_LAG") | LAG_W,
    "dw_product.v": {
        "MULTIPLIER_W_must_be_16_or_32": {"MULTIPLIER_W": 24},
        "X_W_must_be_48_if_MULTIPLIER_W_is_16": {"MULTIPLIER_W": 16, "X_W": 32},
        "X_W_must_be_32_if_MULTIPLIER_W_is_32": {"X_W": 48},
    },
    "dw_ram.v": RAM,
    "dw_raster.v": {
        **at_least(1, "MAX_ROW_PITCH", "MAX_PLANE_ROWS", "MAX_INTERLEAVE", "MAX_PLANES"),
        "COL_W_must_hold_MAX_ROW_PITCH": {"MAX_ROW_PITCH": 256, "COL_W": 8},
        "ROW_W_must_hold_MAX_PLANE_ROWS": {"MAX_PLANE_ROWS": 256, "ROW_W": 8},
        **INTERLEAVE_W,
        **PLANES_W,
    },
    "dw_raster_axis.v": at_least(1, "WIDTH"),
    "dw_release.v": {
        "BEAT_PIXELS_must_be_a_power_of_two": {"BEAT_PIXELS": 3},
        **at_least(2, "X_W", "Y_W"),
        **at_least(1, "PIXEL_W", "GROUPS_W", "PLANE_BEATS_W"),
    },
    "dw_requantise.v": {
        **at_least(1, "ACC_W"),
        "ACC_W_must_be_at_most_X_W": {"ACC_W": 33},
        "ROUNDING_must_be_1_to_3": {"ROUNDING": 4},
        "OFMAP_W_must_be_1_to_16": {"OFMAP_W": 17, "ROUNDING": 2},
        "OFMAP_W_must_be_at_most_15_unless_ROUNDING_is_2": {"OFMAP_W": 16, "ROUNDING": 3},
        "X_W_must_be_48_if_MULTIPLIER_W_is_16_and_32_otherwise": {"X_W": 48},
    },
    "dw_requantise_stage.v": {
        **at_least(1, "LANES"),
        "BIAS_W_must_be_whole_bytes": {"BIAS_W": 33},
        "MULTIPLIER_W_must_be_whole_bytes": {"MULTIPLIER_W": 33},
        "BYTES_must_be_the_sum_of_the_parts": {"BYTES": 8},
    },
    "dw_ring.v": {
        **at_least(1, "WIDTH"),
        **RING_WORDS,
        "ADDR_W_must_give_each_bank_2_words": {"ADDR_W": 1},
    },
    "dw_ring_writer.v": {
        **at_least(1, "ADDR_W", "PLANE_BEATS_W", "PLANES_W"),
        "BEAT_PIXELS_must_be_a_power_of_two": {"BEAT_PIXELS": 3},
        **at_least(2, "LAPS_W"),
        "PIXEL_W_must_exceed_the_bits_of_a_pixel_address": {"PIXEL_W": 10},
        "KERNEL_PIXELS_must_be_less_than_the_pixels_of_the_ring": {"KERNEL_PIXELS": 1024},
    },
    "dw_rule_walk.v": {
        **at_least(2, "WIDTH"),
        "RULES_must_be_1_to_255": {"RULES": 256},
    },
    "dw_round_shift.v": {"FIELD_W_must_be_1_to_16": {"FIELD_W": 17}},
    "dw_scale_store.v": {
        **at_least(1, "WIDTH", "SETS", "BIAS_BYTES", "MULTIPLIER_BYTES"),
        **at_least(0, "TAG_CYCLES", "MULTIPLIER_DELAY"),
        "RIGHT_SHIFT_DELAY_must_be_at_least_MULTIPLIER_DELAY": {"RIGHT_SHIFT_DELAY": 0},
        "SET_W_must_hold_SETS_minus_1": {"SETS": 3, "SET_W": 1},
        "BYTES_must_be_the_sum_of_the_parts": {"BYTES": 8},
    },
    "dw_segment.v": {
        **at_least(1, "WIDTH"),
        **at_least(1, "LENGTH"),
        "PIXELS_must_be_a_power_of_two": {"PIXELS": 6},
    },
    "dw_sequencer.v": {
        **at_least(1, "CELLS", "TAPS", "TAP_W", "GROUPS_W", "SETS_W", "PLANES_W", "IMAGE_W"),
        **at_least(1, "CHUNKS_W", "SET_W"),
        **at_least(2, "X_W", "Y_W"),
        "WORD_W_must_hold_TAPS_minus_1": {"WORD_W": 3},
        "CELLS_W_must_hold_CELLS": {"CELLS": 8, "CELLS_W": 3},
    },
    "dw_serial_loader.v": {
        **at_least(1, "WIDTH", "LANES", "TAPS"),
        "WEIGHT_SETS_must_be_at_least_1": {"WEIGHT_SETS": 0, "SETS_W": 1},
        **at_least(0, "SCALE_BEATS"),
        "SETS_W_must_hold_WEIGHT_SETS": {"SETS_W": 3},
        "SET_W_must_hold_WEIGHT_SETS_minus_1": {"SET_W": 2},
        "SET_W_must_be_at_most_SETS_W": {"SET_W": 5},
        "WORD_W_must_hold_WEIGHT_SETS_times_TAPS_minus_1": {"WORD_W": 6},
        "LANE_W_must_hold_LANES_minus_1": {"LANE_W": 3},
    },
    "dw_serial_output.v": {
        **at_least(1, "CELLS", "VALUES", "PIXELS", "WIDTH", "FIFO_DEPTH", "CYCLES"),
        **LANES_WHOLE,
        "LANES_W_must_hold_LANES": {"LANES_W": 4},
        "CELLS_W_must_hold_CELLS": {"CELLS": 8, "CELLS_W": 3},
        "CELL_W_must_hold_CELLS_and_two_steps": {"CELLS": 8, "CELL_W": 3, "CELLS_W": 4},
        "COUNT_W_must_hold_PIXELS": {"COUNT_W": 2},
        "TOGETHER_must_be_VALUES_over_LANES_rounded_up": {"TOGETHER": 2, "CELL_W": 4},
        "PIXELS_must_be_at_least_VALUES_over_LANES": {"VALUES": 80},
    },
    "dw_serial_scale.v": {
        **at_least(1, "VALUES", "SET_W"),
        **at_least(0, "PART_DELAY"),
        **LANES_WHOLE,
    },
    "dw_skid_buffer.v": at_least(1, "WIDTH"),
    "dw_slot_raster.v": {
        **KERNEL,
        "COL_W_must_hold_MAX_ROW_PITCH": {"MAX_ROW_PITCH": 256, "COL_W": 8},
        "ROW_W_must_hold_MAX_PLANE_ROWS": {"MAX_PLANE_ROWS": 256, "ROW_W": 8},
        "TAP_ROW_W_must_be_ROW_W_plus_2": {"TAP_ROW_W": 9},
        "TAP_COL_W_must_be_COL_W_plus_2": {"TAP_COL_W": 9},
        **INTERLEAVE_W,
        **PLANES_W,
        **LAG_W,
    },
    "dw_step_shift.v": STEP_SHIFT,
    "dw_serial_check.v": at_least(3, "WIDTH"),
    "dw_serial_rules.v": {
        **at_least(0, "BEAT_W"),
        **at_least(1, "LANES", "CELLS", "REQUANTISERS"),
        "SEGMENT_must_be_at_least_KERNEL_W": {"SEGMENT": 2, "KERNEL_W": 3},
    },
    "dw_stream_control.v": {
        **at_least(1, "WEIGHT_SETS"),
        "SETS_W_must_hold_WEIGHT_SETS": {"WEIGHT_SETS": 2, "SETS_W": 1},
    },
    "dw_stream_counters.v": at_least(1, "WIDTH"),
    "dw_tap_axis.v": {
        **at_least(1, "TAPS", "MAX_SIZE"),
        "SIZE_W_must_hold_MAX_SIZE": {"SIZE_W": 5},
        "WIDTH_must_be_SIZE_W_plus_2": {"WIDTH": 7},
    },
    "dw_tap_mask.v": KERNEL | at_least(1, "WIDTH"),
    "dw_tap_pipeline.v": {
        **at_least(1, "CELLS", "SET_W", "WORD_W", "WIDTH"),
        **at_least(0, "ADD_CYCLES", "SUM_CYCLES"),
        **at_least(1, "START_CYCLES"),
    },
    "dw_tap_select.v": {
        **at_least(1, "WIDTH"),
        "UNITS_must_be_at_least_1": {"UNITS": 0, "PASSES": 1},
        "KERNEL_H_must_be_at_least_1": {"KERNEL_H": 0, "PASSES": 0},
        "KERNEL_W_must_be_at_least_1": {"KERNEL_W": 0, "PASSES": 0},
        "PASS_W_must_hold_PASSES_minus_1": {"PASS_W": 1},
        "PASSES_must_be_taps_over_UNITS_rounded_up": {"PASSES": 4},
    },
    "dw_weight_store.v": {
        **at_least(1, "ROWS", "COLS", "WIDTH", "WORDS"),
        **at_least(0, "TAG_CYCLES"),
        "WORD_W_must_hold_WORDS_minus_1": {"WORDS": 3, "WORD_W": 1},
    },
    "dw_window.v": {
        **KERNEL,
        **at_least(1, "WIDTH", "MAX_ROW_DELAY", "MAX_COL_DELAY"),
        "ROW_DELAY_W_must_hold_MAX_ROW_DELAY": {"MAX_ROW_DELAY": 256, "ROW_DELAY_W": 8},
        "COL_DELAY_W_must_hold_MAX_COL_DELAY": {"MAX_COL_DELAY": 2, "COL_DELAY_W": 1},
    },
    "ecp5/dw_masked_adder.v": at_least(1, "WIDTH"),
    "ecp5/dw_multiplier.v": {
        **MULTIPLIER,
        "A_W_must_fit_18_bits_with_a_sign": {"A_W": 18, "A_SIGNED": 0},
        "B_W_must_fit_18_bits_with_a_sign": {"B_W": 19},
        "P_W_must_be_at_most_36": {"P_W": 37},
    },
    "ecp5/dw_pixel_ram.v": PIXEL_RAM,
    "ecp5/dw_ram.v": RAM,
    "ecp5/dw_step_shift.v": STEP_SHIFT,
}
