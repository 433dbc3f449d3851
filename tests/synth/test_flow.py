"""Real engines through the real tools: ECP5, iCE40, Xilinx."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dwsim import EngineSpec
from dwsim.codegen import library
from dwsim.errors import ToolError
from dwsim.support.processes import run_command
from dwsim.support.resources import rtl_dir
from dwsim.synth import flow, steps
from dwsim.synth.flow import runs, synthesise
from dwsim.synth.harness import HARNESS
from dwsim.synth.netlist import ports_of
from dwsim.synth.request import SynthRequest, SynthResult
from dwsim.synth.tools import Tool
from tests.synth.engines import SMALL


def _one(request: SynthRequest) -> SynthResult:
    calls: list[int] = []
    (result,) = synthesise([request], jobs=2, report=lambda: calls.append(1))
    assert isinstance(result, SynthResult), result
    assert len(calls) == runs([request])
    return result


def _module(netlist: Path, top: str) -> Any:
    return json.loads(gzip.decompress(netlist.read_bytes()))["modules"][top]


def _cells(module: Any) -> Counter[str]:
    cells = module["cells"].values()
    return Counter(cell["type"] for cell in cells if not cell["type"].startswith("$"))


def test_ecp5(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    request = SynthRequest(SMALL, "ecp5", "25k", seeds=(1,))
    result = _one(request)
    assert result.cells.dsp == SMALL.multipliers
    assert result.cells.ff == result.netlist["TRELLIS_FF"]
    # The netlist does not show the cells at the ends of carry chains.
    netlist = result.netlist
    mapped = netlist["LUT4"] + 2 * netlist["CCU2C"] + 4 * netlist["TRELLIS_DPR16X4"]
    assert mapped < result.cells.lut < 1.3 * mapped
    path = result.routed[1].path
    assert path is not None
    # Fmax follows from the path; both are rounded.
    assert path.delay == pytest.approx(1000 / result.fmax[1], rel=0.02)
    assert result.lut_per_multiplier == result.cells.lut / 9
    assert set(result.tools) == {"yosys", "nextpnr-ecp5"}
    _check_harness(cache)

    def refuse(*arguments: object) -> None:
        raise AssertionError("a tool ran again")

    monkeypatch.setattr(Tool, "run", refuse)
    assert _one(request) == result


def _check_harness(cache: Path) -> None:
    """The harness contains the unchanged engine, with a register at each port except clk."""
    (kept,) = (cache / "synth").glob("netlist-*")
    alone = _module(kept / "netlist.json.gz", SMALL.name)
    inside = _module(kept / "harness.json.gz", HARNESS)
    ins = sum(port.width for port in ports_of(alone) if port.is_input) - 1
    outs = sum(port.width for port in ports_of(alone) if not port.is_input)
    level, tree = outs, 0
    while level > 1:
        level = -(-level // 4)
        tree += level
    added = {"TRELLIS_FF": ins + outs + tree, "LUT4": tree}
    assert _cells(inside) - _cells(alone) == Counter(added)
    assert _cells(alone) - _cells(inside) == Counter()
    # The same carries without readers are disconnected in both.
    freed = [
        sum(cell["connections"].get("COUT") == ["x"] for cell in netlist["cells"].values())
        for netlist in (alone, inside)
    ]
    assert freed[0] == freed[1] > 0


def test_ice40() -> None:
    result = _one(SynthRequest(SMALL, "ice40", "hx8k", seeds=(1,)))
    assert result.cells.dsp == 0
    assert result.cells.lut >= result.netlist["SB_LUT4"]
    assert result.fmax_worst is not None
    assert 20 < result.fmax_worst < 400


def test_xilinx() -> None:
    result = _one(SynthRequest(SMALL, "xilinx"))
    assert result.cells.dsp == SMALL.multipliers
    assert result.cells.ff > 0
    assert result.cells.lut > 0
    assert (result.fmax, result.fmax_worst, result.fmax_median) == ({}, None, None)
    assert set(result.tools) == {"yosys"}


def test_an_engine_with_taps_in_series() -> None:
    engine = EngineSpec(
        **{"lanes": 2, "kernel_h": 2, "kernel_w": 2, "max_row_pitch": 8, "max_plane_rows": 8},
        **{"dataflow": "tap_serial", "pixels": 3, "ifmap_pixels": 2},
    )
    result = _one(SynthRequest(engine, "xilinx"))
    assert result.cells.dsp == engine.multipliers == 6
    assert result.cells.ff > 0


def test_an_engine_that_does_not_fit_is_told(cache: Path) -> None:
    (error,) = synthesise([SynthRequest(replace(SMALL, name="wide", lanes=5), "ice40", "u4k")])
    assert isinstance(error, ToolError)
    assert "wide does not fit Lattice iCE40 u4k: it needs " in str(error)
    log = Path(str(error).split("see ")[1])
    assert log.is_relative_to(cache)
    assert "Device utilisation" in log.read_text()


def test_verilog_that_yosys_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "target_verilog", lambda *_: {"little.v": "module little(;"})
    (error,) = synthesise([SynthRequest(SMALL, "xilinx")])
    assert isinstance(error, ToolError)
    assert "yosys ended with exit code 1: little.v:1: ERROR: syntax error" in str(error)


def test_a_target_has_its_own_modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    generic = steps.target_verilog(SMALL, "xilinx")
    (tmp_path / "ecp5").mkdir()
    for path in rtl_dir().glob("*.v"):
        (tmp_path / path.name).write_text(path.read_text())
    other = f"{generic['dw_mac_cell.v']}// another one\n"
    (tmp_path / "ecp5" / "dw_mac_cell.v").write_text(other)
    (tmp_path / "ecp5" / "dw_unknown.v").write_text("// of no engine\n")
    monkeypatch.setattr(library, "rtl_dir", lambda: tmp_path)
    chosen = steps.target_verilog(SMALL, "ecp5")
    assert chosen == generic | {"dw_mac_cell.v": other}
    assert steps.target_verilog(SMALL, "ice40") == generic


def test_ctrl_c_stops_the_tools_of_all_threads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The tools run in threads, but Python interrupts only the main thread."""
    code = "import pathlib, time; pathlib.Path('started').touch(); time.sleep(60)"

    def sleep(request: SynthRequest) -> None:
        run_command([sys.executable, "-c", code], seconds=60, folder=tmp_path)

    def interrupt() -> None:
        while not (tmp_path / "started").is_file():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(flow, "make_netlist", sleep)
    monkeypatch.setattr(flow, "tool_versions", lambda request: {})
    threading.Thread(target=interrupt, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        synthesise([SynthRequest(SMALL, "xilinx")])
    assert time.monotonic() - began < 30
