"""Every kind of layer that is read: its sums are ONNX Runtime's, and its numbers the file's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from dwsim.errors import SpecError
from dwsim.verification.onnx_values import float_distance
from dwsim.workloads import read_network
from dwsim.workloads.model_error import ModelError
from dwsim.workloads.onnx_model import OnnxLayer, read_onnx
from dwsim.workloads.onnx_model.ort_inference import random_ifmap, run_alone
from dwsim.workloads.onnx_model.saturation import largest_exact_weight
from tests.onnx_files.onnx_builder import NEWEST, Case, OnnxBuilder, add_case, single
from tests.workloads.onnx_model.reference import golden, golden_sums, nhwc, only_layer, read, run

GEOMETRIES = {
    "plain": Case(),
    "multiplier": Case(multiplier=3),
    "same_upper": Case(auto_pad="SAME_UPPER", strides=(2, 2)),
    "same_lower": Case(auto_pad="SAME_LOWER", strides=(2, 1)),
    "valid": Case(auto_pad="VALID", strides=(1, 3)),
    "pads": Case(pads=(0, 1, 2, 3)),
    "dilations": Case(dilations=(2, 3), pads=(2, 3, 2, 3)),
    "stride_and_dilation": Case(dilations=(2, 1), strides=(2, 3)),
    "rectangular": Case(kernel=(1, 5), shape=(2, 4, 3, 11)),
    "one_axis": Case(kernel=(5,), shape=(2, 4, 17), strides=(2,), pads=(1, 3)),
    "one_axis_same": Case(kernel=(4,), shape=(1, 4, 9), auto_pad="SAME_LOWER"),
}


@pytest.mark.parametrize("optimise", [False, True])
@pytest.mark.parametrize("form", ["qdq", "qlinear", "integer"])
def test_geometries(form: str, optimise: bool, seed: int) -> None:
    """The file's own operator, and the model of one layer that ``verify`` makes of it."""
    rng = np.random.default_rng(seed)
    models, tensors = [], []
    layers: dict[str, OnnxLayer] = {}
    for kind, case in GEOMETRIES.items():
        case.form, case.largest_weight = form, largest_exact_weight()
        models.append(single(case))
        layers[kind] = only_layer(single(case))
        tensors.append(rng.integers(0, 256, case.shape).astype(np.uint8))
    ofmaps = run(models, tensors, optimise)
    ifmaps = dict(zip(layers, map(nhwc, tensors), strict=True))
    alone = run_alone(layers, ifmaps, optimise)
    for (kind, layer), ofmap in zip(layers.items(), ofmaps, strict=True):
        expected = golden(layer, ifmaps[kind])
        assert alone[kind].ofmap is not None, (kind, alone[kind].reason)
        for found in (nhwc(ofmap), alone[kind].ofmap):
            distance = np.abs(found.astype(np.int64) - expected)
            unfused = form == "qdq" and not optimise
            possible = float_distance(layer, ifmaps[kind]) if unfused else 0
            assert (distance <= possible).all(), kind


@pytest.mark.parametrize("weight_dtype", ["int8", "uint8"])
@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_types_and_zero_points(dtype: str, weight_dtype: str, seed: int) -> None:
    zero_weight = 130 if weight_dtype == "uint8" else 7
    zero_point = 200 if dtype == "uint8" else -100
    case = Case("integer", dtype=dtype, weight_dtype=weight_dtype, ifmap_zero_point=zero_point)
    case.weight_zero_points, case.largest_weight = zero_weight, largest_exact_weight()
    layer = only_layer(single(case))
    _, parameters = layer.facts()
    assert layer.type == dtype
    assert (parameters.ifmap_dtype.name, parameters.weight_dtype.name) == (dtype, weight_dtype)
    assert np.array_equal(parameters.weight_zero_points, [zero_weight])
    expected = case.weight().astype(int).reshape(4, 1, 3, 3).transpose(2, 3, 0, 1) - zero_weight
    assert np.array_equal(parameters.weight, expected)
    ifmap = random_ifmap(np.random.default_rng(seed), layer)
    if case.largest_weight < 255:  # ONNX Runtime multiplies unsigned weights by signed data
        ifmap //= 2
    (done,) = run_alone({"it": layer}, {"it": ifmap}).values()
    assert np.array_equal(done.ofmap, golden_sums(layer, ifmap))


def test_scales_for_each_channel() -> None:
    scales = np.linspace(0.001, 0.02, 8, dtype=np.float32)
    zeros = np.arange(8) - 3
    case = Case(multiplier=2, weight_scales=scales, weight_zero_points=zeros, ofmap_dtype="int8")
    case.ofmap_zero_point = -7
    layer = only_layer(single(case))
    _, parameters = layer.facts()
    assert parameters.scales is not None
    assert parameters.per_channel
    assert np.array_equal(parameters.scales.weight_scales, scales)
    assert np.array_equal(parameters.weight_zero_points, zeros)
    assert parameters.scales.ofmap_dtype == np.int8
    assert parameters.scales.ofmap_zero_point == -7
    assert np.array_equal(parameters.scales.bias, case.bias_values())


@pytest.mark.parametrize(
    ("activation", "expected"), [("none", (0, 255)), ("relu", (3, 255)), ("clip", (0, 46))]
)
def test_activations_become_the_range_of_the_ofmap(
    activation: str, expected: tuple[int, int]
) -> None:
    """The bounds -1.5 and 4.25 at scale 0.1 and zero point 3 are -12 and 45.5, rounded to even."""
    layer = only_layer(single(Case(activation=activation)))
    scales = layer.facts()[1].scales
    assert scales is not None
    assert layer.facts()[1].activation == activation
    # 42.5 is a tie in decimals only: 4.25 / float32(0.1) is 42.49999937, so 42 + 3.
    low, high = expected
    assert (scales.act_min, scales.act_max) == (low, high - (activation == "clip"))


@pytest.mark.parametrize("opset", range(10, NEWEST + 1))
@pytest.mark.parametrize("form", ["qdq", "qlinear", "integer"])
def test_operator_sets(form: str, opset: int) -> None:
    case = Case(form, opset=opset, auto_pad="SAME_UPPER", strides=(2, 2))
    layer = only_layer(single(case))
    assert layer.facts()[0].ofmap_shape == (1, 4, 4, 4)


def test_the_newest_operator_set_that_onnx_knows() -> None:
    for opset in range(NEWEST + 1, onnx.defs.onnx_opset_version() + 1):
        assert only_layer(single(Case(opset=opset))).facts()[0].ofmap_shape == (1, 5, 6, 4)


def test_weights_that_the_file_quantises_itself() -> None:
    """Training with fake quantisation keeps weights in float: QuantizeLinear, DequantizeLinear."""
    case = Case(weight_scales=np.full(4, 0.01, np.float32), bias=False)
    model = single(case)
    integers = next(w for w in model.graph.initializer if w.name == "weight")
    values = numpy_helper.to_array(integers).astype(np.float32) * np.float32(0.01)
    integers.CopyFrom(numpy_helper.from_array(values, "float_weight"))
    scale = next(w.name for w in model.graph.initializer if w.name == "sw")
    quantise = helper.make_node(
        "QuantizeLinear", ["float_weight", scale, "zws"], ["weight"], axis=0
    )
    model.graph.node.insert(0, quantise)
    found, plain = only_layer(model), only_layer(single(case))
    assert np.array_equal(found.facts()[1].weight, plain.facts()[1].weight)


def test_weights_of_4_bits() -> None:
    case = Case(opset=21, bias=False)
    model = single(case)
    values = np.random.default_rng(1).integers(-8, 8, (4, 1, 3, 3))
    for tensor in model.graph.initializer:
        if tensor.name in ("weight", "zw"):
            data = values if tensor.name == "weight" else np.int64(0)
            tensor.CopyFrom(
                helper.make_tensor(
                    tensor.name, onnx.TensorProto.INT4, data.shape, data.reshape(-1).tolist()
                )
            )
    layer = only_layer(model)
    assert np.array_equal(layer.facts()[1].weight, values.transpose(2, 3, 0, 1))


def test_layers_in_graphs_inside_of_operators() -> None:
    """Branches of an If, and the body of a Loop, with weights of the graph around them."""
    outer = OnnxBuilder()
    outer.input("ifmap", "uint8", (1, 4, 7, 8))
    outer.input("which", "bool", ())
    outer.constant("shared", Case().weight())
    branches = []
    for index in range(2):
        inner = OnnxBuilder()
        made = add_case(inner, Case(pads=(index,) * 4), "ifmap", f"branch{index}_")
        inner.output(made, "uint8", (1, 4, 5 + 2 * index, 6 + 2 * index))
        branches.append(inner.graph(f"branch{index}"))
    outer.node("If", ["which"], "chosen", then_branch=branches[0], else_branch=branches[1])
    body = OnnxBuilder()
    body.input("turn", "int64", ())
    body.input("go_in", "bool", ())
    body.input("state", "uint8", (1, 4, 7, 8))
    body.node("Identity", ["go_in"], "go_out")
    made = add_case(body, Case(pads=(1, 1, 1, 1), ifmap_zero_point=3), "state", "body_")
    body.output("go_out", "bool", ())
    body.output(made, "uint8", (1, 4, 7, 8))
    turns = outer.constant("turns", np.int64(3))
    outer.node("Loop", [turns, "which", "ifmap"], "ofmap", body=body.graph("body"))
    outer.output("ofmap", "uint8")
    outer.output("chosen", "uint8")
    layers = read(outer.model()).layers
    assert [layer.runs for layer in layers] == [True] * 3, [
        [*map(str, one.reasons)] for one in layers
    ]
    assert len({layer.subgraph for layer in layers}) == 3
    assert 0 not in {layer.subgraph for layer in layers}
    # ONNX sorts the attributes of If by name: the else branch comes first.
    assert [layer.facts()[0].pad_top for layer in layers] == [1, 0, 1]


def test_calls_of_the_models_own_functions() -> None:
    builder = OnnxBuilder(opset=18)
    builder.input("ifmap", "uint8", (1, 4, 7, 8))
    add_case(builder, Case(opset=18), "ifmap")
    builder.output("ofmap", "uint8")
    model = builder.model()
    weights = [tensor.name for tensor in model.graph.initializer]
    nodes = list(model.graph.node)
    opset = [helper.make_opsetid("", 18)]
    function = helper.make_function("own", "block", ["ifmap", *weights], ["ofmap"], nodes, opset)
    del model.graph.node[:]
    call = helper.make_node("block", ["ifmap", *weights], ["ofmap"], domain="own")
    model.graph.node.append(call)
    model.functions.append(function)
    model.opset_import.append(helper.make_opsetid("own", 1))
    content = model.SerializeToString()
    from dwsim.workloads.onnx_model.onnx_loading import parse

    assert only_layer(parse(content, Path("kind.onnx"))).runs


def _external(tmp_path: Path, **info: str | int) -> Path:
    path = tmp_path / "model.onnx"
    model = single(Case())
    onnx.save_model(
        model,
        str(path),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location="model.data",
        size_threshold=0,
    )
    saved = onnx.load(str(path), load_external_data=False)
    weight = next(tensor for tensor in saved.graph.initializer if tensor.name == "weight")
    for entry in weight.external_data:
        if entry.key in info:
            entry.value = str(info[entry.key])
    path.write_bytes(saved.SerializeToString())
    return path


def test_weights_in_a_file_beside_the_model(tmp_path: Path) -> None:
    (layer,) = read_onnx(_external(tmp_path)).layers
    assert layer.runs, list(map(str, layer.reasons))
    assert np.array_equal(layer.facts()[1].weight, only_layer(single(Case())).facts()[1].weight)


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ({"location": "../other.data"}, "is not a file beside the model"),
        ({"location": "/etc/passwd"}, "is not a file beside the model"),
        ({"location": "missing.data"}, "is not a file beside the model"),
        ({"offset": 1_000_000}, "beyond model.data"),
        ({"length": 2**63}, "beyond model.data"),
        ({"offset": -8}, "beyond model.data"),
        ({"length": 3}, "cannot be read"),
        ({"offset": "many"}, "cannot be read"),
    ],
)
def test_external_weights_that_leave_their_file(
    tmp_path: Path, info: dict[str, str | int], message: str
) -> None:
    (layer,) = read_onnx(_external(tmp_path, **info)).layers
    assert message in "\n".join(map(str, layer.reasons))


def _unknown() -> onnx.ModelProto:
    builder = OnnxBuilder()
    builder.input("ifmap", "uint8", ("batch", 4, "rows", 8))
    first = add_case(builder, Case(pads=(1, 1, 1, 1)), "ifmap", "a_")
    add_case(builder, Case(ifmap_zero_point=3), first, "b_")
    builder.output("b_ofmap", "uint8", ("batch", 4, "less", 6))
    return builder.model()


def test_unknown_sizes() -> None:
    first = read(_unknown()).layers[0]
    assert not first.runs
    assert "give the shape of the input with --shape" in str(first.reasons[0])
    model = read(_unknown(), shapes={"": (3, 4, 9, 8)})
    assert [layer.facts()[0].ifmap_shape for layer in model.layers] == [(3, 9, 8, 4)] * 2
    model = read(_unknown(), batch=2, shapes={})
    assert model.inputs[0].shape == (2, 4, -1, 8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shapes": {"other": (1, 4, 7, 8)}}, "must name an input"),
        ({"shapes": {"ifmap": (1, 5, 7, 8)}}, r"must be \(-1, 4, -1, 8\)"),
        ({"shapes": {"ifmap": (1, 4, 0, 8)}}, "size of at least 1"),
        ({"shapes": {"ifmap": (1, 4, 7)}}, r"must be \(-1, 4, -1, 8\)"),
        ({"batch": 0}, "at least 1"),
    ],
)
def test_sizes_that_do_not_agree_with_the_file(options: dict, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        read(_unknown(), **options)


def test_a_batch_for_a_file_that_knows_it() -> None:
    with pytest.raises(SpecError, match="this one fixes it"):
        read(single(Case()), batch=2)


def test_a_network_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    onnx.save(single(Case("float", channels=4)), str(path))
    network = read_network("small.onnx", tmp_path)
    assert network.name == "small"
    assert network.layers[0].ifmap_shape == (1, 7, 8, 4)


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "empty.onnx").touch()
    for path in (tmp_path, tmp_path / "empty.onnx", tmp_path / "missing.onnx", Path("nul\0")):
        with pytest.raises(ModelError):
            read_onnx(path)
