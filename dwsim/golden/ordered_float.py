"""The golden model in floating point: each rounding and the order of the sums are stated.

docs/explanation/float.md defines the semantics. Like ``dwsim.golden.depthwise`` this module has no
notion of cycles or hardware.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dwsim.errors import Rules
from dwsim.golden.bias_and_activation import activate
from dwsim.golden.summation_order import Chain, Order, taps_of
from dwsim.spec.float_arithmetic import FloatArithmetic, FloatFormat
from dwsim.spec.layer_spec import LayerSpec

_BLOCK = 1 << 16
"""Number of sums that are computed at a time, at least a row."""


def depthwise_ordered(
    ifmap_nhwc: np.ndarray,
    weight: np.ndarray,
    layer: LayerSpec,
    arithmetic: FloatArithmetic,
    order: Order,
    *,
    bias: np.ndarray | None = None,
    clamp: tuple[float, float] | None = None,
) -> np.ndarray:
    """A depthwise convolution in floating point, bit by bit.

    Every product and every sum is rounded to ``arithmetic.accumulate``, to nearest, ties to even.
    A tap outside the ifmap is skipped. A sum that is zero is +0, with the bias and without. Then
    come the rounding to ``arithmetic.number_format``, and the clamp, which lets NaN pass.

    Args:
        ifmap_nhwc: of the dtype ``arithmetic.number_format``, shape ``layer.ifmap_shape``.
        weight: of the same dtype, shape ``layer.weight_shape``.
        layer: the geometry.
        arithmetic: the formats.
        order: the order of the sums, with each tap of the layer's kernel once.
        bias: of the dtype ``arithmetic.accumulate``, shape ``(layer.ofmap_channels,)``.
        clamp: the smallest and the largest result: ``(0, inf)`` for relu, ``(0, 6)`` for relu6.

    Returns:
        A new array of the ifmap's dtype and ``layer.ofmap_shape``. Every NaN has the bits
        ``arithmetic.number.canonical_nan``.

    Raises:
        SpecError: for other dtypes and shapes, an order of another kernel, and clamp limits that
            are not numbers of the format or not in order, or subnormal numbers with "flush".
    """
    _check(ifmap_nhwc, weight, layer, arithmetic, order, bias)
    dtype = ifmap_nhwc.dtype.newbyteorder("=")
    if clamp is not None:
        _check_limits(clamp, dtype, arithmetic)
    if layer.is_empty:
        return np.zeros(layer.ofmap_shape, dtype)
    with np.errstate(all="ignore"):
        sums = _Sums(ifmap_nhwc, weight, layer, arithmetic).all_rows(order)
        if bias is not None:
            wide = _operand(bias.astype(np.float32), arithmetic.acc, arithmetic)
            # + 0: with "flush" a small negative sum was rounded to -0.
            sums = _rounded(sums + wide, arithmetic, dtype) + np.float32(0)
        if arithmetic.flushes:
            sums = _flushed(sums, sums, arithmetic.number)
        ofmap: np.ndarray = sums.astype(dtype)
        if clamp is not None:
            ofmap = activate(ofmap, clamp)
        nan = np.isnan(ofmap)
    bits = ofmap.view(np.uint32 if dtype.itemsize == 4 else np.uint16)
    bits[nan] = arithmetic.number.canonical_nan
    return ofmap


def _check(
    ifmap: np.ndarray,
    weight: np.ndarray,
    layer: LayerSpec,
    arithmetic: FloatArithmetic,
    order: Order,
    bias: np.ndarray | None,
) -> None:
    rules = Rules("golden.depthwise_ordered")
    for name, array, dtype, shape in (
        ("ifmap", ifmap, arithmetic.number_format, layer.ifmap_shape),
        ("weight", weight, arithmetic.number_format, layer.weight_shape),
        ("bias", bias, arithmetic.accumulate, (layer.ofmap_channels,)),
    ):
        if array is not None:
            rules.require(
                array.dtype.name == dtype, f"{name}.dtype", str(array.dtype), f"must be {dtype}"
            )
            rules.require(array.shape == shape, f"{name}.shape", array.shape, f"must be {shape}")
    taps = sorted(taps_of(order))
    rules.require(
        taps == list(np.ndindex(layer.kernel_h, layer.kernel_w)),
        "order",
        f"{len(taps)} taps",
        f"must have each tap of the {layer.kernel_h}x{layer.kernel_w} kernel once",
    )
    rules.raise_if_any()


def _check_limits(clamp: tuple[float, float], dtype: np.dtype, arithmetic: FloatArithmetic) -> None:
    low, high = (np.asarray(limit, np.float64).astype(dtype) for limit in clamp)
    rules = Rules("golden.depthwise_ordered")
    for field, limit, given in (("clamp[0]", low, clamp[0]), ("clamp[1]", high, clamp[1])):
        rules.require(
            float(limit) == given, field, given, f"must be a number that {dtype.name} has"
        )
        normal = not 0 < abs(given) < 2.0**arithmetic.number.least_exponent
        rule = "must not be subnormal with subnormals='flush'"
        rules.require(normal or not arithmetic.flushes, field, given, rule)
    rules.require(float(low) <= float(high), "clamp", clamp, "must be (smallest, largest)")
    rules.raise_if_any()


def _operand(values: np.ndarray, number: FloatFormat, arithmetic: FloatArithmetic) -> np.ndarray:
    """float32 values as an operation takes them: with "flush" a subnormal is a zero."""
    return _flushed(values, values, number) if arithmetic.flushes else values


def _flushed(values: np.ndarray, exact: np.ndarray, number: FloatFormat) -> np.ndarray:
    """``values``, with a zero of the same sign where ``exact`` is below the normal numbers."""
    small = np.abs(exact) < 2.0**number.least_exponent
    flushed: np.ndarray = np.where(small, np.copysign(np.float32(0), values), values)
    return flushed


def _rounded(values: np.ndarray, arithmetic: FloatArithmetic, dtype: np.dtype) -> np.ndarray:
    """Sums of two numbers, which are float32, in the accumulation format.

    One more rounding, to 11 or 8 significant bits, gives the nearest number to the true sum:
    float32 has p = 24 >= 2*11 + 2, so its rounding of a sum never makes or breaks a tie of the
    narrower format (Figueroa, "When is double rounding innocuous?", 1995). Below the normal
    numbers of the narrower format, a sum is a multiple of its smallest subnormal, so it is exact.
    """
    if arithmetic.accumulate != "float32":
        values = values.astype(dtype).astype(np.float32)
    # A subnormal sum is exact in every format.
    return _operand(values, arithmetic.acc, arithmetic)


class _Sums:
    """The sums of one layer, as float32 arrays that hold numbers of the accumulation format."""

    def __init__(
        self, ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec, arithmetic: FloatArithmetic
    ) -> None:
        self.layer, self.arithmetic = layer, arithmetic
        self.dtype = ifmap.dtype.newbyteorder("=")
        # float32 holds every number of the other two formats.
        self.ifmap = _operand(ifmap.astype(np.float32), arithmetic.number, arithmetic)
        self.weight = _operand(weight.astype(np.float32), arithmetic.number, arithmetic)
        self.first, self.rows = 0, 0

    def all_rows(self, order: Order) -> np.ndarray:
        """The sums of all windows, shape ``layer.ofmap_shape``; none is -0."""
        layer = self.layer
        ofmap = np.empty(
            (layer.channel_multiplier, *layer.ofmap_shape[:3], layer.channels), np.float32
        )
        step = max(1, _BLOCK // ofmap[0, :, 0].size)
        for self.first in range(0, layer.ofmap_h, step):
            self.rows = min(step, layer.ofmap_h - self.first)
            block = ofmap[:, :, self.first : self.first + self.rows]
            for multiple in range(layer.channel_multiplier):
                np.add(self._sum(order, multiple), np.float32(0), out=block[multiple])
        return np.moveaxis(ofmap, 0, -1).reshape(layer.ofmap_shape)

    def _sum(self, order: Order, multiple: int) -> np.ndarray:
        """A skipped tap is +0 here, which changes at most the sign of a sum that is zero."""
        if isinstance(order, Chain):
            return self._chain(order.parts, multiple)
        sums = [self._sum(part, multiple) for part in order.parts]
        while len(sums) > 1:
            pairs = zip(sums[::2], sums[1::2], strict=False)
            added = [_rounded(a + b, self.arithmetic, self.dtype) for a, b in pairs]
            sums = added + sums[len(sums) & ~1 :]
        return sums[0]

    def _chain(self, taps: Sequence[tuple[int, int]], multiple: int) -> np.ndarray:
        layer = self.layer
        shape = (layer.batch, self.rows, layer.ofmap_w, layer.channels)
        sums = np.zeros(shape, np.float32)
        for tap_h, tap_w in taps:
            top = self.first * layer.stride_h + layer.dilation_h * tap_h - layer.pad_top
            rows, ifmap_rows = _inside(layer.ifmap_h, self.rows, layer.stride_h, top)
            left = layer.dilation_w * tap_w - layer.pad_left
            columns, ifmap_columns = _inside(layer.ifmap_w, layer.ofmap_w, layer.stride_w, left)
            product = self._product(
                self.ifmap[:, ifmap_rows, ifmap_columns], self.weight[tap_h, tap_w, :, multiple]
            )
            reached = sums[:, rows, columns]
            reached[...] = _rounded(reached + product, self.arithmetic, self.dtype)
        return sums

    def _product(self, values: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """The products in the accumulation format, each rounded once.

        float32 products of 11 bits are exact, and so are those of 8 bits unless they fall below
        its subnormals. These are below half of bfloat16's smallest number, so in bfloat16 they
        are zero, however float32 rounds them.
        """
        arithmetic = self.arithmetic
        product: np.ndarray = values * weight
        if arithmetic.accumulate != "float32":
            product = product.astype(self.dtype).astype(np.float32)
        if arithmetic.flushes:
            exact = values.astype(np.float64) * weight  # at most 48 bits
            product = _flushed(product, exact, arithmetic.acc)
        return product


def _inside(ifmap: int, ofmap: int, stride: int, offset: int) -> tuple[slice, slice]:
    """The outputs i whose pixel ``stride*i + offset`` is in the ifmap, and those pixels."""
    inside = [i for i in range(ofmap) if 0 <= stride * i + offset < ifmap]
    if not inside:
        return slice(0, 0), slice(0, 0)
    first, last = inside[0], inside[-1]
    pixels = slice(stride * first + offset, stride * last + offset + 1, stride)
    return slice(first, last + 1), pixels
