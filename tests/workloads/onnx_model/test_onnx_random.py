"""Random layers of every form: golden gives the values of ONNX Runtime, as written and optimised.

More: ``pytest tests/workloads/onnx_model/test_onnx_random.py -s --random-models 20000 --seed 7``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dwsim.verification.onnx_engine import assess_onnx
from dwsim.verification.onnx_values import float_distance
from dwsim.workloads.onnx_model import OnnxLayer
from dwsim.workloads.onnx_model.ort_inference import run_alone
from dwsim.workloads.onnx_model.saturation import largest_exact_weight
from tests.onnx_files.onnx_builder import NEWEST, Case, single
from tests.workloads.onnx_model.reference import golden, nhwc, only_layer, run

STEP = 300
"""Models of one process of ONNX Runtime."""


def random_case(rng: np.random.Generator) -> Case:
    """A layer with geometry, types, zero points and scales at random."""

    def number(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    form = ("qdq", "qdq", "qlinear", "qlinear", "integer")[number(0, 4)]
    axes = 1 if number(0, 9) == 0 else 2
    kernel = tuple(number(1, 5) for _ in range(axes))
    strides = tuple(number(1, 4) for _ in range(axes))
    auto_pad = (None, None, "SAME_UPPER", "SAME_LOWER", "VALID")[number(0, 4)]
    # ONNX Runtime refuses a dilation together with SAME.
    dilations = tuple(
        1 if auto_pad in ("SAME_UPPER", "SAME_LOWER") else number(1, 3) for _ in kernel
    )
    reach = [(one - 1) * gap + 1 for one, gap in zip(kernel, dilations, strict=True)]
    sizes = [number(least, 20) for least in reach]
    if auto_pad in ("SAME_UPPER", "SAME_LOWER"):
        # A stride above the kernel may need a negative padding, which ONNX does not define.
        strides = tuple(min(one, taps) for one, taps in zip(strides, kernel, strict=True))
    pads = None if auto_pad else [number(0, 2 * one) for one in (*kernel, *kernel)]
    channels, multiplier = number(2, 9), number(1, 4)
    dtype = ("int8", "uint8")[number(0, 1)]
    # ONNX Runtime has no QLinearConv of int8 ifmaps and uint8 weights.
    weight_dtype = "int8" if dtype == "int8" else ("int8", "uint8")[number(0, 1)]
    low, high = (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
    count = () if form == "integer" or number(0, 2) == 0 else (channels * multiplier,)
    zero_weight = number(100, 150) if weight_dtype == "uint8" else number(-20, 20) * number(0, 1)
    ifmap_scale = 2.0 ** rng.uniform(-9, -1)
    # Sums of a few hundred times this scale fill the ofmap's range; some scales clip everything.
    ofmap_scale = ifmap_scale * 2.0 ** rng.uniform(-6, 3)
    edge = number(0, 19)
    if edge == 0:
        ofmap_scale = ifmap_scale * 2.0 ** float(rng.uniform(-40, 40))
    activation = ("none", "none", "relu", "clip")[number(0, 3)]
    if ofmap_scale < 2.0**-20:
        # ONNX Runtime's optimiser drops a Clip whose bounds are within 1.2e-7 of the type's range.
        activation = "none"
    return Case(
        form=form,
        shape=(number(1, 2), channels, *sizes),
        kernel=kernel,
        channels=channels,
        multiplier=multiplier,
        strides=strides,
        dilations=dilations,
        pads=pads,
        auto_pad=auto_pad,
        dtype=dtype,
        weight_dtype=weight_dtype,
        ifmap_scale=ifmap_scale,
        ifmap_zero_point=number(low, high),
        weight_scales=2.0 ** rng.uniform(-9, -4, count),
        weight_zero_points=zero_weight,
        largest_weight=largest_exact_weight(),
        ofmap_scale=ofmap_scale,
        ofmap_zero_point=number(low, high),
        bias=number(0, 4) > 0,
        activation=activation,
        clip=tuple(sorted((rng.normal(size=2) * 50 * ofmap_scale).tolist())),
        opset=number(13, NEWEST),
        seed=number(0, 2**31),
        real_bias=number(0, 3) == 0,
    )


def compare(cases: list[Case], rng: np.random.Generator) -> dict[str, int]:
    """Compares golden with ONNX Runtime; the numbers of values and of explained differences."""
    models = [single(case) for case in cases]
    layers: list[OnnxLayer] = [only_layer(model) for model in models]
    tensors = []
    for case in cases:
        limits = np.iinfo(case.dtype)
        tensors.append(rng.integers(limits.min, limits.max, case.shape, limits.dtype, True))
    expected = [golden(layer, nhwc(x)) for layer, x in zip(layers, tensors, strict=True)]
    counts = {"values": 0, "explained": 0, "near ties": 0}
    for optimise in (False, True):
        ofmaps = run(models, tensors, optimise)
        for case, layer, x, y, right in zip(cases, layers, tensors, ofmaps, expected, strict=True):
            distance = nhwc(y).astype(np.int64) - right
            counts["values"] += distance.size
            if case.form == "qdq" and distance.any():
                possible = float_distance(layer, nhwc(x))
                explained = (distance != 0) & (np.abs(distance) <= possible)
                counts["explained"] += int(explained.sum())
                counts["near ties"] += int((possible > 0).sum())
                distance = np.where(explained, 0, distance)
            assert not distance.any(), (optimise, case)
    return counts


def test_random_layers(seed: int, random_models: int) -> None:
    rng = np.random.default_rng(seed)
    total: dict[str, int] = {}
    for first in range(0, random_models, STEP):
        cases = [random_case(rng) for _ in range(min(STEP, random_models - first))]
        for name, count in compare(cases, rng).items():
            total[name] = total.get(name, 0) + count
    print(f"seed {seed}, {random_models} models: {total}")
    assert total["values"] > 400 * random_models
    assert total["explained"] < total["values"] / 1000


def test_sums_that_cancel_at_a_tiny_scale(seed: int) -> None:
    """What float32 leaves of an exact sum of 0 is many steps of such an ofmap."""
    case = Case("qdq", (1, 4, 64, 64), bias=False, ofmap_scale=2.0**-33)
    near_zero = np.random.default_rng(seed).integers(126, 131, case.shape).astype(np.uint8)
    layer, model = only_layer(single(case)), single(case)
    (ofmap,) = run([model], [near_zero], False)
    distance = np.abs(nhwc(ofmap).astype(np.int64) - golden(layer, nhwc(near_zero)))
    assert distance.max() > 1
    assert (distance <= float_distance(layer, nhwc(near_zero))).all()


def test_most_of_them_run_on_an_engine(seed: int) -> None:
    """So the comparison above is about layers that an engine gets."""
    rng = np.random.default_rng(seed)
    layers: list[Any] = [only_layer(single(random_case(rng))) for _ in range(100)]
    assert sum(found.runs for found in assess_onnx(layers, 4)) > 90


def test_biases_in_floating_point(seed: int) -> None:
    """The optimiser rounds them as the reader does; as written, only ties may differ."""
    rng = np.random.default_rng(seed)
    cases = []
    while len(cases) < 60:
        case = random_case(rng)
        two_axes = len(case.kernel) == 2
        if case.form == "qdq" and case.bias and case.activation == "none" and two_axes:
            cases.append(replace(case, real_bias=True))
    counts = compare(cases, rng)
    assert counts["explained"] < counts["values"] / 200
    models = [single(case) for case in cases]
    tensors = [rng.integers(0, 256, case.shape).astype(np.uint8).view(case.dtype) for case in cases]
    fused = run(models, tensors, True)
    for case, model, x, y in zip(cases, models, tensors, fused, strict=True):
        assert np.array_equal(nhwc(y), golden(only_layer(model), nhwc(x))), case
    # A layer that runs alone keeps the bias of the file.
    layer = only_layer(models[0])
    alone = run_alone({"dw1": layer}, {"dw1": nhwc(tensors[0])}, True)["dw1"]
    assert alone.ofmap is not None, alone.reason
    assert np.array_equal(alone.ofmap, nhwc(fused[0]))


@pytest.mark.parametrize("optimise", [False, True])
def test_a_difference_would_be_seen(optimise: bool, seed: int) -> None:
    """One value of a thousand changed by one is neither explained nor overlooked."""
    case = Case("qlinear")
    x = np.random.default_rng(seed).integers(0, 256, case.shape).astype(np.uint8)
    (y,) = run([single(case)], [x], optimise)
    case.ofmap_zero_point += 1
    assert (golden(only_layer(single(case)), nhwc(x)) != nhwc(y)).mean() > 0.3
