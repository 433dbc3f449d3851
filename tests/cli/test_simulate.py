"""``dwsim simulate``: the numbers, in each form."""

from __future__ import annotations

import csv
import io

import pytest

from dwsim import EngineSpec
from dwsim.cli import main
from dwsim.derive import Plan
from dwsim.errors import MismatchError
from dwsim.spec.spec_file import read_spec
from dwsim.stream.stalls import PROFILES
from dwsim.verification.simulation import step_layer
from dwsim.workloads.network import read_network
from tests.cli.helpers import break_golden, error_of, json_of


@pytest.mark.parametrize("profile", PROFILES)
def test_simulate_under_each_profile(profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ("simulate", "tiny", "--stalls", profile, "--seed", "3")
    document = json_of(capsys, *argv)
    assert document == json_of(capsys, *argv, "--model", "steppable")
    assert document == json_of(capsys, *argv, "--model", "fast")
    assert (document["stalls"], document["seed"]) == (profile, 3)
    spec = read_spec("tiny")
    kinds = ("fill", "compute", "input_starved", "backpressured", "parameters", "drain")
    for layer, row in zip(spec.layers, document["layers"], strict=True):
        plan = Plan(layer, spec.engine)
        assert (row["layer"], row["law_cycles"], row["bound"]) == (
            layer.name,
            plan.cycles,
            plan.bound,
        )
        assert sum(row[kind] for kind in kinds) == row["cycles"] >= plan.cycles
        assert row["compute"] == plan.ofmap_beats
        assert row["steady_cycles"] == plan.image_cycles * layer.batch
        assert row["bound_share"] == plan.bound / row["cycles"]
        assert row["utilisation"] == plan.utilisation(row["cycles"])
        assert row["param_cycles"] >= plan.param_beats
        if profile == "none":
            assert row["cycles"] == plan.cycles
            assert row["input_starved"] == row["backpressured"] == row["parameters"] == 0
    rows, total = document["layers"], document["total"]
    assert "interleave" not in total
    for key in ("cycles", "law_cycles", "steady_cycles", "ideal", "bound", "param_cycles", *kinds):
        assert total[key] == sum(row[key] for row in rows)
    macs = sum(layer.macs for layer in spec.layers)
    assert total["utilisation"] == pytest.approx(macs / (18 * total["cycles"]))
    assert total["bound_share"] == total["bound"] / total["cycles"]


@pytest.mark.parametrize("profile", ["none", "both"])
def test_simulate_an_engine_that_requantises(
    profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ("simulate", "mobilenet_v1_int8", "--layer", "dw4", "--stalls", profile)
    document = json_of(capsys, *argv)
    assert document == json_of(capsys, *argv, "--model", "steppable")
    (row,) = document["layers"]
    assert (row["cycles"] == row["law_cycles"]) is (profile == "none")


def test_the_steady_interval_of_mobilenet_is_its_bound(capsys: pytest.CaptureFixture[str]) -> None:
    document = json_of(capsys, "simulate", "mobilenet_v1_32")
    assert len(document["layers"]) == 13
    assert all(row["steady_cycles"] == row["bound"] for row in document["layers"])
    assert document["total"]["steady_cycles"] == document["total"]["bound"] == 95_648


def test_simulate_is_repeatable(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ("simulate", "tiny", "--stalls", "both", "--layer", "same")
    one, again = (json_of(capsys, *argv, "--seed", "5") for _ in range(2))
    assert one == again
    assert json_of(capsys, *argv, "--seed", "6")["layers"] != one["layers"]


def test_simulate_takes_chosen_layers(capsys: pytest.CaptureFixture[str]) -> None:
    document = json_of(capsys, "simulate", "tiny", "--layer", "same", "--layer", "valid")
    assert [row["layer"] for row in document["layers"]] == ["same", "valid"]


def test_simulate_csv(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json_of(capsys, "simulate", "tiny")["layers"]
    assert main(["simulate", "tiny", "--csv"]) == 0
    read = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert read == [{key: str(value) for key, value in row.items()} for row in rows]


def test_simulate_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "tiny"]) == 0
    out, err = capsys.readouterr()
    assert err == ""  # no progress where no terminal is
    lines = out.splitlines()
    assert lines[0].startswith("tiny_engine: 2 lanes, 3x3 taps, 18 multipliers; stalls none")
    assert [line.split()[0] for line in lines[3:6]] == ["valid", "explicit_padding", "same"]
    assert lines[7].split()[0] == "total"
    assert len({len(line) for line in lines[1:8]}) == 1
    assert lines[-1].startswith("fast model: cycles alone; the steppable model also compares")
    assert main(["simulate", "tiny", "--model", "steppable"]) == 0
    stepped = capsys.readouterr().out.splitlines()
    assert stepped == [*lines[:-1], "steppable model = golden in every value"]


def test_the_fast_model_has_no_waveform(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ("simulate", "tiny", "--layer", "same", "--waves", "same.fst", "--model", "fast")
    assert "--model = 'fast': has no signals for --waves: choose" in error_of(capsys, *argv)


def test_a_mismatch_of_the_model_ends_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_golden(monkeypatch)
    assert main(["simulate", "tiny", "--model", "steppable"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert (
        "dwsim: mismatch: layer valid, stalls none, seed 1: model and golden differ in 1 of" in err
    )
    assert "Traceback" not in err


def test_cycles_off_the_law_are_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = read_spec("tiny")
    plan = Plan(spec.layers[0], spec.engine)
    right = plan.cycles
    monkeypatch.setattr(type(plan), "cycles", right - 1)
    wrong = f" {right} cycles, the timing law says {right - 1}"
    with pytest.raises(MismatchError, match=wrong):
        step_layer(plan, "none", 1)


def test_simulate_a_layer_of_a_network(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--lanes", "16", "--dataflow", "tap_serial", "--pixels", "7")
    document = json_of(capsys, "simulate", "mobilenet_v1", "--layer", "conv_dw_13", *options)
    (row,) = document["layers"]
    layers = read_network("mobilenet_v1").layers
    engine = EngineSpec.smallest(
        layers, 16, dataflow="tap_serial", pixels=7, ifmap_pixels=4, requantise="both"
    )
    assert engine.multipliers == 112
    assert row["cycles"] == row["law_cycles"] == Plan(layers[-1], engine).cycles
