"""The integers for which TFLite's kernels define requantisation: names, widths and limits.

See ``MultiplyByQuantizedMultiplier`` in ``tensorflow/lite/kernels/internal/common.cc``.
"""

from __future__ import annotations

from dwsim.spec.number_range import value_range

ROUNDINGS = ("double", "single")
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


def reduced_multiplier(multiplier: int) -> int:
    """The 15 bits of a multiplier that TFLite uses for int16 activations.

    ``multiplier / 2**16``, rounded half up, at most 0x7FFF.
    """
    return min((multiplier + 2**15) >> 16, 0x7FFF)
