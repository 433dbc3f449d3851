"""The committed table: complete, from the stated tools, with engines that cover the axes."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from dwsim.cli import main
from dwsim.errors import ToolError
from dwsim.synth import steps, table
from dwsim.synth.table import (
    COLUMNS,
    COMMAND,
    ROLES,
    Entry,
    entries,
    make_table,
    outdated,
    read_table,
    requests,
    table_header,
    verilog_hash,
)
from dwsim.synth.targets import TARGETS
from tests.synth.engines import SMALL

ROOT = Path(__file__).resolve().parents[2]


def test_every_engine_is_there_for_every_target_in_order() -> None:
    wanted = [(entry.engine, entry.role, t) for entry in entries() for t in entry.targets]
    assert [(line.engine, line.role, line.target) for line in read_table()] == wanted


def test_engines_enough_of_both_roles() -> None:
    chosen = [entry for entry in entries() if "ecp5" in entry.targets]
    counts = {role: sum(entry.role == role for entry in chosen) for role in ROLES}
    assert counts["fit"] >= 12
    assert counts["held_out"] >= 4
    serial = [entry.role for entry in chosen if entry.engine.dataflow == "tap_serial"]
    assert set(serial) == {"fit", "held_out"}
    floats = [entry.role for entry in chosen if entry.engine.arithmetic is not None]
    assert floats == ["measured"] * counts["measured"]
    assert counts["measured"] >= 1
    assert sum(counts.values()) == len(chosen)
    assert len({entry.engine.name for entry in chosen}) == len(chosen)
    assert {target for entry in entries() for target in entry.targets} == set(TARGETS)
    engines = [entry.engine for entry in chosen]
    assert {engine.requantise for engine in engines} == {"none", "double", "single", "both"}
    assert any(engine.taps % engine.lane_multipliers for engine in engines)
    assert any(engine.max_interleave > 1 for engine in engines)


def test_the_table_says_what_made_it() -> None:
    header = table_header()
    assert f"Made by: {COMMAND}\n" in header
    make, target = COMMAND.split()
    assert make == "make"
    assert f"\n{target}:" in (ROOT / "Makefile").read_text()
    for tool in ("yosys", "nextpnr-ecp5", "nextpnr-ice40"):
        assert re.search(rf"^# {tool} \d+\.\d+", header, re.MULTILINE), tool


def test_figures_of_a_line_belong_together() -> None:
    lines = [text for text in table._TABLE.read_text().splitlines() if text[0] != "#"]
    rows = list(csv.DictReader(lines))
    assert list(rows[0]) == [column.key for column in COLUMNS]
    assert len(rows) == len(read_table())
    for row in rows:
        multipliers = int(row["multipliers"])
        for key in ("lut", "ff"):
            per = float(row[f"{key}_per_multiplier"])
            assert per == pytest.approx(int(row[key]) / multipliers, abs=0.051)
        fmax = sorted(float(value) for value in row["fmax"].split())
        if TARGETS[row["target"]].nextpnr is None:
            assert (fmax, row["fmax_worst"], row["fmax_median"], row["freq"]) == ([], "", "", "")
        else:
            assert len(fmax) == 3
            assert (float(row["fmax_worst"]), float(row["fmax_median"])) == (fmax[0], fmax[1])


def test_a_line_is_of_its_verilog(monkeypatch: pytest.MonkeyPatch) -> None:
    made = verilog_hash(SMALL, "ecp5")
    files = steps.target_verilog(SMALL, "ecp5")
    commented = {name: f"// more\n/* and\n more */ {text}\n\n" for name, text in files.items()}
    monkeypatch.setattr(table, "target_verilog", lambda *_: commented)
    assert verilog_hash(SMALL, "ecp5") == made
    other = files | {"dw_mac_cell.v": files["dw_mac_cell.v"].replace("+ ", "- ")}
    monkeypatch.setattr(table, "target_verilog", lambda *_: other)
    assert verilog_hash(SMALL, "ecp5") != made
    assert len(outdated()) == len(read_table())


def _of(*chosen: Entry) -> object:
    return lambda: chosen


def test_making_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(table, "entries", _of(Entry(SMALL, "fit", ("xilinx",))))
    path = tmp_path / "table.csv"
    make_table(1, lambda: None, path)
    first = path.read_text()
    make_table(2, lambda: None, path)
    assert path.read_text() == first
    (row,) = csv.DictReader(line for line in first.splitlines() if line[0] != "#")
    assert (row["engine"], row["role"], row["part"], row["fmax"]) == ("little", "fit", "xc7", "")
    spec = tmp_path / "little.toml"
    spec.write_text(
        '[engine]\nname = "little"\nlanes = 1\nkernel_h = 3\nkernel_w = 3\n'
        "max_row_pitch = 16\nmax_plane_rows = 16\nmax_channel_groups = 2\n"
    )
    assert main(["synth", str(spec), "--target", "xilinx", "--csv"]) == 0
    (said,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    for key in ("lut", "ff", "dsp", "bram"):
        assert row[key] == said[key]


def test_a_table_with_a_hole_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "entries", _of(Entry(SMALL, "fit", ("xilinx",))))
    monkeypatch.setattr(steps, "target_verilog", lambda *_: {"little.v": "module little(;"})
    path = tmp_path / "table.csv"
    with pytest.raises(ToolError, match=r"not written:\nyosys ended with exit code 1"):
        make_table(1, lambda: None, path)
    assert not path.exists()


def test_requests_are_one_a_target() -> None:
    (one, two) = requests([Entry(SMALL, "fit", ("xilinx", "ecp5"))])
    assert (one.target_name, two.target_name) == ("xilinx", "ecp5")
    assert len(two.seeds) == 3
