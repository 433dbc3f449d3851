"""The design under test: its sources, and the names that every bench needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Design:
    """A Verilog design with one clock and a synchronous reset.

    ``parameters`` are those of the top module. ``reset_high``: the reset is active at 1.
    ``quiet_cycles``: the engine stands still if no port moves a beat for longer than this; it
    must cover the longest computation between two beats.
    """

    toplevel: str
    sources: tuple[Path, ...]
    clock: str = "clk"
    reset: str = "rst"
    reset_high: bool = True
    parameters: Mapping[str, int] = field(default_factory=dict)
    quiet_cycles: int = 2000
