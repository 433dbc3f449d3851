"""Large weights stay in an ``.onnx`` file: the model is the same, and damaged files are refused."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import pytest

from dwsim.workloads.model_error import ModelError
from dwsim.workloads.onnx_model import onnx_loading, read_onnx
from dwsim.workloads.onnx_model.onnx_loading import load
from dwsim.workloads.onnx_model.ort_inference import infer_layers
from dwsim.workloads.onnx_model.outlined_weights import outlined
from tests.onnx_files.build_forms import PATH


@pytest.fixture
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_loading, "_LARGE_FILE", 0)
    monkeypatch.setattr(onnx_loading, "outlined", partial(outlined, least=1))


def test_the_weights_are_those_of_the_file(tmp_path: Path) -> None:
    content = PATH.read_bytes()
    (tmp_path / "forms.onnx").write_bytes(content)
    (tmp_path / "light.onnx").write_bytes(outlined(content, "forms.onnx", least=1))
    light = onnx.load(str(tmp_path / "light.onnx"), load_external_data=False)
    whole = onnx.load(str(PATH))
    weights = light.graph.initializer
    assert len(weights) == len(whole.graph.initializer) > 10
    assert all(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in weights)
    assert not any(tensor.raw_data for tensor in weights)
    # ONNX's own reader of external data finds the same values.
    found = onnx.load(str(tmp_path / "light.onnx"))
    for tensor in found.graph.initializer:
        tensor.ClearField("data_location")
    assert found == whole


def test_small_weights_stay(seed: int) -> None:
    content = PATH.read_bytes()
    least = 1 << 20
    assert outlined(content, "forms.onnx", least) == content


def test_layers_and_inference_are_the_same(
    every_file_is_large: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A link in another folder, because the weights are beside the file that it leads to.
    link = tmp_path / "link.onnx"
    link.symlink_to(PATH)
    light = read_onnx(link)
    assert any(tensor.external_data for tensor in light.proto.graph.initializer)
    monkeypatch.undo()
    whole = read_onnx(PATH)
    assert not any(tensor.external_data for tensor in whole.proto.graph.initializer)
    for one, other in zip(light.runnable, whole.runnable, strict=True):
        assert one.spec == other.spec
        assert np.array_equal(one.facts()[1].weight, other.facts()[1].weight)
    tensors = [infer_layers(model, False, 1) for model in (light, whole)]
    assert tensors[0].keys() == tensors[1].keys()
    for name, found in tensors[0].items():
        assert np.array_equal(found.ifmap, tensors[1][name].ifmap)
        assert np.array_equal(found.ofmap, tensors[1][name].ofmap)


def in_constants(path: Path, version: int = 8) -> Path:
    """The file with each weight in a ``Constant`` operator."""
    model = onnx.load(str(PATH))
    model.ir_version = version
    weights = list(model.graph.initializer)
    operators = []
    for tensor in weights:
        operators.append(onnx.helper.make_node("Constant", [], [tensor.name], value=tensor))
        operators[-1].attribute[0].t.name = "value"
    rest = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.node.extend([*operators, *rest])
    path.write_bytes(model.SerializeToString())
    return path


def test_weights_in_constant_operators_stay_too(
    every_file_is_large: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    light = read_onnx(in_constants(tmp_path / "constants.onnx"))
    monkeypatch.undo()
    whole = read_onnx(PATH)
    weights = light.proto.graph.initializer
    assert [one.name for one in weights] == [one.name for one in whole.proto.graph.initializer]
    assert all(tensor.external_data for tensor in weights)
    for one, other in zip(light.runnable, whole.runnable, strict=True):
        assert np.array_equal(one.facts()[1].weight, other.facts()[1].weight)
    tensors = [infer_layers(model, False, 1) for model in (light, whole)]
    for name, found in tensors[0].items():
        assert np.array_equal(found.ofmap, tensors[1][name].ofmap)


def test_a_format_in_which_weights_are_inputs_keeps_its_constants(tmp_path: Path) -> None:
    content = in_constants(tmp_path / "old.onnx", version=3).read_bytes()
    assert outlined(content, "old.onnx", least=1) == content


def test_small_constants_and_other_operators_stay(tmp_path: Path) -> None:
    content = in_constants(tmp_path / "small.onnx").read_bytes()
    assert outlined(content, "small.onnx", least=1 << 20) == content
    no_weights = onnx.load_from_string(content)
    del no_weights.graph.node[: len(onnx.load(str(PATH)).graph.initializer)]
    rest = no_weights.SerializeToString()
    assert onnx.load_from_string(outlined(rest, "rest.onnx", least=1)) == no_weights


def test_a_file_that_ends_early_is_refused(every_file_is_large: None, tmp_path: Path) -> None:
    content = PATH.read_bytes()
    path = tmp_path / "cut.onnx"
    for length in range(1, len(content), 97):
        path.write_bytes(content[:length])
        with pytest.raises(ModelError, match=r"cut\.onnx: is no \.onnx file: "):
            load(path)


def test_damaged_bytes_raise_nothing_else(tmp_path: Path, seed: int) -> None:
    rng = random.Random(f"{seed} outlined")
    contents = [PATH.read_bytes(), in_constants(tmp_path / "constants.onnx").read_bytes()]
    refused = 0
    for number in range(2000):
        damaged = bytearray(contents[number % 2])
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            outlined(bytes(damaged), "forms.onnx", least=1)
        except ValueError:
            refused += 1
    assert refused > 20
