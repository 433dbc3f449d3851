"""NumberFormats: the widths of an engine's operands, products, sums, scales and stream beats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dwsim.derive.stages import (
    CLAMP_CYCLES,
    FLOAT_CLAMP_CYCLES,
    FLOAT_CONVERT_CYCLES,
    FLOAT_NARROW_CYCLES,
    FLOAT_ROUND_CYCLES,
    FLOAT_SUM_CYCLES,
    RIGHT_SHIFT_WIDTH,
    ROUND_SHIFT_CYCLES,
    SCALE_PRODUCT_CYCLES,
    SCALE_SUM_CYCLES,
)
from dwsim.spec.engine_spec import REQUANTISE, EngineSpec
from dwsim.spec.number_range import range_bits, value_range
from dwsim.spec.quantisation_limits import bias_width

SIGNED_LIMB_WIDTH = 18
"""Bits of the highest limb of a factor in ``dw_product``; the lower limbs have one less."""


@dataclass(frozen=True)
class ScalePart:
    """One number of an ofmap channel's scale, and the cycle in which the requantiser reads it."""

    name: str
    width: int
    """Bits of the number."""
    first: int
    """Index of its first byte among the bytes of the scale."""
    words: int
    """Number of its bytes; each is a beat of the parameter tensor and has a memory."""
    delay: int
    """Cycles from the acc to its use."""


class NumberFormats:
    """The number formats of an engine's arithmetic and streams, and the shape of its array."""

    def __init__(self, spec: EngineSpec):
        self.spec = spec
        self.arithmetic = spec.arithmetic

    @property
    def is_float(self) -> bool:
        """True if the engine computes in floating point; its numbers travel as words."""
        return self.arithmetic is not None

    @property
    def has_epilogue(self) -> bool:
        """True if the engine adds a bias to its sums in floating point, and clamps the ofmap."""
        return self.spec.epilogue is not None

    @property
    def ifmap_signed(self) -> bool:
        """True if an ifmap value is two's complement; the words of floats are not."""
        return self.spec.ifmap_signed and not self.is_float

    @property
    def weight_signed(self) -> bool:
        """True if a weight is two's complement; the words of floats are not."""
        return self.spec.weight_signed and not self.is_float

    @cached_property
    def operand_range(self) -> tuple[int, int]:
        """Smallest and largest operand: an ifmap value, minus the zero point if there is one."""
        low, high = value_range(self.spec.ifmap_width, self.spec.ifmap_signed)
        return (low - high, high - low) if self.requantises else (low, high)

    @property
    def operand_width(self) -> int:
        """Bits of an operand."""
        return self.spec.ifmap_width + self.requantises

    @property
    def tap_width(self) -> int:
        """Bits of an operand in the array; above a float, a bit tells a tap in the ifmap."""
        return self.operand_width + self.is_float

    @property
    def operand_signed(self) -> bool:
        """True if an operand is two's complement."""
        return self.ifmap_signed or self.requantises

    @cached_property
    def product_range(self) -> tuple[int, int]:
        """Smallest and largest product of an operand and a weight."""
        weight = value_range(self.spec.weight_width, self.spec.weight_signed)
        corners = [a * b for a in self.operand_range for b in weight]
        return min(corners), max(corners)

    def psum_width(self, taps: int) -> int:
        """Bits of a sum of ``taps`` products, wide enough that no input overflows it."""
        if self.arithmetic is not None:
            return self.arithmetic.acc.width
        low, high = self.product_range
        # A masked tap adds 0, so 0 is always inside the range.
        return range_bits(min(taps * low, 0), taps * high)

    @property
    def acc_signed(self) -> bool:
        """True if a sum is two's complement: one of its factors is signed."""
        return self.operand_signed or self.weight_signed

    @property
    def acc_width(self) -> int:
        """Bits of an acc, the sum over all taps."""
        return self.psum_width(self.spec.taps)

    @property
    def array_cols(self) -> int:
        """Cells of a systolic chain: those of a kernel row, or fewer."""
        return min(self.spec.lane_multipliers, self.spec.kernel_w)

    @property
    def array_rows(self) -> int:
        """Systolic chains of a lane; the row tree adds their sums."""
        return self.spec.lane_multipliers // self.array_cols

    @property
    def pass_width(self) -> int:
        """Bits of the sum over one pass."""
        return self.psum_width(self.spec.lane_multipliers)

    @property
    def requantises(self) -> bool:
        """True if the engine has a requantiser."""
        return self.spec.requantise != "none"

    @property
    def rounds_in_float(self) -> bool:
        """True if the requantiser has float rounding."""
        return "float" in self.spec.roundings

    @property
    def rounding_code(self) -> int:
        """The roundings of the requantiser, added up: 1 double, 2 single, 4 float."""
        return list(REQUANTISE).index(self.spec.requantise)

    @property
    def product_delay(self) -> int:
        """Cycles from the acc to the factors of the requantiser's product."""
        return SCALE_SUM_CYCLES + (FLOAT_CONVERT_CYCLES if self.rounds_in_float else 0)

    @property
    def rounding_cycles(self) -> int:
        """Cycles from the requantiser's product to the rounded number."""
        return FLOAT_ROUND_CYCLES if self.rounds_in_float else ROUND_SHIFT_CYCLES

    @property
    def requantise_cycles(self) -> int:
        """Cycles from the acc to the ofmap value, the same for every rounding of an engine."""
        if self.is_float:
            after = FLOAT_SUM_CYCLES + FLOAT_CLAMP_CYCLES if self.has_epilogue else 0
            return FLOAT_NARROW_CYCLES + after
        if not self.requantises:
            return 0
        to_product = self.product_delay + SCALE_PRODUCT_CYCLES
        return to_product + self.rounding_cycles + CLAMP_CYCLES

    @property
    def ofmap_width(self) -> int:
        """Bits of one lane of an ofmap beat."""
        return self.spec.ifmap_width if self.requantises or self.is_float else self.acc_width

    @property
    def ofmap_signed(self) -> bool:
        """True if an ofmap value is two's complement."""
        return self.requantises or self.acc_signed

    @property
    def bias_width(self) -> int:
        """Bits of a bias, and of ``acc + bias``."""
        return bias_width(self.spec.ifmap_width)

    @property
    def multiplier_width(self) -> int:
        """Bits of a scale's multiplier: Q31, or Q15 in the 64-bit path."""
        return 32 if self.spec.ifmap_width == 8 else 16

    @property
    def fraction(self) -> int:
        """Fraction bits of a scale's multiplier."""
        return self.multiplier_width - 1

    @cached_property
    def scale_parts(self) -> tuple[ScalePart, ...]:
        """The parts of a scale, in stream order; none in an engine without a requantiser."""
        if not self.requantises:
            return ()
        bias, multiplier = self.bias_width // 8, self.multiplier_width // 8
        at_product = self.product_delay
        at_shift = at_product + SCALE_PRODUCT_CYCLES
        return (
            ScalePart("bias", self.bias_width, 0, bias, 0),
            ScalePart("multiplier", self.multiplier_width, bias, multiplier, at_product),
            ScalePart("right_shift", RIGHT_SHIFT_WIDTH, bias + multiplier, 1, at_shift),
        )

    @property
    def scale_words(self) -> int:
        """Beats of a weight set after its taps: the bytes of bias, multiplier and right shift."""
        return sum(part.words for part in self.scale_parts)

    @property
    def scale_word_width(self) -> int:
        """Bits of a parameter beat that carry a scale: a byte of each lane."""
        return 8 * self.spec.lanes

    @property
    def scale_multipliers(self) -> int:
        """Multipliers in a lane's requantiser; ``dw_product`` cuts its factors into limbs."""
        if not self.requantises:
            return 0
        limbs = [
            1 + max(0, -(-(width - SIGNED_LIMB_WIDTH) // (SIGNED_LIMB_WIDTH - 1)))
            for width in (self.bias_width, self.multiplier_width)
        ]
        return limbs[0] * limbs[1]

    @property
    def bias_words(self) -> int:
        """Beats of a weight set with the bias in floating point, the lowest bits first."""
        if self.arithmetic is None or not self.has_epilogue:
            return 0
        return self.arithmetic.bias_words

    @property
    def param_words(self) -> int:
        """Beats of a weight set: the taps of every pass, then the scale or the bias."""
        return self.spec.passes * self.spec.lane_multipliers + self.scale_words + self.bias_words

    @property
    def memory_words(self) -> int:
        """Parameter memories: one for each multiplier of a lane, each byte of a scale, or each
        beat of a bias."""
        return self.spec.lane_multipliers + self.scale_words + self.bias_words

    @cached_property
    def tree_levels(self) -> list[list[int]]:
        """Number of chains in each addend of each level of the row tree; level 0 is the input."""
        levels = [[1] * self.array_rows]
        while len(levels[-1]) > 1:
            above = levels[-1]
            levels.append([sum(above[i : i + 2]) for i in range(0, len(above), 2)])
        return levels

    # -- stream widths --------------------------------------------------------------------

    @property
    def ifmap_beat_width(self) -> int:
        """Bits of ``s_axis_ifmap_tdata``."""
        return self.ifmap_beat_values * self.spec.ifmap_width

    @property
    def ifmap_beat_values(self) -> int:
        """Values of an ifmap beat."""
        return self.spec.lanes

    @property
    def ofmap_beat_values(self) -> int:
        """Values of an ofmap beat, each with a bit of ``tkeep``."""
        return self.spec.lanes

    @property
    def operand_beat_width(self) -> int:
        """Bits of a beat in the window: the operands of all lanes."""
        return self.spec.lanes * self.operand_width

    @property
    def tap_beat_width(self) -> int:
        """Bits of the operands of all lanes in the array."""
        return self.spec.lanes * self.tap_width

    @property
    def param_beat_width(self) -> int:
        """Bits of ``s_axis_param_tdata``: one tap's weights for all lanes."""
        return self.spec.lanes * self.spec.weight_width

    @property
    def ofmap_beat_width(self) -> int:
        """Bits of ``m_axis_ofmap_tdata``."""
        return self.ofmap_beat_values * self.ofmap_width
