"""FloatSums: the properties of an engine that decide the bits of its sums of floats."""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.spec.float_arithmetic import FloatArithmetic

PARTIAL_SUMS = 6
"""Partial sums of a cell of a tap-serial engine: with one for each cycle of its adder, it takes a
tap in every cycle."""


@dataclass(frozen=True)
class FloatSums:
    """The arithmetic of an engine, and the fields that its order of sums follows.

    ``partial_sums`` belongs to a tap-serial engine, the other fields to a tap-parallel one.
    """

    arithmetic: FloatArithmetic
    kernel_h: int
    kernel_w: int
    taps_per_cycle: int | None
    partial_sums: int | None = None
