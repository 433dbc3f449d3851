"""Every command: bad input, missing tools, and the ways a run can end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dwsim.cli import main
from dwsim.golden import ofmap as golden
from dwsim.rtlsim import toolchain
from dwsim.spec.canonical import canonical_toml
from dwsim.spec.spec_file import read_spec
from dwsim.version import __version__
from tests.cli.helpers import environment, error_of, names


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ((), "required: COMMAND"),
        (("fly",), "invalid choice: 'fly'"),
        (("generate", "tiny"), "required: -o"),
        (
            ("generate", "nothing", "-o", "out"),
            "mobilenet_v1_8, mobilenet_v1_int8, mobilenet_v1_serial, tiny",
        ),
        (("generate", "tiny", "-o", "out", "--static", "sane"), "did you mean same?"),
        (("generate", "tiny", "-o", "spec.toml"), "is not a directory"),
        (("generate", "tiny", "-o", "spec.toml/out"), "error: "),
        (("simulate", "tiny", "--layer", "x"), "valid, explicit_padding, same"),
        (("simulate", "tiny", "--stalls", "x"), "slow-source"),
        (("simulate", "tiny", "--stalls", "all"), "slow-source"),
        (("simulate", "tiny", "--seed", "-1"), "must be an integer of at least 0"),
        (("simulate", "tiny", "--seed", "x"), "must be an integer of at least 0"),
        (("simulate", "tiny", "--json", "--csv"), "not allowed with"),
        (("simulate", "spec.toml"), "this spec has no [[layer]] to run"),
        (("simulate", "bad.toml"), "bad.toml:2:"),
        (("verify", "tiny", "--sim", "other"), "verilator"),
        (("verify", "tiny", "--waves", "a.fst"), "choose one layer with --layer"),
        (("verify", "tiny", "--waves", "a.vcd"), "must be named *.fst"),
        (("replay", "nowhere"), "is not a folder with a kept failure"),
        (("replay", "empty"), "is not a folder with a kept failure"),
        (("replay", "odd"), "kept failure (jobs.json, jobs.npz): it has format None, this version"),
    ],
)
def test_bad_input(argv: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("spec.toml").write_text(canonical_toml(read_spec("tiny").engine))
    Path("bad.toml").write_text("[engine]\nlanes =\n")
    Path("empty").mkdir()
    Path("odd").mkdir()
    Path("odd/jobs.json").write_text("{}")
    np.savez("odd/jobs.npz")
    before = sorted(Path().rglob("*"))
    assert says in error_of(capsys, *argv)
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("command", ["simulate", "verify", "generate"])
def test_every_layer_that_does_not_fit_is_told(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = read_spec("tiny")
    text = canonical_toml(spec.engine, spec.layers).replace("kernel_h = 3", "kernel_h = 1", 1)
    Path("small.toml").write_text(text)
    argv = (command, "small.toml", *(("-o", "out") if command == "generate" else ()))
    said = error_of(capsys, *argv)
    assert "engine.kernel_h = 1: layer[1] (explicit_padding): the layer's kernel_h is 2" in said
    assert "engine.kernel_h = 1: layer[2] (same): the layer's kernel_h is 3, which" in said
    assert names() == ["small.toml"]


def test_a_fifo_too_small_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    text = canonical_toml(read_spec("tiny").engine)
    Path("small.toml").write_text(text.replace('name = "', 'fifo_depth = 1\nname = "'))
    assert "engine.fifo_depth = 1: must be at least" in error_of(
        capsys, "generate", "small.toml", "-o", "out"
    )


def test_a_missing_tool_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "icarus_available", lambda: False)
    said = error_of(capsys, "verify", "tiny", "--sim", "icarus")
    assert "Icarus Verilog (iverilog, vvp) is not on PATH" in said


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"dwsim {__version__}\n"
    for command in ([], ["generate"], ["simulate"], ["verify"], ["replay"]):
        assert main([*command, "--help"]) == 0
        assert "usage: dwsim" in capsys.readouterr().out


def test_an_interrupt_is_quiet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(golden, "depthwise", interrupt)
    assert main(["simulate", "tiny", "--model", "steppable"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_broken_pipe_is_quiet() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "dwsim", "simulate", "tiny"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), said) == (141, "")
