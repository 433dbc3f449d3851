"""The committed table of synthesised engines: its definition, its reader, and its writer.

``engines.toml`` defines the engines and their roles; ``table.csv`` has the results. The estimate is
fitted to the engines of role ``fit``; the engines of role ``held_out`` measure its error.
Those of role ``measured``, in floating point, measure its error too, and give their clock.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dwsim.errors import ToolError
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.cache import digest
from dwsim.support.text_table import Column, csv_text
from dwsim.synth.flow import synthesise
from dwsim.synth.request import SynthRequest, SynthResult
from dwsim.synth.steps import target_verilog
from dwsim.synth.targets import TARGETS

COMMAND = "make synth-table"
ROLES = ("fit", "held_out", "measured")
_HERE = Path(__file__).resolve().parent
_ENGINES, _TABLE = _HERE / "engines.toml", _HERE / "table.csv"
_SHOWN = (
    "dataflow",
    "lanes",
    "pixels",
    "rings",
    "kernel_h",
    "kernel_w",
    "taps_per_cycle",
    "number_format",
    "ifmap_width",
    "requantise",
    "max_interleave",
    "max_row_pitch",
    "max_channel_groups",
    "max_channel_multiplier",
)
COLUMNS = tuple(
    Column(key, key)
    for key in (
        *("engine", "role", "target", "part", *_SHOWN, "multipliers"),
        *("lut", "ff", "dsp", "bram", "lut_per_multiplier", "ff_per_multiplier"),
        *("freq", "fmax", "fmax_worst", "fmax_median", "verilog"),
    )
)


@dataclass(frozen=True)
class Entry:
    """One engine of the definition: its role, and the targets for which it is synthesised."""

    engine: EngineSpec
    role: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """One line of the table.

    ``fmax_worst`` and ``fmax_median`` are in MHz, as nextpnr reports them, and None for a target
    without place and route. ``verilog`` is the ``verilog_hash`` of the synthesised sources.
    """

    engine: EngineSpec
    role: str
    target: str
    lut: int
    ff: int
    dsp: int
    bram: int
    fmax_worst: float | None
    fmax_median: float | None
    verilog: str


def entries() -> tuple[Entry, ...]:
    """The engines of the table, in the order of the file.

    Raises:
        SpecError: if an engine breaks a rule.
    """
    tables = tomllib.loads(_ENGINES.read_text(encoding="utf-8"))["engine"]
    return tuple(
        Entry(EngineSpec(**table), role, tuple(targets))
        for table in tables
        for role, targets in [(table.pop("role"), table.pop("targets"))]
    )


def read_table() -> tuple[Measured, ...]:
    """The lines of the committed table."""
    engines = {entry.engine.name: entry.engine for entry in entries()}
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return tuple(
        Measured(
            engines[row["engine"]],
            row["role"],
            row["target"],
            lut=int(row["lut"]),
            ff=int(row["ff"]),
            dsp=int(row["dsp"]),
            bram=int(row["bram"]),
            fmax_worst=float(row["fmax_worst"]) if row["fmax_worst"] else None,
            fmax_median=float(row["fmax_median"]) if row["fmax_median"] else None,
            verilog=row["verilog"],
        )
        for row in rows
    )


def table_header() -> str:
    """The comment at the top of the committed table: its command, the tools and their versions."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    return "".join(f"{line}\n" for line in lines if line.startswith("#"))


def verilog_hash(engine: EngineSpec, target: str) -> str:
    """A hash of the Verilog of an engine, without comments and white space."""
    code = {
        name: " ".join(re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL).split())
        for name, text in target_verilog(engine, target).items()
    }
    return digest(code)[:16]


def outdated() -> tuple[str, ...]:
    """The engines of the table whose Verilog has changed since its synthesis."""
    return tuple(
        f"{line.engine.name} ({line.target})"
        for line in read_table()
        if line.verilog != verilog_hash(line.engine, line.target)
    )


def requests(chosen: Sequence[Entry]) -> list[SynthRequest]:
    """The requests of these engines: one for each of their targets."""
    return [SynthRequest(entry.engine, target) for entry in chosen for target in entry.targets]


def make_table(jobs: int, report: Callable[[], None], path: Path = _TABLE) -> None:
    """Synthesises every engine and writes the table if all have a result.

    Raises:
        ToolError: with the errors of all engines without a result. Finished steps stay cached.
    """
    chosen = entries()
    roles = {entry.engine.name: entry.role for entry in chosen}
    results = synthesise(requests(chosen), jobs, report)
    errors = [result for result in results if isinstance(result, ToolError)]
    if errors:
        raise ToolError("\n".join(["the table was not written:", *map(str, errors)]))
    done = [result for result in results if isinstance(result, SynthResult)]
    rows = [row(result, roles[result.request.engine.name]) for result in done]
    path.write_text(_header(done) + csv_text(COLUMNS, rows), encoding="utf-8")


def _header(results: Sequence[SynthResult]) -> str:
    tools = {name: version for result in results for name, version in result.tools.items()}
    units = [
        f"{target.title}: " + ", ".join(f"{key} {cells}" for key, cells in target.cells.items())
        for target in TARGETS.values()
    ]
    lines = [
        f"Cells and nextpnr-reported Fmax (MHz) of engines. Made by: {COMMAND}",
        "freq is the clock that place and route aimed at, fmax has one value a seed (1, 2, 3).",
        *units,
        *(f"{name} {version}" for name, version in sorted(tools.items())),
    ]
    return "".join(f"# {line}\n" for line in lines)


def row(result: SynthResult, role: str) -> Mapping[str, Any]:
    """One line of the table, by the keys of ``COLUMNS``."""
    request = result.request
    engine = request.engine
    return {
        "engine": engine.name,
        "role": role,
        "target": request.target_name,
        "part": request.part,
        **{key: getattr(engine, key) for key in _SHOWN},
        "rings": engine.rings if engine.dataflow == "tap_serial" else None,
        "multipliers": engine.multipliers,
        "lut": result.cells.lut,
        "ff": result.cells.ff,
        "dsp": result.cells.dsp,
        "bram": result.cells.bram,
        "lut_per_multiplier": f"{result.lut_per_multiplier:.1f}",
        "ff_per_multiplier": f"{result.ff_per_multiplier:.1f}",
        **_clock(result),
        "verilog": verilog_hash(engine, request.target_name),
    }


def _clock(result: SynthResult) -> dict[str, str]:
    if not result.routed:
        return {}
    return {
        "freq": f"{result.request.clock:g}",
        "fmax": " ".join(f"{fmax:.2f}" for fmax in result.fmax.values()),
        "fmax_worst": f"{result.fmax_worst:.2f}",
        "fmax_median": f"{result.fmax_median:.2f}",
    }
