"""Reads the reports of Yosys (cells) and nextpnr (utilisation, Fmax, critical path)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dwsim.synth.tools import ToolFailureError


@dataclass(frozen=True)
class Cells:
    """The cells of an engine; ``Target.cells`` names the cells that each figure counts."""

    lut: int
    ff: int
    dsp: int
    bram: int


@dataclass(frozen=True)
class PathStep:
    """One delay of a critical path, in ns; ``net`` is set if the delay is routing.

    ``source`` and ``sink`` name a cell and its port; ``distance`` is in tiles, horizontal and
    vertical.
    """

    kind: str
    delay: float
    source: str
    sink: str
    net: str | None
    distance: tuple[int, int]


@dataclass(frozen=True)
class CriticalPath:
    """The slowest path from register to register."""

    steps: tuple[PathStep, ...]

    @property
    def delay(self) -> float:
        """Nanoseconds of the whole path, including clock-to-output and setup times."""
        return sum(step.delay for step in self.steps)

    @property
    def routing(self) -> float:
        """Nanoseconds of routing on the path."""
        return sum(step.delay for step in self.steps if step.net is not None)

    @property
    def source(self) -> str:
        """The cell and the port at which the path starts."""
        return self.steps[0].source

    @property
    def sink(self) -> str:
        """The cell and the port at which the path ends."""
        return self.steps[-1].sink

    @property
    def slowest_net(self) -> PathStep | None:
        """The routing step with the largest delay."""
        nets = [step for step in self.steps if step.net is not None]
        return max(nets, key=lambda step: step.delay, default=None)


@dataclass(frozen=True)
class Bels:
    """The elements (bels) of each kind that a packed design uses, and that the part has."""

    used: Mapping[str, int]
    available: Mapping[str, int]

    def counts(self, *kinds: str) -> list[int]:
        """The number of elements that the design uses, for each of these kinds."""
        return [self.used.get(kind, 0) for kind in kinds]

    def overflow(self, pins: Sequence[str]) -> list[str]:
        """The kinds of which the part has too few, as text; the kinds in ``pins`` do not count."""
        return [
            f"{used} {kind} of {self.available[kind]}"
            for kind, used in self.used.items()
            if used > self.available[kind] and kind not in pins
        ]


@dataclass(frozen=True)
class Routed:
    """The result of one run of nextpnr: Fmax in MHz, and the critical path."""

    fmax: float
    path: CriticalPath | None


def yosys_cells(stat: Path) -> dict[str, int]:
    """The cells of the whole design by type, from the file that ``stat -json`` writes."""
    design = json.loads(stat.read_text())["design"]
    return {
        name: count
        for name, count in sorted(design["num_cells_by_type"].items())
        if not name.startswith("$")
    }


_XILINX_LUT_RAMS = {
    r"SRL16E|SRLC32E|RAM(16|32|64)X1S(_1)?": 1,
    r"RAM(16|32|64)X1D(_1)?|RAM128X1S(_1)?": 2,
    r"RAM32M|RAM64M|RAM128X1D|RAM256X1S": 4,
    r"RAM32M16|RAM64M8|RAM256X1D|RAM512X1S": 8,
}
"""LUTs of each memory primitive that is made of LUTs: UG474 and UG574, "Distributed RAM"."""


def count_cells(target: str, netlist: Mapping[str, int], bels: Bels | None) -> Cells:
    """The cells of an engine: as nextpnr packs it or, without nextpnr, as Yosys maps it.

    The packed LUTs include LUTs that the netlist does not show, such as both ends of each carry
    chain. The registers of an iCE40 are part of its logic cells, so their number comes from Yosys.
    """
    if target == "xilinx":
        lut = _sum(netlist, "LUT[1-6]|INV")
        lut += sum(count * _sum(netlist, kind) for kind, count in _XILINX_LUT_RAMS.items())
        bram = _sum(netlist, "RAMB18.*") + 2 * _sum(netlist, "RAMB36.*")
        return Cells(lut, _sum(netlist, "FD[RSCP]E(_1)?"), _sum(netlist, "DSP48.*"), bram)
    assert bels is not None
    if target == "ecp5":
        lut, ff, dsp, bram = bels.counts("TRELLIS_COMB", "TRELLIS_FF", "MULT18X18D", "DP16KD")
        return Cells(lut, ff, dsp, bram)
    lut, dsp, bram = bels.counts("ICESTORM_LC", "ICESTORM_DSP", "ICESTORM_RAM")
    return Cells(lut, _sum(netlist, "SB_DFF.*"), dsp, bram)


def _sum(cells: Mapping[str, int], kind: str) -> int:
    return sum(count for name, count in cells.items() if re.fullmatch(kind, name))


def nextpnr_bels(report: Path) -> Bels:
    """The utilisation in the file of nextpnr's ``--report``."""
    bels = json.loads(report.read_text())["utilization"]
    return Bels(
        {kind: count["used"] for kind, count in bels.items()},
        {kind: count["available"] for kind, count in bels.items()},
    )


def nextpnr_timing(report: Path) -> Routed:
    """Fmax and critical path in the file of nextpnr's ``--report``.

    Raises:
        ToolFailureError: unless it reports exactly one clock.
    """
    said = json.loads(report.read_text())
    clocks = said["fmax"]
    if len(clocks) != 1:
        raise ToolFailureError(
            f"nextpnr reports {len(clocks)} clocks instead of one: {clocks}", report.name
        )
    (clock,) = clocks.values()
    paths = [
        _path(path)
        for path in said["critical_paths"]
        if "async" not in path["from"] and "async" not in path["to"]
    ]
    return Routed(clock["achieved"], max(paths, key=lambda path: path.delay, default=None))


def _path(said: Mapping[str, Any]) -> CriticalPath:
    steps = []
    for step in said["path"]:
        source, sink = step["from"], step["to"]
        across, down = (abs(a - b) for a, b in zip(source["loc"], sink["loc"], strict=True))
        steps.append(
            PathStep(
                step["type"],
                step["delay"],
                f"{source['cell']}.{source['port']}",
                f"{sink['cell']}.{sink['port']}",
                step.get("net"),
                (across, down),
            )
        )
    return CriticalPath(tuple(steps))
