"""The golden model of quantised layers against LiteRT's interpreter, byte by byte.

Measured on x86-64 with ai-edge-litert 2.3:

* The reference resolver computes double rounding, with every wrap of its int32 arithmetic: all
  bytes are equal, for all values.
* The default resolver hands int8 layers to XNNPACK, which computes float rounding: all bytes are
  equal, with the ends of fused activations, which XNNPACK rounds to even. TFLite's single rounding
  differs from it where the product is a tie (XNNPACK rounds to even, TFLite up) or so near to one
  that float32 cannot tell its side: about one byte in a million of ordinary layers. So single
  rounding is compared wherever float32 can tell.
* int16 layers are not XNNPACK's: both resolvers compute the reduced multiplier.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dwsim import LayerSpec
from dwsim.golden.depthwise import depthwise
from dwsim.golden.quantised import depthwise_quantised
from dwsim.spec.layer_spec import same_pads
from dwsim.spec.real_scales import ACTIVATIONS
from tests.golden import litert
from tests.golden.litert import QuantisedLayer

KINDS = ("per channel", "per tensor", "int16 per channel", "int16 per tensor")
# Models of each kind in one block, and the outputs they must at least have together.
MODELS, OUTPUTS, BLOCKS = 24, 200_000, 2


@pytest.fixture(autouse=True, scope="module")
def _litert() -> None:
    litert.require_litert()


def random_layer(rng: np.random.Generator) -> tuple[LayerSpec, str]:
    kernel = [int(n) for n in rng.integers(1, 6, 2)]
    stride = [int(rng.integers(1, 3))] * 2  # XNNPACK and the reference also take unequal ones
    dilation = [int(n) for n in rng.choice([1, 1, 1, 2, 3], 2)]
    if rng.random() < 0.2:
        stride[1] = 3 - stride[0]
    ifmap = [int(n) for n in rng.integers(30, 45, 2)]
    padding = str(rng.choice(["SAME", "VALID"]))
    pads = [0] * 4
    if padding == "SAME":
        axes = zip(ifmap, kernel, stride, dilation, strict=True)
        pads = [pad for axis in axes for pad in same_pads(*axis)]
    channels, multiplier, batch = (int(n) for n in rng.integers(1, (20, 4, 3)))
    layer = LayerSpec(*ifmap, channels, *kernel, batch, multiplier, *stride, *dilation, *pads)
    return layer, padding


def random_model(rng: np.random.Generator, kind: str) -> QuantisedLayer:
    layer, padding = random_layer(rng)
    channels, wide = layer.ofmap_channels, kind.startswith("int16")
    per_tensor = kind.endswith("per tensor")
    weight_scales = np.exp(rng.uniform(-5, -3, 1 if per_tensor else channels)).astype(np.float32)
    ifmap_scale = np.float32(np.exp(rng.uniform(-9, -2)))
    # The largest sum of a typical window lands from a quarter of the ofmap's range to 4 times it.
    reach = np.sqrt(layer.kernel_h * layer.kernel_w) * 127 * (32768 if wide else 128)
    span = reach * np.exp2(rng.uniform(-2, 2)) / (32768 if wide else 128)
    bias = rng.integers(-int(reach) // 2, int(reach) // 2, channels)
    return QuantisedLayer(
        layer,
        padding,
        rng.integers(-128, 127, layer.weight_shape, np.int8, endpoint=True),
        bias.astype(np.int64 if wide else np.int32),
        ifmap_scale,
        weight_scales,
        np.float32(float(ifmap_scale) * float(weight_scales.mean()) * span / 2),
        0 if wide else int(rng.integers(-128, 128)),
        0 if wide else int(rng.integers(-128, 128)),
        str(rng.choice(ACTIVATIONS)),
        16 if wide else 8,
    )


def random_ifmap(rng: np.random.Generator, model: QuantisedLayer) -> np.ndarray:
    dtype = np.int8 if model.ifmap_width == 8 else np.int16
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, model.layer.ifmap_shape, dtype, endpoint=True)


def assert_equal(ofmap: np.ndarray, expected: np.ndarray, context: Any) -> None:
    wrong = np.argwhere(ofmap != expected)
    if wrong.size:
        at = tuple(int(i) for i in wrong[0])
        pytest.fail(
            f"{len(wrong)} of {ofmap.size} bytes differ, the first at {at}: golden {ofmap[at]},"
            f" LiteRT {expected[at]}; {context}"
        )


@pytest.mark.parametrize("block", range(BLOCKS))
@pytest.mark.parametrize("kind", KINDS)
def test_the_reference_resolver_rounds_twice(kind: str, block: int, seed: int) -> None:
    rng = np.random.default_rng([seed, KINDS.index(kind), block])
    outputs = 0
    for index in range(MODELS):
        model = random_model(rng, kind)
        ifmap = random_ifmap(rng, model)
        ofmap = depthwise_quantised(ifmap, model.weight, model.layer, model.quantisation("double"))
        context = f"seed {seed}, model {index}: {model}"
        assert_equal(ofmap, litert.run(model, ifmap, "reference"), context)
        if model.ifmap_width == 16:  # where the rounding's name means nothing
            single = model.quantisation("single")
            assert_equal(
                depthwise_quantised(ifmap, model.weight, model.layer, single),
                litert.run(model, ifmap, "default"),
                context,
            )
        outputs += ofmap.size
    assert outputs >= OUTPUTS, f"seed {seed}"


def test_at_least_a_million_bytes_are_compared() -> None:
    assert OUTPUTS * BLOCKS * len(KINDS) >= 1_000_000


class XnnPack:
    """XNNPACK's ofmap, and the values at which float32 cannot tell the side of a tie."""

    def __init__(self, model: QuantisedLayer, ifmap: np.ndarray):
        q = model.quantisation("single")
        centred = ifmap.astype(np.int32) - np.int32(model.ifmap_zero_point)
        acc = depthwise(centred, model.weight, model.layer) + np.array(q.bias)
        scale = np.float32(model.ifmap_scale) * model.weight_scales / np.float32(model.ofmap_scale)
        product = acc.astype(np.float32) * scale
        low, high = xnnpack_clamp(model)
        rounded = np.rint(product).astype(np.int64) + model.ofmap_zero_point
        self.ofmap = np.clip(rounded, low, high).astype(np.int8)
        weight_scales = model.weight_scales.astype(np.float64)
        real = acc * (float(model.ifmap_scale) * weight_scales / float(model.ofmap_scale))
        # At most five roundings to float32, of half an ulp each: acc, two products, a quotient.
        error = np.abs(real) * 5 * 2.0**-24
        clamped = (real + model.ofmap_zero_point < low - 1) | (
            real + model.ofmap_zero_point > high + 1
        )
        self.unclear = (np.abs(real - np.floor(real) - 0.5) <= error) & ~clamped


def xnnpack_clamp(model: QuantisedLayer) -> tuple[int, int]:
    ends = {"none": (-1e9, 1e9), "relu": (0, 1e9), "relu6": (0, 6), "relu_n1_to_1": (-1, 1)}
    low, high = (
        int(np.rint(np.float32(end) / np.float32(model.ofmap_scale))) + model.ofmap_zero_point
        for end in ends[model.activation]
    )
    return max(low, -128), min(high, 127)


@pytest.mark.parametrize("block", range(BLOCKS))
@pytest.mark.parametrize("kind", KINDS[:2])
def test_the_default_resolver_rounds_once_as_far_as_float32_can_tell(
    kind: str, block: int, seed: int
) -> None:
    rng = np.random.default_rng([seed, KINDS.index(kind), block])
    outputs = unclear = 0
    for index in range(MODELS):
        model = random_model(rng, kind)
        ifmap = random_ifmap(rng, model)
        expected, xnnpack = litert.run(model, ifmap, "default"), XnnPack(model, ifmap)
        context = f"seed {seed}, model {index}: {model}"
        assert_equal(xnnpack.ofmap, expected, "XNNPACK's formula, " + context)
        in_float = depthwise_quantised(
            ifmap, model.weight, model.layer, model.quantisation("float")
        )
        assert_equal(in_float, expected, context)
        single = model.quantisation("single")
        assert (single.act_min, single.act_max) == xnnpack_clamp(model), context
        ofmap = depthwise_quantised(ifmap, model.weight, model.layer, single)
        assert_equal(np.where(xnnpack.unclear, expected, ofmap), expected, context)
        outputs += ofmap.size
        unclear += int(xnnpack.unclear.sum())
    assert outputs >= OUTPUTS, f"seed {seed}"
    assert unclear <= outputs // 10_000, f"seed {seed}: {unclear} of {outputs} left out"


def controlled(
    bias: np.ndarray, weight_scales: np.ndarray | list[float], **changes: Any
) -> tuple[QuantisedLayer, np.ndarray]:
    """A 1x1 layer of weights 1 on 256 pixels, -128 to 127: every acc is bias + pixel."""
    channels = len(bias)
    layer = LayerSpec(1, 256, channels, 1, 1)
    weight = np.ones(layer.weight_shape, np.int8)
    fields = {"ifmap_scale": 1.0, "ofmap_scale": 1.0, **changes}
    model = QuantisedLayer(
        layer,
        "VALID",
        weight,
        np.asarray(bias, np.int32),
        weight_scales=np.asarray(weight_scales, np.float32),
        **fields,
    )
    ifmap = np.repeat(np.arange(-128, 128, dtype=np.int8)[:, None], channels, axis=1)
    return model, ifmap.reshape(layer.ifmap_shape)


@pytest.mark.parametrize("exponent", range(-34, 31))
def test_the_reference_resolver_at_every_shift_and_with_sums_that_wrap(
    exponent: int, seed: int
) -> None:
    rng = np.random.default_rng([seed, exponent + 100])
    edges = [2**31 - 1, 2**31 - 100, -(2**31), -(2**31) + 100, 2**30, -(2**30), 0, 1, -1, 10**9]
    bias = rng.choice(edges, 64)
    scales = np.ldexp(rng.uniform(0.5, 1, 64), exponent)
    scales[::8] = np.ldexp(0.5, exponent)
    for zero_points in ((-128, 127), (127, -128), (0, 5)):
        model, ifmap = controlled(
            bias, scales, ifmap_zero_point=zero_points[0], ofmap_zero_point=zero_points[1]
        )
        ofmap = depthwise_quantised(ifmap, model.weight, model.layer, model.quantisation("double"))
        assert_equal(ofmap, litert.run(model, ifmap, "reference"), f"seed {seed}, {model}")


@pytest.mark.parametrize("exponent", range(-34, 9))
def test_the_default_resolver_at_every_shift_that_it_takes(exponent: int, seed: int) -> None:
    """XNNPACK takes scales below 2**8. The sums have up to 32 bits, and never wrap."""
    rng = np.random.default_rng([seed, exponent + 100])
    widths = rng.integers(1, 32, 256)
    bias = rng.choice([-1, 1], 256) * rng.integers(2 ** (widths - 1), 2**widths)
    bias[:2] = 2**31 - 400, -(2**31) + 400
    scales = np.ldexp(rng.uniform(0.5, 1, 256), exponent).astype(np.float32)
    scales[::8] = np.ldexp(0.5, exponent)
    bias, scales = bias[scales < 256], scales[scales < 256]
    for zero_points in ((-128, 127), (127, -128), (0, 5)):
        model, ifmap = controlled(
            bias, scales, ifmap_zero_point=zero_points[0], ofmap_zero_point=zero_points[1]
        )
        ofmap = depthwise_quantised(ifmap, model.weight, model.layer, model.quantisation("float"))
        assert_equal(ofmap, litert.run(model, ifmap, "default"), f"seed {seed}, {model}")


@pytest.mark.parametrize("zero_point", [127, -128])
def test_the_reference_resolver_adds_the_zero_point_in_int32(zero_point: int) -> None:
    # (1 - 2**-14) * (1 + 2**-14) leaves INT32_MAX and INT32_MIN within 9 of themselves.
    model, ifmap = controlled(
        np.array([2**31 - 128, -(2**31) + 128]),
        [1 - 2.0**-14],
        ifmap_scale=1 + 2.0**-14,
        ofmap_zero_point=zero_point,
    )
    ofmap = depthwise_quantised(ifmap, model.weight, model.layer, model.quantisation("double"))
    # The wrap turns the largest value into the smallest one, or the reverse.
    assert ofmap[..., 0].min() == -128 if zero_point > 0 else ofmap[..., 1].max() == 127
    assert_equal(ofmap, litert.run(model, ifmap, "reference"), str(model))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("resolver", "rounding"), [("reference", "double"), ("default", "float")])
def test_the_resolvers_clamp_as_the_golden_model(
    resolver: str, rounding: str, activation: str, seed: int
) -> None:
    rng = np.random.default_rng([seed, ACTIVATIONS.index(activation)])
    # 1 / scale and 6 / scale are ties, or as close as float32 gets to them.
    ties = [np.float32(2 / odd) for odd in range(3, 99, 8)]
    ties += [np.float32(12 / odd) for odd in range(3, 399, 32)]
    for scale in [*ties, *np.exp2(rng.uniform(-9, 3, 30)).astype(np.float32)]:
        model, ifmap = controlled(
            np.linspace(-2000, 2000, 17).astype(int),
            [np.float32(0.3) * scale],
            ofmap_scale=scale,
            ofmap_zero_point=int(rng.integers(-128, 128)),
            activation=activation,
        )
        q = model.quantisation(rounding)
        expected = litert.run(model, ifmap, resolver)
        assert (expected.min(), expected.max()) == (q.act_min, q.act_max), f"seed {seed}, {model}"
        ofmap = depthwise_quantised(ifmap, model.weight, model.layer, q)
        assert_equal(ofmap, expected, f"seed {seed}, {model}")


def test_where_the_default_resolver_is_not_single_rounding() -> None:
    """Ties go to even: this pins down the differences that the module's docstring states."""
    model, ifmap = controlled(np.zeros(1), [0.5])
    single = depthwise_quantised(ifmap, model.weight, model.layer, model.quantisation("single"))
    default = litert.run(model, ifmap, "default")
    assert default[0, 0, :, 0].tolist() == [round(pixel / 2) for pixel in range(-128, 128)]
    assert single[0, 0, :, 0].tolist() == [(pixel + 1) // 2 for pixel in range(-128, 128)]
    model, _ = controlled(np.zeros(1), [1], ofmap_scale=0.4, activation="relu_n1_to_1")
    ends = litert.run(model, ifmap, "default")
    assert (ends.min(), ends.max()) == xnnpack_clamp(model) == (-2, 2)
    assert model.quantisation("single").act_max == 3
