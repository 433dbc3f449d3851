"""``dwsim verify`` of a ``.tflite`` file with float32 layers: RTL against LiteRT, by ulp."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from dwsim.cli import main
from dwsim.errors import SpecError, Violation
from dwsim.spec.engine_spec import EngineSpec
from dwsim.verification import against_interpreter
from dwsim.verification.layer_engine import assess, engines_for
from dwsim.workloads.tflite import read_model
from tests.tflite_files.build_floats import FORMS, PATH, float_layer
from tests.tflite_files.model_builder import ModelBuilder

ARGV = ["verify", str(PATH), "--lanes", "2"]


def test_integers_and_floats_of_a_file_have_engines_of_their_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*ARGV, "--json", "--strict"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [engine["multipliers"] for engine in document["engines"]] == [18, 18]
    rows = document["layers"]
    assert [row["rounding"] for row in rows] == ["double", "single", *["float32"] * len(FORMS)]
    assert [row["comparisons"] for row in rows[:2]] == [[], []]
    for row in rows[2:]:
        assert row["cycles"] == row["law"]
        reference, default = row["comparisons"]
        assert reference["source"] == "reference kernels"
        assert default["source"] == "default kernels"
        assert reference["wrong"] == default["wrong"] == 0
        assert 0 < max(reference["bound_share"], default["bound_share"]) < 1
        most = max(reference["ulp"], default["ulp"])
        if row["differing"]:
            assert (
                f"RTL = model = golden; within {most:,} ulp (order of summation)" in row["verdict"]
            )
        else:
            assert "RTL = model = golden; bit-equal" in row["verdict"]
        apart = [one["values"] - one["bit_equal"] for one in (reference, default)]
        assert max(apart) <= row["differing"] <= sum(apart)
    assert sum(row["differing"] > 0 for row in rows[2:]) > len(FORMS) // 2
    # A second run simulates nothing.
    assert main([*ARGV, "--json-lines"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    layers = [line for line in lines if line["event"] == "layer"]
    assert [line["kept"] for line in layers] == [True] * len(rows)
    assert [line["comparisons"] for line in layers] == [row["comparisons"] for row in rows]


def test_a_value_beyond_the_bound_is_a_mismatch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = against_interpreter.interpret

    def wrong(*arguments):
        values = right(*arguments)
        run = values.float_runs["default"]["dw1"]
        ofmap = run.ofmap.copy()
        ofmap[0, 3, 2, 1] += 1e-4
        runs = {**values.float_runs["default"], "dw1": dataclasses.replace(run, ofmap=ofmap)}
        return dataclasses.replace(values, float_runs={**values.float_runs, "default": runs})

    monkeypatch.setattr(against_interpreter, "interpret", wrong)
    assert main(ARGV) == 1
    printed = capsys.readouterr()
    assert "1 values wrong" in printed.out
    assert "1 values differ from those of the interpreter" in printed.err


def test_the_text_has_a_line_for_each_set_of_kernels(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ARGV) == 0
    printed = capsys.readouterr().out
    assert "float32 arithmetic: 12 layers back to back in" in printed
    for source in ("reference", "default"):
        assert f"  {source} kernels: " in printed
    assert "of what rounding allows" in printed


def test_a_set_of_kernels_that_refuses_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The layer is still compared with the other set."""
    right = against_interpreter.interpret

    def refused(*arguments):
        values = right(*arguments)
        lone = dataclasses.replace(
            values.float_runs["reference"]["dw1"], ofmap=None, reason="the interpreter refuses"
        )
        runs = {**values.float_runs["reference"], "dw1": lone}
        return dataclasses.replace(values, float_runs={**values.float_runs, "reference": runs})

    monkeypatch.setattr(against_interpreter, "interpret", refused)
    assert main(ARGV) == 0
    printed = capsys.readouterr()
    said = "dw1: float32 arithmetic: not comparable with the interpreter: reference kernels: the"
    assert said in printed.err
    (row,) = [line for line in printed.out.splitlines() if line.startswith("dw1 ")]
    assert "RTL = model = golden; within" in row


def test_import_and_verify_decide_alike(tmp_path: Path, capsys) -> None:
    """A layer that no engine runs does not stop the others, and both give its reason."""
    made = ModelBuilder()
    float_layer(made, (1, 20, 20, 2), (13, 13))
    float_layer(made, activation=4)
    path = tmp_path / "refused.tflite"
    path.write_bytes(made.finish())
    assert main(["import", str(path), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["layers"]
    reasons = [reason for row in rows for reason in row["reasons"]]
    assert "kernel_h = 13: must be an integer from 1 to 11" in reasons
    assert any(reason.startswith("activation = 'TANH'") for reason in reasons)
    assert main(["verify", str(path)]) == 2
    error = capsys.readouterr().err
    assert all(reason in error for reason in reasons)


def test_engines_by_default_have_fewer_lanes_for_floats() -> None:
    layers = read_model(PATH).layers
    engines = [engine for engine, _ in engines_for(layers, None)]
    assert [(e.number_format, e.lanes) for e in engines] == [("float32", 4), ("integer", 16)]
    assert [found.roundings for found in assess(layers, None)][-2:] == [
        ("float32",),
        ("double", "single"),
    ]
    assert {found.roundings for found in assess(layers, 1)} == {("float32",), ("double", "single")}


def test_the_rules_of_the_engine_are_the_reasons() -> None:
    """A layer runs on another array if an engine with that array can be specified."""
    array = {"dataflow": "tap_serial", "pixels": 2, "ifmap_pixels": 1}
    found = assess(read_model(PATH).layers, 2, array=array)
    assert found[-1].runs
    for assessment in found[:-1]:
        spec = assessment.layer.facts()[0]
        fields = {"number_format": "float32", "epilogue": "bias_clamp", **array}
        reasons: tuple[Violation, ...] = ()
        try:
            EngineSpec.smallest([spec], 2, name="network_engine", **fields)
        except SpecError as error:
            reasons = tuple(error.violations)
        assert assessment.broken == reasons
