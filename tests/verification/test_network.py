"""A model's depthwise layers through RTL: the interpreter's bytes, the law's cycles."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dwsim.cli import main
from dwsim.errors import SpecError
from dwsim.rtlsim import cosim
from dwsim.rtlsim.job import Job
from dwsim.spec.quantisation_limits import ROUNDINGS
from dwsim.verification import simulators
from dwsim.verification.against_interpreter import verify_network
from dwsim.verification.layer_engine import engines_for
from dwsim.verification.network_result import NetworkResult
from dwsim.workloads.tflite import Model, layer_quantisation, parse_model, read_model
from tests.tflite_files.model_builder import TYPE, ModelBuilder
from tests.tflite_files.model_builder import layer as add_layer
from tests.workloads.tflite.test_random_layers import random_arguments

MODELS = Path(__file__).resolve().parents[1] / "tflite_files"
SMALL = MODELS / "mobilenet_v1_025_96.tflite"


@pytest.fixture(scope="module")
def small() -> Model:
    """The committed MobileNetV1, alpha 0.25, 96x96."""
    return read_model(SMALL)


def _all_equal(result: NetworkResult, model: Model, roundings: int = 2) -> None:
    assert len(result.layers) == roundings * len(model.runnable)
    for layer in result.layers:
        assert layer.wrong == 0, f"{layer.layer.name}, {layer.rounding}: {layer.wrong} differ"
        if layer.rounding in ("double", "float"):
            assert layer.differing == 0, (layer.layer.name, layer.rounding)


def test_every_layer_of_the_committed_model_without_stalls(
    small: Model, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    builds = []
    build = cosim.build_simulator
    monkeypatch.setattr(
        cosim, "build_simulator", lambda *a, **k: builds.append(a) or build(*a, **k)
    )
    result = verify_network(small, 16, seed=seed)
    _all_equal(result, small)
    assert len(builds) == 1
    for layer in result.layers:
        assert layer.verified.cycles == layer.verified.plan.cycles
    # Back to back, a network takes the sum of its layers' law: switching costs nothing more.
    for rounding in ("double", "single"):
        plans = [r.verified.plan for r in result.layers if r.rounding == rounding]
        switching = sum(plan.switch_cycles for plan in plans[:-1])
        assert result.cycles(rounding) == sum(plan.cycles for plan in plans) + switching


def test_the_committed_model_on_an_engine_with_taps_in_series(small: Model, seed: int) -> None:
    array = {"dataflow": "tap_serial", "pixels": 7, "ifmap_pixels": 4}
    result = verify_network(small, 16, seed=seed, array=array)
    _all_equal(result, small)
    assert [engine.dataflow for engine in result.engines] == ["tap_serial"]
    for layer in result.layers:
        assert layer.verified.cycles == layer.verified.plan.cycles


@pytest.mark.parametrize("stalls", ["both", "boundary"])
def test_every_layer_of_the_committed_model_under_stalls(
    small: Model, stalls: str, seed: int
) -> None:
    # One engine has all three roundings; LiteRT's default kernels leave nothing to explain.
    roundings = ROUNDINGS if stalls == "both" else ("float",)
    result = verify_network(small, 16, stalls=stalls, seed=seed, roundings=roundings)
    _all_equal(result, small, len(roundings))
    (engine,) = result.engines
    assert engine.roundings == roundings


@pytest.mark.parametrize("name", ["dilated", "multiplier", "int16", "padded"])
def test_layers_of_every_kind(name: str, seed: int) -> None:
    """The converter's forms; ``per_tensor`` and ``dilated_valid`` run in other tests."""
    model = read_model(MODELS / f"{name}.tflite")
    result = verify_network(model, 4, stalls="both", seed=seed)
    _all_equal(result, model)
    ofmaps = [layer.verified.ofmap for layer in result.layers]
    assert all(len(np.unique(ofmap)) > 16 for ofmap in ofmaps), "a constant ofmap proves nothing"


def test_random_layers_in_rtl(seed: int) -> None:
    """A sample of the layers that golden is held against in test_random_layers.py."""
    rng = np.random.default_rng(seed)
    made = ModelBuilder()
    while len(made.graph.outputs) < 8:
        arguments = random_arguments(rng)
        if arguments["kind"] != TYPE.INT16:  # another engine
            add_layer(made, **arguments)
    model = parse_model(made.finish(), Path(f"random_{seed}.tflite"))
    result = verify_network(model, 2, stalls="both", seed=seed, roundings=["double"])
    _all_equal(result, model, 1)
    assert len(result.layers) == 8


def test_a_wrong_byte_is_a_mismatch(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    from dwsim.verification import interpreter_values

    run_layers = interpreter_values.run_layers

    def one_off(layers, ifmaps, rounding):
        runs = run_layers(layers, ifmaps, rounding)
        if rounding == "single":
            name, run = next(iter(runs.items()))
            ofmap = run.ofmap.copy()
            ofmap.reshape(-1)[7] ^= 2
            runs[name] = replace(run, ofmap=ofmap)
        return runs

    monkeypatch.setattr(interpreter_values, "run_layers", one_off)
    assert main(["verify", str(MODELS / "per_tensor.tflite"), "--lanes", "4"]) == 1
    printed = capsys.readouterr()
    assert "1 values wrong" in printed.out
    assert "1 values differ from those of the interpreter" in printed.err


def test_a_model_without_a_layer_is_refused(small: Model) -> None:
    empty = replace(small, layers=())
    with pytest.raises(SpecError, match="layers = 0: must be at least one depthwise layer"):
        verify_network(empty, 16)


def test_layers_without_an_engine_in_common_get_two(small: Model) -> None:
    """Their maxima are possible alone, but together the line buffers would fill the memory."""
    layer = small.layers[0]
    spec, _ = layer.facts()
    wide = replace(layer, spec=replace(spec, ifmap_w=60_000))
    deep = replace(layer, spec=replace(spec, ifmap_h=600, dilation_h=250))
    (one, first), (other, second) = engines_for([wide, layer, deep], 64)
    assert (first, second) == ([wide, layer], [deep])
    assert (one.max_dilation_h, other.max_dilation_h) == (1, 250)


def test_the_rounding_is_an_option(capsys) -> None:
    argv = ["verify", str(MODELS / "per_tensor.tflite"), "--lanes", "4"]
    assert main([*argv, "--rounding", "float", "--rounding", "double"]) == 0
    printed = capsys.readouterr().out
    assert "double rounding: 1 layers back to back" in printed
    assert "float rounding: 1 layers back to back" in printed
    assert "single rounding" not in printed
    assert printed.count("RTL = model = interpreter") == 2
    assert main(["verify", "tiny", "--rounding", "float"]) == 2
    assert "--rounding = ['float']: is for model files, not for specs" in capsys.readouterr().err


def test_a_large_network_runs_on_the_ports_and_a_sample_in_lock_step(
    monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    """Here a small one, with other limits: the sample is its shortest layer."""
    locked = []
    run_jobs = simulators.run_jobs
    monkeypatch.setattr(simulators, "SMALL_CYCLES", 0)
    monkeypatch.setattr(simulators, "SAMPLE_CYCLES", 0)
    monkeypatch.setattr(
        simulators,
        "run_jobs",
        lambda e, jobs, **o: locked.append(len(jobs)) or run_jobs(e, jobs, **o),
    )
    argv = ["verify", str(MODELS / "per_tensor.tflite"), "--lanes", "4"]
    assert main(argv) == 0
    printed = capsys.readouterr().out
    assert printed.count(" RTL = interpreter\n") == 2
    assert locked == [1, 1]
    assert main([*argv, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["layers"]
    assert [(row["compared"], row["kept"]) for row in rows] == [("ports", True)] * 2
    assert main([*argv, "--lockstep", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["layers"]
    assert [(row["compared"], row["kept"]) for row in rows] == [("signals", False)] * 2
    assert main([*argv, "--stalls", "both", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["layers"]
    assert [row["compared"] for row in rows] == ["signals"] * 2
    assert main(["verify", "tiny", "--lockstep"]) == 2
    assert "--lockstep = True: is for model files, not for specs" in capsys.readouterr().err


def test_the_sample_is_as_long_as_it_may_be(small: Model) -> None:
    ((engine, members),) = engines_for(small.layers, 16)
    jobs = []
    for layer in members:
        spec, parameters = layer.facts()
        ifmap = np.zeros(spec.ifmap_shape, np.int8)
        quantisation = layer_quantisation(layer, "double")
        jobs.append(Job(spec, ifmap, parameters.weight, quantisation=quantisation))
    chain = simulators.Chain(engine, jobs)
    chosen = simulators.sample(chain, jobs)
    cycles = [job.plan(engine).cycles for job in chosen]
    assert simulators.SAMPLE_CYCLES - 2400 < sum(cycles) <= simulators.SAMPLE_CYCLES
    other = simulators.Chain(engine, [replace(job, seed=5) for job in jobs])
    assert [j.layer for j in chosen] != [j.layer for j in simulators.sample(other, other.jobs)]


def test_options_of_specs_are_refused_for_models(capsys) -> None:
    code = main(["verify", str(SMALL), "--layer", "dw1", "--static", "--stalls", "all"])
    assert code == 2
    error = capsys.readouterr().err
    assert all(option in error for option in ("--layer", "--static", "--stalls"))


def test_a_network_as_json_and_csv(capsys) -> None:
    argv = ["verify", str(MODELS / "per_tensor.tflite"), "--lanes", "4"]
    assert main([*argv, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (double, single) = document["layers"]
    assert (double["rounding"], single["rounding"]) == ("double", "single")
    assert document["network_cycles"]["double"] == double["cycles"] == double["law"]
    assert main([*argv, "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("layer,ifmap,kernel,stride,dilation,rounding,cycles")


def test_import_lists_and_writes(tmp_path: Path, capsys) -> None:
    assert main(["import", str(SMALL), "-o", str(tmp_path / "specs")]) == 0
    printed = capsys.readouterr().out
    assert "13 of 13 run" in printed
    assert "passed over: CONV_2D" in printed
    assert {path.name for path in (tmp_path / "specs").iterdir()} == {
        "layers.toml",
        "parameters.npz",
    }


def test_import_of_rubbish_is_bad_input(tmp_path: Path, capsys) -> None:
    path = tmp_path / "rubbish.tflite"
    path.write_bytes(b"not a model")
    assert main(["import", str(path)]) == 2
    assert "Traceback" not in capsys.readouterr().err
