"""FloatSums: the properties of an engine that decide the bits of its sums of floats."""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.spec.float_arithmetic import FloatArithmetic


@dataclass(frozen=True)
class FloatSums:
    """The arithmetic of a tap-parallel engine, and the fields that its order of sums follows."""

    arithmetic: FloatArithmetic
    kernel_h: int
    kernel_w: int
    taps_per_cycle: int | None
