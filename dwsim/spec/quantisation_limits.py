"""The roundings of requantisation, and the integers for which each is defined.

"double" and "single" are TFLite's integer arithmetic (``MultiplyByQuantizedMultiplier`` in
``tensorflow/lite/kernels/internal/common.cc``). "float" is the float32 arithmetic of XNNPACK,
LiteRT's default kernels, and of ONNX Runtime.
"""

from __future__ import annotations

from dwsim.spec.number_range import value_range

ROUNDINGS = ("double", "single", "float")
INTEGER_ROUNDINGS = ("double", "single")
"""The roundings that TFLite's integer arithmetic defines."""
IFMAP_WIDTHS = (8, 16)
SHIFT_MIN = -31

INT32_MIN, INT32_MAX = value_range(32, signed=True)


def shift_max(ifmap_width: int) -> int:
    """Largest left shift: 30, or 7 for int16 activations, as TFLite's assertions demand."""
    return 30 if ifmap_width == 8 else 7


def bias_width(ifmap_width: int) -> int:
    """Bits of a bias, and of ``acc + bias``: 32, or 48 for int16 activations.

    TFLite keeps the latter in an int64, but defines its multiplication for 48 bits only.
    """
    return 32 if ifmap_width == 8 else 48


FLOAT_DIGITS = 24
"""Significant bits of a float32."""
FLOAT_STEP = 1 << 31 - FLOAT_DIGITS
"""A multiplier of 31 bits that is a float32 is a multiple of this."""


def is_float_multiplier(multiplier: int) -> bool:
    """True if a multiplier is the significand of a float32: 0, or 24 bits at the top of 31."""
    return multiplier == 0 or (multiplier >= 1 << 30 and multiplier % FLOAT_STEP == 0)


def reduced_multiplier(multiplier: int) -> int:
    """The 15 bits of a multiplier that TFLite uses for int16 activations.

    ``multiplier / 2**16``, rounded half up, at most 0x7FFF.
    """
    return min((multiplier + 2**15) >> 16, 0x7FFF)
