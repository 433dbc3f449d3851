"""``dwsim verify`` and ``dwsim replay``, in the simulators."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dwsim.cli import main
from dwsim.derive import Plan
from dwsim.rtlsim import toolchain
from dwsim.spec.spec_file import read_spec
from dwsim.stream.stalls import PROFILES
from tests.cli.helpers import ROOT, break_golden

needs_icarus = pytest.mark.skipif(
    not toolchain.icarus_available() and "CI" not in os.environ,
    reason="Icarus Verilog is not installed",
)


@pytest.mark.parametrize("simulator", ["verilator", pytest.param("icarus", marks=needs_icarus)])
def test_verify(simulator: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "tiny", "--sim", simulator, "--layer", "same", "--stalls", "all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[2:]] == [["same", name] for name in PROFILES]
    assert all(line.endswith("RTL = model = golden") for line in lines[2:])
    spec = read_spec("tiny")
    assert lines[2].split()[3] == str(Plan(spec.layers[2], spec.engine).cycles)


def test_verify_as_json_and_csv(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["verify", "tiny", "--layer", "same"]
    assert main([*argv, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["layers"]
    assert (row["layer"], row["verdict"]) == ("same", "RTL = model = golden")
    assert main([*argv, "--csv"]) == 0
    keys, values = capsys.readouterr().out.splitlines()
    assert dict(zip(keys.split(","), values.split(","), strict=True))["cycles"] == str(
        row["cycles"]
    )


def test_verify_refuses_the_engine_options_for_a_spec(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--lanes", "8", "--pixels", "2", "--dataflow", "tap_serial", "--ifmap-pixels", "1"]
    assert main(["verify", "tiny", *options]) == 2
    error = capsys.readouterr().err
    for option, value in zip(options[::2], ("8", "2", "'tap_serial'", "1"), strict=True):
        assert f"{option} = {value}: is for networks and model files" in error
    assert main(["simulate", "tiny", *options]) == 2
    assert "--lanes = 8: is for networks" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (["--pixels", "7"], "--pixels = 7: needs --dataflow tap_serial"),
        (["--ifmap-pixels", "2"], "--ifmap-pixels = 2: needs --dataflow tap_serial"),
        (["--rings", "copied"], "--rings = 'copied': needs --dataflow tap_serial"),
        (["--dataflow", "tap_serial"], "--pixels = None: is required"),
        (["--dataflow", "tap_serial", "--pixels", "65"], "pixels = 65: must be an integer"),
    ],
)
def test_engine_options_that_do_not_fit(
    options: list[str], rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "mobilenet_v1", *options]) == 2
    assert rule in capsys.readouterr().err


def test_a_model_on_an_engine_with_taps_in_series(capsys: pytest.CaptureFixture[str]) -> None:
    model = ROOT / "tests" / "tflite_files" / "multiplier.tflite"
    options = ["--dataflow", "tap_serial", "--lanes", "4", "--pixels", "3", "--ifmap-pixels", "2"]
    assert main(["verify", str(model), *options, "--stalls", "both"]) == 0
    out = capsys.readouterr().out
    assert "double rounding" in out
    assert out.count(" 0 of 300 values differ") == 2
    assert "12 of the array (4 lanes x 3) and 8 of the requantisers (2 x 4)" in out


def test_verify_a_static_engine_with_a_waveform(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["verify", "tiny", "--static", "--layer", "valid", "--waves", "waves/valid.fst"]
    assert main(argv) == 0
    assert "waveform: waves/valid.fst" in capsys.readouterr().err
    assert Path("waves/valid.fst").stat().st_size > 100


def kept_static(command: str) -> bool:
    """True if the failure that a replay command names is one of a static engine."""
    static: bool = json.loads(Path(command.split()[2], "jobs.json").read_text())["static"]
    return static


@pytest.mark.parametrize("static", [False, True])
def test_a_mismatch_of_the_rtl_can_be_replayed(
    static: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    option = ["--static"] if static else []
    with monkeypatch.context() as patched:
        break_golden(patched)
        assert main(["verify", "tiny", "--layer", "same", *option]) == 1
        err = capsys.readouterr().err
        assert "dwsim: mismatch: " in err
        assert "Traceback" not in err
        command = err.splitlines()[-1].split(": ", 1)[1]
        assert command.startswith("dwsim replay dwsim-failures/tiny_engine-same-none-seed1 ")
        assert kept_static(command) is static
        assert main(command.split()[1:]) == 1
        assert "dwsim: mismatch: " in capsys.readouterr().err
        # The replay keeps the same kind of failure as it ran.
        assert kept_static(command) is static
    # golden is right again
    assert main(command.split()[1:]) == 0
    out = capsys.readouterr().out
    assert "RTL = model = golden" in out
    assert Path(command.split()[-1]).is_file()


@pytest.mark.parametrize("option", [[], ["--static"]], ids=["core", "static"])
def test_verify_an_engine_that_requantises(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("scaled.toml")
    path.write_text(SCALED)
    assert main(["verify", str(path), "--stalls", "all", *option]) == 0
    assert capsys.readouterr().out.count("RTL = model = golden") == len(PROFILES)


SCALED = """
[engine]
lanes = 3
kernel_h = 3
kernel_w = 2
max_row_pitch = 6
max_plane_rows = 6
max_channel_groups = 2
requantise = "both"

[[layer]]
name = "padded"
ifmap_h = 6
ifmap_w = 5
channels = 5
kernel_h = 3
kernel_w = 2
padding = "SAME"
"""
