"""Layers in floating point, read from files: golden and LiteRT differ by the order of the sums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dwsim.golden.float_ofmap import float_ofmap
from dwsim.golden.order_bound import order_bound
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.spec.real_scales import ACTIVATIONS
from dwsim.stream.epilogue_values import epilogue_of
from dwsim.stream.float_tensors import float_values, float_words
from dwsim.verification.float_comparison import Compared, compare_floats, ulp_distances
from dwsim.verification.interpreter_values import interpret
from dwsim.verification.layer_engine import assess, smallest_engine
from dwsim.workloads import listing
from dwsim.workloads.tflite import DepthwiseLayer
from dwsim.workloads.tflite.inference import FLOAT_KERNELS, run_layers
from dwsim.workloads.tflite.parameter_archive import read_parameters
from tests.tflite_files.build_floats import FORMS, PATH, float_layer, float_network, mixed_network
from tests.tflite_files.model_builder import SAME, TYPE, VALID, ModelBuilder
from tests.workloads.tflite.test_kinds import read

FLOAT32 = FloatArithmetic("float32")


def golden(layer: DepthwiseLayer, ifmap: np.ndarray) -> np.ndarray:
    """The ofmap of the smallest engine for the layer."""
    spec, floats = layer.facts()[0], layer.floats
    sums = smallest_engine([layer], 2).float_sums
    assert floats is not None
    assert sums is not None
    epilogue = epilogue_of(FLOAT32, spec.ofmap_channels, floats.bias, floats.activation)
    words = float_words(ifmap), float_words(floats.weight)
    return float_values(float_ofmap(*words, spec, sums, epilogue), "float32")


def compare(layer: DepthwiseLayer, ifmap: np.ndarray, ofmap: np.ndarray) -> Compared:
    spec, floats = layer.facts()[0], layer.floats
    assert floats is not None
    bound = order_bound(ifmap, floats.weight, spec, FLOAT32, floats.bias, floats.clamp, flush=True)
    return compare_floats(golden(layer, ifmap), ofmap, bound, "LiteRT")


def random_arguments(rng: np.random.Generator) -> dict[str, Any]:
    """Arguments of ``float_layer`` at random."""

    def number(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    kernel = (number(1, 5), number(1, 5))
    stride = (number(1, 3), number(1, 3))
    dilation = (number(1, 3), number(1, 3)) if stride == (1, 1) else (1, 1)
    pads = None if number(0, 2) else (number(0, 3), number(0, 3), number(0, 3), number(0, 3))
    padding = VALID if pads else (SAME, VALID)[number(0, 1)]
    sizes = [number((one - 1) * gap + 1, 16) for one, gap in zip(kernel, dilation, strict=True)]
    return {
        "shape": (number(1, 2), *sizes, number(1, 9)),
        "kernel": kernel,
        "multiplier": number(1, 3),
        "stride": stride,
        "dilation": dilation,
        "pads": pads,
        "padding": padding,
        "activation": number(0, 3),
        "bias": bool(number(0, 3)),
        "half": not number(0, 3),
        "scale": 2.0 ** number(-4, 4),
    }


def test_every_form_runs_in_float32() -> None:
    model = read(float_network(*FORMS))
    for name, found in zip(FORMS, assess(model.layers, 2), strict=True):
        assert found.roundings == ("float32",), (name, *map(str, found.broken))
        floats = found.layer.floats
        assert floats is not None
        assert (floats.bias is None) == (name == "no_bias_valid")
        assert floats.activation in ACTIVATIONS
    grouped, padded, dilated, half = (
        model.layers[list(FORMS).index(name)]
        for name in ("grouped", "padded", "space_to_batch", "half_weights")
    )
    assert grouped.operator_name == "CONV_2D"
    assert padded.facts()[0].pad_right == 3
    assert (dilated.facts()[0].dilation_h, dilated.facts()[0].stride_h) == (2, 1)
    assert half.folded_operators == 2


def test_half_precision_constants_are_widened() -> None:
    """The weights are those of the file, whose type has 11 significant bits."""
    made = ModelBuilder()
    float_layer(made, half=True)
    (layer,) = read(made.finish()).layers
    plain = ModelBuilder()
    float_layer(plain)
    (other,) = read(plain.finish()).layers
    half, single = layer.floats, other.floats
    assert half is not None
    assert half.bias is not None
    assert single is not None
    assert single.bias is not None
    assert half.weight.dtype == half.bias.dtype == np.float32
    assert np.array_equal(half.weight, single.weight.astype(np.float16).astype(np.float32))
    assert np.array_equal(half.bias, single.bias.astype(np.float16).astype(np.float32))
    assert not np.array_equal(half.weight, single.weight)


def test_other_dequantised_weights_are_no_constants() -> None:
    """LiteRT makes them while it runs, and so do the integers of a DEQUANTIZE."""
    made = ModelBuilder()
    float_layer(made, half=True)
    made.graph.tensors[1].type = TYPE.INT8
    (layer,) = read(made.finish()).layers
    assert [str(reason) for reason in layer.reasons] == [
        "weight = 'weight': must be a constant of the file"
    ]


def test_every_form_in_its_network_and_alone(seed: int) -> None:
    """Both sets of kernels add in orders of their own; no value is beyond the bound."""
    model = read(float_network(*FORMS))
    running = {found.layer.name: found for found in assess(model.layers, 2)}
    values = interpret(model, running, ["double"], seed)
    assert values.alone == ""
    layers = {name: found.layer for name, found in running.items()}
    for kernels, rounding in FLOAT_KERNELS.items():
        alone = run_layers(layers, values.ifmaps, rounding)
        for form, (name, layer) in zip(FORMS, layers.items(), strict=True):
            ifmap, ofmap = values.ifmaps[name], values.float_runs[kernels][name].ofmap
            assert ofmap is not None
            assert len(np.unique(ofmap)) > 16, form
            assert not compare(layer, ifmap, ofmap).wrong.any(), (form, kernels)
            lone = alone[name].ofmap
            assert lone is not None
            assert not compare(layer, ifmap, lone).wrong.any(), form
            if kernels == "reference":
                # The network's own values: the same kernel gives them to the layer alone.
                assert np.array_equal(lone, ofmap), form


@pytest.mark.parametrize("kernels", FLOAT_KERNELS)
def test_random_layers(kernels: str, seed: int, random_models: int) -> None:
    rng = np.random.default_rng(seed)
    layers: dict[str, DepthwiseLayer] = {}
    for index in range(random_models // 3):
        made = ModelBuilder()
        made.rng = rng
        float_layer(made, **random_arguments(rng))
        (layers[str(index)],) = read(made.finish()).layers
    ifmaps = {
        name: rng.standard_normal(layer.facts()[0].ifmap_shape).astype(np.float32)
        for name, layer in layers.items()
    }
    runs = run_layers(layers, ifmaps, FLOAT_KERNELS[kernels])
    equal = values = 0
    shares = []
    for name, layer in layers.items():
        ofmap = runs[name].ofmap
        assert ofmap is not None, runs[name].reason
        found = compare(layer, ifmaps[name], ofmap)
        assert not found.wrong.any(), (name, layer.spec)
        equal, values = equal + found.comparison.bit_equal, values + ofmap.size
        shares.append(found.comparison.bound_share)
    print(f"seed {seed}, {kernels}: {equal / values:.1%} of {values:,} values bit-equal")
    assert max(shares) > 0.05


@pytest.mark.parametrize("kernels", FLOAT_KERNELS)
def test_integers_are_bit_equal(kernels: str, seed: int) -> None:
    """Every order gives an exact sum."""
    rng = np.random.default_rng(seed)
    model = read(float_network("plain", "grouped", "multiplier", "padded", "relu6"))
    layers, ifmaps = {}, {}
    for layer in model.layers:
        spec, floats = layer.facts()[0], layer.floats
        assert floats is not None
        floats.weight[...] = rng.integers(-8, 9, floats.weight.shape)
        if floats.bias is not None:
            floats.bias[...] = rng.integers(-30, 31, floats.bias.shape)
        layers[layer.name] = layer
        ifmaps[layer.name] = rng.integers(-8, 9, spec.ifmap_shape).astype(np.float32)
    for name, run in run_layers(layers, ifmaps, FLOAT_KERNELS[kernels]).items():
        assert run.ofmap is not None
        # A sum of 0 has the sign that the kernel gives it.
        assert np.array_equal(run.ofmap, golden(layers[name], ifmaps[name])), name


@pytest.mark.parametrize("kernels", FLOAT_KERNELS)
def test_infinities_and_nan_are_not_wrong(kernels: str, seed: int) -> None:
    """The reference kernels give the largest number in place of infinity, if nothing clamps it."""
    rng = np.random.default_rng(seed)
    names = ("plain", "relu6", "grouped", "padded", "relu_n1_to_1", "dilated", "multiplier")
    layers = {layer.name: layer for layer in read(float_network(*names)).layers}
    for weights in (False, True):
        ifmaps = {}
        for name, layer in layers.items():
            floats = layer.floats
            assert floats is not None
            ifmaps[name] = rng.standard_normal(layer.facts()[0].ifmap_shape).astype(np.float32)
            specials = floats.weight if weights else ifmaps[name]
            specials.reshape(-1)[[1, 3, 12, 20]] = np.nan, np.inf, -np.inf, 3e38
        special = 0
        for name, run in run_layers(layers, ifmaps, FLOAT_KERNELS[kernels]).items():
            assert run.ofmap is not None
            assert not compare(layers[name], ifmaps[name], run.ofmap).wrong.any(), (name, weights)
            special += int((~(np.abs(run.ofmap) < 1e38)).sum())
        assert special > 50


def test_distances_in_ulp() -> None:
    one = np.array([1, 1, 0, 8, np.inf, np.nan, 3e-45, 1], np.float32)
    other = np.array([1 + 2**-23, 1 - 2**-24, -0.0, -8, np.inf, 1, 0, -np.inf], np.float32)
    # Below a power of two a step is half of the unit; subnormal numbers have the smallest unit.
    assert ulp_distances(one, other).tolist() == [1, 1, 0, 2**24, 0, 0, 2, 0]
    half = np.array([1, 1.5], np.float16)
    assert ulp_distances(half, np.array([1.001, 1.25], np.float16)).tolist() == [1, 256]


def test_the_committed_file_is_what_its_script_makes() -> None:
    assert PATH.read_bytes() == mixed_network()


def test_parameters_are_written_and_read_back(tmp_path: Path) -> None:
    model = read(mixed_network())
    _, path = listing.write_specs(model, tmp_path)
    found = read_parameters(path)
    assert list(found) == [layer.name for layer in model.layers]
    for layer in model.layers:
        given, back = layer.facts()[1], found[layer.name]
        assert type(given) is type(back)
        assert given.activation == back.activation
        assert given.weight.dtype == back.weight.dtype
        assert np.array_equal(given.weight, back.weight)
        assert (given.bias is None) == (back.bias is None)
