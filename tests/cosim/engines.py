"""The engines of the cosimulation, one build each, and how many layers each of them runs."""

from __future__ import annotations

from dwsim import EngineSpec
from tests.cosim.layers import Case, layer

UNSIGNED_IFMAP = {"ifmap_signed": False}
UNSIGNED = {"ifmap_signed": False, "weight_signed": False}

CASES = (
    Case(
        EngineSpec(
            name="one_lane",
            lanes=1,
            kernel_h=1,
            kernel_w=1,
            max_row_pitch=13,
            max_plane_rows=13,
            max_channel_groups=7,
            max_channel_multiplier=4,
        ),
    ),
    Case(
        EngineSpec(
            name="three_lanes",
            lanes=3,
            kernel_h=3,
            kernel_w=3,
            max_row_pitch=18,
            max_plane_rows=18,
            max_dilation_h=3,
            max_dilation_w=3,
            max_channel_groups=3,
            max_channel_multiplier=4,
            max_lead=250,
        ),
        randoms=30,
    ),
    Case(
        EngineSpec(
            name="two_bits",
            lanes=5,
            kernel_h=5,
            kernel_w=2,
            ifmap_width=2,
            weight_width=2,
            max_row_pitch=16,
            max_plane_rows=16,
            max_dilation_h=2,
            max_dilation_w=3,
            max_channel_groups=2,
            max_lead=120,
        ),
    ),
    Case(
        EngineSpec(
            name="unsigned_bytes",
            lanes=2,
            kernel_h=7,
            kernel_w=7,
            max_row_pitch=15,
            max_plane_rows=15,
            fifo_depth=15,
            **UNSIGNED,
        ),
    ),
    Case(
        EngineSpec(
            name="wide_words",
            lanes=2,
            kernel_h=11,
            kernel_w=1,
            ifmap_width=16,
            weight_width=16,
            max_row_pitch=12,
            max_plane_rows=20,
            max_channel_groups=4,
            max_channel_multiplier=2,
        ),
    ),
    Case(
        EngineSpec(
            name="mixed_signs",
            lanes=4,
            kernel_h=3,
            kernel_w=3,
            weight_width=4,
            max_row_pitch=16,
            max_plane_rows=16,
            max_channel_groups=5,
            fifo_depth=19,
            max_batch=3,
            **UNSIGNED_IFMAP,
        ),
        randoms=24,
    ),
    Case(
        EngineSpec(
            name="one_row",
            lanes=3,
            kernel_h=1,
            kernel_w=3,
            ifmap_width=5,
            weight_width=7,
            weight_signed=False,
            max_row_pitch=14,
            max_plane_rows=14,
            max_dilation_w=3,
            max_channel_groups=3,
            max_channel_multiplier=3,
        ),
    ),
    Case(
        # Row delays and the plane marker are shift registers.
        EngineSpec(
            name="short_lines",
            lanes=2,
            kernel_h=2,
            kernel_w=2,
            max_row_pitch=3,
            max_plane_rows=9,
            max_channel_groups=3,
            max_channel_multiplier=2,
        ),
    ),
    Case(
        # Row delays are the shortest memories, and column delays are memories too.
        EngineSpec(
            name="long_columns",
            lanes=2,
            kernel_h=3,
            kernel_w=2,
            max_row_pitch=5,
            max_plane_rows=10,
            max_dilation_w=5,
            max_channel_groups=4,
            max_lead=25,
        ),
    ),
    Case(
        EngineSpec(
            name="tied_off",
            lanes=4,
            kernel_h=3,
            kernel_w=3,
            max_row_pitch=10,
            max_plane_rows=9,
            max_channel_groups=2,
            max_channel_multiplier=2,
        ),
        static=layer(
            "strided",
            (8, 9),
            (3, 3),
            7,
            (1, 0, 1, 2),
            (2, 1),
            channel_multiplier=2,
            batch=2,
        ),
    ),
)
