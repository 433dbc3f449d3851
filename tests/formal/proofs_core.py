"""Whole engines of both arrays: their streams and their credits, for any traffic."""

from __future__ import annotations

from dwsim import EngineSpec
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import FIFO_CYCLES
from tests.formal.prover import Proof

ENGINE = EngineSpec(
    name="core",
    lanes=1,
    kernel_h=2,
    kernel_w=2,
    ifmap_width=2,
    weight_width=2,
    max_row_pitch=3,
    max_plane_rows=3,
    max_channel_groups=2,
    max_batch=2,
)
SERIAL_ENGINE = EngineSpec(
    name="core_serial",
    dataflow="tap_serial",
    lanes=1,
    kernel_h=1,
    kernel_w=2,
    ifmap_width=2,
    weight_width=2,
    max_row_pitch=3,
    max_plane_rows=2,
    max_channel_groups=2,
    max_batch=1,
    pixels=2,
    ifmap_pixels=1,
    ofmap_pixels=1,
)
_TIMING = SerialNumbers(SERIAL_ENGINE).timing
_LEAVE = _TIMING.drain_cycles + 1 - FIFO_CYCLES
"""From a sum in the drain to its beat at the FIFO."""

PROOFS = (
    Proof(
        "core",
        engine=ENGINE,
        bound=20,
        faults={
            "ofmap_holds_until_the_transfer": ("(!m_valid || m_ready)", "1'b1"),
            "fifo_never_overflows": ("entries <= {(ADDR_W + 1) {1'b0}};", "entries <= DEPTH;"),
            "no_window_without_a_credit": ("credits   <= ALL;", "credits   <= 0;"),
            "every_window_gives_one_beat": (
                "valid_q <= beat_end && !rst",
                "valid_q <= beat_end && !rst && !last",
            ),
            "no_beat_without_a_window": ("valid_q <= beat_end && !rst", "valid_q <= !rst"),
            "quiet_in_reset": ("      cfg_ready <= 1'b0;\n", "      cfg_ready <= 1'b1;\n"),
        },
    ),
    Proof(
        "core_serial",
        engine=SERIAL_ENGINE,
        parameters={"START": _TIMING.start_cycles, "LEAVE": _LEAVE},
        depth=_TIMING.start_cycles + _LEAVE + 4,
        bound=0,
        reach=26,
        reach_parameters={"HINT": 1},
        faults={
            "ofmap_holds_until_the_transfer": ("(!m_valid || m_ready)", "1'b1"),
            "fifo_never_overflows": ("entries <= {(ADDR_W + 1) {1'b0}};", "entries <= DEPTH;"),
            "credits_are_the_room_that_is_left": ("(give ? BACK :", "(give ? BACK + 1 :"),
            "every_pixel_gives_one_beat": (
                "write <= push && ends && !restart",
                "write <= push && ends && !final_there",
            ),
            "no_beat_without_a_pixel": ("write <= push && ends", "write <= ends"),
            "quiet_in_reset": ("      cfg_ready <= 1'b0;\n", "      cfg_ready <= 1'b1;\n"),
        },
    ),
)
