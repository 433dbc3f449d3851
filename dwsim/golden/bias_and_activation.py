"""The bias of a layer of floats, as TensorFlow adds it, and the clamp of an activation."""

from __future__ import annotations

import numpy as np


def add_bias(ofmap: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The sums plus the bias of their channel, rounded once, as ``tf.nn.bias_add`` does.

    Args:
        ofmap: floats, NHWC.
        bias: the same dtype, shape (channels,).

    Returns:
        A new array of the dtype and shape of ``ofmap``.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        biased: np.ndarray = ofmap + bias
    return biased


def activate(ofmap: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """The ofmap with values below the limits, and above them, replaced by the limits.

    NaN passes, and a zero of either sign is neither below nor above a limit of 0.

    Args:
        ofmap: floats.
        limits: the smallest and the largest result, numbers of the same dtype.

    Returns:
        A new array of the dtype and shape of ``ofmap``.
    """
    low, high = (np.array(limit).astype(ofmap.dtype) for limit in limits)
    with np.errstate(invalid="ignore"):
        # Comparisons with NaN are false.
        above = np.where(ofmap < low, low, ofmap)
        return np.where(above > high, high, above)
