"""EngineNumbers: what follows from an ``EngineSpec`` alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dwsim.derive.formats import bits, range_bits, value_range
from dwsim.derive.stages import (
    CREDIT_CYCLES,
    FIFO_CYCLES,
    GATHER_CYCLES,
    MASK_CYCLES,
    MEMORY_CYCLES,
    PRODUCT_CYCLES,
    REQUANTISE_CYCLES,
    RIGHT_SHIFT_WIDTH,
    SCALE_CYCLES,
    SCALE_PRODUCT_CYCLES,
    SCALE_SUM_CYCLES,
    SELECT_CYCLES,
    SLOT_CYCLES,
    START_CYCLES,
    WEIGHT_CYCLES,
    WINDOW_CYCLES,
)
from dwsim.errors import Rules
from dwsim.spec.engine import MAX_COUNT, EngineSpec
from dwsim.spec.quantisation import bias_width


@dataclass(frozen=True)
class ConfigField:
    """One ``cfg_*`` port: ``count`` elements of ``width`` bits, element 0 lowest."""

    name: str
    width: int
    meaning: str
    count: int = 1
    signed: bool = False

    @property
    def total_width(self) -> int:
        """Bits of the port."""
        return self.width * self.count


@dataclass(frozen=True)
class ScalePart:
    """A number of the scale of an ofmap channel, and when the requantiser reads it."""

    name: str
    width: int
    """Bits of it."""
    first: int
    """Its first byte among those of the scale."""
    words: int
    """Its bytes, each a beat of the parameter tensor and a memory."""
    delay: int
    """Cycles after the acc at which it is used."""


class EngineNumbers:
    """Every number that follows from an ``EngineSpec`` alone.

    Raises:
        SpecError: for a rule that needs a derived number, such as the least FIFO depth.
    """

    def __init__(self, spec: EngineSpec):
        self.spec = spec
        rules = Rules(f"engine {spec.name}")
        if spec.fifo_depth is not None:
            rules.require(
                spec.fifo_depth >= self.fifo_depth_min,
                "fifo_depth",
                spec.fifo_depth,
                f"must be at least {self.fifo_depth_min}, the beats in flight of this"
                " pipeline, or windows would wait for credit without a stall",
            )
        rules.require(
            self.weight_sets <= MAX_COUNT,
            "max_channel_groups",
            spec.max_channel_groups,
            f"times max_channel_multiplier = {spec.max_channel_multiplier} gives"
            f" {self.weight_sets} weight sets; at most {MAX_COUNT}",
        )
        rules.require(
            spec.passes == 1 or self.weight_words <= MAX_COUNT,
            "taps_per_cycle",
            spec.taps_per_cycle,
            f"makes {spec.passes} passes of each of {self.weight_sets} weight sets;"
            f" at most {MAX_COUNT} together",
        )
        rules.require(
            self.max_col_delay <= MAX_COUNT,
            "max_interleave",
            spec.max_interleave,
            f"times max_dilation_w = {spec.max_dilation_w} must be at most {MAX_COUNT} slots",
        )
        rules.raise_if_any()

    # -- number formats -------------------------------------------------------------------

    @cached_property
    def operand_range(self) -> tuple[int, int]:
        """Smallest and largest operand: an ifmap value, less a zero point where there is one."""
        low, high = value_range(self.spec.ifmap_width, self.spec.ifmap_signed)
        return (low - high, high - low) if self.requantises else (low, high)

    @property
    def operand_width(self) -> int:
        """Bits of an operand."""
        return self.spec.ifmap_width + self.requantises

    @property
    def operand_signed(self) -> bool:
        """An operand is two's complement."""
        return self.spec.ifmap_signed or self.requantises

    @cached_property
    def product_range(self) -> tuple[int, int]:
        """Smallest and largest product of an operand and a weight."""
        weight = value_range(self.spec.weight_width, self.spec.weight_signed)
        corners = [a * b for a in self.operand_range for b in weight]
        return min(corners), max(corners)

    def psum_width(self, taps: int) -> int:
        """Bits of a sum of ``taps`` products, so that no input overflows it."""
        low, high = self.product_range
        # A masked tap adds 0, so 0 is always inside the range.
        return range_bits(min(taps * low, 0), taps * high)

    @property
    def acc_signed(self) -> bool:
        """Sums are two's complement as soon as one factor is signed."""
        return self.operand_signed or self.spec.weight_signed

    @property
    def acc_width(self) -> int:
        """Bits of one lane of the ofmap: the sum over all taps."""
        return self.psum_width(self.spec.taps)

    @property
    def array_cols(self) -> int:
        """Cells of a systolic chain: a kernel row's, or fewer."""
        return min(self.spec.lane_multipliers, self.spec.kernel_w)

    @property
    def array_rows(self) -> int:
        """Systolic chains of a lane, which the row tree adds up."""
        return self.spec.lane_multipliers // self.array_cols

    @property
    def pass_width(self) -> int:
        """Bits of the sum of one pass."""
        return self.psum_width(self.spec.lane_multipliers)

    @property
    def requantises(self) -> bool:
        """The engine has a requantiser."""
        return self.spec.requantise != "none"

    @property
    def ofmap_width(self) -> int:
        """Bits of one lane of an ofmap beat."""
        return self.spec.ifmap_width if self.requantises else self.acc_width

    @property
    def ofmap_signed(self) -> bool:
        """An ofmap value is two's complement."""
        return self.requantises or self.acc_signed

    @property
    def bias_width(self) -> int:
        """Bits of a bias and of what is scaled."""
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
        """The bytes of a scale, in stream order; none in an engine of raw sums."""
        if not self.requantises:
            return ()
        bias, multiplier = self.bias_width // 8, self.multiplier_width // 8
        at_product = SCALE_SUM_CYCLES
        at_shift = at_product + SCALE_PRODUCT_CYCLES
        return (
            ScalePart("bias", self.bias_width, 0, bias, 0),
            ScalePart("multiplier", self.multiplier_width, bias, multiplier, at_product),
            ScalePart("right_shift", RIGHT_SHIFT_WIDTH, bias + multiplier, 1, at_shift),
        )

    @property
    def scale_words(self) -> int:
        """Beats of a weight set after its taps: bias, multiplier and right shift, byte by byte."""
        return sum(part.words for part in self.scale_parts)

    @property
    def param_words(self) -> int:
        """Beats of a weight set: the taps of every pass, then the scales."""
        return self.spec.passes * self.spec.lane_multipliers + self.scale_words

    @property
    def memory_words(self) -> int:
        """Parameter memories: one for each multiplier of a lane, and the scales'."""
        return self.spec.lane_multipliers + self.scale_words

    @cached_property
    def tree_levels(self) -> list[list[int]]:
        """Chains in each addend of each level of the row tree; level 0 is its input."""
        levels = [[1] * self.array_rows]
        while len(levels[-1]) > 1:
            above = levels[-1]
            levels.append([sum(above[i : i + 2]) for i in range(0, len(above), 2)])
        return levels

    # -- stream widths --------------------------------------------------------------------

    @property
    def ifmap_beat_width(self) -> int:
        """Bits of ``s_axis_ifmap_tdata``."""
        return self.spec.lanes * self.spec.ifmap_width

    @property
    def operand_beat_width(self) -> int:
        """Bits of a beat in the window: all lanes' operands."""
        return self.spec.lanes * self.operand_width

    @property
    def param_beat_width(self) -> int:
        """Bits of ``s_axis_param_tdata``: one tap's weights for all lanes."""
        return self.spec.lanes * self.spec.weight_width

    @property
    def ofmap_beat_width(self) -> int:
        """Bits of ``m_axis_ofmap_tdata``."""
        return self.spec.lanes * self.ofmap_width

    # -- counters and memories ------------------------------------------------------------

    @property
    def col_width(self) -> int:
        """Bits of a count of columns of the raster."""
        return bits(self.spec.max_row_pitch)

    @property
    def row_width(self) -> int:
        """Bits of a count of rows of the raster."""
        return bits(self.spec.max_plane_rows)

    @property
    def tap_col_width(self) -> int:
        """Bits of the ifmap column under a tap: from -row_pitch to 2*row_pitch, signed."""
        return range_bits(-self.spec.max_row_pitch, 2 * self.spec.max_row_pitch)

    @property
    def tap_row_width(self) -> int:
        """Bits of the ifmap row under a tap: from -plane_rows to 2*plane_rows, signed."""
        return range_bits(-self.spec.max_plane_rows, 2 * self.spec.max_plane_rows)

    @property
    def max_planes(self) -> int:
        """Planes of the largest stream."""
        return self.spec.max_batch * self.spec.max_channel_groups

    @property
    def max_row_delay(self) -> int:
        """Slots of the longest row delay."""
        return self.spec.max_dilation_h * self.spec.max_row_pitch

    @property
    def max_col_delay(self) -> int:
        """Slots of the longest column delay."""
        return self.spec.max_dilation_w * self.spec.max_interleave

    @property
    def reach(self) -> int:
        """Slots between the newest and the oldest tap of the largest window."""
        columns = (self.spec.kernel_w - 1) * self.max_col_delay
        return (self.spec.kernel_h - 1) * self.max_row_delay + columns

    @property
    def max_lag(self) -> int:
        """Longest lag, and longest lead: the length of the marker delay line (0: none)."""
        return max(self.reach, self.spec.max_lead)

    @property
    def weight_sets(self) -> int:
        """Weight sets of one bank: one per channel group and multiplier index."""
        return self.spec.max_channel_groups * self.spec.max_channel_multiplier

    @property
    def set_width(self) -> int:
        """Bits of a weight-set index."""
        return bits(self.weight_sets - 1)

    @property
    def weight_words(self) -> int:
        """Words of one bank of a multiplier's weights: one for each set and pass."""
        return self.weight_sets * self.spec.passes

    @property
    def word_width(self) -> int:
        """Bits of the index of a weight word."""
        return bits(self.weight_words - 1)

    @property
    def pass_index_width(self) -> int:
        """Bits of the index of a pass."""
        return bits(self.spec.passes - 1)

    @property
    def sets_width(self) -> int:
        """Bits of a count of weight sets."""
        return bits(self.weight_sets)

    @property
    def planes_width(self) -> int:
        """Bits of a count of planes."""
        return bits(self.max_planes)

    @property
    def groups_width(self) -> int:
        """Bits of a count of channel groups."""
        return bits(self.spec.max_channel_groups)

    @property
    def lag_width(self) -> int:
        """Bits of a lag or lead."""
        return bits(self.max_lag)

    @property
    def row_delay_width(self) -> int:
        """Bits of a row delay."""
        return bits(self.max_row_delay)

    @property
    def col_delay_width(self) -> int:
        """Bits of a column delay."""
        return bits(self.max_col_delay)

    @property
    def interleave_width(self) -> int:
        """Bits of a count of interleaved channel groups."""
        return bits(self.spec.max_interleave)

    @property
    def hold_width(self) -> int:
        """Bits of a count of the ofmap beats of a window."""
        return bits(self.spec.max_channel_multiplier)

    @property
    def keep_width(self) -> int:
        """Bits of a count of ofmap channels of one channel group, and one more."""
        return bits(self.spec.lanes * self.spec.max_channel_multiplier + 1)

    @property
    def lane_count_width(self) -> int:
        """Bits of a count of lanes."""
        return bits(self.spec.lanes)

    @property
    def line_buffer_bits(self) -> int:
        """Bits that the row delays store: ``(kernel_h - 1) * max_row_delay`` beats."""
        return (self.spec.kernel_h - 1) * self.max_row_delay * self.operand_beat_width

    # -- latency --------------------------------------------------------------------------

    def column_skew(self, column: int) -> int:
        """Cycles by which the operands of a chain's column wait for their psum.

        The first two columns start together: the first has no psum to wait for.
        """
        return max(0, column - 1)

    @property
    def row_cycles(self) -> int:
        """From the operands of column 0 to the sum of a chain."""
        return PRODUCT_CYCLES + self.array_cols - 1

    @property
    def tree_cycles(self) -> int:
        """From the sums of the kernel rows to the acc."""
        return len(self.tree_levels) - 1

    @property
    def select_cycles(self) -> int:
        """From the window to the taps of a pass."""
        return SELECT_CYCLES if self.spec.passes > 1 else 0

    @property
    def gather_cycles(self) -> int:
        """From the sum of a window's last pass to the acc."""
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
        return REQUANTISE_CYCLES if self.requantises else 0

    @property
    def output_cycles(self) -> int:
        """From the slot registers to the output FIFO: how long valid, last and keep travel."""
        return self.array_cycles + self.requantise_cycles

    def weight_tag_cycles(self, column: int) -> int:
        """How long the weight word travels to the memories of a chain's column."""
        to_operands = SLOT_CYCLES + WINDOW_CYCLES + self.select_cycles + MASK_CYCLES
        return to_operands - MEMORY_CYCLES - WEIGHT_CYCLES + self.column_skew(column)

    @property
    def scale_tag_cycles(self) -> int:
        """How long the weight set travels to the memories of what is used with the acc."""
        return SLOT_CYCLES + self.array_cycles - MEMORY_CYCLES - SCALE_CYCLES

    @property
    def drain_cycles(self) -> int:
        """From the emission of a window to its transfer, if nobody stalls, less its own."""
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
        """Credits in flight at full rate: from taking a credit to having it back.

        A credit is taken with a beat's first pass, one in ``passes`` cycles.
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

    # -- the cfg bundle -------------------------------------------------------------------

    @cached_property
    def config_fields(self) -> tuple[ConfigField, ...]:
        """The ``cfg_*`` ports, in port order."""
        spec = self.spec
        col, row = self.col_width, self.row_width
        return (
            ConfigField("load", 1, "1: take the next parameter tensor; 0: keep the last one"),
            ConfigField("ifmap_w", col, "columns of the ifmap"),
            ConfigField("ifmap_h", row, "rows of the ifmap"),
            ConfigField("ofmap_w", col, "columns of the ofmap"),
            ConfigField("ofmap_h", row, "rows of the ofmap"),
            ConfigField(
                "interleave", self.interleave_width, "channel groups that share a plane's pixels"
            ),
            ConfigField("row_pitch", col, "pixels of a raster row"),
            ConfigField("plane_rows", row, "rows of the raster of a plane"),
            ConfigField("stride_w", col, "pixels between two outputs of a row (1 if only one)"),
            ConfigField("stride_h", row, "raster rows between two ofmap rows (1 if only one)"),
            ConfigField("row_delay", self.row_delay_width, "dilation_h * row_pitch * interleave"),
            ConfigField("col_delay", self.col_delay_width, "dilation_w * interleave"),
            ConfigField("lag", self.lag_width, "slots between an input and its output"),
            ConfigField("lead", 1, "1: the lag is negative, outputs run ahead of inputs"),
            ConfigField(
                "tap_row",
                self.tap_row_width,
                "ifmap row under each tap row at ofmap row 0",
                count=spec.kernel_h,
                signed=True,
            ),
            ConfigField(
                "tap_col",
                self.tap_col_width,
                "ifmap column under each tap column at ofmap column 0",
                count=spec.kernel_w,
                signed=True,
            ),
            ConfigField("planes", self.planes_width, "batch * image_planes"),
            ConfigField("image_planes", self.groups_width, "channel groups / interleave"),
            ConfigField("channel_multiplier", self.hold_width, "ofmap beats of a window"),
            ConfigField("weight_sets", self.sets_width, "groups * multiplier"),
            ConfigField("tail_channels", self.keep_width, "ofmap channels of the last group"),
            *self.scale_fields,
        )

    @property
    def scale_fields(self) -> tuple[ConfigField, ...]:
        """The ports that only an engine with a requantiser has."""
        if not self.requantises:
            return ()
        width = self.spec.ifmap_width
        return (
            ConfigField(
                "ifmap_zero_point",
                width,
                "taken from ifmap values; what padding stands for",
                signed=True,
            ),
            ConfigField("ofmap_zero_point", width, "added after scaling", signed=True),
            ConfigField("act_min", width, "smallest ofmap value", signed=True),
            ConfigField("act_max", width, "largest ofmap value", signed=True),
            ConfigField("single_rounding", 1, "1: round once (if the build can do both)"),
        )
