"""The cells of FPGA parts: an engine with more of any kind does not fit."""

from __future__ import annotations

from collections.abc import Mapping

from dwsim.synth.targets import find_target

CAPACITY: Mapping[tuple[str, str], Mapping[str, int]] = {
    # FPGA-DS-02012, table 1.1: LUTs (a flip-flop each), 18x18 multipliers, blocks of 18 Kbit.
    ("ecp5", "25k"): {"lut": 24_288, "ff": 24_288, "dsp": 28, "bram": 56},
    ("ecp5", "45k"): {"lut": 43_848, "ff": 43_848, "dsp": 72, "bram": 108},
    ("ecp5", "85k"): {"lut": 83_640, "ff": 83_640, "dsp": 156, "bram": 208},
    # FPGA-DS-02008, table 1.1.
    ("ice40", "up5k"): {"lut": 5_280, "ff": 5_280, "dsp": 8, "bram": 30},
}
"""Cells by target and part, by the columns of a table of areas; other parts are not known."""


def beyond(target: str, cells: Mapping[str, int]) -> str:
    """The cells of an engine that the target's default part does not have; empty if it fits.

    Raises:
        SpecError: if there is no such target.
    """
    part = find_target(target).default_device
    known = CAPACITY.get((target, part), {})
    over = (f"{cells[kind]} {kind} of {most}" for kind, most in known.items() if cells[kind] > most)
    return ", ".join(over)
