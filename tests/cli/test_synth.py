"""``dwsim synth``: its output, and its errors for bad input."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from dwsim.cli import main
from tests.cli.helpers import error_of, json_of

LEAST = """
[engine]
name = "least"
lanes = 1
kernel_h = 1
kernel_w = 2
ifmap_width = 2
weight_width = 2
max_row_pitch = 4
max_plane_rows = 4
max_channel_groups = 1
"""
"""An engine that is placed and routed within seconds."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache."""
    monkeypatch.setenv("DWSIM_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("--target", "asic"), "--target = 'asic': must be one of ecp5, ice40, xilinx"),
        (("--target", "ecp5", "--device", "up5k"), "--device = 'up5k': must be one of 12k, 25k"),
        (("--target", "ecp5", "--speed", "9"), "--speed = '9': must be one of 6, 7, 8"),
        (("--target", "ice40", "--speed", "8"), "--speed = '8': must be left out: this target"),
        (("--target", "xilinx", "--freq", "100"), "--freq = 100.0: must be left out: this target"),
        (("--target", "ecp5", "--freq", "-1"), "--freq = -1.0: must be a clock in MHz"),
        (("--target", "ecp5", "--freq", "nan"), "--freq = nan: must be a clock in MHz"),
        (("--target", "ecp5", "--seeds", "0"), "must be an integer of at least 1, not '0'"),
    ],
)
def test_bad_input(argv: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert says in error_of(capsys, "synth", "tiny", *argv)


def test_a_spec_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert "not the name of a ready-made spec" in error_of(
        capsys, "synth", "nothing", "--target", "ecp5"
    )


def test_what_it_prints(cache: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "least.toml"
    spec.write_text(LEAST)
    form = ("synth", str(spec), "--target", "ice40", "--device", "hx8k", "--seeds", "1")
    assert main([*form]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for wanted in ("least", "hx8k", "LUT: ICESTORM_LC", "nextpnr-reported Fmax in MHz"):
        assert wanted in out

    said = json_of(capsys, *form)
    assert said["fmax"] == {"1": said["fmax_worst"]}
    assert said["netlist"]["SB_LUT4"] <= said["lut"]
    assert said["critical_path"]["delay_ns"] == pytest.approx(1000 / said["fmax_worst"], rel=0.02)
    assert said["critical_path"]["steps"][0]["kind"] == "clk-to-q"

    assert main([*form, "--csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert int(row["lut"]) == said["lut"]
    assert float(row["fmax_worst"]) == said["fmax_worst"]

    assert main([*form, "--critical-path"]) == 0
    shown = capsys.readouterr().out
    path = said["critical_path"]
    assert f"slowest path of seed 1: {path['delay_ns']:.2f} ns" in shown
    assert f"  from {path['source'].removeprefix('engine.')}\n" in shown
    assert "net with most delay: " in shown


def test_xilinx_has_no_fmax(cache: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", "tiny", "--target", "xilinx", "--critical-path"]) == 0
    out = capsys.readouterr().out
    assert "no Fmax: this target is not placed and routed" in out
    assert "nextpnr" not in out
