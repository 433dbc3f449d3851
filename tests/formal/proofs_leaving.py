"""The way of the sums out of a tap-serial array: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

OUTPUT_FAULTS = {
    "packs_the_values_of_an_active_cycle": (
        "MARK_CYCLES = (TOGETHER > 1) ? CYCLES : CYCLES - 1",
        "MARK_CYCLES = CYCLES + 1",
    ),
    "packs_nothing_else": (
        ".CYCLES(MARK_CYCLES),\n      .RESET (1)",
        ".CYCLES(MARK_CYCLES),\n      .RESET (0)",
    ),
    "keeps_the_pixels_that_count": (
        "{{(INDICES - CELLS) {1'b0}}, counts}",
        "{{(INDICES - CELLS) {1'b1}}, counts}",
    ),
    "knows_the_last_pixel": ("plane_end && (is_last", "(is_last"),
    "drops_with_a_restart": ("clear = rst || restart", "clear = rst"),
    "gives_each_beat": (".write     (write)", ".write     (write && (count != 0))"),
    "gives_no_other_beat": (".write     (write)", ".write     (1'b1)"),
    "keeps_the_channels": ("image_end ? tail_channels : ALL_LANES", "tail_channels"),
    "marks_the_last_beat": ("ended && stream_end_p", "stream_end_p"),
    "tells_of_a_transfer": (".m_ready   (m_axis_ofmap_tready)", ".m_ready   (1'b0)"),
}
"""Those of ``dw_serial_output`` for pixels that leave together, and for parts of a pixel."""

DRAIN_FAULTS = {
    "active_for_the_cycles_of_a_group": ("(left == 1)", "(left == 2)"),
    "not_active_otherwise": ("if (rst) active", "if (1'b0) active"),
    "counts_the_cells": ("if (wraps) cell_index", "if (left[0]) cell_index"),
    "keeps_the_marks": ("marks <= start_marks", "marks <= ~start_marks"),
    "sums_in_order": ("load ? sums : ", "start ? sums : "),
}
"""Those of ``dw_drain`` for parts of a pixel, and for pixels that leave together."""

PROOFS = (
    Proof(
        "dw_drain",
        depth=4,
        bound=10,
        faults=DRAIN_FAULTS
        | {"counts_the_lanes": ("wraps ? wrapped[LANE_W-1:0] : reach", "reach")},
    ),
    Proof(
        "dw_drain",
        parameters={"LANES": 2, "CELLS": 3, "VALUES": 4},
        depth=4,
        bound=10,
        faults=DRAIN_FAULTS
        | {"counts_the_lanes": ("next_lane = {LANE_W{1'b0}}", "next_lane = ~lane")},
    ),
    Proof(
        "dw_pixel_merge",
        depth=3,
        bound=10,
        faults={
            "writes_each_full_or_final_beat": ("full = (total >= FULL)", "full = (total > FULL)"),
            "writes_nothing_else": ("write <= (full || last)", "write <= (full || last || enters)"),
            "pixels_in_order_and_zeros_behind": ("<< (held * PIXEL)", "<< ((held & 2) * PIXEL)"),
            "counts_the_pixels": ("count <= full ? FULL[COUNT_W-1:0] : total", "count <= total"),
            "ends_the_plane": ("(ends && whole) || rest", "rest"),
            "ends_no_other_beat": ("ended <= last", "ended <= full"),
            "drops_all_with_a_restart": ("(full || last) && !restart", "(full || last)"),
        },
    ),
    Proof(
        "dw_pixel_pack",
        depth=2,
        bound=10,
        faults={
            "writes_each_full_or_final_beat": ("place[PIXELS-1] || final_there", "final_there"),
            "writes_nothing_else": ("keep && (behind >= ALL_LANES)", "(behind >= ALL_LANES)"),
            "values_in_lanes_and_pixels_in_order": (
                "is_open = (s >= k * GRAIN)",
                "is_open = (s > k * GRAIN)",
            ),
            "zeros_behind_the_last_pixel": (
                "else if (push && place[0])",
                "else if (push && place[p])",
            ),
            "counts_the_pixels": ("count <= held + 1'b1", "count <= held"),
            "ends_the_plane": ("ended <= final_there", "ended <= 1'b0"),
            "ends_no_other_beat": ("ended <= final_there", "ended <= ends"),
            "drops_all_with_a_restart": ("push && ends && !restart", "push && ends"),
        },
    ),
    Proof(
        "dw_pixel_pack",
        parameters={"LANES": 4, "GRAIN": 2, "PIXELS": 3},
        depth=2,
        bound=14,
    ),
    Proof("dw_pixel_pack", parameters={"LANES": 2, "GRAIN": 2}, depth=2, bound=8),
    Proof(
        "dw_cell_place",
        depth=3,
        bound=12,
        faults={
            "cells_that_count": ("last_x    <= wrap_x - step_x", "last_x    <= wrap_x"),
            "unused_cells_do_not_count": (
                "(cells > q) && from_end_x",
                "(cells >= q) && from_end_x",
            ),
            "taps_in_the_ifmap": (
                "begins_kernel ? cell_y : tap_y",
                "begins_kernel ? cell_y : cell_y",
            ),
            "taps_outside": ("($unsigned(tap_x) < ifmap_w)", "(tap_x < $signed(ifmap_w))"),
            "tells_who_comes_to_a_later_row": (
                "wraps[q] = !beyond[X_W-1]",
                "wraps[q] = (beyond > 0)",
            ),
            "tells_who_stays_in_its_row": (
                "if (placed || rewinds) beyond",
                "if (placed) beyond",
            ),
        },
    ),
    Proof(
        "dw_serial_output",
        sources=("dw_pipeline.v",),
        depth=6,
        bound=9,
        faults={
            **OUTPUT_FAULTS,
            "the_last_pixel_is_kept": (
                "assign keep[t] = counted[index]",
                "assign keep[t] = counted[index] && (t == 0)",
            ),
        },
    ),
    Proof(
        "dw_serial_output",
        properties="dw_serial_output_parts",
        sources=("dw_pipeline.v",),
        depth=6,
        bound=9,
        faults={
            **OUTPUT_FAULTS,
            "the_last_pixel_is_kept": ("index == {{(CELL_W", "index <= {{(CELL_W"),
            "starts_at_the_lane": (".lane       (lane_q)", ".lane       (lane)"),
        },
    ),
    Proof(
        "dw_serial_scale",
        sources=("dw_clamp_bounds.v", "dw_pipeline.v"),
        depth=7,
        bound=9,
        faults={
            "acc_of_the_value": ("(sums[v*ACC_W+:ACC_W])", "(sums[0+:ACC_W])"),
            "bias_of_the_lane": ("(reach >= ALL_LANES)", "1'b0"),
            "multiplier_of_the_lane": (
                "(MULTIPLIER_W),\n          .CYCLES(1)",
                "(MULTIPLIER_W),\n          .CYCLES(2)",
            ),
            "right_shift_of_the_lane": (".CYCLES(PART_DELAY)", ".CYCLES(PART_DELAY - 1)"),
            "roundings_zero_point_and_clamp": (
                ".act_max        (act_max)",
                ".act_max        (act_min)",
            ),
        },
    ),
    Proof(
        "dw_serial_scale",
        properties="dw_serial_scale_own",
        sources=("dw_clamp_bounds.v", "dw_pipeline.v"),
        depth=7,
        bound=9,
        faults={
            "acc_of_the_value": ("(sums[v*ACC_W+:ACC_W])", "(sums[0+:ACC_W])"),
            "bias_of_the_lane": ("(write_lane == c)", "(write_lane != c)"),
            "multiplier_of_the_lane": ("scales[(v%COPIES)*WIDTH+:WIDTH]", "scales[0+:WIDTH]"),
            "right_shift_of_the_lane": (
                "write_address[LANE_W+:SET_W+1]",
                "write_address[0+:SET_W+1]",
            ),
            "roundings_zero_point_and_clamp": (
                ".act_max        (act_max)",
                ".act_max        (act_min)",
            ),
        },
    ),
    Proof(
        "dw_float_serial_scale",
        sources=("dw_clamp_bounds.v", "dw_pipeline.v"),
        depth=7,
        bound=9,
        faults={
            "acc_of_the_value": ("(sums[v*ACC_W+:ACC_W])", "(sums[0+:ACC_W])"),
            "bias_of_the_lane": ("(reach >= ALL_LANES)", "1'b0"),
            "multiplier_of_the_lane": (
                ".CYCLES(MULTIPLIER_DELAY)",
                ".CYCLES(MULTIPLIER_DELAY - 1)",
            ),
            "right_shift_of_the_lane": (
                ".CYCLES(RIGHT_SHIFT_DELAY)",
                ".CYCLES(RIGHT_SHIFT_DELAY - 1)",
            ),
            "roundings_zero_point_and_clamp": (
                ".act_max        (act_max)",
                ".act_max        (act_min)",
            ),
        },
    ),
    Proof(
        "dw_float_serial_bias",
        sources=("dw_float_bias.v", "dw_pipeline.v"),
        depth=6,
        bound=8,
        faults={
            "adds_the_bias_of_the_first_lane": (".CYCLES(DELAY - 2)", ".CYCLES(DELAY - 1)"),
            "adds_the_bias_of_the_next_lane": ("(reach >= ALL_LANES)", "1'b0"),
        },
    ),
    Proof(
        "dw_float_part_sum",
        sources=("dw_float_row_tree.v", "dw_pipeline.v"),
        depth=5,
        bound=6,
        faults={
            "adds_the_parts_in_pairs": (
                "parts[v*PARTS*WIDTH+:PARTS*WIDTH]",
                "parts[v*WIDTH+:PARTS*WIDTH] >> WIDTH",
            ),
            "adds_those_of_each_value": (
                "parts[v*PARTS*WIDTH+:PARTS*WIDTH]",
                "parts[0+:PARTS*WIDTH]",
            ),
        },
    ),
)
