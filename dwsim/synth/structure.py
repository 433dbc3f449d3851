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
# Words of a block RAM of ECP5, and the width that it has then: FPGA-TN-02204, table 2.
_BLOCK_SHAPES = ((9, 36), (10, 18), (11, 9), (12, 4), (13, 2), (14, 1))
_LUT_RAM_ADDRESS = 5
"""Address bits of the largest memory that is made of LUTs."""
_RAM_ADDRESS = 4
"""Address bits of TRELLIS_DPR16X4."""

Ram = tuple[int, int, int]
"""How many, address bits, bits of a word."""


def dsp_blocks(numbers: EngineNumbers) -> int:
    """MULT18X18D of an ECP5: one for each multiplier of the array and of the requantisers."""
    return numbers.spec.multipliers + numbers.spec.lanes * numbers.formats.scale_multipliers


def rams(numbers: EngineNumbers) -> list[Ram]:
    """Every ``dw_ram``: weights, scales, delays longer than ``SHIFT_LENGTH_MAX``, the marker."""
    spec = numbers.spec
    found = [
        (spec.lane_multipliers, 1 + numbers.counters.word_width, numbers.formats.param_beat_width)
    ]
    if numbers.formats.requantises:
        found.append(
            (
                numbers.formats.scale_words,
                1 + numbers.counters.set_width,
                numbers.formats.param_beat_width,
            )
        )
    delays = (
        (spec.kernel_h - 1, numbers.counters.max_row_delay, numbers.formats.operand_beat_width),
        (
            spec.kernel_h * (spec.kernel_w - 1),
            numbers.counters.max_col_delay,
            numbers.formats.operand_beat_width,
        ),
        (1, numbers.counters.max_lag - 2, 1),
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
        if not _of_luts(address)
    )


def _columns(address: int, width: int) -> int:
    for deepest, shape in _BLOCK_SHAPES:
        if address <= deepest:
            return -(-width // shape)
    # Deeper than a block: as many as hold the words, bit by bit.
    return width << (address - _BLOCK_SHAPES[-1][0])


def adders(numbers: EngineNumbers) -> list[tuple[int, int]]:
    """Adders of a lane, as how many and how wide: chains, row tree, sums of passes."""
    cols, rows = numbers.formats.array_cols, numbers.formats.array_rows
    found = [(rows, numbers.formats.psum_width(col + 1)) for col in range(1, cols)]
    found += [(1, width) for width, added in _tree(numbers) if added]
    if numbers.spec.passes > 1:
        found.append((1, numbers.formats.acc_width))
    return found


def _tree(numbers: EngineNumbers) -> list[tuple[int, bool]]:
    """Registers of a lane's row tree: their widths, and whether an adder is in front."""
    return [
        (numbers.formats.psum_width(taken * numbers.formats.array_cols), 2 * i + 1 < len(above))
        for above, level in zip(
            numbers.formats.tree_levels, numbers.formats.tree_levels[1:], strict=False
        )
        for i, taken in enumerate(level)
    ]


def lut_counts(numbers: EngineNumbers) -> dict[str, float]:
    """Counts of which the LUTs of an ECP5 are a sum with weights, by what they are for.

    ``logic`` is LUTs already, counted bit by bit; what Yosys shares or merges is in its weight.
    """
    spec = numbers.spec
    carries = sum(count * (2 * -(-width // 2) + _CARRY_ENDS) for count, width in adders(numbers))
    pass_sums = numbers.formats.acc_width if spec.passes > 1 else 0
    centred = (
        2 * -(-numbers.formats.operand_width // 2) + _CARRY_ENDS
        if numbers.formats.requantises
        else 0
    )
    return {
        "counters": counter_bits(numbers),
        "logic": spec.lanes * (carries + pass_sums + centred)
        + numbers.formats.ifmap_beat_width  # the choice of the skid buffer
        + numbers.formats.operand_beat_width  # zeros for a short stream
        + _delay_luts(numbers)
        + _memory_luts(numbers),
        "choices": numbers.formats.operand_beat_width * spec.lane_multipliers * (spec.passes - 1),
        "spread": numbers.formats.operand_beat_width
        * spec.taps
        * (spec.max_channel_multiplier - 1),
        "requantisers": spec.lanes * numbers.formats.requantises,
        "two_roundings": spec.lanes * (spec.requantise in ("double", "both")),
    }


def ff_counts(numbers: EngineNumbers) -> dict[str, float]:
    """Counts of which the flip-flops of an ECP5 are a sum with weights.

    ``data`` is flip-flops already: every register of ifmap, weights, sums and ofmap.
    """
    spec = numbers.spec
    skew = numbers.formats.array_rows * sum(
        map(numbers.timing.column_skew, range(numbers.formats.array_cols))
    )
    chosen = spec.lane_multipliers if spec.passes > 1 else 0
    cells = spec.lane_multipliers * (spec.weight_width + numbers.formats.psum_width(1))
    sums = sum(count * width for count, width in adders(numbers))
    sums += sum(width for width, added in _tree(numbers) if not added)
    small = sum(count * width for count, address, width in rams(numbers) if _of_luts(address))
    words = 1 + _delay_words(numbers) + chosen + spec.lane_multipliers + skew
    return {
        "counters": counter_bits(numbers),
        "data": 2 * numbers.formats.ifmap_beat_width  # the skid buffer
        + words * numbers.formats.operand_beat_width
        + numbers.formats.param_beat_width
        + spec.lanes * (cells + sums)
        + 2 * small
        + _fifo_width(numbers),
        "requantisers": spec.lanes * numbers.formats.requantises,
    }


def counter_bits(numbers: EngineNumbers) -> int:
    """Bits of the geometry's registers, which the rasters count with."""
    return sum(field.total_width for field in numbers.config_fields)


def _delays(numbers: EngineNumbers) -> tuple[tuple[int, int], ...]:
    """Delays of the window: how many, and the longest that each can be."""
    spec = numbers.spec
    return (
        (spec.kernel_h - 1, numbers.counters.max_row_delay),
        (spec.kernel_h * (spec.kernel_w - 1), numbers.counters.max_col_delay),
        (spec.kernel_h, 1),
    )


def _delay_words(numbers: EngineNumbers) -> int:
    """Words of the window in flip-flops.

    A memory has two beside it; the first of a row delay's is the newest tap of its row.
    """
    rows, *others = _delays(numbers)
    beside = [(*rows, 1), *((*other, 2) for other in others)]
    return sum(
        count * (length if length <= SHIFT_LENGTH_MAX else words) for count, length, words in beside
    )


def _delay_luts(numbers: EngineNumbers) -> int:
    """LUTs that choose a delay's length: one a stage, or one behind a memory."""
    return numbers.formats.operand_beat_width * sum(
        count * (length - 1 if length <= SHIFT_LENGTH_MAX else 1)
        for count, length in _delays(numbers)
    )


def _fifo_width(numbers: EngineNumbers) -> int:
    """Bits of an entry of the output FIFO: ofmap, keep, last."""
    return numbers.formats.ofmap_beat_width + numbers.spec.lanes + 1


def _of_luts(address: int) -> bool:
    """A memory with so many address bits is made of LUTs."""
    return address <= _LUT_RAM_ADDRESS


def _memory_luts(numbers: EngineNumbers) -> int:
    """LUTs of the memories that are made of them, with those that choose among 16 words."""
    fifo = (1, numbers.timing.fifo_address_width, _fifo_width(numbers))
    return sum(
        count * ((_LUTS_OF_RAM * -(-width // 4) << parts) + (width << parts) - width)
        for count, address, width in (*rams(numbers), fifo)
        if _of_luts(address)
        for parts in [max(0, address - _RAM_ADDRESS)]
    )
