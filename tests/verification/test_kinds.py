"""Import and verify on layers of every kind: those that can run are equal, the others are named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dwsim.cli import main
from dwsim.golden.quantised import depthwise_quantised, requantise
from dwsim.spec.quantisation_limits import ROUNDINGS
from dwsim.verification.against_interpreter import verify_network
from dwsim.verification.interpreter_values import interpret
from dwsim.verification.layer_engine import assess
from dwsim.workloads.tflite import layer_quantisation, parse_model, read_model
from dwsim.workloads.tflite.inference import infer, run_layer
from tests.tflite_files.build_graphs import branches, second_graph
from tests.tflite_files.build_kinds import (
    REFUSED,
    RUNNING,
    SCALE_2_29,
    dilated,
    elu,
    everything,
)
from tests.tflite_files.model_builder import TYPE, ModelBuilder, layer, single


def written(folder: Path, content: bytes) -> str:
    path = folder / "kind.tflite"
    path.write_bytes(content)
    return str(path)


def test_every_kind_in_one_network(tmp_path: Path, capsys, seed: int) -> None:
    """An engine for each width of activations, and one for the sums that the host requantises, run
    all of them; two layers cannot run."""
    path = written(tmp_path, everything())
    result = verify_network(read_model(path), 4, seed=seed, roundings=ROUNDINGS)
    assert len(result.engines) == 3
    kinds = dict(enumerate(RUNNING, start=1))
    words = {kind for kind in RUNNING if kind.startswith("int16")}
    # Words have no float rounding, and the layer of the host no single rounding.
    assert len(result.layers) == 3 * len(RUNNING) - len(words) - 1
    lone = {}
    for found in result.layers:
        kind = kinds[int(found.layer.name[2:])]
        assert found.wrong == 0, (kind, found.rounding)
        assert found.on_host == (kind == SCALE_2_29 and found.rounding == "double")
        if found.not_comparable:
            lone.setdefault(found.rounding, set()).add(kind)
        elif found.rounding in ("double", "float"):
            assert found.differing == 0, (kind, found.rounding)
    refused = {"zero_scale", "scale_product_512"}
    assert lone == {"single": refused, "float": {*refused, SCALE_2_29}}
    names = [f"dw{len(RUNNING) + 1}", f"dw{len(RUNNING) + 2}"]
    rest = "\n".join(result.rest)
    for number, kind in kinds.items():
        said = (
            f"dw{number}: cannot run: float rounding: rounding = 'float': must be 'double'" in rest
        )
        assert said == (kind in words)
    assert f"{names[0]}: cannot run: kernel_h = 13" in rest
    assert f"{names[1]}: cannot run: activation = 'TANH'" in rest
    assert "not comparable with the interpreter: the interpreter refuses the model" in rest
    # The same model on the command line: import gives the reasons of verify.
    assert main(["import", path, "--json", "--lanes", "4"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["layers"]}
    assert [name for name, row in rows.items() if not row["runs"]] == names
    for name in names:
        for reason in rows[name]["reasons"]:
            assert f"{name}: cannot run: {reason}" in result.rest


@pytest.mark.parametrize("kind", REFUSED)
def test_a_model_without_a_layer_that_runs(kind: str, tmp_path: Path, capsys) -> None:
    build, reason = REFUSED[kind]
    path = written(tmp_path, build())
    assert main(["import", path, "--csv"]) == 0
    assert main(["import", path, "--strict"]) == 2
    assert reason in capsys.readouterr().err
    assert main(["verify", path]) == 2
    error = capsys.readouterr().err
    assert "no depthwise layer can run" in error
    assert f"dw1: {reason}" in error


@pytest.mark.parametrize(
    ("build", "alone"),
    [
        (elu, ""),
        (dilated, ""),
        (branches, "no layer that runs is in the network's main graph"),
        (second_graph, "no layer that runs is in the network's main graph"),
    ],
)
def test_layers_of_networks_that_a_resolver_refuses(
    build: Callable[[], bytes], alone: str, tmp_path: Path, seed: int
) -> None:
    result = verify_network(read_model(written(tmp_path, build())), 4, seed=seed)
    assert result.alone == alone
    assert result.rest == ()
    assert result.wrong == 0
    assert {found.differing for found in result.layers if found.rounding == "double"} == {0}


def test_strict_makes_the_rest_an_error(tmp_path: Path, capsys) -> None:
    path = written(tmp_path, single(**RUNNING["zero_scale"]()))
    assert main(["verify", path, "--lanes", "4"]) == 0
    printed = capsys.readouterr()
    assert "RTL = model = golden; not comparable" in printed.out
    assert "dw1: single rounding: not comparable" in printed.err
    assert main(["verify", path, "--lanes", "4", "--strict"]) == 2
    assert "with --strict every layer must run and be compared" in capsys.readouterr().err


def test_model_options_are_refused_for_specs(capsys) -> None:
    argv = ["verify", "tiny", "--batch", "2", "--shape", "1x2x3x4", "--strict"]
    assert main(argv) == 2
    error = capsys.readouterr().err
    for option in ("--batch", "--shape", "--strict"):
        assert f"{option} = " in error


@pytest.mark.parametrize("text", ["1x", "x", "a=1xb", "1,2"])
def test_shapes_that_are_none(text: str, tmp_path: Path, capsys) -> None:
    path = written(tmp_path, second_graph())
    assert main(["import", path, "--shape", text]) == 2
    assert "must be sizes as in 1x224x224x3" in capsys.readouterr().err


def test_a_layer_that_runs_in_one_rounding_only() -> None:
    """Double rounding shifts the sum first, so the sum exceeds 32 bits before the result does."""
    import numpy as np

    from tests.workloads.tflite.test_kinds import read

    (layer,) = read(
        single(
            shape=(1, 1, 1, 1),
            kernel=(1, 1),
            weight=np.array([1], np.int8).reshape(1, 1, 1, 1),
            weight_numbers=((1.0,), (0,)),
            bias=np.array([2**28 + 200], np.int32),
            ifmap_numbers=((1.0,), (0,)),
            ofmap_numbers=((1 / 5.0,), (0,)),
        )
    ).layers
    (found,) = assess([layer], 4)
    assert found.roundings == ("single",)
    assert tuple(found.on_host) == ("double",)
    assert found.broken == found.partly == ()


@pytest.mark.parametrize("stalls", ["none", "both"])
def test_the_host_requantises_the_sums(
    stalls: str, tmp_path: Path, capsys, monkeypatch, seed: int
) -> None:
    path = written(tmp_path, single(**RUNNING[SCALE_2_29]()))
    argv = ["verify", path, "--lanes", "4", "--stalls", stalls, "--seed", str(seed % 1000)]
    assert main(argv) == 0
    printed = capsys.readouterr()
    assert "RTL = model; requantised by the host = interpreter" in printed.out
    assert "double rounding: the host requantises the engine's sums" in printed.err
    assert "cannot run: single rounding: result of channel 0" in printed.err
    monkeypatch.setattr(
        "dwsim.verification.against_interpreter.requantise", lambda acc, q: requantise(acc + 1, q)
    )
    assert main(argv) == 1
    assert "values wrong" in capsys.readouterr().out


def test_a_scale_of_2_to_the_29_runs_in_float_rounding_only(seed: int) -> None:
    """The integer roundings leave int32. TFLite's own kernel of double rounding wraps there, as the
    host does on the engine's sums; float32 saturates."""
    (layer,) = parse_model(single(**RUNNING[SCALE_2_29]()), Path("large.tflite")).layers
    (found,) = assess([layer], 4, ROUNDINGS)
    assert found.roundings == ("float",)
    assert found.compared == ("float", "double")
    (note,) = found.host_notes
    assert note.startswith(
        "double rounding: the host requantises the engine's sums: (acc + bias) * 2**shift"
    )
    (broken,) = found.partly
    assert broken.field.startswith("single rounding: result of channel")
    spec, parameters = layer.facts()
    rng = np.random.default_rng(seed)
    ifmap = rng.integers(-128, 128, spec.ifmap_shape, np.int8)
    quantisation = layer_quantisation(layer, "float")
    ofmap = depthwise_quantised(ifmap, parameters.weight, spec, quantisation)
    assert {-128, 127} <= set(ofmap.ravel().tolist()) <= {-128, 0, 127}
    # LiteRT's default kernels take no scale of 2**8 and more.
    assert run_layer(layer, ifmap, "float").ofmap is None


def test_layers_that_litert_leaves_to_its_optimised_kernel(seed: int) -> None:
    """A network with 4-bit weights runs with the default kernels alone. XNNPACK leaves those layers
    to a kernel whose values are now and then beside every rounding; that is no mismatch."""
    rng = np.random.default_rng(seed)
    made = ModelBuilder()
    for _ in range(30):
        weight_scales = (2.0 ** rng.uniform(-9, -4, 9), (0,) * 9)
        layer(made, (1, 6, 7, 9), weight_kind=TYPE.INT4, weight_numbers=weight_scales)
    model = parse_model(made.finish(), Path("four_bits.tflite"))
    inferred = infer(model, "single", seed)
    assert {found.rounding for found in inferred.values()} == {None}
    running = {found.layer.name: found for found in assess(model.layers, 4)}
    values = interpret(model, running, ["double"], seed)
    lone = values.runs["double"]
    apart = [lone[name].ofmap.astype(np.int16) - found.ofmap for name, found in inferred.items()]
    assert np.abs(apart).max() <= 1
