"""The interpreter on whole models and on single layers, judged by the golden model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dwsim.errors import SpecError, ToolError
from dwsim.golden.quantised import depthwise_quantised
from dwsim.workloads.tflite import (
    DepthwiseLayer,
    ModelError,
    inference,
    interpreter,
    layer_quantisation,
    read_model,
)
from tests.workloads.tflite.edits import SMALL, TINY, edited, operator, tiny

_ROUNDINGS = ("double", "single")


def golden(layer: DepthwiseLayer, ifmap: np.ndarray, rounding: str) -> np.ndarray:
    spec, parameters = layer.facts()
    return depthwise_quantised(ifmap, parameters.weight, spec, layer_quantisation(layer, rounding))


@pytest.mark.parametrize("rounding", _ROUNDINGS)
@pytest.mark.parametrize("path", [SMALL, *map(tiny, TINY)], ids=lambda path: path.stem)
def test_a_layer_alone_gives_what_the_network_gives(path: Path, rounding: str, seed: int) -> None:
    model = read_model(path)
    layers = {layer.name: layer for layer in model.layers}
    tensors = inference.infer(model, rounding, seed)
    alone = inference.run_layers(
        layers, {name: found.ifmap for name, found in tensors.items()}, rounding
    )
    assert list(tensors) == list(layers)
    for name, found in tensors.items():
        assert found.rounding == rounding
        assert np.array_equal(alone[name].ofmap, found.ofmap)
        # Not degenerate: the values differ.
        assert len(np.unique(found.ofmap)) >= 64
        if rounding == "double" or found.ofmap.dtype == np.int16:
            assert np.array_equal(golden(layers[name], found.ifmap, rounding), found.ofmap)
        else:
            assert np.array_equal(golden(layers[name], found.ifmap, "float"), found.ofmap)
            _check_against_single(layers[name], found)


def _check_against_single(layer: DepthwiseLayer, found: inference.InferredTensors) -> None:
    """XNNPACK's float32 rounding strays from one exact rounding by 1, and only next to a tie."""
    single = golden(layer, found.ifmap, "single").astype(np.int32)
    apart = np.abs(single - found.ofmap)
    assert apart.max() <= 1
    assert np.count_nonzero(apart) <= 1e-5 * apart.size + 1


def test_the_two_roundings_differ(seed: int) -> None:
    layer = read_model(SMALL).layers[2]
    spec, _ = layer.facts()
    ifmap = np.random.default_rng(seed).integers(-128, 128, spec.ifmap_shape, dtype=np.int8)
    double, single = (inference.run_layer(layer, ifmap, rounding).ofmap for rounding in _ROUNDINGS)
    apart = np.abs(double.astype(np.int32) - single)
    assert apart.max() == 1
    assert np.array_equal(double, golden(layer, ifmap, "double"))


def test_the_same_seed_gives_the_same_tensors() -> None:
    model = read_model(tiny("padded"))
    runs = [inference.infer(model, "double", seed)["dw1"] for seed in (1, 1, 2)]
    assert np.array_equal(runs[0].ifmap, runs[1].ifmap)
    assert np.array_equal(runs[0].ofmap, runs[1].ofmap)
    assert not np.array_equal(runs[0].ifmap, runs[2].ifmap)


def test_any_geometry_becomes_a_model_of_one_layer(seed: int) -> None:
    """Padding that is neither SAME nor VALID, no bias, and every activation."""
    layer = read_model(tiny("multiplier")).layers[0]
    spec, parameters = layer.facts()
    rng = np.random.default_rng(seed)
    layers = {}
    for activation in ("none", "relu", "relu6", "relu_n1_to_1"):
        layers[activation] = replace(
            layer, parameters=replace(parameters, activation=activation, bias=None)
        )
    layers["padded"] = replace(layer, spec=replace(spec, pad_top=5, pad_right=0, stride_w=2))
    layers["valid"] = replace(
        layer, spec=replace(spec, pad_top=0, pad_bottom=0, pad_left=0, pad_right=0)
    )
    ifmaps = {name: rng.integers(-128, 128, spec.ifmap_shape, dtype=np.int8) for name in layers}
    for name, run in inference.run_layers(layers, ifmaps, "double").items():
        assert np.array_equal(run.ofmap, golden(layers[name], ifmaps[name], "double")), name
    for name, run in inference.run_layers(layers, ifmaps, "single").items():
        assert np.array_equal(run.ofmap, golden(layers[name], ifmaps[name], "float")), name


def test_what_the_interpreter_refuses_is_an_error(tmp_path: Path) -> None:
    def change(model) -> None:
        # TFLite wants the padded tensor's type to be the ifmap's.
        pad = operator(model, "PAD")
        model.subgraphs[0].tensors[pad.outputs[0]].type = 7
        model.subgraphs[0].tensors[pad.inputs[0]].type = 9

    path = tmp_path / "refused.tflite"
    path.write_bytes(edited(tiny("padded"), change))
    with pytest.raises(ModelError, match="the interpreter refuses the model"):
        inference.infer(read_model(path), "double")


def test_an_interpreter_that_aborts_is_an_error(tmp_path: Path) -> None:
    def change(model) -> None:
        softmax = operator(model, "SOFTMAX")
        # The reference kernel's assertion wants a larger product with softmax's beta.
        model.subgraphs[0].tensors[softmax.inputs[0]].quantization.scale = [1e-12]

    path = tmp_path / "aborts.tflite"
    path.write_bytes(edited(SMALL, change))
    with pytest.raises(ModelError, match="the interpreter was stopped by SIGABRT"):
        inference.infer(read_model(path), "double")


def test_ifmaps_must_fit() -> None:
    layer = read_model(tiny("padded")).layers[0]
    with pytest.raises(SpecError, match=r"must be of shape \(1, 9, 10, 6\), int8"):
        inference.run_layer(layer, np.zeros((1, 9, 10, 6), np.int16), "double")
    with pytest.raises(SpecError, match="rounding = 'up'"):
        inference.run_layer(layer, np.zeros((1, 9, 10, 6), np.int8), "up")


def test_without_litert_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    model = read_model(tiny("padded"))
    monkeypatch.setattr(interpreter.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ToolError, match=r"pip install 'dwsim\[tflite\]'"):
        inference.infer(model, "double")
