"""The reports of the tools are read correctly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dwsim.synth.parse import Bels, Cells, count_cells, nextpnr_bels, nextpnr_timing, yosys_cells
from dwsim.synth.tools import ToolFailureError, complaint


def _step(kind: str, delay: float, source: str, sink: str, net: str | None = None) -> object:
    def end(name: str, column: int) -> dict[str, object]:
        return {"cell": name, "port": "Q", "loc": [column, 7]}

    step = {"type": kind, "delay": delay, "from": end(source, 3), "to": end(sink, 10)}
    return {**step, "net": net} if net else step


FAST = [_step("clk-to-q", 0.5, "a", "a"), _step("routing", 1.0, "a", "b", "short")]
SLOW = [
    _step("clk-to-q", 0.4, "p", "p"),
    _step("routing", 0.7, "p", "q", "near"),
    _step("logic", 0.2, "q", "q"),
    _step("routing", 2.5, "q", "r", "far"),
    _step("setup", 0.1, "r", "r"),
]
PORT = [_step("routing", 99.0, "p", "q", "outside")]


def _report(folder: Path, **changes: object) -> Path:
    report = {
        "fmax": {"$glbnet$clk": {"achieved": 256.5, "constraint": 250.0}},
        "critical_paths": [
            {"from": "posedge clk", "to": "posedge clk", "path": FAST},
            {"from": "posedge clk", "to": "posedge clk", "path": SLOW},
            {"from": "<async>", "to": "posedge clk", "path": PORT},
        ],
        "utilization": {
            "TRELLIS_COMB": {"used": 100, "available": 90},
            "TRELLIS_FF": {"used": 50, "available": 90},
            "TRELLIS_IO": {"used": 300, "available": 200},
        },
    }
    path = folder / "report.json"
    path.write_text(json.dumps(report | changes))
    return path


def test_fmax_and_the_slowest_path_between_registers(tmp_path: Path) -> None:
    routed = nextpnr_timing(_report(tmp_path))
    assert routed.fmax == 256.5
    path = routed.path
    assert path is not None
    assert (path.source, path.sink) == ("p.Q", "r.Q")
    assert path.delay == pytest.approx(3.9)
    assert path.routing == pytest.approx(3.2)
    net = path.slowest_net
    assert net is not None
    assert (net.net, net.distance) == ("far", (7, 0))


@pytest.mark.parametrize("clocks", [{}, {"a": {"achieved": 1.0}, "b": {"achieved": 2.0}}])
def test_a_report_has_one_clock(clocks: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ToolFailureError, match=f"reports {len(clocks)} clocks instead of one"):
        nextpnr_timing(_report(tmp_path, fmax=clocks))


def test_overflow_names_what_is_short_but_not_the_pins(tmp_path: Path) -> None:
    bels = nextpnr_bels(_report(tmp_path))
    assert bels.used["TRELLIS_FF"] == 50
    assert bels.overflow(("TRELLIS_IO",)) == ["100 TRELLIS_COMB of 90"]
    assert len(bels.overflow(())) == 2


def test_yosys_cells_are_those_of_the_whole_design(tmp_path: Path) -> None:
    stat = {
        "modules": {"\\one": {"num_cells_by_type": {"LUT4": 1}}},
        "design": {"num_cells_by_type": {"LUT4": 5, "$scopeinfo": 3, "CCU2C": 2}},
    }
    path = tmp_path / "stat.json"
    path.write_text(json.dumps(stat))
    assert yosys_cells(path) == {"CCU2C": 2, "LUT4": 5}


def test_ecp5_cells_are_what_nextpnr_packs() -> None:
    used = {"TRELLIS_COMB": 9, "TRELLIS_FF": 8, "MULT18X18D": 7, "DP16KD": 6, "DCCA": 1}
    assert count_cells("ecp5", {"LUT4": 1}, Bels(used, used)) == Cells(9, 8, 7, 6)


def test_ice40_registers_are_counted_in_the_netlist() -> None:
    used = {"ICESTORM_LC": 9, "ICESTORM_RAM": 2}
    netlist = {"SB_LUT4": 5, "SB_DFF": 1, "SB_DFFESR": 2, "SB_CARRY": 3}
    assert count_cells("ice40", netlist, Bels(used, used)) == Cells(9, 3, 0, 2)


def test_xilinx_memories_of_luts_count_as_luts() -> None:
    netlist = {
        **{"LUT2": 1, "LUT6": 10, "INV": 100, "MUXF7": 7, "CARRY4": 5},
        **{"RAM32M": 1, "RAM64X1D": 1, "SRL16E": 1},
        **{"FDRE": 4, "FDSE": 1, "DSP48E1": 3, "RAMB18E1": 1, "RAMB36E1": 2},
    }
    assert count_cells("xilinx", netlist, None) == Cells(111 + 4 + 2 + 1, 5, 3, 5)


def test_a_complaint_is_the_errors_of_a_log_or_its_end() -> None:
    assert complaint("Info: a\nERROR: no room\nERROR: no room\nInfo: b") == "ERROR: no room"
    assert complaint("one\ntwo") == "one\ntwo"
    assert complaint("") == "(no output)"
