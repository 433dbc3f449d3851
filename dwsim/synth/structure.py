"""What an engine is made of, counted from its numbers: the base of the quick estimate.

The counts follow ``rtl/`` and ``templates/`` stage by stage. Blocks are counted as ``rtl/ecp5/``
makes them, so multipliers and block RAMs are exact; look-up tables and flip-flops are counts that
the estimate weighs.
"""

from __future__ import annotations

from dwsim.derive import SHIFT_LENGTH_MAX, EngineNumbers

_CARRY_ENDS = 4
"""LUTs that nextpnr adds to each carry chain of an ECP5: one CCU2C in front, one behind."""
_LUTS_OF_RAM = 6
"""LUTs of 16 words of 4 bits: TRELLIS_DPR16X4, with those that write it."""
_MULTIPLIER_WIDTH = 18
"""Bits of a signed factor of MULT18X18D."""
# Words of a block RAM of ECP5, and the width that it has then: FPGA-TN-02204, table 2.
_BLOCK_SHAPES = ((9, 36), (10, 18), (11, 9), (12, 4), (13, 2), (14, 1))
_LUT_RAM_ADDRESS = 5
"""Address bits of the largest memory that is made of LUTs."""

Ram = tuple[int, int, int]
"""How many, address bits, bits of a word."""


def dsp_blocks(numbers: EngineNumbers) -> int:
    """MULT18X18D of an ECP5: one a multiplier of the array, and those that scale.

    A product of two factors that are wider than a block is made of partial products: 17 bits of
    each factor, unsigned, and 18 with the sign.
    """
    if not numbers.requantises:
        return numbers.spec.multipliers
    limbs = [
        1 + max(0, -(-(width - _MULTIPLIER_WIDTH) // (_MULTIPLIER_WIDTH - 1)))
        for width in (numbers.bias_width, numbers.multiplier_width)
    ]
    return numbers.spec.multipliers + numbers.spec.lanes * limbs[0] * limbs[1]


def rams(numbers: EngineNumbers) -> list[Ram]:
    """Every ``dw_ram``: weights, scales, delays longer than ``SHIFT_LENGTH_MAX``, the marker."""
    spec = numbers.spec
    found = [(spec.lane_multipliers, 1 + numbers.word_width, numbers.param_beat_width)]
    if numbers.requantises:
        found.append((numbers.scale_words, 1 + numbers.set_width, numbers.param_beat_width))
    delays = (
        (spec.kernel_h - 1, numbers.max_row_delay, numbers.ifmap_beat_width),
        (spec.kernel_h * (spec.kernel_w - 1), numbers.max_col_delay, numbers.ifmap_beat_width),
        (1, numbers.max_lag - 2, 1),
    )
    for count, length, width in delays:
        if count and length > SHIFT_LENGTH_MAX:
            found.append((count, (length - 2).bit_length(), width))
    return found


def block_rams(numbers: EngineNumbers) -> int:
    """DP16KD of an ECP5: each memory is cut into columns of the widest shape deep enough."""
    return sum(
        count * _columns(address, width)
        for count, address, width in rams(numbers)
        if address > _LUT_RAM_ADDRESS
    )


def _columns(address: int, width: int) -> int:
    for deepest, shape in _BLOCK_SHAPES:
        if address <= deepest:
            return -(-width // shape)
    # Deeper than a block: as many as hold the words, bit by bit.
    return width << (address - _BLOCK_SHAPES[-1][0])


def adders(numbers: EngineNumbers) -> list[tuple[int, int]]:
    """Adders of a lane, as how many and how wide: chains, row tree, sums of passes."""
    cols, rows = numbers.array_cols, numbers.array_rows
    found = [(rows, numbers.psum_width(col + 1)) for col in range(1, cols)]
    for above, level in zip(numbers.tree_levels, numbers.tree_levels[1:], strict=False):
        found += [
            (1, numbers.psum_width(taken * cols))
            for i, taken in enumerate(level)
            if 2 * i + 1 < len(above)
        ]
    if numbers.spec.passes > 1:
        found.append((1, numbers.acc_width))
    return found


def lut_counts(numbers: EngineNumbers) -> dict[str, float]:
    """Counts of which the LUTs of an ECP5 are a sum with weights, by what they are for."""
    spec = numbers.spec
    bits = spec.lanes * spec.ifmap_width
    carried = spec.lanes * sum(
        count * (2 * -(-width // 2) + _CARRY_ENDS) for count, width in adders(numbers)
    )
    return {
        "engine": 1,
        "counters": counter_bits(numbers),
        "adders": carried,
        "operands": bits * spec.lane_multipliers,
        "choices": bits * spec.lane_multipliers * (spec.passes - 1),
        "spread": bits * spec.taps * (spec.max_channel_multiplier - 1),
        "delays": _delay_bits(numbers),
        "beats": numbers.ifmap_beat_width + numbers.param_beat_width + numbers.ofmap_beat_width,
        "small_memories": _small_memories(numbers),
        **_requantisers(numbers),
    }


def ff_counts(numbers: EngineNumbers) -> dict[str, float]:
    """Counts of which the flip-flops of an ECP5 are a sum with weights."""
    spec = numbers.spec
    bits = spec.lanes * spec.ifmap_width
    cols, rows = numbers.array_cols, numbers.array_rows
    skew = sum(numbers.column_skew(col) for col in range(cols))
    shifted = min(numbers.max_col_delay, SHIFT_LENGTH_MAX)
    window = spec.kernel_h * (1 + (spec.kernel_w - 1) * shifted)
    return {
        "engine": 1,
        "counters": counter_bits(numbers),
        "window": bits * window,
        "operands": bits * spec.lane_multipliers,
        "skew": bits * rows * skew,
        "sums": spec.lanes * sum(count * width for count, width in adders(numbers)),
        "delays": _delay_bits(numbers),
        "beats": numbers.ifmap_beat_width + numbers.param_beat_width + numbers.ofmap_beat_width,
        "small_memories": sum(
            count * width for count, address, width in rams(numbers) if address <= _LUT_RAM_ADDRESS
        ),
        **_requantisers(numbers),
    }


def counter_bits(numbers: EngineNumbers) -> int:
    """Bits of the geometry's registers, which the rasters count with."""
    return sum(field.total_width for field in numbers.config_fields)


def _delay_bits(numbers: EngineNumbers) -> int:
    """Bits of the words beside the delays that are memories, and of those that vary."""
    spec = numbers.spec
    rows = (spec.kernel_h - 1) * (numbers.max_row_delay > 1)
    cols = spec.kernel_h * (spec.kernel_w - 1)
    stages = min(numbers.max_col_delay - 1, SHIFT_LENGTH_MAX)
    return numbers.ifmap_beat_width * (rows + cols * stages)


def _small_memories(numbers: EngineNumbers) -> int:
    """LUTs of the memories that are made of them."""
    fifo = (1, numbers.fifo_address_width, numbers.ofmap_beat_width + numbers.spec.lanes + 1)
    return sum(
        count * -(-width // 4) * _LUTS_OF_RAM * (1 << max(0, address - 4))
        for count, address, width in (*rams(numbers), fifo)
        if address <= _LUT_RAM_ADDRESS
    )


def _requantisers(numbers: EngineNumbers) -> dict[str, float]:
    lanes = numbers.spec.lanes
    mode = numbers.spec.requantise
    return {
        "requantisers": lanes * (mode != "none"),
        "two_roundings": lanes * (mode in ("double", "both")),
    }
