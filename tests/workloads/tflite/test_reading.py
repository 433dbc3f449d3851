"""read_model on the committed models: geometry by hand, numbers from the interpreter."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from dwsim.errors import ToolError
from dwsim.workloads.tflite import flatbuffer_schema as schema_module
from dwsim.workloads.tflite import layer_quantisation, read_model
from tests.workloads.tflite.edits import SMALL, TINY, constant, operator, read_edited, tensor, tiny

# Howard et al., MobileNets, https://arxiv.org/abs/1704.04861, table 1, with a quarter of the
# channels, 96x96: ifmap size, channels, stride.
_MOBILENET_V1 = [
    (48, 8, 1),
    (48, 16, 2),
    (24, 32, 1),
    (24, 32, 2),
    (12, 64, 1),
    (12, 64, 2),
    *[(6, 128, 1)] * 5,
    (6, 128, 2),
    (3, 256, 1),
]


def test_the_committed_network_has_its_13_layers() -> None:
    model = read_model(SMALL)
    assert model.operators["DEPTHWISE_CONV_2D"] == 13
    assert model.operators["CONV_2D"] == 15
    assert sum(model.operators.values()) == 34
    assert [layer.name for layer in model.layers] == [f"dw{i}" for i in range(1, 14)]
    assert all(layer.runs for layer in model.layers)
    sizes = []
    for layer in model.layers:
        spec, parameters = layer.facts()
        assert spec.ifmap_h == spec.ifmap_w
        assert spec.stride_h == spec.stride_w
        assert (spec.kernel_h, spec.kernel_w, spec.channel_multiplier, spec.batch) == (3, 3, 1, 1)
        # SAME: with stride 2 an even size is padded at its end only.
        pads = (1, 1) if spec.stride_h == 1 else (0, 1)
        assert (spec.pad_top, spec.pad_bottom) == (spec.pad_left, spec.pad_right) == pads
        assert parameters.activation == "relu6"
        assert parameters.per_channel
        sizes.append((spec.ifmap_h, spec.channels, spec.stride_h))
    assert sizes == _MOBILENET_V1
    assert SMALL.stat().st_size < 512 * 1024


@pytest.mark.parametrize("path", [SMALL, *map(tiny, TINY)], ids=lambda path: path.stem)
def test_scales_weights_and_biases_are_the_interpreters(path: Path) -> None:
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    details = {detail["index"]: detail for detail in interpreter.get_tensor_details()}
    operators = interpreter._get_ops_details()
    model = read_model(path)
    assert model.runnable == model.layers
    for layer in model.layers:
        spec, given = layer.facts()
        inputs = [int(index) for index in operators[layer.operator]["inputs"]]
        ifmap, ofmap = details[layer.ifmap_tensor], details[layer.ofmap_tensor]
        assert operators[layer.operator]["op_name"] == "DEPTHWISE_CONV_2D"
        assert [int(index) for index in operators[layer.operator]["outputs"]] == [ofmap["index"]]
        assert tuple(ifmap["shape"]) == spec.ifmap_shape
        assert tuple(ofmap["shape"]) == spec.ofmap_shape
        assert ifmap["dtype"] == ofmap["dtype"] == given.dtype
        assert ifmap["quantization"] == (np.float32(given.ifmap_scale), given.ifmap_zero_point)
        assert ofmap["quantization"] == (np.float32(given.ofmap_scale), given.ofmap_zero_point)
        scales = details[inputs[1]]["quantization_parameters"]["scales"]
        assert np.array_equal(scales, given.weight_scales)
        weight = interpreter.get_tensor(inputs[1])
        # [1, kernel_h, kernel_w, channels * multiplier] there.
        assert np.array_equal(weight[0].reshape(spec.weight_shape), given.weight)
        assert given.bias is not None
        assert np.array_equal(interpreter.get_tensor(inputs[2]), given.bias)


def test_the_tiny_models_have_what_they_are_for() -> None:
    facts = {name: read_model(tiny(name)).layers[0].facts() for name in TINY}
    specs = {name: spec for name, (spec, _) in facts.items()}
    assert (specs["dilated"].dilation_h, specs["dilated"].pad_top) == (2, 2)
    assert (specs["dilated_valid"].dilation_w, specs["dilated_valid"].pad_left) == (3, 0)
    assert (specs["multiplier"].channels, specs["multiplier"].channel_multiplier) == (3, 4)
    assert facts["int16"][1].dtype == np.int16
    assert facts["int16"][1].bias.dtype == np.int64
    assert not facts["per_tensor"][1].per_channel


def test_effective_scales_follow_the_weight_scales() -> None:
    for name in ("multiplier", "per_tensor"):
        spec, given = read_model(tiny(name)).layers[0].facts()
        expected = [
            given.ifmap_scale * float(scale) / given.ofmap_scale
            for scale in np.broadcast_to(given.weight_scales, spec.ofmap_channels)
        ]
        assert given.effective_scales.tolist() == expected


def test_quantisation_holds_every_channel() -> None:
    layer = read_model(tiny("multiplier")).layers[0]
    for rounding in ("double", "single"):
        quantisation = layer_quantisation(layer, rounding)
        assert quantisation.channels == 12
        assert quantisation.rounding == rounding
        assert quantisation.bias == tuple(layer.facts()[1].bias.tolist())


def test_a_pad_is_folded() -> None:
    model = read_model(tiny("padded"))
    (layer,) = model.layers
    spec, _ = layer.facts()
    assert layer.pad_operator == 0
    assert (spec.pad_top, spec.pad_bottom, spec.pad_left, spec.pad_right) == (2, 1, 0, 3)
    assert spec.ifmap_shape == (1, 9, 10, 6)
    assert layer.ifmap_tensor == model.inputs[0].tensor


def test_a_pad_adds_to_same() -> None:
    def same(model: Any) -> None:
        operator(model, "DEPTHWISE_CONV_2D").builtinOptions.padding = schema.Padding.SAME
        tensor(model, "ofmap").shape = [1, 6, 7, 6]

    (layer,) = read_edited(tiny("padded"), same).layers
    spec, _ = layer.facts()
    # The padded ifmap is 12x13: SAME with stride 2 adds (0, 1) rows and (1, 1) columns.
    assert (spec.pad_top, spec.pad_bottom, spec.pad_left, spec.pad_right) == (2, 2, 1, 4)
    assert spec.ofmap_shape == (1, 6, 7, 6)


def padv2(value: int) -> Any:
    def change(model: Any) -> None:
        pad = operator(model, "PAD")
        model.operatorCodes[pad.opcodeIndex].builtinCode = schema.BuiltinOperator.PADV2
        model.operatorCodes[pad.opcodeIndex].deprecatedBuiltinCode = schema.BuiltinOperator.PADV2
        pad.builtinOptionsType = schema.BuiltinOptions.PadV2Options
        pad.builtinOptions = schema.PadV2OptionsT()
        index = constant(model, "value", np.array([value], np.int8), schema.TensorType.INT8)
        pad.inputs = [*pad.inputs, index]

    return change


def test_padv2_is_folded_when_its_value_is_the_zero_point() -> None:
    assert read_edited(tiny("padded"), padv2(-1)).layers[0].pad_operator == 0


def _pad_table(model: Any, rows: list[list[int]]) -> None:
    pad = operator(model, "PAD")
    buffer = model.buffers[model.subgraphs[0].tensors[pad.inputs[1]].buffer]
    buffer.data = np.frombuffer(np.array(rows, np.int32).tobytes(), np.uint8)


def pads_channels(model: Any) -> None:
    _pad_table(model, [[0, 0], [2, 1], [0, 3], [1, 0]])
    model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]].shape = [1, 9, 10, 5]


def pads_batch(model: Any) -> None:
    _pad_table(model, [[1, 0], [2, 1], [0, 3], [0, 0]])


def pads_less_than_nothing(model: Any) -> None:
    _pad_table(model, [[0, 0], [4, -1], [0, 3], [0, 0]])


def pads_by_what_is_computed(model: Any) -> None:
    model.subgraphs[0].tensors[operator(model, "PAD").inputs[1]].buffer = 0


def feeds_something_else(model: Any) -> None:
    pad = operator(model, "PAD")
    other = schema.OperatorT()
    other.opcodeIndex, other.inputs = pad.opcodeIndex, list(pad.outputs)
    other.outputs = []
    model.subgraphs[0].operators.append(other)


def is_an_output(model: Any) -> None:
    graph = model.subgraphs[0]
    graph.outputs = [*graph.outputs, *operator(model, "PAD").outputs]


def changes_the_scale(model: Any) -> None:
    model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]].quantization.scale = [0.5]


def changes_the_zero_point(model: Any) -> None:
    model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]].quantization.zeroPoint = [3]


@pytest.mark.parametrize(
    "change",
    [
        padv2(0),
        pads_channels,
        pads_batch,
        pads_less_than_nothing,
        pads_by_what_is_computed,
        feeds_something_else,
        is_an_output,
        changes_the_scale,
        changes_the_zero_point,
    ],
    ids=lambda change: change.__name__,
)
def test_a_pad_that_is_more_than_padding_stays(change: Any) -> None:
    """The layer then runs on the output of the PAD."""
    (layer,) = read_edited(tiny("padded"), change).layers
    spec, _ = layer.facts()
    assert layer.pad_operator is None
    assert spec.ifmap_shape == (1, 12, 13, 6)
    assert spec.pad_top == spec.pad_right == 0


def test_a_layer_without_bias_runs() -> None:
    for inputs in (slice(0, 2), slice(0, 3)):

        def change(model: Any, inputs: slice = inputs) -> None:
            layer = operator(model, "DEPTHWISE_CONV_2D")
            layer.inputs = [*layer.inputs[:2], -1][inputs]

        (layer,) = read_edited(tiny("per_tensor"), change).layers
        assert layer.facts()[1].bias is None


def test_names_are_safe_to_print() -> None:
    def change(model: Any) -> None:
        tensor(model, "ofmap").name = "a\x1b[2J\nb" + "x" * 10_000

    name = read_edited(tiny("per_tensor"), change).layers[0].tensor_name
    assert name.startswith("a?[2J?bxx")
    assert len(name) < 200


def test_without_litert_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    monkeypatch.delitem(sys.modules, "ai_edge_litert.schema_py_generated", raising=False)
    schema_module.schema.cache_clear()
    try:
        with pytest.raises(ToolError, match=r"pip install 'dwsim\[tflite\]'"):
            read_model(SMALL)
    finally:
        schema_module.schema.cache_clear()
