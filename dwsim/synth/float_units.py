"""The cells of the units in floating point, each synthesised alone for an ECP5.

``float_units.csv`` has them. The quick estimate counts the units of an engine and takes their cells
from it.
"""

from __future__ import annotations

import csv
import functools
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dwsim.codegen.library import written_modules
from dwsim.spec.float_arithmetic import SUBNORMALS, FloatArithmetic
from dwsim.support.cache import digest
from dwsim.support.text_table import Column, csv_text
from dwsim.synth.parse import yosys_cells
from dwsim.synth.targets import ECP5
from dwsim.synth.tools import find_tool

_TABLE = Path(__file__).resolve().parent / "float_units.csv"
_SECONDS = 600.0
_LOG, _CELLS = "yosys.log", "cells.json"

MODULES = {
    "multiplier": "dw_float_multiplier",
    "adder": "dw_float_adder",
    "cell": "dw_float_accumulator",
    "narrow": "dw_float_narrow",
    "clamp": "dw_float_clamp",
}
"""Each unit, and its module: ``cell`` is one of the tap-serial array, with its partial sums."""

ARITHMETICS = tuple(
    FloatArithmetic(number_format, accumulate, subnormals)
    for number_format, accumulate in (
        ("bfloat16", "float32"),
        ("bfloat16", "bfloat16"),
        ("float16", "float32"),
        ("float16", "float16"),
        ("float32", "float32"),
    )
    for subnormals in SUBNORMALS
)
"""Every arithmetic of an engine."""

COLUMNS = (
    Column("unit", "unit", "text"),
    Column("number_format", "number_format", "text"),
    Column("accumulate", "accumulate", "text"),
    Column("subnormals", "subnormals", "text"),
    Column("lut", "lut"),
    Column("ff", "ff"),
    Column("dsp", "dsp"),
    Column("verilog", "verilog", "text"),
)


@dataclass(frozen=True)
class Unit:
    """The cells of one unit of one lane; ``verilog`` is a hash of its sources."""

    lut: int
    """LUTs, with two for each carry cell, as nextpnr packs them."""
    ff: int
    dsp: int
    verilog: str


@functools.cache
def read_units() -> Mapping[tuple[str, FloatArithmetic], Unit]:
    """The committed table, by unit and arithmetic."""
    found = {}
    for row in csv.DictReader(_TABLE.read_text(encoding="utf-8").splitlines()):
        arithmetic = FloatArithmetic(row["number_format"], row["accumulate"], row["subnormals"])
        cells = {name: int(row[name]) for name in ("lut", "ff", "dsp")}
        found[row["unit"], arithmetic] = Unit(**cells, verilog=row["verilog"])
    return found


def make_units(path: Path = _TABLE) -> None:
    """Synthesises every unit in every arithmetic and writes the table.

    Raises:
        ToolError: if Yosys is missing or fails.
    """
    rows = []
    for unit in MODULES:
        for arithmetic in ARITHMETICS:
            cells = measure(unit, arithmetic)
            rows.append(
                {
                    "unit": unit,
                    "number_format": arithmetic.number_format,
                    "accumulate": arithmetic.accumulate,
                    "subnormals": arithmetic.subnormals,
                    **vars(cells),
                }
            )
    path.write_text(csv_text(COLUMNS, rows), encoding="utf-8")


def measure(unit: str, arithmetic: FloatArithmetic) -> Unit:
    """Synthesises a unit of one lane with Yosys.

    Raises:
        ToolError: if Yosys is missing or fails.
    """
    module, files = MODULES[unit], _files(unit)
    wanted = _parameters(files[f"{module}.v"], arithmetic)
    chosen = " ".join(f"-set {name} {value}" for name, value in wanted.items())
    script = (
        f"read_verilog {' '.join(files)}; chparam {chosen} {module};"
        f" {' '.join(ECP5.synth)} -top {module}; tee -q -o {_CELLS} stat -json"
    )
    with tempfile.TemporaryDirectory(prefix="dwsim-unit-") as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_text(text)
        find_tool("yosys").run(["-p", script], folder, _LOG, _SECONDS)
        cells = yosys_cells(folder / _CELLS)
    lut = cells.get("LUT4", 0) + 2 * cells.get("CCU2C", 0)
    return Unit(lut, cells.get("TRELLIS_FF", 0), cells.get("MULT18X18D", 0), sources_hash(unit))


def sources_hash(unit: str) -> str:
    """A hash of the sources of a unit, without comments and white space."""
    code = {
        name: " ".join(re.sub(r"//[^\n]*", " ", text).split())
        for name, text in _files(unit).items()
    }
    return digest(code)[:16]


def _files(unit: str) -> dict[str, str]:
    """The module of a unit for an ECP5, and all modules in it."""
    library = written_modules(set(), ECP5.name)
    found: dict[str, str] = {}
    todo = [MODULES[unit]]
    while todo:
        name = f"{todo.pop()}.v"
        if name in library and name not in found:
            found[name] = library[name]
            todo += re.findall(r"^ *(dw_\w+) (?:#\(|u_)", library[name], re.MULTILINE)
    return dict(sorted(found.items()))


def _parameters(module: str, arithmetic: FloatArithmetic) -> dict[str, int]:
    """The parameters of a module; an adder has no number format, so its format is that of sums."""
    number, acc = arithmetic.number, arithmetic.acc
    has_both = re.search(r"\bparameter ACC_EXPONENT_W\b", module) is not None
    is_clamp = "module dw_float_clamp" in module
    own = number if has_both or is_clamp else acc
    values = {
        "LANES": 1,
        "EXPONENT_W": own.exponent_width,
        "SIGNIFICAND_W": own.significand_width,
        "ACC_EXPONENT_W": acc.exponent_width,
        "ACC_SIGNIFICAND_W": acc.significand_width,
        "SUBNORMALS": int(arithmetic.subnormals == "keep"),
    }
    return {
        name: value
        for name, value in values.items()
        if re.search(rf"\bparameter {name}\b", module) is not None
    }
