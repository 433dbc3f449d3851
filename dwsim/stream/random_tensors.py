"""Seeded random tensors in the number formats of an engine."""

from __future__ import annotations

import numpy as np

from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.number_range import value_range
from dwsim.stream.layer_memory import check_simulable
from dwsim.stream.random_floats import random_words

EXTREME_SHARE = 1 / 8
"""Share of the values that are the smallest or the largest of their format."""


def random_layer_data(
    layer: LayerSpec, engine: EngineSpec, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """A random ifmap and random weights for a layer: uniform values, one in eight an extreme.

    Uniform values alone hardly ever come near the largest sum, where a too narrow width shows.

    Args:
        layer: the shapes.
        engine: the number formats.
        seed: not negative; the same seed gives the same data.

    Returns:
        The ifmap (NHWC) and the weights (kernel_h, kernel_w, channels, channel_multiplier),
        each in the smallest integer dtype that holds its format. For an engine in floating point
        they are words, with numbers of ``random_words``.

    Raises:
        SpecError: for a layer that is too large to simulate.
    """
    check_simulable(layer)
    rng = np.random.default_rng(seed)
    if engine.arithmetic is not None:
        number = engine.arithmetic.number
        shapes = layer.ifmap_shape, layer.weight_shape
        first, second = (random_words(rng, shape, number) for shape in shapes)
        return first, second
    ifmap = random_values(rng, layer.ifmap_shape, engine.ifmap_width, engine.ifmap_signed)
    weight = random_values(rng, layer.weight_shape, engine.weight_width, engine.weight_signed)
    return ifmap, weight


def random_values(
    rng: np.random.Generator, shape: tuple[int, ...], width: int, signed: bool
) -> np.ndarray:
    """Uniform integers of ``width`` bits (at most 16), about one in eight an extreme."""
    low, high = value_range(width, signed)
    dtype = np.dtype(f"{'i' if signed else 'u'}{1 if width <= 8 else 2}")
    values = rng.integers(low, high, shape, dtype, endpoint=True)
    extremes = rng.random(shape, np.float32) < EXTREME_SHARE
    values[extremes] = rng.choice(np.array([low, high], dtype), int(extremes.sum()))
    return values
