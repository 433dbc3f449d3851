"""``dwsim verify`` of ``.onnx`` files: RTL against ONNX Runtime."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import onnx
import pytest

from dwsim.cli import main
from dwsim.verification import against_onnxruntime
from tests.onnx_files.build_forms import PATH, forms
from tests.onnx_files.onnx_builder import Case, single


def test_a_network_with_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(PATH), "--lanes", "4", "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.out.count("RTL = model = ONNX Runtime") == 3
    assert "dw4: cannot run: ifmap.type = 'float'" in printed.err
    assert "alone" not in printed.err


def test_with_strict_a_layer_that_cannot_run_is_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["verify", str(PATH), "--lanes", "4", "--strict", "--optimise"]) == 2
    assert "with --strict every layer must run" in capsys.readouterr().err


def test_a_wrong_value_is_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = against_onnxruntime.run_sums

    def wrong(layers, ifmaps):
        runs = right(layers, ifmaps)
        ofmap = runs["dw2"].ofmap.copy()
        ofmap[0, 1, 2, 3] += 1
        return {**runs, "dw2": dataclasses.replace(runs["dw2"], ofmap=ofmap)}

    monkeypatch.setattr(against_onnxruntime, "run_sums", wrong)
    assert main(["verify", str(PATH), "--lanes", "4"]) == 1
    printed = capsys.readouterr()
    assert "1 values wrong" in printed.out
    assert "1 values differ from those of ONNX Runtime" in printed.err


def test_a_layer_that_onnx_runtime_refuses_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its ConvInteger takes one zero point of the weights only."""
    case = Case(weight_scales=[0.01] * 4, weight_zero_points=[0, 1, 2, 3], activation="none")
    onnx.save(single(case), str(tmp_path / "zeros.onnx"))
    assert main(["verify", str(tmp_path / "zeros.onnx"), "--lanes", "4"]) == 0
    printed = capsys.readouterr()
    assert "RTL = model = golden; not comparable" in printed.out
    assert "dw1: raw sums: not comparable with ONNX Runtime: ONNX Runtime refuses" in printed.err


def test_nothing_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    onnx.save(single(Case("float")), str(tmp_path / "float.onnx"))
    assert main(["verify", str(tmp_path / "float.onnx")]) == 2
    assert "dw1: ifmap.type = 'float': must be integers" in capsys.readouterr().err


def test_the_committed_file_is_what_its_script_makes() -> None:
    assert onnx.load(str(PATH)) == forms()


def test_options_of_other_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "tests/tflite_files/padded.tflite", "--optimise"]) == 2
    assert "--optimise = True: is for .onnx files" in capsys.readouterr().err
    assert main(["verify", str(PATH), "--static"]) == 2
    assert "is for specs, not for model files" in capsys.readouterr().err
