"""The engine that the tests of the tools synthesise, and the folder of its results."""

from __future__ import annotations

from dwsim import EngineSpec

SMALL = EngineSpec(
    name="little",
    lanes=1,
    kernel_h=3,
    kernel_w=3,
    max_row_pitch=16,
    max_plane_rows=16,
    max_channel_groups=2,
)
