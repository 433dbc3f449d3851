"""Where an engine's area and clock come from: the fitted estimate, or real tool runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dwsim.errors import ToolError
from dwsim.explore.schema import TIMED_METRICS
from dwsim.spec.engine import EngineSpec
from dwsim.synth.targets import TARGETS, find_target

ESTIMATE, SYNTH = "estimate", "synth"
SOURCES = (ESTIMATE, SYNTH)


@dataclass(frozen=True)
class Area:
    """What an engine takes, and its clock in MHz (None: nobody says)."""

    lut: int
    ff: int
    dsp: int
    bram: int
    fmax_mhz: float | None


def targets(source: str) -> tuple[str, ...]:
    """The FPGA families that a source knows."""
    return tuple(TARGETS) if source == SYNTH else ("ecp5",)


def untimed(source: str, target: str) -> tuple[str, ...]:
    """The metrics that a source has not for a target: without place and route no clock."""
    timed = source == ESTIMATE or find_target(target).nextpnr is not None
    return () if timed else TIMED_METRICS


def check(source: str, target: str) -> None:
    """Says at once when a tool is missing.

    Raises:
        ToolError: with how to install it.
    """
    if source == SYNTH:
        # Here and not at the top: an estimate needs no tools.
        from dwsim.synth.tools import find_tool

        nextpnr = find_target(target).nextpnr
        for name in ("yosys", *([nextpnr] if nextpnr else [])):
            find_tool(name)


def area_of(engine: EngineSpec, source: str, target: str) -> Area:
    """Area and clock of an engine for an FPGA family's default part.

    The clock of tool runs is the worst of nextpnr's seeds.

    Raises:
        ToolError: when a tool fails.
    """
    return _synthesised(engine, target) if source == SYNTH else _estimated(engine, target)


def _synthesised(engine: EngineSpec, target: str) -> Area:
    from dwsim.synth.flow import synthesise
    from dwsim.synth.request import SynthRequest

    (result,) = synthesise([SynthRequest(engine, target)])
    if isinstance(result, ToolError):
        raise result
    cells = result.cells
    return Area(cells.lut, cells.ff, cells.dsp, cells.bram, result.fmax_worst)


def _estimated(engine: EngineSpec, target: str) -> Area:
    # TEMPORARY: until dwsim.synth has its estimate, made-up figures of about the right size.
    m = engine.multipliers
    return Area(60 * m, 100 * m, m, engine.kernel_h * engine.lanes // 4, 200.0)


def described(source: str, target: str) -> dict[str, Any]:
    """Where the figures are from, with the held-out error of an estimate."""
    return {"source": source, "target": target, "note": sentence(source, target)}


def sentence(source: str, target: str) -> str:
    """What a table says of its area and clock."""
    found = find_target(target)
    if source == SYNTH:
        clock = f"Fmax as {found.nextpnr} reports it, the worst of its seeds"
        if found.nextpnr is None:
            clock = "no clock: nothing places and routes"
        return f"area and clock: Yosys for {found.title} {found.default_device}; {clock}"
    return f"area and clock: {source} for {target} (TEMPORARY STUB: made-up figures)"
