"""The way of the sums out of a tap-serial array: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
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
            "unused_cells_do_not_count": ("(cells > q) && (cell_x", "(cells >= q) && (cell_x"),
            "taps_in_the_ifmap": (
                "begins_kernel ? cell_y : tap_y",
                "begins_kernel ? cell_y : cell_y",
            ),
            "taps_outside": ("&& !tap_x[X_W-1] && ", "&& "),
        },
    ),
)
