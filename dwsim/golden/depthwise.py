"""The golden model: the ofmap, computed directly from the operator's formula.

It has no notion of cycles or hardware, and of dwsim it imports only errors and the layer's shape,
so that it is an independent reference for the models and the RTL.
"""

from __future__ import annotations

import numpy as np

from dwsim.errors import Rules
from dwsim.spec.layer_spec import LayerSpec

_FLOATS = ("bfloat16", "float16", "float32", "float64")
"""TensorFlow's float types; bfloat16 is the type of ml_dtypes."""
_HALVES = _FLOATS[:2]
_BLOCK = 1 << 16
"""Number of sums that are computed at a time, at least a row: they stay in the processor's
cache."""
_INT32 = np.iinfo(np.int32)
_INT64 = np.iinfo(np.int64)


def depthwise(ifmap_nhwc: np.ndarray, weight: np.ndarray, layer: LayerSpec) -> np.ndarray:
    """The depthwise convolution of an ifmap, as ``tf.nn.depthwise_conv2d`` defines it.

    ``ofmap[b, i, j, k*M + q] = sum_{di,dj} weight[di, dj, k, q] * ifmap[b, stride_h*i +
    dilation_h*di - pad_top, stride_w*j + dilation_w*dj - pad_left, k]``. Taps outside the ifmap
    contribute nothing, not even if the weight is infinite (TensorFlow returns NaN there).

    Args:
        ifmap_nhwc: shape ``layer.ifmap_shape``. Integers of any width, float16/32/64, or the
            bfloat16 of ml_dtypes.
        weight: shape ``layer.weight_shape``. Integers of any width, or the ifmap's float dtype.
        layer: the geometry.

    Returns:
        A new array of ``layer.ofmap_shape`` and ``result_dtype(...)``. Integers are exact sums.
        Floats are accumulated in their own dtype, tap by tap, row by row, as TensorFlow's CPU
        kernel does. With 16 bits it multiplies and adds in float32 and rounds after each tap.

    Raises:
        SpecError: for wrong shapes, unsupported dtypes, and integer sums that could leave int64.
    """
    _check_tensors(ifmap_nhwc, weight, layer)
    require_exact_sums(ifmap_nhwc, weight)
    dtype = result_dtype(ifmap_nhwc.dtype, weight.dtype, layer)
    if layer.is_empty:
        return np.zeros(layer.ofmap_shape, dtype)
    # As in TensorFlow, floats overflow to infinity and cancel to NaN without a warning.
    # (Unsigned 64-bit values may wrap in the cast: sums modulo 2**64 are exact if they fit.)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        wide = np.dtype(np.float32) if dtype.name in _HALVES else dtype
        ifmap, weight = ifmap_nhwc.astype(wide, copy=False), weight.astype(wide, copy=False)
        return _sum_of_taps(ifmap, weight, layer, dtype)


def _check_tensors(ifmap_nhwc: np.ndarray, weight: np.ndarray, layer: LayerSpec) -> None:
    rules = Rules("golden.depthwise")
    rules.require(
        ifmap_nhwc.shape == layer.ifmap_shape,
        "ifmap.shape",
        ifmap_nhwc.shape,
        f"must be {layer.ifmap_shape}",
    )
    rules.require(
        weight.shape == layer.weight_shape,
        "weight.shape",
        weight.shape,
        f"must be {layer.weight_shape}",
    )
    check_dtypes(rules, ifmap_nhwc.dtype, weight.dtype, names=("ifmap", "weight"))
    rules.raise_if_any()


def result_dtype(
    ifmap_dtype: np.typing.DTypeLike, weight_dtype: np.typing.DTypeLike, layer: LayerSpec
) -> np.dtype:
    """The dtype of an ofmap, from the dtypes and the number of taps, independent of the data.

    Floats keep their dtype. Integers give int32 if no values of these dtypes can make a sum of
    ``kernel_h * kernel_w`` products leave int32, otherwise int64.

    Raises:
        SpecError: unless both dtypes are integers, or an equal pair of floats.
    """
    rules = Rules("golden.result_dtype")
    check_dtypes(rules, ifmap_dtype, weight_dtype, names=("ifmap", "weight"))
    rules.raise_if_any()
    ifmap_dtype, weight_dtype = np.dtype(ifmap_dtype), np.dtype(weight_dtype)
    if is_float(ifmap_dtype):
        return ifmap_dtype.newbyteorder("=")
    ranges = [(int(np.iinfo(d).min), int(np.iinfo(d).max)) for d in (ifmap_dtype, weight_dtype)]
    products = [a * b for a in ranges[0] for b in ranges[1]]
    taps = layer.kernel_h * layer.kernel_w
    fits = taps * min(products) >= _INT32.min and taps * max(products) <= _INT32.max
    return np.dtype(np.int32 if fits else np.int64)


def is_float(dtype: np.dtype) -> bool:
    """True for a float type that TensorFlow has."""
    return dtype.name in _FLOATS


def check_dtypes(
    rules: Rules,
    ifmap_dtype: np.typing.DTypeLike,
    weight_dtype: np.typing.DTypeLike,
    names: tuple[str, str],
) -> None:
    """Notes in ``rules`` the violations of the dtypes of the arrays called ``names``."""
    dtypes = [np.dtype(dtype) for dtype in (ifmap_dtype, weight_dtype)]
    good = [
        rules.require(
            dtype.kind in "iu" or is_float(dtype),
            f"{name}.dtype",
            str(dtype),
            f"must be an integer dtype, {', '.join(_FLOATS[:-1])} or {_FLOATS[-1]}",
        )
        for name, dtype in zip(names, dtypes, strict=True)
    ]
    if all(good) and any(map(is_float, dtypes)):
        rules.require(
            dtypes[0].newbyteorder("=") == dtypes[1].newbyteorder("="),
            f"{names[1]}.dtype",
            str(dtypes[1]),
            f"must equal {names[0]}.dtype = {str(dtypes[0])!r}: floats do not mix, as in"
            " TensorFlow",
        )


def require_exact_sums(ifmap_nhwc: np.ndarray, weight: np.ndarray) -> None:
    """Refuses integers whose sums could leave int64; floats pass.

    The bound of an ofmap channel follows from its weights and its ifmap channel's extreme values.

    Raises:
        SpecError: with the first ofmap channel that could overflow.
    """
    if is_float(ifmap_nhwc.dtype) or is_float(weight.dtype):
        return
    if 0 in (ifmap_nhwc.size, weight.size):
        return
    taps = weight.shape[0] * weight.shape[1]
    if taps * _magnitude(ifmap_nhwc) * _magnitude(weight) <= _INT64.max:
        return
    rules = Rules("depthwise sums")
    low = ifmap_nhwc.min(axis=(0, 1, 2))
    high = ifmap_nhwc.max(axis=(0, 1, 2))
    for channel, multiple in np.ndindex(*weight.shape[2:]):
        extremes = (int(low[channel]), int(high[channel]))
        kernel = [int(value) for value in weight[:, :, channel, multiple].flat]
        # A masked tap adds 0, hence the 0 among the products.
        least = sum(min(0, *(value * extreme for extreme in extremes)) for value in kernel)
        most = sum(max(0, *(value * extreme for extreme in extremes)) for value in kernel)
        if not rules.require(
            _INT64.min <= least and most <= _INT64.max,
            f"ofmap channel {channel * weight.shape[3] + multiple}",
            (least, most),
            "the range of its sums with these values must fit in int64",
        ):
            break
    rules.raise_if_any()


def _magnitude(array: np.ndarray) -> int:
    return max(abs(int(array.min())), abs(int(array.max())))


def _sum_of_taps(
    ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec, dtype: np.dtype
) -> np.ndarray:
    """The sums, for a few rows of the ofmap at a time."""
    # The channel multiple is the first axis here, so that NumPy's inner loops run over the many
    # channels instead of the few multiples.
    ofmap = np.zeros((layer.channel_multiplier, *layer.ofmap_shape[:3], layer.channels), dtype)
    step = max(1, _BLOCK // ofmap[0, :, 0].size)
    for first in range(0, layer.ofmap_h, step):
        _add_taps(ofmap[:, :, first : first + step], ifmap, weight, layer, first)
    return np.moveaxis(ofmap, 0, -1).reshape(layer.ofmap_shape)


def _add_taps(
    ofmap: np.ndarray, ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec, first: int
) -> None:
    """Adds one strided slice of the ifmap for each tap to the rows of the ofmap from ``first`` on.

    Sums of a wider dtype are rounded to that of the ofmap.
    """
    multiples = layer.channel_multiplier
    product = np.empty(ofmap.shape[1:], ifmap.dtype)
    for tap_h in range(layer.kernel_h):
        top = first * layer.stride_h + layer.dilation_h * tap_h - layer.pad_top
        rows, ifmap_rows = _reached(layer.ifmap_h, ofmap.shape[2], layer.stride_h, top)
        for tap_w in range(layer.kernel_w):
            columns, ifmap_columns = _reached(
                layer.ifmap_w,
                layer.ofmap_w,
                layer.stride_w,
                layer.dilation_w * tap_w - layer.pad_left,
            )
            values = ifmap[:, ifmap_rows, ifmap_columns]
            for multiple in range(multiples):
                term = product[:, rows, columns]
                np.multiply(values, weight[tap_h, tap_w, :, multiple], out=term)
                sums = ofmap[multiple, :, rows, columns]
                np.add(sums, term, out=sums, casting="same_kind")


def _reached(ifmap: int, ofmap: int, stride: int, offset: int) -> tuple[slice, slice]:
    """The outputs whose tap at ``offset`` is inside the ifmap, and the pixels under that tap.

    Output i has pixel ``stride*i + offset``, under its tap, which must be from 0 to ``ifmap - 1``.
    """
    first = max(0, -(offset // stride))  # ceil(-offset / stride)
    last = min(ofmap - 1, (ifmap - 1 - offset) // stride)
    if last < first:
        return slice(0, 0), slice(0, 0)
    start = stride * first + offset
    return slice(first, last + 1), slice(start, stride * last + offset + 1, stride)
