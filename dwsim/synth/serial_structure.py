"""Counts the parts of a tap-serial engine; see ``dwsim.synth.structure``."""

from __future__ import annotations

from dwsim.derive.memories import memories
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.synth.float_structure import multiplier_blocks
from dwsim.synth.structure import carry_luts, columns_of_blocks, counter_bits, of_luts


def dsp_blocks(numbers: SerialNumbers) -> int:
    """MULT18X18D of an ECP5: those of the cells and of the requantisers."""
    array = numbers.spec.multipliers * multiplier_blocks(numbers.spec)
    return array + numbers.shape.requantisers * numbers.formats.scale_multipliers


def block_rams(numbers: SerialNumbers) -> int:
    """DP16KD of an ECP5, for ring, weights, scales and output FIFO."""
    return sum(
        memory.count * columns_of_blocks(_address(memory.words), memory.width)
        for memory in memories(numbers)
        if not of_luts(_address(memory.words))
    )


def lut_counts(numbers: SerialNumbers) -> dict[str, float]:
    """The counts of ``dwsim.synth.structure.lut_counts`` for the parts of this array."""
    spec, shape, formats = numbers.spec, numbers.shape, numbers.formats
    sums = spec.multipliers * (carry_luts(formats.acc_width) + formats.acc_width)
    if formats.is_float:  # in the units; the drain moves the partial sums
        sums = spec.multipliers * formats.sums_width
    segment = shape.segment * formats.pixel_width
    rotate = shape.ring_pixels * formats.pixel_width * bits_of(shape.ring_pixels)
    packed = formats.ofmap_beat_values * formats.ofmap_width
    masks = spec.multipliers * formats.operand_width
    return {
        "counters": counter_bits(numbers),
        "logic": sums + segment + rotate + packed + masks + formats.ifmap_beat_width,
        "choices": 0,
        "spread": 0,
        "requantisers": shape.requantisers * formats.requantises,
        "two_roundings": shape.requantisers * (spec.requantise in ("double", "both")),
    }


def ff_counts(numbers: SerialNumbers) -> dict[str, float]:
    """The counts of ``dwsim.synth.structure.ff_counts`` for the parts of this array."""
    spec, shape, formats = numbers.spec, numbers.shape, numbers.formats
    return {
        "counters": counter_bits(numbers),
        # Each cell has a sum and a register of the drain's chain; a unit has its own sums.
        "data": (2 - formats.is_float) * spec.multipliers * formats.sums_width
        + 2 * shape.segment * formats.pixel_width
        + 2 * shape.ring_pixels * formats.pixel_width
        + spec.lanes * spec.weight_width
        + 2 * formats.ifmap_beat_width
        + 2 * formats.ofmap_beat_width,
        "requantisers": shape.requantisers * formats.requantises,
    }


def bits_of(count: int) -> int:
    """Stages of a rotator over ``count`` pixels."""
    return max(count - 1, 0).bit_length()


def _address(words: int) -> int:
    return max(words - 1, 0).bit_length()
