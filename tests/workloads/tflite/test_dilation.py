"""SPACE_TO_BATCH_ND around a convolution is dilation; unknown sizes come from the user."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from dwsim.errors import SpecError
from dwsim.golden.quantised import depthwise_quantised
from dwsim.workloads.tflite import inference, layer_quantisation, parse_model, read_model
from dwsim.workloads.tflite.model import Model
from tests.tflite_files.build_kinds import dilated, unknown_sizes
from tests.tflite_files.model_builder import SAME, VALID
from tests.workloads.tflite.edits import pack


def check(model: Model, seed: int) -> None:
    """The golden model of the folded layer equals the interpreter's result for the operators."""
    (layer,) = model.layers
    spec, parameters = layer.facts()
    found = inference.infer(model, "double", seed)["dw1"]
    ofmap = depthwise_quantised(
        found.ifmap, parameters.weight, spec, layer_quantisation(layer, "double")
    )
    assert np.array_equal(ofmap, found.ofmap)
    assert len(np.unique(ofmap)) > 32


@pytest.mark.parametrize("batch", [-1, 1, 2])
@pytest.mark.parametrize(
    ("block", "same", "inner"),
    [
        ((2, 2), True, VALID),
        ((2, 3), True, VALID),
        ((3, 1), True, VALID),
        ((2, 3), False, VALID),
        ((2, 2), False, SAME),
    ],
)
def test_every_form_is_folded(
    tmp_path: Path, block: tuple[int, int], same: bool, inner: int, batch: int, seed: int
) -> None:
    path = tmp_path / "dilated.tflite"
    path.write_bytes(dilated(block, same=same, inner=inner, batch=batch))
    model = read_model(path)
    (layer,) = model.layers
    spec, _ = layer.facts()
    assert layer.dilation_operators == (0, 2)
    assert (spec.dilation_h, spec.dilation_w) == block
    assert (spec.batch, spec.ifmap_h, spec.ifmap_w) == (max(batch, 1), 11, 13)
    # With an unknown batch LiteRT runs the 1 that the file states.
    check(model if batch != -1 else read_model(path, batch=1), seed)


@pytest.mark.parametrize("same", [True, False])
def test_a_pad_before_it_is_folded_too(tmp_path: Path, same: bool, seed: int) -> None:
    """The layer gets both paddings: that of the PAD and that of SPACE_TO_BATCH_ND."""
    path = tmp_path / "padded.tflite"
    path.write_bytes(dilated((2, 3), same=same, batch=1, border=2))
    model = read_model(path)
    (layer,) = model.layers
    spec, _ = layer.facts()
    assert (layer.pad_operator, layer.dilation_operators) == (0, (1, 3))
    assert (spec.ifmap_h, spec.ifmap_w) == (11 - 4, 13 - 4)
    own = (2, 3) if same else (0, 0)
    assert (spec.pad_top, spec.pad_left) == (2 + own[0], 2 + own[1])
    assert (spec.ofmap_h, spec.ofmap_w) == ((11, 13) if same else (7, 7))
    check(model, seed)


def test_a_batch_that_is_asked_for(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "dilated.tflite"
    path.write_bytes(dilated())
    model = read_model(path, batch=3)
    assert model.layers[0].facts()[0].batch == 3
    check(model, seed)
    with pytest.raises(SpecError, match="--batch = 0: must be an integer of at least 1"):
        read_model(path, batch=0)
    path.write_bytes(dilated(batch=1))
    with pytest.raises(SpecError, match="--batch = 2: is for a model that leaves its batch unkn"):
        read_model(path, batch=2)


def test_a_stride_between_them_is_no_dilation(tmp_path: Path, seed: int) -> None:
    """The layer then runs on the images that SPACE_TO_BATCH_ND makes."""
    path = tmp_path / "strided.tflite"
    path.write_bytes(dilated((2, 2), shape=(1, 16, 16, 4), batch=1, stride=(2, 2)))
    model = read_model(path)
    (layer,) = model.layers
    assert layer.dilation_operators is None
    assert layer.facts()[0].batch == 4
    check(model, seed)


def test_without_its_batch_it_is_named(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "strided.tflite"
    path.write_bytes(dilated((2, 2), shape=(1, 16, 16, 4), stride=(2, 2)))
    (layer,) = read_model(path).layers
    assert "give it with --batch" in str(layer.reasons[0])
    model = read_model(path, batch=2)
    assert model.layers[0].facts()[0].batch == 8
    check(model, seed)


def _edited(change: Any) -> Model:
    model = schema.ModelT.InitFromPackedBuf(dilated(batch=1), 0)
    change(model)
    return parse_model(pack(model), Path("edited.tflite"))


def crops_more(model: Any) -> None:
    crops = model.subgraphs[0].tensors[3]
    model.buffers[crops.buffer].data = np.frombuffer(
        np.array([[3, 0], [0, 0]], np.int32).tobytes(), np.uint8
    )


def other_block(model: Any) -> None:
    graph = model.subgraphs[0]
    other = schema.TensorT()
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(np.array([3, 2], np.int32).tobytes(), np.uint8)
    model.buffers.append(buffer)
    other.name, other.shape, other.type = "other", [2], schema.TensorType.INT32
    other.buffer = len(model.buffers) - 1
    graph.tensors.append(other)
    graph.operators[2].inputs = [graph.operators[2].inputs[0], len(graph.tensors) - 1, 3]


def other_scale(model: Any) -> None:
    model.subgraphs[0].tensors[-1].quantization.scale = [0.7]


def also_an_output(model: Any) -> None:
    graph = model.subgraphs[0]
    graph.outputs = [*graph.outputs, *graph.operators[1].outputs]


@pytest.mark.parametrize("change", [other_block, other_scale, also_an_output])
def test_more_than_dilation_is_not_folded(change: Any) -> None:
    (layer,) = _edited(change).layers
    assert layer.dilation_operators is None


def test_cropping_more_than_the_pads_is_refused() -> None:
    (layer,) = _edited(crops_more).layers
    assert not layer.runs
    assert "pad_top = -1" in str(layer.reasons[0])


def test_unknown_sizes_are_given(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "unknown.tflite"
    path.write_bytes(unknown_sizes())
    (layer,) = read_model(path).layers
    assert "give the shape of the input with --shape" in str(layer.reasons[0])
    for shapes in ({"": (1, 9, 8, 4)}, {"ifmap": (1, 9, 8, 4)}):
        model = read_model(path, shapes=shapes)
        assert model.layers[0].facts()[0].ifmap_shape == (1, 9, 8, 4)
        check(model, seed)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ({"other": (1, 9, 8, 4)}, "--shape = 'other': must name an input"),
        ({"": (1, 9, 8, 5)}, r"must be \(-1, -1, -1, 4\)"),
        ({"": (1, 9, 4)}, r"must be \(-1, -1, -1, 4\)"),
        ({"": (1, 0, 8, 4)}, r"must be \(-1, -1, -1, 4\)"),
        ({"": (1, 90_000, 90_000, 4)}, "must have at most 268,435,456 elements"),
    ],
)
def test_wrong_shapes_are_refused(tmp_path: Path, shapes: Any, message: str) -> None:
    path = tmp_path / "unknown.tflite"
    path.write_bytes(unknown_sizes())
    with pytest.raises(SpecError, match=message):
        read_model(path, shapes=shapes)
