"""Every kind of layer that converters and other tools write, judged by the interpreter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from dwsim.golden.quantised import depthwise_quantised
from dwsim.workloads import read_network
from dwsim.workloads.tflite import DepthwiseLayer, inference, layer_quantisation, parse_model
from dwsim.workloads.tflite.model import Model
from tests.tflite_files import build_graphs, build_kinds
from tests.tflite_files.build_kinds import RUNNING, SCALE_2_29
from tests.tflite_files.model_builder import TYPE, VALID, single

NOT_IN_XNNPACK = {"zero_scale", "scale_product_512", SCALE_2_29}
"""Kinds that LiteRT's default kernels refuse, or leave to a kernel that rounds twice."""


def read(content: bytes) -> Model:
    return parse_model(content, Path("kind.tflite"))


def random_ifmap(layer: DepthwiseLayer, rng: np.random.Generator) -> np.ndarray:
    spec, parameters = layer.facts()
    limits = np.iinfo(parameters.dtype)
    return rng.integers(limits.min, limits.max, spec.ifmap_shape, limits.dtype, endpoint=True)


def golden(layer: DepthwiseLayer, ifmap: np.ndarray, rounding: str) -> np.ndarray:
    spec, parameters = layer.facts()
    return depthwise_quantised(ifmap, parameters.weight, spec, layer_quantisation(layer, rounding))


@pytest.fixture(scope="module")
def layers() -> dict[str, DepthwiseLayer]:
    found = {}
    for kind, arguments in RUNNING.items():
        (layer,) = read(single(**arguments())).layers
        assert layer.runs, (kind, *map(str, layer.reasons))
        found[kind] = layer
    return found


@pytest.mark.parametrize("rounding", ["double", "single"])
def test_every_kind_alone_is_golden(
    layers: dict[str, DepthwiseLayer], rounding: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    ifmaps = {kind: random_ifmap(layer, rng) for kind, layer in layers.items()}
    runs = inference.run_layers(layers, ifmaps, rounding)
    refused = {kind for kind, run in runs.items() if run.ofmap is None}
    assert refused == (NOT_IN_XNNPACK if rounding == "single" else set())
    for kind, run in runs.items():
        if run.ofmap is None:
            assert "XNNPACK" in run.reason
        elif rounding == "double" or run.ofmap.dtype == np.int16:
            assert np.array_equal(run.ofmap, golden(layers[kind], ifmaps[kind], "double")), kind
        else:
            assert np.array_equal(run.ofmap, golden(layers[kind], ifmaps[kind], "float")), kind


@pytest.mark.parametrize("kind", ["grouped", "grouped_multiplier", "uint8", "int16", "relu6"])
def test_a_kind_in_its_network_is_golden(kind: str, seed: int) -> None:
    model = read(single(**RUNNING[kind]()))
    found = inference.infer(model, "double", seed)["dw1"]
    assert np.array_equal(found.ofmap, golden(model.layers[0], found.ifmap, "double"))
    assert len(np.unique(found.ofmap)) > 16


def test_int4_weights_are_those_of_the_interpreter(seed: int) -> None:
    """LiteRT's reference resolver lacks int4, so the kernels without delegate are asked."""
    content = single(**RUNNING["int4"]())
    model = read(content)
    interpreter = Interpreter(
        model_content=content,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    ifmap = random_ifmap(model.layers[0], np.random.default_rng(seed))
    interpreter.set_tensor(0, ifmap)
    interpreter.invoke()
    ofmap = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    apart = np.abs(ofmap.astype(int) - golden(model.layers[0], ifmap, "double"))
    # The optimised kernel rounds once where the reference rounds twice.
    assert apart.max() <= 1
    assert model.layers[0].facts()[1].weight.size % 2 == 1


def test_a_grouped_convolution_is_the_depthwise_layer_of_its_weights() -> None:
    plain, grouped = (
        read(single(shape=(1, 6, 7, 4), multiplier=3, grouped=grouped)).layers[0]
        for grouped in (False, True)
    )
    assert grouped.operator_name == "CONV_2D"
    assert plain.spec == grouped.spec
    assert np.array_equal(plain.facts()[1].weight, grouped.facts()[1].weight)


def test_a_plain_convolution_is_no_layer() -> None:
    def plain(model: Any) -> None:
        weight = model.subgraphs[0].tensors[1]
        weight.shape = [2, 3, 3, 2]

    from ai_edge_litert import schema_py_generated as schema

    from tests.workloads.tflite.edits import pack

    model = schema.ModelT.InitFromPackedBuf(single(grouped=True), 0)
    plain(model)
    found = read(pack(model))
    assert found.layers == ()
    assert found.operators == {"CONV_2D": 1}


def test_uint8_with_a_zero_point_for_each_channel() -> None:
    """130 at zero point 128, weights of 100 at zero points 5 and 90: worked by hand."""
    model = read(
        single(
            shape=(1, 2, 2, 2),
            kernel=(2, 2),
            kind=TYPE.UINT8,
            weight_kind=TYPE.UINT8,
            weight=np.full((1, 2, 2, 2), 100, np.uint8),
            weight_numbers=((0.02, 0.02), (5, 90)),
            bias=None,
            ifmap_numbers=((0.05,), (128,)),
            ofmap_numbers=((0.1,), (128,)),
            padding=VALID,
        )
    )
    ifmap = np.full((1, 2, 2, 2), 130 - 128, np.int8)
    ofmap = golden(model.layers[0], ifmap, "double").astype(int) + 128
    assert ofmap.ravel().tolist() == [136, 129]
    assert inference.run_layer(model.layers[0], ifmap, "double").ofmap.ravel().tolist() == [8, 1]


def test_a_tie_in_float32_only() -> None:
    (layer,) = read(single(**build_kinds.tie())).layers
    ifmap = np.zeros((1, 1, 1, 1), np.int8)
    assert golden(layer, ifmap, "double").item() == golden(layer, ifmap, "single").item() == -119
    assert golden(layer, ifmap, "float").item() == -120
    assert inference.run_layer(layer, ifmap, "double").ofmap.item() == -119
    assert inference.run_layer(layer, ifmap, "single").ofmap.item() == -120


def test_a_scale_of_0_gives_the_zero_point() -> None:
    (layer,) = read(single(**RUNNING["zero_scale"]())).layers
    ofmap = golden(layer, random_ifmap(layer, np.random.default_rng(3)), "double")
    assert np.unique(ofmap[..., 1]).tolist() == [-5]
    assert len(np.unique(ofmap[..., 0])) > 16


def test_a_bad_scale_names_its_channel() -> None:
    (layer,) = read(single(weight_numbers=((0.1, -0.2, 0.1, 0.1), (0,) * 4))).layers
    assert "weight_scales of channel 1 = -0.2" in str(layer.reasons[0])


@pytest.mark.parametrize("kind", ["FLOAT32", "FLOAT16", "BFLOAT16"])
def test_layers_in_floating_point_can_be_explored(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "float.tflite"
    path.write_bytes(build_kinds.floats(getattr(TYPE, kind)))
    network = read_network(str(path))
    assert [layer.ofmap_shape for layer in network.layers] == [(1, 6, 7, 4)]
    assert network.macs == 6 * 7 * 4 * 9


@pytest.mark.parametrize(
    "build", [build_graphs.branches, build_graphs.second_graph, build_graphs.loop]
)
def test_layers_of_every_graph_run(build: Any) -> None:
    model = read(build())
    assert model.runnable == model.layers
    assert {layer.subgraph for layer in model.layers} <= {1, 2}
    assert inference.infer(model, "double") == {}


def test_a_layer_in_the_body_of_a_loop(seed: int) -> None:
    """Three rounds in the interpreter are the golden layer applied three times."""
    content = build_graphs.loop(3)
    (layer,) = read(content).layers
    assert (layer.subgraph, layer.runs) == (2, True)
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    state = random_ifmap(layer, np.random.default_rng(seed))
    interpreter.set_tensor(0, np.zeros((), np.int32))
    interpreter.set_tensor(1, state)
    interpreter.invoke()
    found = interpreter.get_tensor(interpreter.get_output_details()[1]["index"])
    for _ in range(3):
        state = golden(layer, state, "double")
    assert np.array_equal(found, state)
    assert len(np.unique(state)) > 16


@pytest.mark.parametrize(
    ("kind", "shape", "content"),
    [
        ("INT32", (1,), None),
        ("FLOAT16", (1, 4), None),
        ("BOOL", (2,), None),
        ("INT64", (), None),
    ],
)
def test_an_input_of_another_type_does_not_matter(
    kind: str, shape: tuple[int, ...], content: None
) -> None:
    model = read(build_kinds.beside(getattr(TYPE, kind), shape, content))
    found = inference.infer(model, "double")["dw1"]
    assert np.array_equal(found.ofmap, golden(model.layers[0], found.ifmap, "double"))


def test_the_scale_product_of_uint8_is_float32() -> None:
    """A sum between the two products' ties: TFLite's other types would round it the other way."""
    numbers = (np.float32(0.00011), np.float32(0.00067891), np.float32(1.5))
    product = float(numbers[0]) * float(numbers[1])
    rounded = float(np.float32(numbers[0] * numbers[1]))
    assert product != rounded
    # Sums at which sum * scale passes 100.5, for either scale, and one between them.
    ends = sorted(100.5 * float(numbers[2]) / one for one in (product, rounded))
    between = round(sum(ends) / 2)
    assert ends[0] + 3 < between < ends[1] - 3
    (layer,) = read(
        single(
            shape=(1, 1, 1, 1),
            kernel=(1, 1),
            kind=TYPE.UINT8,
            weight_kind=TYPE.UINT8,
            weight=np.array([129], np.uint8).reshape(1, 1, 1, 1),
            weight_numbers=((numbers[1],), (128,)),
            bias=np.array([between], np.int32),
            ifmap_numbers=((numbers[0],), (128,)),
            ofmap_numbers=((numbers[2],), (128,)),
        )
    ).layers
    ifmap = np.zeros((1, 1, 1, 1), np.int8)
    ofmap = golden(layer, ifmap, "double").item()
    other = replace(layer, parameters=replace(layer.facts()[1], unsigned=False))
    assert golden(other, ifmap, "double").item() != ofmap
    assert inference.run_layer(layer, ifmap, "double").ofmap.item() == ofmap
