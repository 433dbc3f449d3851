"""The units in floating point: their cells are measured, and each engine has those counted."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.codegen.verilog import engine_verilog
from dwsim.derive.numbers_of import numbers_of
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.synth.estimate import estimate, fitted, sentence
from dwsim.synth.float_structure import multiplier_blocks, unit_cells, unit_counts
from dwsim.synth.float_units import ARITHMETICS, MODULES, measure, read_units, sources_hash
from dwsim.synth.table import read_table
from dwsim.synth.tools import find_tool

SIZES = {"max_row_pitch": 8, "max_plane_rows": 8}
ENGINES = {
    "all_taps": EngineSpec(
        name="all_taps", lanes=2, kernel_h=3, kernel_w=3, number_format="bfloat16", **SIZES
    ),
    "passes": EngineSpec(
        name="passes",
        lanes=3,
        kernel_h=5,
        kernel_w=2,
        taps_per_cycle=2,
        number_format="float16",
        accumulate="float16",
        epilogue="bias_clamp",
        **SIZES,
    ),
    "row_parts": EngineSpec(
        name="row_parts",
        lanes=1,
        kernel_h=2,
        kernel_w=4,
        taps_per_cycle=3,
        number_format="float32",
        subnormals="flush",
        **SIZES,
    ),
    "serial": EngineSpec(
        name="serial",
        lanes=2,
        kernel_h=3,
        kernel_w=3,
        dataflow="tap_serial",
        pixels=3,
        requantisers=2,
        number_format="bfloat16",
        epilogue="bias_clamp",
        **SIZES,
    ),
    "few_parts": EngineSpec(
        name="few_parts",
        lanes=2,
        kernel_h=2,
        kernel_w=2,
        dataflow="tap_serial",
        pixels=2,
        number_format="float16",
        **SIZES,
    ),
}


def test_the_table_has_every_unit_of_the_present_verilog() -> None:
    units = read_units()
    assert set(units) == {(unit, arithmetic) for unit in MODULES for arithmetic in ARITHMETICS}
    old = [f"{u} {a}" for (u, a), cells in units.items() if cells.verilog != sources_hash(u)]
    assert not old, "python scripts/synth_table.py --units"


def test_yosys_measures_what_the_table_says() -> None:
    for unit, arithmetic in (
        ("narrow", FloatArithmetic("float16")),
        ("multiplier", FloatArithmetic("bfloat16", "bfloat16", "flush")),
    ):
        assert measure(unit, arithmetic) == read_units()[unit, arithmetic]


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_has_the_units_that_are_counted(name: str, tmp_path: Path) -> None:
    """Yosys elaborates the engine and counts the instances."""
    engine = ENGINES[name]
    files = engine_verilog(engine)
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    script = f"read_verilog {' '.join(files)}; hierarchy -top {name}; tee -q -o s.json stat -json"
    find_tool("yosys").run(["-p", script], tmp_path, "yosys.log", 300.0)
    found = _instances(json.loads((tmp_path / "s.json").read_text())["modules"], f"\\{name}")
    counts = unit_counts(numbers_of(engine))
    # A cell has a multiplier and an adder of its own.
    cells = counts.get("cell", 0)
    wanted = {
        "dw_float_multiplier": counts.get("multiplier", 0) + cells,
        "dw_float_adder": counts["adder"] + cells,
        "dw_float_accumulator": cells,
    }
    assert {module: found[module] for module in wanted} == wanted
    values = counts["narrow"]
    assert counts.get("clamp", values) == values
    # The modules behind the sums have a parameter for the number of values.
    assert values == (
        engine.lanes if engine.pixels is None else numbers_of(engine).shape.requantisers
    )


def _instances(modules: dict[str, dict[str, dict[str, int]]], top: str) -> Counter[str]:
    """The number of instances of each module below ``top``, by the module's own name."""
    found: Counter[str] = Counter()
    for cell, count in modules[top]["num_cells_by_type"].items():
        if cell in modules:
            name = re.search(r"dw_\w+", cell)
            if name:
                found[name[0]] += count
            for below, times in _instances(modules, cell).items():
                found[below] += count * times
    return found


def test_an_engine_for_integers_has_no_unit() -> None:
    engine = EngineSpec(name="integers", lanes=2, kernel_h=3, kernel_w=3, **SIZES)
    assert unit_counts(numbers_of(engine)) == {}
    assert unit_cells(numbers_of(engine)) == (0, 0)
    assert multiplier_blocks(engine) == 1


def test_the_measured_engines_give_the_errors() -> None:
    """No fit sees their LUTs and flip-flops: the units and the integers' weights give them."""
    lines = [line for line in read_table() if line.engine.arithmetic is not None]
    assert lines
    errors = fitted(in_floats=True)[1]
    assert (errors.engines, errors.role) == (len(lines), "measured")
    for line in lines:
        made = estimate(line.engine)
        assert (made.dsp, made.bram) == (line.dsp, line.bram)
        assert abs(made.lut - line.lut) <= errors.lut * line.lut + 1
        assert abs(made.ff - line.ff) <= errors.ff * line.ff + 1
        assert made.errors == errors
    assert errors.lut < 0.2
    assert errors.ff < 0.2
    assert f"; of engines in floating point {errors}, all tap-parallel" in sentence()


def test_float32_takes_four_blocks_a_multiplier() -> None:
    engine = ENGINES["row_parts"]
    assert multiplier_blocks(engine) == 4
    assert estimate(engine).dsp == 4 * engine.multipliers
