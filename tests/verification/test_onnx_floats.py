"""Convolutions of real numbers in ``.onnx`` files: golden and RTL beside ONNX Runtime, by ulp."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import onnx
import pytest

from dwsim.cli import main
from dwsim.golden.float_ofmap import float_ofmap
from dwsim.golden.order_bound import order_bound
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.stream.epilogue_values import epilogue_of
from dwsim.stream.float_tensors import float_values, float_words
from dwsim.verification import against_onnxruntime
from dwsim.verification.float_comparison import Compared, compare_floats
from dwsim.verification.onnx_engine import assess_onnx, onnx_engines, smallest_onnx_engine
from dwsim.workloads.onnx_model import OnnxLayer
from dwsim.workloads.onnx_model.ort_inference import random_ifmap, run_alone
from tests.onnx_files.onnx_builder import Case, OnnxBuilder, single
from tests.workloads.onnx_model.reference import only_layer, read, reasons, run

DTYPES = {"float32": np.float32, "float16": np.float16}


def conv(
    rng: np.random.Generator,
    dtype: Any = np.float32,
    shape: tuple[int, ...] = (1, 4, 7, 8),
    kernel: tuple[int, ...] = (3, 3),
    multiplier: int = 1,
    bias: bool = True,
    **attributes: Any,
) -> onnx.ModelProto:
    """A model of one Conv with a group for each channel."""
    builder = OnnxBuilder(22 if dtype == ml_dtypes.bfloat16 else 13)
    name, channels = np.dtype(dtype).name, shape[1] * multiplier
    builder.input("ifmap", name, shape)
    weight = rng.normal(0, 0.3, (channels, 1, *kernel)).astype(dtype)
    inputs = ["ifmap", builder.constant("weight", weight)]
    if bias:
        inputs.append(builder.constant("bias", rng.normal(0, 0.5, channels).astype(dtype)))
    builder.node("Conv", inputs, "ofmap", group=shape[1], **attributes)
    builder.output("ofmap", name)
    return builder.model()


def random_conv(rng: np.random.Generator) -> onnx.ModelProto:
    """A Conv of random geometry and type, over one or two axes."""

    def numbers(low: int, high: int, count: int = 2) -> list[int]:
        return [int(one) for one in rng.integers(low, high + 1, count)]

    axes = 1 if rng.random() < 0.2 else 2
    kernel, dilations = numbers(1, 5, axes), numbers(1, 3, axes)
    sizes = [
        (one - 1) * gap + more
        for one, gap, more in zip(kernel, dilations, numbers(1, 9, axes), strict=True)
    ]
    batch, channels = numbers(1, 2, 1)[0], numbers(2, 9, 1)[0]
    return conv(
        rng,
        list(DTYPES.values())[numbers(0, 1, 1)[0]],
        (batch, channels, *sizes),
        tuple(kernel),
        multiplier=numbers(1, 3, 1)[0],
        bias=bool(numbers(0, 1, 1)[0]),
        strides=numbers(1, 3, axes),
        dilations=dilations,
        pads=numbers(0, 2, 2 * axes),
    )


def compare(layer: OnnxLayer, ifmap: np.ndarray, ofmap: np.ndarray) -> Compared:
    """Golden on the smallest engine beside ONNX Runtime."""
    spec, floats = layer.facts()[0], layer.floats
    assert floats is not None
    sums = smallest_onnx_engine([layer], 2).float_sums
    assert sums is not None
    arithmetic = FloatArithmetic(floats.number_format)
    epilogue = epilogue_of(arithmetic, spec.ofmap_channels, floats.bias)
    words = float_words(ifmap), float_words(floats.weight)
    golden = float_values(float_ofmap(*words, spec, sums, epilogue), floats.number_format)
    bound = order_bound(ifmap, floats.weight, spec, arithmetic, floats.bias)
    return compare_floats(golden, ofmap, bound, "ONNX Runtime")


@pytest.mark.parametrize("optimise", [False, True])
def test_random_layers(optimise: bool, seed: int, random_models: int) -> None:
    rng = np.random.default_rng(seed)
    count = random_models // 3
    layers = {str(i): only_layer(random_conv(rng)) for i in range(count)}
    ifmaps = {name: random_ifmap(rng, layer) for name, layer in layers.items()}
    totals = {name: [0, 0] for name in DTYPES}
    shares = []
    for name, found in run_alone(layers, ifmaps, optimise).items():
        assert found.ofmap is not None, found.reason
        compared = compare(layers[name], ifmaps[name], found.ofmap)
        assert not compared.wrong.any(), (name, layers[name].spec)
        shares.append(compared.comparison.bound_share)
        total = totals[ifmaps[name].dtype.name]
        total[0] += compared.comparison.bit_equal
        total[1] += found.ofmap.size
    for name, (equal, values) in totals.items():
        print(f"seed {seed}, {name}: {equal / values:.1%} of {values:,} values bit-equal")
    assert max(shares) > 0.05


def test_the_model_of_a_layer_is_that_of_the_file(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for dtype in DTYPES.values():
        model = conv(rng, dtype, multiplier=2, pads=[1, 0, 2, 1], strides=[2, 1])
        layer = only_layer(model)
        ifmap = random_ifmap(rng, layer)
        (whole,) = run([model], [np.ascontiguousarray(ifmap.transpose(0, 3, 1, 2))])
        alone = run_alone({"dw": layer}, {"dw": ifmap})["dw"].ofmap
        assert alone is not None
        assert np.array_equal(whole.transpose(0, 2, 3, 1), alone)
        assert len(np.unique(alone)) > 16


def test_half_precision_in_rtl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    """The layer runs alone, on the ifmap of the network; a value beyond the bound is wrong."""
    path = tmp_path / "half.onnx"
    onnx.save(conv(np.random.default_rng(seed), np.float16, kernel=(1, 3)), str(path))
    argv = ["verify", str(path), "--lanes", "2"]
    assert main([*argv, "--json", "--strict"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["layers"]
    assert (row["rounding"], row["cycles"]) == ("float16", row["law"])
    (comparison,) = row["comparisons"]
    assert comparison["source"] == "ONNX Runtime"
    assert comparison["wrong"] == 0
    # Both round sums in float32 once.
    assert comparison["bit_equal"] > 0.95 * comparison["values"]
    right = against_onnxruntime.ort_values

    def wrong(*arguments):
        values = right(*arguments)
        ofmap = values.runs["dw1"].ofmap.copy()
        ofmap[0, 3, 2, 1] *= np.float16(1.01)
        runs = {"dw1": dataclasses.replace(values.runs["dw1"], ofmap=ofmap)}
        return dataclasses.replace(values, runs=runs)

    monkeypatch.setattr(against_onnxruntime, "ort_values", wrong)
    assert main(argv) == 1
    assert "1 values differ from those of ONNX Runtime" in capsys.readouterr().err


def test_reasons(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for dtype in (ml_dtypes.bfloat16, np.float64):
        said = reasons(conv(rng, dtype))
        assert "must be one of float, float16: ONNX Runtime has no other Conv" in said
    model = conv(rng)
    model.graph.input.append(
        onnx.helper.make_tensor_value_info("weight", onnx.TensorProto.FLOAT, (4, 1, 3, 3))
    )
    del model.graph.initializer[0]
    assert "weight = 'weight': must be a constant of the file" in reasons(model)
    model = conv(rng)
    model.graph.initializer[1].CopyFrom(
        onnx.numpy_helper.from_array(np.ones(4, np.float16), "bias")
    )
    assert "bias.type = 'float16': must be float32, as the ifmap" in reasons(model)
    model.graph.initializer[1].CopyFrom(
        onnx.numpy_helper.from_array(np.ones(3, np.float32), "bias")
    )
    assert "bias.shape = (3,): must be (4,)" in reasons(model)


def test_engines_by_format(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layers = [only_layer(conv(rng, dtype)) for dtype in (*DTYPES.values(), np.float32)]
    layers.append(only_layer(single(Case())))
    engines = [(engine, len(members)) for engine, members in onnx_engines(layers)]
    assert [(e.number_format, e.lanes, count) for e, count in engines] == [
        ("float32", 4, 2),
        ("float16", 4, 1),
        ("integer", 16, 1),
    ]
    assert [found.roundings for found in assess_onnx(layers)] == [
        ("float32",),
        ("float16",),
        ("float32",),
        ("float",),
    ]
    assert read(conv(rng, kernel=(12, 3), shape=(1, 2, 20, 20))).layers[0].runs
    (large,) = assess_onnx(read(conv(rng, kernel=(12, 3), shape=(1, 2, 20, 20))).layers)
    assert "kernel_h = 12" in str(large.broken[0])
