"""Random layers of every kind, read from files: golden gives the values of the interpreter.

For more: ``pytest tests/workloads/tflite/test_random_layers.py -s --random-models 20000 --seed 7``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dwsim.verification.layer_engine import assess
from dwsim.workloads.tflite import DepthwiseLayer, inference
from tests.tflite_files.model_builder import TYPE, single
from tests.workloads.tflite.test_kinds import golden, random_ifmap, read

STEP = 300
"""Models of one process of the interpreter."""


def random_arguments(rng: np.random.Generator) -> dict[str, Any]:
    """Arguments of a layer: geometry, types, zero points and scales at random."""

    def number(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    kind = (TYPE.INT8, TYPE.INT8, TYPE.UINT8, TYPE.INT16)[number(0, 3)]
    weight_kind = TYPE.UINT8 if kind == TYPE.UINT8 else TYPE.INT8
    if kind == TYPE.INT8 and number(0, 3) == 0:
        weight_kind = TYPE.INT4
    kernel = (number(1, 5), number(1, 5))
    stride = (number(1, 4), number(1, 4))
    dilation = (number(1, 3), number(1, 3)) if stride == (1, 1) else (1, 1)
    padding = number(0, 1)
    sizes = [
        number((one - 1) * gap + 1 if padding else 1, 20)
        for one, gap in zip(kernel, dilation, strict=True)
    ]
    channels = number(2, 9)
    multiplier = number(1, 4)
    count = 1 if kind == TYPE.UINT8 or number(0, 2) == 0 else channels * multiplier
    unsigned = 128 if kind == TYPE.UINT8 else 0
    ifmap_scale = 2.0 ** rng.uniform(-9, -1)
    # Sums of a few hundred times this scale fill the ofmap's range; some scales clip everything.
    ofmap_scale = ifmap_scale * 2.0 ** rng.uniform(-6, 3)
    weight_scales = 2.0 ** rng.uniform(-9, -4, count)
    if count > 1 and number(0, 9) == 0:
        weight_scales[number(0, count - 1)] = 0
    return {
        "shape": (number(1, 2), *sizes, channels),
        "kernel": kernel,
        "multiplier": multiplier,
        "kind": kind,
        "weight_kind": weight_kind,
        "weight": None,
        "weight_numbers": (weight_scales, [128 if unsigned else 0] * count),
        "bias": None if number(0, 5) == 0 else True,
        "ifmap_numbers": ((ifmap_scale,), (number(-128, 127) + unsigned,)),
        "ofmap_numbers": ((ofmap_scale,), (number(-128, 127) + unsigned,)),
        "stride": stride,
        "dilation": dilation,
        "padding": padding,
        "activation": number(0, 3),
        "grouped": kind == TYPE.INT8 and weight_kind == TYPE.INT8 and number(0, 2) == 0,
    }


def random_layers(rng: np.random.Generator, count: int) -> dict[str, DepthwiseLayer]:
    """The layers of ``count`` random files, by number."""
    found = {}
    for number in range(count):
        (layer,) = read(single(**random_arguments(rng))).layers
        assert layer.runs, list(map(str, layer.reasons))
        found[str(number)] = layer
    return found


def compare(
    layers: dict[str, DepthwiseLayer], rounding: str, rng: np.random.Generator
) -> tuple[int, int]:
    """Compares golden with the interpreter; the numbers of layers and of values compared."""
    ifmaps = {name: random_ifmap(layer, rng) for name, layer in layers.items()}
    runs = inference.run_layers(layers, ifmaps, rounding)
    values, compared = 0, 0
    for name, run in runs.items():
        layer = layers[name]
        if run.ofmap is None:
            assert rounding == "single", run.reason
            assert "XNNPACK" in run.reason
            continue
        compared += 1
        values += run.ofmap.size
        is_exact = rounding == "double" or run.ofmap.dtype == np.int16
        expected = golden(layer, ifmaps[name], "double" if is_exact else "float")
        assert np.array_equal(run.ofmap, expected), (name, layer.spec)
    return compared, values


@pytest.mark.parametrize("rounding", ["double", "single"])
def test_random_layers(rounding: str, seed: int, random_models: int) -> None:
    rng = np.random.default_rng(seed)
    compared = values = 0
    for first in range(0, random_models, STEP):
        layers = random_layers(rng, min(STEP, random_models - first))
        counts = compare(layers, rounding, rng)
        compared, values = compared + counts[0], values + counts[1]
    print(f"seed {seed}, {rounding}: {values:,} values of {compared:,} layers")
    assert compared >= (random_models if rounding == "double" else random_models // 2)


def test_most_of_them_run_on_an_engine(seed: int) -> None:
    """So the comparison above is about layers that an engine gets."""
    found = assess(random_layers(np.random.default_rng(seed), STEP).values(), 4)
    assert sum(assessment.runs for assessment in found) > 0.9 * STEP
