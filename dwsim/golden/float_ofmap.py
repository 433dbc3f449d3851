"""The ofmap of an engine in floating point, from words to words."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.golden.ordered_float import depthwise_ordered
from dwsim.golden.summation_order import Order, tap_parallel_order, tap_serial_order
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.float_sums import FloatSums
from dwsim.spec.layer_spec import LayerSpec


def engine_order(layer: LayerSpec, sums: FloatSums) -> Order:
    """The order in which an engine adds the taps of a layer."""
    if sums.partial_sums is not None:
        return tap_serial_order(layer.kernel_h, layer.kernel_w, sums.partial_sums)
    kernel = (sums.kernel_h, sums.kernel_w)
    return tap_parallel_order(layer.kernel_h, layer.kernel_w, sums.taps_per_cycle, kernel)


def float_ofmap(
    ifmap: np.ndarray,
    weight: np.ndarray,
    layer: LayerSpec,
    sums: FloatSums,
    epilogue: Epilogue | None = None,
) -> np.ndarray:
    """The golden ofmap of a layer of floats, as words.

    Args:
        ifmap: words of the number format, uint16 or uint32, shape ``layer.ifmap_shape``.
        weight: words, shape ``layer.weight_shape``.
        layer: the geometry.
        sums: the arithmetic and the order of the engine.
        epilogue: bias and clamp, in the formats of the engine; None: neither.

    Returns:
        Words, shape ``layer.ofmap_shape``.
    """
    dtype = _dtype(sums.arithmetic.number_format)
    bias, clamp = None, None
    if epilogue is not None:
        bias = _floats(epilogue.bias, _dtype(sums.arithmetic.accumulate))
        low, high = _floats((epilogue.act_min, epilogue.act_max), dtype).astype(np.float64)
        clamp = float(low), float(high)
    ofmap = depthwise_ordered(
        ifmap.view(dtype),
        weight.view(dtype),
        layer,
        sums.arithmetic,
        engine_order(layer, sums),
        bias=bias,
        clamp=clamp,
    )
    return ofmap.view(_words_of(dtype))


def _floats(words: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    return np.array(words, _words_of(dtype)).view(dtype)


def _words_of(dtype: np.dtype[Any]) -> type[np.unsignedinteger[Any]]:
    return np.uint32 if dtype.itemsize == 4 else np.uint16


def _dtype(name: str) -> np.dtype[Any]:
    if name == "bfloat16":
        # NumPy has no such type.
        import ml_dtypes

        name = ml_dtypes.bfloat16
    dtype: np.dtype[Any] = np.dtype(name)
    return dtype
