"""The pixel memories of the cells in a tap-serial engine: proofs and faults."""

from __future__ import annotations

from tests.formal.prover import Proof

PROOFS = (
    Proof(
        "dw_pixel_ram",
        faults={
            "reads_the_last_write": ("write_data[p*WIDTH+:WIDTH]", "write_data[0+:WIDTH]"),
            "keeps_what_is_not_written": (
                "memory[{write_address, p[BEAT_W-1:0]}]",
                "memory[p[BEAT_W-1:0]]",
            ),
        },
    ),
    Proof(
        "dw_pixel_ram",
        parameters={"PIXELS": 1, "ADDR_W": 2},
        faults={
            "reads_the_last_write": (
                "read_data   <= memory_data",
                "read_data <= memory[read_address]",
            ),
        },
    ),
    Proof(
        "dw_cell_rings",
        sources=("dw_pixel_ram.v",),
        faults={
            "pixel_at_the_address_of_the_cell": (
                "addresses[q*PLACE_W+:PLACE_W]",
                "addresses[0+:PLACE_W]",
            ),
            "pixel_of_the_lane": (
                "write_data[(p*LANES+l)*WIDTH+:WIDTH]",
                "write_data[(l*BEAT_PIXELS+p)*WIDTH+:WIDTH]",
            ),
            "reads_a_beat_after_its_write": (
                "pixels[(q*LANES+l)*WIDTH+:WIDTH]",
                "pixels[(l*CELLS+q)*WIDTH+:WIDTH]",
            ),
            "first_beat_at_address_0": (
                "if (restart) write_address <=",
                "if (1'b0) write_address <=",
            ),
            "beats_at_consecutive_addresses": ("write_address + 1'b1", "write_address"),
        },
    ),
    Proof(
        "dw_cell_address",
        bound=14,
        faults={
            "goes_on_in_the_kernel_row": ("tap_place + all_taps", "row_place + all_taps"),
            "goes_on_in_the_next_kernel_row": (
                "row_place + tap_address",
                "cell_place + tap_address",
            ),
            "returns_for_another_weight_set": ("!advances ? {PLACE_W{1'b0}} : ", ""),
            "moves_to_the_next_group": ("if (next_is[1]) cell_place", "if (&next_is) cell_place"),
            "moves_to_a_later_raster_row": ("wraps[q] ? wrapped", "wraps[0] ? wrapped"),
            "moves_to_the_next_plane": ("if (placing || new_plane)", "if (placing)"),
            "begins_at_its_place": (
                "          tap_place  <= origin;\n        end else",
                "        end else",
            ),
            "shifts_the_places": ("if (place_wraps) init_row <= next_row;", ""),
            "holds_without_a_tap": ("else if (fired_behind) begin", "else begin"),
        },
    ),
    Proof(
        "dw_release",
        sources=("dw_fetch_walk.v", "dw_countdown.v"),
        bound=11,
        faults={
            "begins_at_the_first_pixel": ("if (restart) next_free <=", "if (1'b0) next_free <="),
            "first_pixel_of_the_group": (
                ".step_address (step_address)",
                ".step_address (row_address)",
            ),
            "first_pixel_of_the_plane_above_it": (
                "else if (frees) next_free",
                "else if (frees && !group_y[Y_W-1]) next_free",
            ),
            "holds_for_a_group_below_the_ifmap": ("else if (frees) next_free", "else next_free"),
            "all_pixels_at_the_end": (
                "else if (frees) next_free",
                "else if (frees && walk_valid) next_free",
            ),
        },
    ),
)
