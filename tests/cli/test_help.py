"""The help page of every command: two examples, which the parser accepts; the cheap ones run."""

from __future__ import annotations

import argparse
import shlex
import shutil
from pathlib import Path

import pytest

from dwsim.cli import main, parser
from dwsim.spec.canonical import canonical_toml
from dwsim.spec.spec_file import read_spec
from tests.cli.helpers import ROOT

ONNX_MODEL = ROOT / "tests" / "onnx_files" / "forms.onnx"
MODEL = ROOT / "tests" / "tflite_files" / "mobilenet_v1_025_96.tflite"
CHEAP = ("simulate", "generate", "import")
"""Commands whose examples take no simulator, no FPGA tool and no exploration."""


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command."""
    (action,) = (
        action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    return dict(action.choices)


def examples(command: str) -> list[list[str]]:
    """The arguments of each example on a command's help page, as a shell splits them."""
    before, found, listed = commands()[command].format_help().partition("\nexamples:\n")
    assert before, command
    assert found, f"{command}: no examples"
    lines = [shlex.split(line) for line in listed.splitlines() if line.startswith("  dwsim ")]
    return [line[1:] for line in lines]


@pytest.mark.parametrize("command", commands())
def test_every_command_has_two_examples_that_its_parser_accepts(command: str) -> None:
    found = examples(command)
    assert len(found) == 2
    for arguments in found:
        assert arguments[0] == command
        assert callable(parser().parse_args(arguments).run)


@pytest.mark.parametrize("command", commands())
def test_help_pages_fit_a_terminal(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = commands()[command].format_help()
    assert [line for line in text.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("command", CHEAP)
def test_cheap_examples_run(command: str, number: int, capsys: pytest.CaptureFixture[str]) -> None:
    spec = read_spec("tiny")
    Path("my_engine.toml").write_text(canonical_toml(spec.engine, spec.layers))
    shutil.copy(MODEL, "model.tflite")
    shutil.copy(ONNX_MODEL, "model.onnx")
    arguments = examples(command)[number]
    assert main(arguments) == 0
    assert capsys.readouterr().out != ""
    outputs = [Path(word) for word in arguments if word.endswith((".fst", "/"))]
    assert all(path.exists() for path in outputs)
