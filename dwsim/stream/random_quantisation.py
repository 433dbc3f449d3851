"""Seeded random quantisations: most of them ordinary, some at the ends of their domain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import (
    FLOAT_STEP,
    INT32_MAX,
    INT32_MIN,
    INTEGER_ROUNDINGS,
    SHIFT_MIN,
    bias_width,
    shift_max,
)
from dwsim.spec.real_scales import ACTIVATIONS, activation_range, quantise_multiplier
from dwsim.stream.random_tensors import EXTREME_SHARE, random_values


def random_quantisation(layer: LayerSpec, engine: EngineSpec, seed: int) -> Quantisation | None:
    """A quantisation for a layer on an engine that requantises; ``None`` for any other engine.

    Most channels get scales that spread their sums over the ofmap's range. About one in eight
    gets a multiplier, a shift or a bias at an end of its domain, as far as no weights and no ifmap
    leave the domain that TFLite defines (``dwsim.derive.requantise_domain``). Zero points are any
    value, the activation range is that of any fused activation, and the rounding is one that the
    engine has.

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
    able = engine.roundings if width == 8 else INTEGER_ROUNDINGS
    return draw_quantisation(rng, layer, able, width, engine.weight_width)


def draw_quantisation(
    rng: np.random.Generator,
    layer: LayerSpec,
    roundings: Sequence[str],
    width: int,
    weight_width: int,
) -> Quantisation:
    """Draws a quantisation for any engine; see ``random_quantisation``.

    Args:
        rng: gives the random numbers.
        layer: the channels and the taps of a sum.
        roundings: those that the engine has.
        width: bits of the activations, 8 or 16.
        weight_width: bits of a signed weight.
    """
    rounding = str(rng.choice(roundings)) if len(roundings) > 1 else roundings[0]
    zero_points = [0, 0]
    if width == 8:
        zero_points = [int(value) for value in random_values(rng, (2,), width, True)]
    activation = str(rng.choice(ACTIVATIONS))
    scale = float(2.0 ** rng.uniform(-7, -3)) * 2 ** (8 - width)
    act_min, act_max = activation_range(activation, scale, zero_points[1], width)
    weights = 2 ** (weight_width - 1)
    bias, multiplier, shift = _random_channels(rng, layer, width, rounding, zero_points[0], weights)
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


def _random_channels(
    rng: np.random.Generator,
    layer: LayerSpec,
    width: int,
    rounding: str,
    zero_point: int,
    weights: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bias, multiplier and shift of every ofmap channel: int64 of shape (channels,) each.

    ``weights``: the largest magnitude of a weight.
    """
    channels, taps = layer.ofmap_channels, layer.kernel_h * layer.kernel_w
    # About the standard deviation of a sum of products of uniform values.
    spread = 2.0 ** (width + 8) / 12 * taps**0.5
    reals = 2.0 ** (width - 2) / spread * 2.0 ** rng.uniform(-2, 2, channels)
    pairs = np.array([quantise_multiplier(float(real), rounding) for real in reals], np.int64)
    multiplier, shift = pairs.reshape(-1, 2).transpose()
    if rounding == "float":
        _place_extremes(rng, multiplier, [0, 2**30, 2**30 + FLOAT_STEP, 2**31 - FLOAT_STEP])
    else:
        low = INT32_MIN if width == 8 and rounding == "double" else 0
        _place_extremes(rng, multiplier, [low, low + 1, 0, 1, 2**30, INT32_MAX])
    bias = rng.normal(0, spread, channels).astype(np.int64)
    reach = taps * weights * (2 ** (width - 1) + abs(zero_point))
    least, most = value_range(bias_width(width), signed=True)
    _place_extremes(rng, bias, [least + reach, most - reach])
    # With a shift of at most this a result stays below 2**30, and with a zero point below 2**31.
    highest = np.minimum(30 - np.frexp(np.abs(bias) + reach)[1], shift_max(width))
    _place_extremes(rng, shift, [SHIFT_MIN, SHIFT_MIN + 1, -1, 0, 1, shift_max(width)])
    return bias, multiplier, np.minimum(shift, highest)


def _place_extremes(rng: np.random.Generator, values: np.ndarray, extremes: list[int]) -> None:
    """Replaces some of the values, in place, each by one of the extremes."""
    chosen = rng.random(values.shape) < EXTREME_SHARE / 3
    values[chosen] = rng.choice(np.array(extremes), int(chosen.sum()))
