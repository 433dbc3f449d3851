"""A small engine for the tests of specs."""

from __future__ import annotations

from typing import Any

from dwsim import EngineSpec

REQUANTISING = ("double", "single", "both", "float", "double+float", "single+float", "all")


def engine(**changes: Any) -> EngineSpec:
    sizes = {"lanes": 2, "kernel_h": 3, "kernel_w": 3, "max_row_pitch": 8, "max_plane_rows": 9}
    return EngineSpec(**{**sizes, **changes})
