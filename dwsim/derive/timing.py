"""Timing: the latency of an engine, stage by stage, and the output FIFO that covers it."""

from __future__ import annotations

from dwsim.derive.number_formats import NumberFormats
from dwsim.derive.stages import (
    CREDIT_CYCLES,
    FIFO_CYCLES,
    FLOAT_PRODUCT_CYCLES,
    FLOAT_SUM_CYCLES,
    GATHER_CYCLES,
    MASK_CYCLES,
    MEMORY_CYCLES,
    PRODUCT_CYCLES,
    SCALE_CYCLES,
    SELECT_CYCLES,
    SLOT_CYCLES,
    START_CYCLES,
    SUM_CYCLES,
    WEIGHT_CYCLES,
    WINDOW_CYCLES,
)
from dwsim.spec.number_range import bits


class Timing:
    """Cycles between the stages of an engine, and the FIFO depth that follows from them."""

    def __init__(self, formats: NumberFormats) -> None:
        self.spec = formats.spec
        self.formats = formats

    @property
    def product_cycles(self) -> int:
        """From the operands of a cell to their product."""
        return FLOAT_PRODUCT_CYCLES if self.formats.is_float else PRODUCT_CYCLES

    @property
    def sum_cycles(self) -> int:
        """From two numbers to their sum, in a chain or in the row tree."""
        return FLOAT_SUM_CYCLES if self.formats.is_float else SUM_CYCLES

    def column_skew(self, column: int) -> int:
        """Cycles by which the operands of a chain's column wait for their psum.

        The first two columns start together, because the first one waits for no psum.
        """
        return max(0, column - 1) * self.sum_cycles

    @property
    def row_cycles(self) -> int:
        """From the operands of column 0 to the sum of a chain."""
        return self.product_cycles + (self.formats.array_cols - 1) * self.sum_cycles

    @property
    def tree_cycles(self) -> int:
        """From the sums of the kernel rows to the acc."""
        return (len(self.formats.tree_levels) - 1) * self.sum_cycles

    @property
    def select_cycles(self) -> int:
        """From the window to the taps of a pass."""
        return SELECT_CYCLES if self.spec.passes > 1 else 0

    @property
    def gather_cycles(self) -> int:
        """From the sum of a window's last pass to the acc."""
        if self.formats.is_float:
            # The passes are added in pairs, one round after the other.
            return (self.spec.passes - 1).bit_length() * self.sum_cycles
        return GATHER_CYCLES if self.spec.passes > 1 else 0

    @property
    def sums_cycles(self) -> int:
        """From the slot registers to the sums of the chains."""
        return WINDOW_CYCLES + self.select_cycles + MASK_CYCLES + self.row_cycles

    @property
    def array_cycles(self) -> int:
        """From the slot registers to the acc."""
        return self.sums_cycles + self.tree_cycles + self.gather_cycles

    @property
    def requantise_cycles(self) -> int:
        """From the acc to the ofmap value."""
        return self.formats.requantise_cycles

    @property
    def output_cycles(self) -> int:
        """From the slot registers to the output FIFO: the delay of valid, last and keep."""
        return self.array_cycles + self.requantise_cycles

    def weight_tag_cycles(self, column: int) -> int:
        """Delay of the weight word on its way to the memories of a chain's column."""
        to_operands = SLOT_CYCLES + WINDOW_CYCLES + self.select_cycles + MASK_CYCLES
        return to_operands - MEMORY_CYCLES - WEIGHT_CYCLES + self.column_skew(column)

    @property
    def scale_tag_cycles(self) -> int:
        """Delay of the weight set on its way to the memories of the scales."""
        return self.bias_tag_cycles - SCALE_CYCLES

    @property
    def bias_tag_cycles(self) -> int:
        """Delay of the weight set on its way to the memories of float biases, which meet acc."""
        return SLOT_CYCLES + self.array_cycles - MEMORY_CYCLES

    @property
    def drain_cycles(self) -> int:
        """From the emission of a window to its transfer, without stalls, the emission excluded."""
        return self.output_cycles + FIFO_CYCLES

    @property
    def drain_width(self) -> int:
        """Bits of a count of drain cycles."""
        return bits(self.drain_cycles)

    @property
    def latency(self) -> int:
        """Fixed cycles of a stream beyond its slots.

        Counted from the cycle of the cfg handshake to the cycle of the last ofmap transfer,
        both included: ``cycles = slot cycles + latency``.
        """
        return START_CYCLES + SLOT_CYCLES + self.output_cycles + FIFO_CYCLES

    @property
    def fifo_depth_min(self) -> int:
        """Credits in flight at full rate, between the claim of a credit and its return.

        A beat claims a credit with its first pass, once in ``passes`` cycles.
        """
        passes = self.spec.passes
        away = passes - 1 + SLOT_CYCLES + self.output_cycles + FIFO_CYCLES - 1 + CREDIT_CYCLES
        return -(-away // passes)

    @property
    def fifo_depth(self) -> int:
        """Entries of the output FIFO, which is also the number of credits."""
        if self.spec.fifo_depth is not None:
            return self.spec.fifo_depth
        return 1 << (self.fifo_depth_min - 1).bit_length()

    @property
    def fifo_address_width(self) -> int:
        """Bits of an address of the output FIFO."""
        return bits(self.fifo_depth - 1)

    @property
    def credit_width(self) -> int:
        """Bits of a count of credits."""
        return bits(self.fifo_depth)
