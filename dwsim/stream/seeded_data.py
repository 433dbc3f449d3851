"""Seeded random tensors, and quantisations, in the number formats of an engine."""

from __future__ import annotations

import numpy as np

from dwsim.derive import value_range
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import (
    ACTIVATIONS,
    ROUNDINGS,
    SHIFT_MIN,
    Quantisation,
    activation_range,
    bias_width,
    quantise_multiplier,
    shift_max,
    signed_range,
)

EXTREME_SHARE = 1 / 8
"""Share of the values that are the smallest or the largest of their format."""


def random_layer_data(
    layer: LayerSpec, engine: EngineSpec, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """An ifmap and weights for a layer: uniform values, about one in eight an extreme.

    Uniform values alone hardly ever come near the largest sum, where a width too small shows.

    Args:
        layer: the shapes.
        engine: the number formats.
        seed: not negative; the same seed gives the same data.

    Returns:
        The ifmap (NHWC) and the weights (kernel_h, kernel_w, channels, channel_multiplier),
        each in the smallest integer dtype that holds its format.
    """
    rng = np.random.default_rng(seed)
    ifmap = _values(rng, layer.ifmap_shape, engine.ifmap_width, engine.ifmap_signed)
    weight = _values(rng, layer.weight_shape, engine.weight_width, engine.weight_signed)
    return ifmap, weight


def random_quantisation(layer: LayerSpec, engine: EngineSpec, seed: int) -> Quantisation | None:
    """A quantisation for a layer on an engine that requantises; ``None`` for any other engine.

    Most channels get scales that spread their sums over the ofmap's range. About one in eight
    gets a multiplier, a shift or a bias at an end of its domain, as far as no weights and no ifmap
    leave what TFLite defines (``dwsim.derive.requantise_domain``). Zero points lie anywhere, the
    range is that of any fused activation; the rounding is one that the engine can do.

    Args:
        layer: the channels and the taps of a sum.
        engine: the number formats and the rounding.
        seed: not negative; the same seed gives the same quantisation.
    """
    if engine.requantise == "none":
        return None
    # Another sequence than that of random_layer_data with the same seed.
    rng = np.random.default_rng((seed, 1))
    width = engine.ifmap_width
    # TFLite ignores the name of the rounding where activations have 16 bits.
    free = engine.requantise == "both" or width == 16
    rounding = str(rng.choice(ROUNDINGS)) if free else engine.requantise
    zero_points = [0, 0]
    if width == 8:
        zero_points = [int(value) for value in _values(rng, (2,), width, True)]
    activation = str(rng.choice(ACTIVATIONS))
    scale = float(2.0 ** rng.uniform(-7, -3)) * 2 ** (8 - width)
    act_min, act_max = activation_range(activation, scale, zero_points[1], width)
    channels = layer.ofmap_channels
    # About the standard deviation of a sum of products of uniform values.
    spread = 2.0 ** (width + 8) / 12 * (layer.kernel_h * layer.kernel_w) ** 0.5
    reals = 2.0 ** (width - 2) / spread * 2.0 ** rng.uniform(-2, 2, channels)
    pairs = np.array([quantise_multiplier(float(real), rounding) for real in reals], np.int64)
    multiplier, shift = pairs.reshape(-1, 2).transpose()
    low = -(2**31) if width == 8 and rounding == "double" else 0
    ends = np.array([low, low + 1, 0, 1, 2**30, 2**31 - 1])
    _sprinkle(rng, multiplier, ends)
    bias = rng.normal(0, spread, channels).astype(np.int64)
    reach = layer.kernel_h * layer.kernel_w * 2**7 * (2 ** (width - 1) + abs(zero_points[0]))
    least, most = signed_range(bias_width(width))
    _sprinkle(rng, bias, np.array([least + reach, most - reach]))
    # Sums of so many bits stay below 2**30 with this shift, and 2**31 with any zero point.
    highest = np.minimum(30 - np.frexp(np.abs(bias) + reach)[1], shift_max(width))
    _sprinkle(rng, shift, np.array([SHIFT_MIN, SHIFT_MIN + 1, -1, 0, 1, shift_max(width)]))
    shift = np.minimum(shift, highest)
    return Quantisation(
        bias=tuple(bias.tolist()),
        multiplier=tuple(multiplier.tolist()),
        shift=tuple(shift.tolist()),
        act_min=act_min,
        act_max=act_max,
        ifmap_zero_point=zero_points[0],
        ofmap_zero_point=zero_points[1],
        ifmap_width=width,
        rounding=rounding,
    )


def _sprinkle(rng: np.random.Generator, values: np.ndarray, ends: np.ndarray) -> None:
    """Puts one of the ends in the place of some values."""
    chosen = rng.random(values.shape) < EXTREME_SHARE / 3
    values[chosen] = rng.choice(ends, int(chosen.sum()))


def _values(
    rng: np.random.Generator, shape: tuple[int, ...], width: int, signed: bool
) -> np.ndarray:
    low, high = value_range(width, signed)
    # A format has at most 16 bits.
    dtype = np.dtype(f"{'i' if signed else 'u'}{1 if width <= 8 else 2}")
    values = rng.integers(low, high, shape, dtype, endpoint=True)
    extremes = rng.random(shape, np.float32) < EXTREME_SHARE
    values[extremes] = rng.choice(np.array([low, high], dtype), int(extremes.sum()))
    return values
