"""Counts the parts of a tap-serial engine; see ``dwsim.synth.structure``."""

from __future__ import annotations

from dwsim.derive.memories import Memory, memories
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
        memory.count * _columns(numbers, memory)
        for memory in memories(numbers)
        if not of_luts(_address(memory.words))
    )


def _columns(numbers: SerialNumbers, memory: Memory) -> int:
    """Blocks of a memory; a ring of a cell has 9-bit columns, as rtl/ecp5/dw_pixel_ram.v."""
    columns = columns_of_blocks(_address(memory.words), memory.width)
    if memory.kind == "ring" and numbers.shape.copied_rings:
        return max(columns, -(-memory.width // 9))
    return columns


def lut_counts(numbers: SerialNumbers) -> dict[str, float]:
    """The counts of ``dwsim.synth.structure.lut_counts`` for the parts of this array."""
    spec, shape, formats = numbers.spec, numbers.shape, numbers.formats
    sums = spec.multipliers * (carry_luts(formats.acc_width) + formats.acc_width)
    if formats.is_float:  # in the units; the drain moves the partial sums
        sums = spec.multipliers * formats.sums_width
    packed = formats.ofmap_beat_values * formats.ofmap_width
    if shape.copied_rings:  # the sums of two adders choose each address
        pixels = 4 * _address_bits(numbers)
    else:
        pixels = shape.segment * formats.pixel_width
        pixels += shape.ring_pixels * formats.pixel_width * bits_of(shape.ring_pixels)
        pixels += spec.multipliers * formats.operand_width
    return {
        "counters": counter_bits(numbers),
        "logic": sums + pixels + packed + formats.ifmap_beat_width,
        "choices": 0,
        "spread": 0,
        "requantisers": shape.requantisers * formats.requantises,
        "two_roundings": shape.requantisers * (spec.requantise in ("double", "both")),
    }


def ff_counts(numbers: SerialNumbers) -> dict[str, float]:
    """The counts of ``dwsim.synth.structure.ff_counts`` for the parts of this array."""
    spec, shape, formats = numbers.spec, numbers.shape, numbers.formats
    pixels = 2 * (shape.segment + shape.ring_pixels) * formats.pixel_width
    if shape.copied_rings:  # four addresses for each cell
        pixels = 4 * _address_bits(numbers)
    return {
        "counters": counter_bits(numbers),
        # Each cell has a sum and a register of the drain's chain; a unit has its own sums.
        "data": (2 - formats.is_float) * spec.multipliers * formats.sums_width
        + pixels
        + spec.lanes * spec.weight_width
        + 2 * formats.ifmap_beat_width
        + 2 * formats.ofmap_beat_width,
        "requantisers": shape.requantisers * formats.requantises,
    }


def _address_bits(numbers: SerialNumbers) -> int:
    """Bits of an address of every cell, which the lanes share."""
    return numbers.formats.pixels * numbers.counters.cell_address_width


def bits_of(count: int) -> int:
    """Stages of a rotator over ``count`` pixels."""
    return max(count - 1, 0).bit_length()


def _address(words: int) -> int:
    return max(words - 1, 0).bit_length()
