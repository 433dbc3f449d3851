"""The one home of every derived number: widths, depths, latencies, and the timing law.

Two classes, for the two things a number can depend on:

* ``EngineNumbers``: what follows from an ``EngineSpec`` alone (widths, memory depths, the
  latency of each pipeline stage).
* ``Plan``: what follows from a ``LayerSpec`` on an ``EngineSpec`` (pitches, lag, slots, the
  values of the ``cfg_*`` ports, the bound).

Model, templates, bench and reports take their numbers from here and compute none themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dwsim.errors import Rules
from dwsim.spec.engine import MAX_COUNT, EngineSpec
from dwsim.spec.layer import LayerSpec
from dwsim.spec.quantisation import Quantisation

# Cycles that a beat spends in each stage, the stage's output register included.
START_CYCLES = 2
"""From the cfg handshake to the first slot: the geometry registers, then the counters."""
SLOT_CYCLES = 1
"""slot_raster: the slot that was chosen sits in its output registers."""
WINDOW_CYCLES = 1
"""window: the slot has been shifted in."""
MEMORY_CYCLES = 2
"""dw_weight_memory: from a read address to the word, in registers of its own."""
MASK_CYCLES = 1
"""tap_mask: the operands of the first column are ready."""
PRODUCT_CYCLES = 1
"""mac_cell: the product register."""
FIFO_CYCLES = 2
"""output_fifo: one to write the memory, one to load the output register."""
CREDIT_CYCLES = 1
"""From a read of the FIFO's memory to the credit that it gives back."""

REQUANTISE_CYCLES = {"none": 0, "single": 7, "double": 9, "both": 9}
"""dw_requantise: sum, (left shift), three for the product, rounding, quotient, (second
rounding), clamp."""

NEXT_TENSOR_CYCLES = 2
"""From the cfg handshake of a stream that loads to the first beat of the next tensor."""

SHIFT_WIDTH = 6
"""Bits of a requantiser's shift: TFLite's -31 to 30."""

SHIFT_LENGTH_MAX = 4
"""dw_delay_line: lines up to this long are shift registers, longer ones are memories."""


def bits(value: int) -> int:
    """Width in bits of an unsigned field that holds 0 to ``value`` (at least 1)."""
    return max(1, value.bit_length())


def range_bits(low: int, high: int) -> int:
    """Least width that holds every integer from ``low`` to ``high``.

    Two's complement when ``low`` is negative, unsigned otherwise.
    """
    if low >= 0:
        return bits(high)
    return 1 + max((-low - 1).bit_length(), max(high, 0).bit_length())


def value_range(width: int, signed: bool) -> tuple[int, int]:
    """Smallest and largest value of a number format."""
    if signed:
        return -(1 << (width - 1)), (1 << (width - 1)) - 1
    return 0, (1 << width) - 1


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
        rules.raise_if_any()

    # -- number formats -------------------------------------------------------------------

    @cached_property
    def product_range(self) -> tuple[int, int]:
        """Smallest and largest product of an ifmap value and a weight."""
        ifmap = value_range(self.spec.ifmap_width, self.spec.ifmap_signed)
        weight = value_range(self.spec.weight_width, self.spec.weight_signed)
        corners = [a * b for a in ifmap for b in weight]
        return min(corners), max(corners)

    def psum_width(self, taps: int) -> int:
        """Bits of a sum of ``taps`` products, so that no input overflows it."""
        low, high = self.product_range
        # A masked tap adds 0, so 0 is always inside the range.
        return range_bits(min(taps * low, 0), taps * high)

    @property
    def acc_signed(self) -> bool:
        """Sums are two's complement as soon as one factor is signed."""
        return self.spec.ifmap_signed or self.spec.weight_signed

    @property
    def acc_width(self) -> int:
        """Bits of one lane of the ofmap: the sum over all taps."""
        return self.psum_width(self.spec.kernel_h * self.spec.kernel_w)

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
        """Bits of a bias and of what is scaled: TFLite's int32, or the 48 bits that its
        64-bit path accepts."""
        return 32 if self.spec.ifmap_width == 8 else 48

    @property
    def multiplier_width(self) -> int:
        """Bits of a scale's multiplier: Q31, or Q15 in the 64-bit path."""
        return 32 if self.spec.ifmap_width == 8 else 16

    @property
    def shift_width(self) -> int:
        """Bits of a scale's shift."""
        return SHIFT_WIDTH

    @property
    def scale_words(self) -> int:
        """Beats of a weight set after its taps: bias, multiplier and shift, byte by byte."""
        if not self.requantises:
            return 0
        return (self.bias_width + self.multiplier_width) // 8 + 1

    @property
    def param_words(self) -> int:
        """Beats of a weight set."""
        return self.spec.kernel_h * self.spec.kernel_w + self.scale_words

    @cached_property
    def tree_levels(self) -> list[list[int]]:
        """Kernel rows in each addend of each level of the row tree; level 0 is its input."""
        levels = [[1] * self.spec.kernel_h]
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
    def reach(self) -> int:
        """Slots between the newest and the oldest tap of the largest window."""
        columns = (self.spec.kernel_w - 1) * self.spec.max_dilation_w
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
    def tag_width(self) -> int:
        """Bits of the group tag: the bank, above the weight set."""
        return 1 + self.set_width

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
        return bits(self.spec.max_dilation_w)

    @property
    def hold_width(self) -> int:
        """Bits of a count of cycles in which a window is held."""
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
        return (self.spec.kernel_h - 1) * self.max_row_delay * self.ifmap_beat_width

    # -- latency --------------------------------------------------------------------------

    def column_skew(self, column: int) -> int:
        """Cycles by which the operands of a kernel column wait for their psum.

        The first two columns start together: the first has no psum to wait for.
        """
        return max(0, column - 1)

    @property
    def row_cycles(self) -> int:
        """From the operands of column 0 to the sum of a kernel row."""
        return PRODUCT_CYCLES + self.spec.kernel_w - 1

    @property
    def tree_cycles(self) -> int:
        """From the sums of the kernel rows to the acc."""
        return len(self.tree_levels) - 1

    @property
    def array_cycles(self) -> int:
        """From the slot registers to the acc."""
        return WINDOW_CYCLES + MASK_CYCLES + self.row_cycles + self.tree_cycles

    @property
    def requantise_cycles(self) -> int:
        """From the acc to the ofmap value."""
        return REQUANTISE_CYCLES[self.spec.requantise]

    @property
    def output_cycles(self) -> int:
        """From the slot registers to the output FIFO: how long valid, last and keep travel."""
        return self.array_cycles + self.requantise_cycles

    @property
    def scale_tag_cycles(self) -> int:
        """How long the group tag travels to the requantiser's memories."""
        return self.array_cycles - MEMORY_CYCLES

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
        """Credits in flight at full rate: from taking a credit to having it back."""
        return SLOT_CYCLES + self.output_cycles + FIFO_CYCLES - 1 + CREDIT_CYCLES

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
            ConfigField("row_pitch", col, "slots of a raster row"),
            ConfigField("plane_rows", row, "rows of the raster of a plane"),
            ConfigField("stride_w", col, "slots between two outputs of a row (1 if only one)"),
            ConfigField("stride_h", row, "raster rows between two ofmap rows (1 if only one)"),
            ConfigField("row_delay", self.row_delay_width, "dilation_h * row_pitch"),
            ConfigField("col_delay", self.col_delay_width, "dilation_w"),
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
            ConfigField("planes", self.planes_width, "batch * channel groups"),
            ConfigField("channel_groups", self.groups_width, "channel groups"),
            ConfigField("channel_multiplier", self.hold_width, "cycles a window is held"),
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
            ConfigField("ifmap_zero_point", width, "what padding stands for", signed=True),
            ConfigField("ofmap_zero_point", width, "added after scaling", signed=True),
            ConfigField("act_min", width, "smallest ofmap value", signed=True),
            ConfigField("act_max", width, "largest ofmap value", signed=True),
            ConfigField("single_rounding", 1, "1: round once (if the build can do both)"),
        )


class Plan:
    """A layer on an engine: the raster, the lag, and what the timing law says of them.

    ``quantisation`` goes with an engine that requantises. Cycles do not need it, ``config`` does.

    Raises:
        SpecError: when the layer does not fit, with every maximum that it exceeds and by
            how much.
    """

    def __init__(
        self, layer: LayerSpec, engine: EngineSpec, quantisation: Quantisation | None = None
    ):
        self.layer = layer
        self.engine = engine
        self.quantisation = quantisation
        self.numbers = EngineNumbers(engine)
        self._check_fit()

    # -- raster ---------------------------------------------------------------------------

    @property
    def row_pitch(self) -> int:
        """R, slots of a raster row."""
        layer = self.layer
        return max(layer.ifmap_w, (layer.ofmap_w - 1) * layer.stride_w + 1)

    @property
    def plane_rows(self) -> int:
        """Rows of a plane's raster."""
        layer = self.layer
        return max(layer.ifmap_h, (layer.ofmap_h - 1) * layer.stride_h + 1)

    @property
    def plane_pitch(self) -> int:
        """F, slots from a plane to the next."""
        return self.row_pitch * self.plane_rows

    @property
    def lag(self) -> int:
        """Slots between input (0, 0) and output (0, 0) of a plane; negative: outputs lead."""
        layer = self.layer
        rows = (layer.kernel_h - 1) * layer.dilation_h - layer.pad_top
        columns = (layer.kernel_w - 1) * layer.dilation_w - layer.pad_left
        return rows * self.row_pitch + columns

    @property
    def row_delay(self) -> int:
        """Slots between two kernel rows; 1 where the layer has only one row."""
        return self.layer.dilation_h * self.row_pitch if self.layer.kernel_h > 1 else 1

    @property
    def col_delay(self) -> int:
        """Slots between two kernel columns; 1 where the layer has only one column."""
        return self.layer.dilation_w if self.layer.kernel_w > 1 else 1

    # -- planes ---------------------------------------------------------------------------

    @property
    def channel_groups(self) -> int:
        """Planes of one image: ``ceil(channels / lanes)``."""
        return -(-self.layer.channels // self.engine.lanes)

    @property
    def planes(self) -> int:
        """Planes of the stream."""
        return self.layer.batch * self.channel_groups

    @property
    def tail_channels(self) -> int:
        """Ofmap channels of the last channel group of an image."""
        rest = self.layer.channels - (self.channel_groups - 1) * self.engine.lanes
        return rest * self.layer.channel_multiplier

    @property
    def weight_sets(self) -> int:
        """Weight sets of the layer."""
        return self.channel_groups * self.layer.channel_multiplier

    # -- the timing law -------------------------------------------------------------------

    @property
    def ifmap_beats(self) -> int:
        """Beats that enter."""
        return self.planes * self.layer.ifmap_h * self.layer.ifmap_w

    @property
    def ofmap_beats(self) -> int:
        """Beats that leave."""
        layer = self.layer
        return self.planes * layer.ofmap_h * layer.ofmap_w * layer.channel_multiplier

    @property
    def param_beats(self) -> int:
        """Beats of the parameter tensor."""
        return self.weight_sets * self.numbers.param_words

    @property
    def slots(self) -> int:
        """Slots of the stream up to the one that emits its last output."""
        layer = self.layer
        last = (layer.ofmap_h - 1) * layer.stride_h * self.row_pitch
        last += (layer.ofmap_w - 1) * layer.stride_w
        return (self.planes - 1) * self.plane_pitch + last + max(self.lag, 0) + 1

    @property
    def slot_cycles(self) -> int:
        """Cycles of those slots: one each, an emitting one ``channel_multiplier``."""
        emitting = self.ofmap_beats // self.layer.channel_multiplier
        return self.slots + emitting * (self.layer.channel_multiplier - 1)

    @property
    def cycles(self) -> int:
        """Cycles from the cfg handshake to the last ofmap transfer, without stalls."""
        return self.slot_cycles + self.numbers.latency

    @property
    def switch_cycles(self) -> int:
        """Cycles from the last ofmap transfer to the next cfg handshake, without stalls.

        None, unless ifmap beats that no output needs are still to be taken when the pipeline
        has drained.
        """
        layer = self.layer
        last_take = (self.planes - 1) * self.plane_pitch + max(-self.lag, 0)
        last_take += (layer.ifmap_h - 1) * self.row_pitch + layer.ifmap_w
        return max(0, last_take - self.slots - self.numbers.drain_cycles)

    @property
    def bound(self) -> int:
        """The fewest cycles that ports and multipliers permit.

        Every ifmap beat crosses the input port, every ofmap beat the output port, and the
        array makes one output beat a cycle.
        """
        return max(self.ifmap_beats, self.ofmap_beats)

    def utilisation(self, cycles: int) -> float:
        """Outputs times taps, masked ones too, over multipliers times ``cycles``."""
        return self.layer.macs / (self.engine.multipliers * cycles)

    # -- the cfg bundle -------------------------------------------------------------------

    def _tap_starts(self, axis: str) -> list[int]:
        """Ifmap coordinate under each of the engine's taps at ofmap coordinate 0.

        A layer's kernel sits at the end of the engine's, against the newest tap. Taps that
        never see the ifmap, those of a smaller kernel among them, start behind its last
        pixel: coordinates only grow, so such a tap stays masked, and the counter's range
        stays within one raster on each side.
        """
        layer = self.layer
        kernel = getattr(layer, f"kernel_{axis}")
        size = getattr(layer, f"ifmap_{axis}")
        span = self.plane_rows if axis == "h" else self.row_pitch
        pad = layer.pad_top if axis == "h" else layer.pad_left
        surplus = getattr(self.engine, f"kernel_{axis}") - kernel
        starts = [size] * surplus
        for tap in range(kernel):
            start = tap * getattr(layer, f"dilation_{axis}") - pad
            starts.append(start if -span < start < size else size)
        return starts

    @cached_property
    def config(self) -> dict[str, int | list[int]]:
        """Value of every ``cfg_*`` port (``load`` is the host's choice, here 1).

        Raises:
            SpecError: when the engine requantises and the plan has no quantisation.
        """
        return self.geometry | self._scale_config()

    @cached_property
    def geometry(self) -> dict[str, int | list[int]]:
        """Value of every ``cfg_*`` port but the requantiser's."""
        layer = self.layer
        return {
            "load": 1,
            "ifmap_w": layer.ifmap_w,
            "ifmap_h": layer.ifmap_h,
            "ofmap_w": layer.ofmap_w,
            "ofmap_h": layer.ofmap_h,
            "row_pitch": self.row_pitch,
            "plane_rows": self.plane_rows,
            "stride_w": layer.stride_w if layer.ofmap_w > 1 else 1,
            "stride_h": layer.stride_h if layer.ofmap_h > 1 else 1,
            "row_delay": self.row_delay,
            "col_delay": self.col_delay,
            "lag": abs(self.lag),
            "lead": int(self.lag < 0),
            "tap_row": self._tap_starts("h"),
            "tap_col": self._tap_starts("w"),
            "planes": self.planes,
            "channel_groups": self.channel_groups,
            "channel_multiplier": layer.channel_multiplier,
            "weight_sets": self.weight_sets,
            "tail_channels": self.tail_channels,
        }

    def _scale_config(self) -> dict[str, int | list[int]]:
        """Value of every port of the requantiser."""
        q = self.quantisation
        if not self.numbers.requantises:
            return {}
        if q is None:
            rules = Rules(f"layer {self.layer.name} on engine {self.engine.name}")
            rules.require(False, "quantisation", q, "is required by an engine that requantises")
            rules.raise_if_any()
        return {
            "ifmap_zero_point": q.ifmap_zero_point,
            "ofmap_zero_point": q.ofmap_zero_point,
            "act_min": q.act_min,
            "act_max": q.act_max,
            "single_rounding": int(q.rounding == "single"),
        }

    def config_words(self) -> dict[str, int]:
        """``config`` as the unsigned integers that drive the ports."""
        return self._words(self.config)

    def geometry_words(self) -> dict[str, int]:
        """``geometry`` as the unsigned integers that drive the ports."""
        return self._words(self.geometry)

    def _words(self, config: Mapping[str, int | list[int]]) -> dict[str, int]:
        words = {}
        for field in self.numbers.config_fields:
            if field.name not in config:
                continue
            value = config[field.name]
            mask = (1 << field.width) - 1
            elements = value if isinstance(value, list) else [value]
            words[field.name] = sum(
                (element & mask) << (index * field.width) for index, element in enumerate(elements)
            )
        return words

    # -- fit ------------------------------------------------------------------------------

    def _check_quantisation(self, rules: Rules) -> None:
        q, engine = self.quantisation, self.engine
        if q is None or not rules.require(
            self.numbers.requantises,
            "quantisation",
            q,
            f"needs an engine that requantises, not requantise = {engine.requantise!r}",
        ):
            return
        rules.require(
            q.ifmap_width == engine.ifmap_width,
            "ifmap_width",
            q.ifmap_width,
            f"of the quantisation must be the engine's, {engine.ifmap_width}",
        )
        rules.require(
            q.ifmap_width == 16 or engine.requantise in ("both", q.rounding),
            "rounding",
            q.rounding,
            f"of the quantisation must be the engine's, {engine.requantise}",
        )
        rules.require(
            len(q.multiplier) == self.layer.ofmap_channels,
            "multiplier",
            len(q.multiplier),
            f"must have one entry for each of {self.layer.ofmap_channels} ofmap channels",
        )

    def _check_fit(self) -> None:
        layer, engine = self.layer, self.engine
        rules = Rules(f"layer {layer.name} on engine {engine.name}".replace("  ", " "))
        self._check_quantisation(rules)
        if not rules.require(
            not layer.is_empty,
            "ofmap",
            layer.ofmap_shape,
            "is empty: there is nothing for an engine to compute",
        ):
            rules.raise_if_any()

        def at_most(maximum: str, needed: int, limit: int, what: str) -> None:
            rules.require(
                needed <= limit,
                maximum,
                limit,
                f"{what} {needed}, which exceeds it by {needed - limit}",
            )

        at_most("kernel_h", layer.kernel_h, engine.kernel_h, "the layer's kernel_h is")
        at_most("kernel_w", layer.kernel_w, engine.kernel_w, "the layer's kernel_w is")
        at_most("max_row_pitch", self.row_pitch, engine.max_row_pitch, "the layer's row_pitch is")
        at_most(
            "max_plane_rows", self.plane_rows, engine.max_plane_rows, "the layer's raster rows are"
        )
        if layer.kernel_h > 1:
            at_most(
                "max_dilation_h",
                layer.dilation_h,
                engine.max_dilation_h,
                "the layer's dilation_h is",
            )
        if layer.kernel_w > 1:
            at_most(
                "max_dilation_w",
                layer.dilation_w,
                engine.max_dilation_w,
                "the layer's dilation_w is",
            )
        at_most(
            "max_channel_groups",
            self.channel_groups,
            engine.max_channel_groups,
            f"the layer's {layer.channels} channels make channel groups:",
        )
        at_most(
            "max_channel_multiplier",
            layer.channel_multiplier,
            engine.max_channel_multiplier,
            "the layer's channel_multiplier is",
        )
        at_most("max_batch", layer.batch, engine.max_batch, "the layer's batch is")
        # Only an explicit padding larger than the kernel leads; lags of layers that pass the
        # rules above are within the engine's reach.
        at_most(
            "max_lead",
            -self.lag,
            max(engine.max_lead, self.numbers.max_lag),
            "the layer's padding lets outputs lead by slots:",
        )
        rules.raise_if_any()


def start_cycles(plans: Sequence[Plan], loads: Sequence[bool]) -> list[int]:
    """Cycle of each stream's cfg handshake when streams run back to back, without stalls.

    Counted from the first handshake; each geometry is offered from the cycle on that follows
    the last beat of its parameters. The stream before ends first, or the parameters do::

        start[n] = max(
            start[n - 1] + cycles[n - 1] + switch_cycles[n - 1],
            start[l] + NEXT_TENSOR_CYCLES + param_beats[n],
        )

    where l is the last stream before n that loads parameters: at its start a bank gets free.

    Args:
        plans: the streams, in order.
        loads: whether each brings parameters (``cfg_load``); the first does.
    """
    starts = [0]
    loaded = 0
    for index in range(1, len(plans)):
        before = plans[index - 1]
        start = starts[-1] + before.cycles + before.switch_cycles
        if loads[index]:
            ready = starts[loaded] + NEXT_TENSOR_CYCLES + plans[index].param_beats
            start, loaded = max(start, ready), index
        starts.append(start)
    return starts
