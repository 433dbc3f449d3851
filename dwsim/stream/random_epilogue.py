"""Seeded random epilogues: biases as large as the sums, and the limits of any activation."""

from __future__ import annotations

import numpy as np

from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.real_scales import ACTIVATIONS
from dwsim.stream.epilogue_values import epilogue_of
from dwsim.stream.float_tensors import float_values
from dwsim.stream.random_floats import random_words


def random_epilogue(layer: LayerSpec, engine: EngineSpec, seed: int) -> Epilogue | None:
    """An epilogue for a layer on an engine that has one; ``None`` for any other engine.

    The biases are numbers of ``random_words``, which has NaN and infinities, too. The limits are
    those of an activation, or any two numbers.

    Args:
        layer: the channels.
        engine: the formats.
        seed: not negative; the same seed gives the same epilogue.
    """
    arithmetic = engine.arithmetic
    if arithmetic is None or engine.epilogue is None:
        return None
    # Another sequence than that of random_layer_data with the same seed.
    rng = np.random.default_rng((seed, 2))
    words = random_words(rng, (layer.ofmap_channels,), arithmetic.acc)
    bias = float_values(words, arithmetic.accumulate)
    kind = str(rng.choice([*ACTIVATIONS, "any"]))
    activation = _any_limits(rng, arithmetic) if kind == "any" else kind
    return epilogue_of(arithmetic, layer.ofmap_channels, bias, activation)


def _any_limits(rng: np.random.Generator, arithmetic: FloatArithmetic) -> tuple[float, float]:
    """Two numbers of the format in order; with "flush" none of them is subnormal."""
    words = random_words(rng, (64,), arithmetic.number)
    with np.errstate(invalid="ignore"):  # a NaN that signals
        values = float_values(words, arithmetic.number_format).astype(np.float64)
    least = 2.0**arithmetic.number.least_exponent if arithmetic.flushes else 0.0
    good = values[~np.isnan(values) & ((values == 0) | (np.abs(values) >= least))]
    low, high = np.sort(good[:2]).tolist()
    return low, high
