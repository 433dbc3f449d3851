"""Counts the parts of an engine from its numbers: the base of the quick estimate.

The counts follow ``rtl/`` and ``templates/`` stage by stage. Multipliers and block RAMs are counted
as ``rtl/ecp5/`` instantiates them, so they are exact. The counts of look-up tables and flip-flops
get weights from the estimate.
"""

from __future__ import annotations

from dwsim.derive import SHIFT_LENGTH_MAX, EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.synth.float_structure import multiplier_blocks

_CARRY_ENDS = 4
"""LUTs that nextpnr adds to each carry chain of an ECP5: one CCU2C before it, one after it."""
_LUTS_OF_RAM = 6
"""LUTs of 16 words of 4 bits: TRELLIS_DPR16X4 and its write logic."""
# Address bits of a block RAM of the ECP5, and its width at that depth: FPGA-TN-02204, table 2.
_BLOCK_SHAPES = ((9, 36), (10, 18), (11, 9), (12, 4), (13, 2), (14, 1))
_LUT_RAM_ADDRESS = 5
"""Address bits of the largest memory that is built from LUTs."""
_RAM_ADDRESS = 4
"""Address bits of TRELLIS_DPR16X4."""

Ram = tuple[int, int, int]
"""The number of memories, their address bits, and the bits of a word."""


def dsp_blocks(numbers: EngineNumbers) -> int:
    """MULT18X18D of an ECP5: those of the multipliers of the array and of the requantisers."""
    array = numbers.spec.multipliers * multiplier_blocks(numbers.spec)
    return array + numbers.spec.lanes * numbers.formats.scale_multipliers


def rams(numbers: EngineNumbers) -> list[Ram]:
    """Every ``dw_ram``: weights, scales, biases, delays over ``SHIFT_LENGTH_MAX``, the marker."""
    spec = numbers.spec
    found = [
        (spec.lane_multipliers, 1 + numbers.counters.word_width, numbers.formats.param_beat_width)
    ]
    if numbers.formats.requantises:
        found.append(
            (
                numbers.formats.scale_words,
                1 + numbers.counters.set_width,
                numbers.formats.scale_word_width,
            )
        )
    if numbers.formats.bias_words:
        sets = 1 + numbers.counters.set_width
        found.append((numbers.formats.bias_words, sets, numbers.formats.param_beat_width))
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
        count * columns_of_blocks(address, width)
        for count, address, width in rams(numbers)
        if not of_luts(address)
    )


def columns_of_blocks(address: int, width: int) -> int:
    """Block RAMs of a memory with this number of address bits."""
    for deepest, shape in _BLOCK_SHAPES:
        if address <= deepest:
            return -(-width // shape)
    # Deeper than one block: each bit of width takes a column of blocks, one bit wide.
    return width << (address - _BLOCK_SHAPES[-1][0])


def adders(numbers: EngineNumbers) -> list[tuple[int, int]]:
    """The adders of a lane as (number, width): psum chains, row tree, sums of passes.

    Those in floating point are units (``float_structure``).
    """
    if numbers.formats.is_float:
        return []
    cols, rows = numbers.formats.array_cols, numbers.formats.array_rows
    found = [(rows, numbers.formats.psum_width(col + 1)) for col in range(1, cols)]
    found += [(1, width) for width, added in _tree(numbers) if added]
    if numbers.spec.passes > 1:
        found.append((1, numbers.formats.acc_width))
    return found


def _tree(numbers: EngineNumbers) -> list[tuple[int, bool]]:
    """The registers of a lane's row tree as (width, True if an adder drives it)."""
    return [
        (numbers.formats.psum_width(taken * numbers.formats.array_cols), 2 * i + 1 < len(above))
        for above, level in zip(
            numbers.formats.tree_levels, numbers.formats.tree_levels[1:], strict=False
        )
        for i, taken in enumerate(level)
    ]


def carry_luts(width: int) -> int:
    """LUTs of an adder of this width."""
    return 2 * -(-width // 2) + _CARRY_ENDS


def lut_counts(numbers: EngineNumbers) -> dict[str, float]:
    """The counts whose weighted sum is the number of LUTs of an ECP5, by purpose.

    ``logic`` counts LUTs, bit by bit; its weight accounts for logic that Yosys shares or merges.
    """
    spec = numbers.spec
    carries = sum(count * carry_luts(width) for count, width in adders(numbers))
    is_float = numbers.formats.is_float
    pass_sums = numbers.formats.acc_width if spec.passes > 1 and not is_float else 0
    centred = carry_luts(numbers.formats.operand_width) if numbers.formats.requantises else 0
    return {
        "counters": counter_bits(numbers),
        "logic": spec.lanes * (carries + pass_sums + centred)
        + numbers.formats.ifmap_beat_width  # the multiplexer of the skid buffer
        + numbers.formats.operand_beat_width  # the zeros that replace the beats of a short stream
        + _delay_luts(numbers)
        + _memory_luts(numbers),
        "choices": numbers.formats.operand_beat_width * spec.lane_multipliers * (spec.passes - 1),
        "spread": numbers.formats.operand_beat_width
        * spec.taps
        * (spec.max_channel_multiplier - 1),
        "requantisers": spec.lanes * numbers.formats.requantises,
        "two_roundings": spec.lanes * ("double" in spec.roundings),
    }


def ff_counts(numbers: EngineNumbers) -> dict[str, float]:
    """The counts whose weighted sum is the number of flip-flops of an ECP5.

    ``data`` counts flip-flops: every register of ifmap, weights, sums and ofmap.
    """
    spec = numbers.spec
    skew = numbers.formats.array_rows * sum(
        map(numbers.timing.column_skew, range(numbers.formats.array_cols))
    )
    chosen = spec.lane_multipliers if spec.passes > 1 else 0
    product = 0 if numbers.formats.is_float else numbers.formats.psum_width(1)
    cells = spec.lane_multipliers * (spec.weight_width + product)
    sums = sum(count * width for count, width in adders(numbers))
    sums += sum(width for width, added in _tree(numbers) if not added)
    small = sum(count * width for count, address, width in rams(numbers) if of_luts(address))
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


def float_cells(numbers: EngineNumbers | SerialNumbers) -> tuple[int, int]:
    """LUTs and flip-flops that float rounding adds to the counts above.

    No engine of the table has it, so Yosys has measured these on one requantiser with the modules
    of rtl/ecp5: 612 LUTs and 611 flip-flops with float rounding alone, where single rounding has
    295 and 385; with double rounding as well 806 and 871, where both integer roundings have 313
    and 392.
    """
    if not numbers.formats.rounds_in_float:
        return 0, 0
    lut, ff = (317, 226) if numbers.spec.requantise == "float" else (493, 479)
    count = numbers.spec.lanes
    if isinstance(numbers, SerialNumbers):
        count = numbers.shape.requantisers
    return count * lut, count * ff


def counter_bits(numbers: EngineNumbers | SerialNumbers) -> int:
    """Bits of the geometry registers, which bound the counters of the rasters."""
    return sum(field.total_width for field in numbers.config_fields)


def _delays(numbers: EngineNumbers) -> tuple[tuple[int, int], ...]:
    """The delays of the window as (number, maximum length)."""
    spec = numbers.spec
    return (
        (spec.kernel_h - 1, numbers.counters.max_row_delay),
        (spec.kernel_h * (spec.kernel_w - 1), numbers.counters.max_col_delay),
        (spec.kernel_h, 1),
    )


def _delay_words(numbers: EngineNumbers) -> int:
    """Words of the window in flip-flops.

    A delay in a memory has two words outside of it; the first word of a row delay is the newest tap
    of its row, which is counted there.
    """
    rows, *others = _delays(numbers)
    outside = [(*rows, 1), *((*other, 2) for other in others)]
    return sum(
        count * (length if length <= SHIFT_LENGTH_MAX else words)
        for count, length, words in outside
    )


def _delay_luts(numbers: EngineNumbers) -> int:
    """LUTs that select the length of a delay: one for each stage, or one after a memory."""
    return numbers.formats.operand_beat_width * sum(
        count * (length - 1 if length <= SHIFT_LENGTH_MAX else 1)
        for count, length in _delays(numbers)
    )


def _fifo_width(numbers: EngineNumbers) -> int:
    """Bits of an entry of the output FIFO: ofmap beat, keep and last."""
    return numbers.formats.ofmap_beat_width + numbers.spec.lanes + 1


def of_luts(address: int) -> bool:
    """True if a memory with this number of address bits is built from LUTs."""
    return address <= _LUT_RAM_ADDRESS


def _memory_luts(numbers: EngineNumbers) -> int:
    """LUTs of the memories that are built from LUTs, and of their output multiplexers."""
    fifo = (1, numbers.timing.fifo_address_width, _fifo_width(numbers))
    return sum(
        count * ((_LUTS_OF_RAM * -(-width // 4) << parts) + (width << parts) - width)
        for count, address, width in (*rams(numbers), fifo)
        if of_luts(address)
        for parts in [max(0, address - _RAM_ADDRESS)]
    )
