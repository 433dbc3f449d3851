"""The two sources of area and clock of an engine: the fitted estimate, and real tool runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from dwsim.errors import ToolError
from dwsim.exploration.results_schema import TIMED_METRICS
from dwsim.spec.dataflow_rules import DATAFLOWS
from dwsim.spec.engine_spec import EngineSpec
from dwsim.synth.capacity import beyond
from dwsim.synth.estimate import estimate, fitted
from dwsim.synth.estimate import sentence as estimate_sentence
from dwsim.synth.targets import ECP5, TARGETS, find_target

ESTIMATE, SYNTH = "estimate", "synth"
SOURCES = (ESTIMATE, SYNTH)


@dataclass(frozen=True)
class Area:
    """The cells of an engine, and its clock in MHz (None: not known)."""

    lut: int
    ff: int
    dsp: int
    bram: int
    fmax_mhz: float | None

    def beyond(self, target: str) -> str:
        """The cells that the default part of a target does not have; empty if the engine fits."""
        return beyond(target, asdict(self))


def targets(source: str) -> tuple[str, ...]:
    """The FPGA families that a source supports."""
    return tuple(TARGETS) if source == SYNTH else (ECP5.name,)


def untimed(source: str, target: str) -> tuple[str, ...]:
    """The metrics that a source lacks for a target: without place and route there is no clock."""
    timed = source == ESTIMATE or find_target(target).nextpnr is not None
    return () if timed else TIMED_METRICS


def check(source: str, target: str) -> None:
    """Checks that the tools are installed, before the exploration starts.

    Raises:
        ToolError: with the missing tool and the command that installs it.
    """
    if source == SYNTH:
        # Not at the top: an estimate needs no tools.
        from dwsim.synth.tools import find_tool

        nextpnr = find_target(target).nextpnr
        for name in ("yosys", *([nextpnr] if nextpnr else [])):
            find_tool(name)


def area_of(engine: EngineSpec, source: str, target: str) -> Area:
    """Area and clock of an engine on the default part of an FPGA family.

    With tool runs, the clock is that of nextpnr's worst seed.

    Raises:
        ToolError: if a tool fails.
    """
    return _synthesised(engine, target) if source == SYNTH else _estimated(engine)


def _synthesised(engine: EngineSpec, target: str) -> Area:
    from dwsim.synth.flow import synthesise
    from dwsim.synth.request import SynthRequest

    (result,) = synthesise([SynthRequest(engine, target)])
    if isinstance(result, ToolError):
        raise result
    cells = result.cells
    return Area(cells.lut, cells.ff, cells.dsp, cells.bram, result.fmax_worst)


def _estimated(engine: EngineSpec) -> Area:
    found = estimate(engine)
    return Area(found.lut, found.ff, found.dsp, found.bram, found.fmax_mhz)


def described(source: str, target: str) -> dict[str, Any]:
    """The source of the figures; for an estimate with its error.

    ``held_out_error`` has for each dataflow, and for ``floats``, the largest relative errors of
    ``lut``, ``ff``, ``dsp``, ``bram`` and ``fmax`` on ``engines`` that were not used for the fit,
    of up to ``multipliers``.
    """
    said: dict[str, Any] = {"source": source, "target": target, "note": sentence(source, target)}
    if source == ESTIMATE:
        errors = {name: fitted(name)[1] for name in DATAFLOWS}
        errors["floats"] = fitted(in_floats=True)[1]
        said["held_out_error"] = {name: asdict(one) for name, one in errors.items()}
    return said


def sentence(source: str, target: str) -> str:
    """The note of a table on its area and clock."""
    found = find_target(target)
    if source == ESTIMATE:
        return f"area and clock: {estimate_sentence()}"
    clock = f"Fmax as {found.nextpnr} reports it for the worst of its seeds"
    if found.nextpnr is None:
        clock = "no clock: this target has no place and route"
    return f"area and clock: Yosys for {found.title} {found.default_device}; {clock}"
