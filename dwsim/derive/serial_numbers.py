"""SerialNumbers: what follows from the ``EngineSpec`` of a tap-serial engine alone."""

from __future__ import annotations

from functools import cached_property

from dwsim.derive.config_fields import ConfigField, scale_fields
from dwsim.derive.number_formats import NumberFormats
from dwsim.derive.stages import (
    CREDIT_CYCLES,
    FIFO_CYCLES,
    REQUANTISE_CYCLES,
    SERIAL_DRAIN_CYCLES,
    SERIAL_PACK_CYCLES,
    SERIAL_START_CYCLES,
)
from dwsim.errors import Rules
from dwsim.spec.engine_spec import MAX_COUNT, EngineSpec
from dwsim.spec.number_range import bits, range_bits

FULL_RATE_STRIDE = 2
"""The largest stride at which all cells of a tap-serial array work."""

FULL_RATE_COLUMNS = 3
"""Columns of a kernel row that the default read width of the ring keeps at full rate."""

FULL_RATE_TAPS = FULL_RATE_COLUMNS**2
"""Taps of the smallest kernel that the default number of requantisers keeps at full rate."""


class SerialFormats(NumberFormats):
    """The numbers of a tap-serial engine's arithmetic and streams.

    A beat of the ifmap has ``ifmap_pixels`` neighbouring pixels of all lanes, the first pixel
    lowest; a beat of the ofmap has ``ofmap_pixels``. A weight set has a beat for each tap of the
    engine's kernel, then for each lane the beats of its scale.
    """

    @property
    def pixels(self) -> int:
        """Cells of a lane."""
        assert self.spec.pixels is not None, "a tap-serial spec has checked this"
        return self.spec.pixels

    @property
    def ifmap_pixels(self) -> int:
        """Pixels of an ifmap beat."""
        return self.spec.ifmap_pixels or 1

    @property
    def ofmap_pixels(self) -> int:
        """Pixels of an ofmap beat."""
        return self.spec.ofmap_pixels or self.ifmap_pixels

    @property
    def pixel_width(self) -> int:
        """Bits of a pixel in the ring: all lanes' operands."""
        return self.spec.lanes * self.operand_width

    @property
    def ifmap_beat_values(self) -> int:
        """Values of an ifmap beat."""
        return self.spec.lanes * self.ifmap_pixels

    @property
    def ofmap_beat_values(self) -> int:
        """Values of an ofmap beat."""
        return self.spec.lanes * self.ofmap_pixels

    @property
    def operand_beat_width(self) -> int:
        """Bits of an ifmap beat whose zero point has been taken out."""
        return self.pixel_width * self.ifmap_pixels

    @property
    def scale_width(self) -> int:
        """Bits of a lane's scale: bias, multiplier and right shift, in whole bytes."""
        return sum(8 * part.words for part in self.scale_parts)

    @property
    def scale_beats(self) -> int:
        """Parameter beats of a lane's scale."""
        return -(-self.scale_width // self.param_beat_width)

    @property
    def param_words(self) -> int:
        """Beats of a weight set: its taps, then the scales of its lanes."""
        return self.spec.taps + self.spec.lanes * self.scale_beats


class SerialShape:
    """Sizes of a tap-serial array that a spec may leave open, and their defaults."""

    def __init__(self, formats: SerialFormats) -> None:
        self.spec = formats.spec
        self.formats = formats

    @property
    def requantisers(self) -> int:
        """Sums that leave the array in a cycle.

        Default: enough for a kernel of ``FULL_RATE_TAPS`` taps (or of the engine's, if that has
        fewer), and at most one a lane.
        """
        if self.spec.requantisers is not None:
            return self.spec.requantisers
        taps = min(FULL_RATE_TAPS, self.spec.taps)
        return min(self.spec.lanes, -(-self.spec.lanes * self.formats.pixels // taps))

    @property
    def segment(self) -> int:
        """Pixels of a segment. Default: what a kernel row at stride ``FULL_RATE_STRIDE`` spans."""
        if self.spec.segment is not None:
            return self.spec.segment
        return (self.formats.pixels - 1) * FULL_RATE_STRIDE + self.spec.kernel_w

    @property
    def ring_pixels(self) -> int:
        """Pixels of a read of the ring.

        Default: the smallest width with which a row of a kernel of up to ``FULL_RATE_COLUMNS``
        columns takes at most a read a tap at stride ``FULL_RATE_STRIDE``, wherever it begins.
        """
        if self.spec.ring_pixels is not None:
            return self.spec.ring_pixels
        beat = self.formats.ifmap_pixels
        columns = min(FULL_RATE_COLUMNS, self.spec.kernel_w)
        span = (self.formats.pixels - 1) * FULL_RATE_STRIDE + columns
        width = beat
        while -(-(span + beat - 1) // width) > columns:
            width *= 2
        return width

    @property
    def ring_rows(self) -> int:
        """Rows of the largest row pitch that the ring holds at least.

        Default: the reach of the largest kernel, and as many rows as a group at the full-rate
        stride needs to run ahead.
        """
        if self.spec.ring_rows is not None:
            return self.spec.ring_rows
        reach = (self.spec.kernel_h - 1) * self.spec.max_dilation_h + 1
        return reach + 2 * FULL_RATE_STRIDE

    @property
    def ring_beats(self) -> int:
        """Beats that the ring holds: a power of two."""
        rows = -(-self.ring_rows * self.spec.max_row_pitch // self.formats.ifmap_pixels)
        banks = self.ring_pixels // self.formats.ifmap_pixels
        return 1 << max((rows + banks - 1).bit_length(), banks.bit_length())


class SerialCounters:
    """What a tap-serial engine counts: widths of counters, coordinates and addresses, in bits."""

    def __init__(self, shape: SerialShape) -> None:
        self.spec = shape.spec
        self.shape = shape
        self.formats = shape.formats

    @property
    def x_width(self) -> int:
        """Column of the raster, signed: cells run past a row by a segment on both sides."""
        reach = self.spec.kernel_w * self.spec.max_dilation_w + self.shape.segment
        largest = 2 * self.spec.max_row_pitch + reach + self.shape.ring_pixels
        return range_bits(-2 * largest, 2 * largest)

    @property
    def y_width(self) -> int:
        """Row of the raster, signed: a group may step over a whole plane."""
        reach = self.spec.kernel_h * self.spec.max_dilation_h
        largest = 2 * self.spec.max_plane_rows + reach
        return range_bits(-2 * largest, 2 * largest)

    @property
    def ring_address_width(self) -> int:
        """Address of a beat in the ring."""
        return bits(self.shape.ring_beats - 1)

    @property
    def pixel_address_width(self) -> int:
        """Address of a pixel, with room to tell what is ahead from what is behind."""
        pixels = self.shape.ring_beats * self.formats.ifmap_pixels
        return max(bits(pixels - 1) + 2, self.x_width + 1)

    @property
    def place_width(self) -> int:
        """Place in a segment."""
        return bits(self.shape.segment)

    @property
    def amount_width(self) -> int:
        """Amount of a rotation."""
        return bits(self.shape.ring_pixels - 1)

    @property
    def tap_width(self) -> int:
        """Count of taps on an axis."""
        return bits(max(self.spec.kernel_h, self.spec.kernel_w))

    @property
    def max_groups(self) -> int:
        """Groups of the largest plane: every place on its own."""
        return self.spec.max_row_pitch * self.spec.max_plane_rows

    @property
    def groups_width(self) -> int:
        """Count of the groups of a plane."""
        return bits(self.max_groups)

    @property
    def plane_beats_width(self) -> int:
        """Count of the ifmap beats of a plane."""
        return bits(self.max_groups)

    @property
    def cells_width(self) -> int:
        """Count of the cells of a lane."""
        return bits(self.formats.pixels)

    @property
    def chunks_width(self) -> int:
        """Count of the cycles in which the sums of a group leave."""
        return bits(-(-self.spec.lanes * self.formats.pixels // self.shape.requantisers))

    @property
    def multiplier_width(self) -> int:
        """Count of the weight sets of a plane."""
        return bits(self.spec.max_channel_multiplier)

    @property
    def planes_width(self) -> int:
        """Count of planes."""
        return bits(self.spec.max_batch * self.spec.max_channel_groups)

    @property
    def channel_groups_width(self) -> int:
        """Count of the channel groups of an image."""
        return bits(self.spec.max_channel_groups)

    @property
    def weight_sets(self) -> int:
        """Weight sets of one bank."""
        return self.spec.max_channel_groups * self.spec.max_channel_multiplier

    @property
    def sets_width(self) -> int:
        """Count of weight sets."""
        return bits(self.weight_sets)

    @property
    def set_width(self) -> int:
        """Index of a weight set."""
        return bits(self.weight_sets - 1)

    @property
    def word_width(self) -> int:
        """Index of a weight: taps of a set follow each other."""
        return bits(self.weight_sets * self.spec.taps - 1)

    @property
    def marks_width(self) -> int:
        """What travels with a group: its weight set, three ends, and its counting cells."""
        return self.set_width + 3 + self.formats.pixels

    @property
    def lane_width(self) -> int:
        """Index of a lane."""
        return bits(self.spec.lanes - 1)

    @property
    def lane_count_width(self) -> int:
        """Count of lanes."""
        return bits(self.spec.lanes)

    @property
    def pad_width(self) -> int:
        """Count of the places of a plane's last beat that stay empty."""
        return bits(self.formats.ofmap_pixels - 1)

    @property
    def beat_count_width(self) -> int:
        """Count of the pixels of an ofmap beat."""
        return bits(self.formats.ofmap_pixels)

    @property
    def largest_claim(self) -> int:
        """Pixels that a group takes room for at most: its own and the rest of a beat."""
        return self.formats.pixels + self.formats.ofmap_pixels - 1

    @property
    def claim_width(self) -> int:
        """Count of pixels that a group takes room for."""
        return bits(self.largest_claim)


class SerialTiming:
    """Cycles between the stages of a tap-serial engine, and the FIFO that covers them."""

    def __init__(self, counters: SerialCounters) -> None:
        self.spec = counters.spec
        self.counters = counters
        self.formats = counters.formats

    @property
    def latency(self) -> int:
        """From the last tap of a group to the transfer of a beat that its first sums complete."""
        return SERIAL_START_CYCLES + 1 + self.drain_cycles + 1

    @property
    def requantise_cycles(self) -> int:
        """From a sum at the end of the drain to its value."""
        return REQUANTISE_CYCLES if self.formats.requantises else 0

    @property
    def drain_cycles(self) -> int:
        """From the cycle in which a sum is about to leave the array to its transfer."""
        to_beat = SERIAL_DRAIN_CYCLES + self.requantise_cycles + SERIAL_PACK_CYCLES
        return to_beat + FIFO_CYCLES - 1

    @property
    def drain_width(self) -> int:
        """Bits of a count of drain cycles."""
        return bits(self.drain_cycles)

    @property
    def fifo_depth_min(self) -> int:
        """Beats with which no group ever waits for room unless the sink stalls.

        A group that leaves in ``chunks`` cycles claims its pixels, and at the end of a plane the
        rest of a beat, for ``chunks`` cycles and the way to the sink and back. Groups come at most
        once in ``chunks`` cycles, and a beat may stay open.
        """
        lanes, cells = self.spec.lanes, self.formats.pixels
        rest = self.formats.ofmap_pixels - 1
        away = SERIAL_START_CYCLES + 1 + self.drain_cycles + 1 + CREDIT_CYCLES
        claims = []
        for used in range(1, cells + 1):
            chunks = -(-lanes * used // self.counters.shape.requantisers)
            groups = -(-(away + chunks) // chunks)
            claims.append(groups * (used + rest))
        pixels = max(claims) + rest + self.counters.largest_claim
        return -(-pixels // self.formats.ofmap_pixels)

    @property
    def fifo_depth(self) -> int:
        """Beats of the output FIFO."""
        if self.spec.fifo_depth is not None:
            return self.spec.fifo_depth
        return 1 << (self.fifo_depth_min - 1).bit_length()

    @property
    def fifo_address_width(self) -> int:
        """Bits of an address of the output FIFO."""
        return bits(self.fifo_depth - 1)

    @property
    def credits(self) -> int:
        """Pixels for which the output FIFO has room."""
        return self.fifo_depth * self.formats.ofmap_pixels

    @property
    def credit_width(self) -> int:
        """Bits of a count of credits."""
        return bits(self.credits)


class SerialNumbers:
    """Every number that follows from the spec of a tap-serial engine alone.

    Raises:
        SpecError: for a rule that needs a derived number.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.formats = SerialFormats(spec)
        self.shape = SerialShape(self.formats)
        self.counters = SerialCounters(self.shape)
        self.timing = SerialTiming(self.counters)
        self._check()

    def _check(self) -> None:
        spec, shape = self.spec, self.shape
        rules = Rules(f"engine {spec.name}")
        if spec.fifo_depth is not None:
            least = self.timing.fifo_depth_min
            rules.require(
                spec.fifo_depth >= least,
                "fifo_depth",
                spec.fifo_depth,
                f"must be at least {least} beats, or groups would wait for room without a stall",
            )
        rules.require(
            self.counters.weight_sets <= MAX_COUNT,
            "max_channel_groups",
            spec.max_channel_groups,
            f"times max_channel_multiplier = {spec.max_channel_multiplier} gives"
            f" {self.counters.weight_sets} weight sets; at most {MAX_COUNT}",
        )
        rules.require(
            shape.segment >= spec.kernel_w,
            "segment",
            shape.segment,
            f"must be at least kernel_w = {spec.kernel_w} pixels",
        )
        beat = self.formats.ifmap_pixels
        times = shape.ring_pixels // beat
        rules.require(
            shape.ring_pixels == times * beat and times > 0 and times & (times - 1) == 0,
            "ring_pixels",
            shape.ring_pixels,
            f"must be ifmap_pixels = {beat} times a power of two",
        )
        reach = (spec.kernel_h - 1) * spec.max_dilation_h + 1
        rules.require(
            shape.ring_rows >= reach,
            "ring_rows",
            shape.ring_rows,
            f"must hold the reach of the largest kernel, {reach} rows",
        )
        rules.raise_if_any()

    @cached_property
    def config_fields(self) -> tuple[ConfigField, ...]:
        """The ``cfg_*`` ports, in port order."""
        c = self.counters
        x, y, address = c.x_width, c.y_width, c.pixel_address_width
        return (
            ConfigField("load", 1, "1: take the next parameter tensor; 0: keep the last one"),
            ConfigField("ifmap_w", x, "columns of the ifmap"),
            ConfigField("ifmap_h", y, "rows of the ifmap"),
            ConfigField("kernel_w", c.tap_width, "columns of the kernel"),
            ConfigField("kernel_h", c.tap_width, "rows of the kernel"),
            ConfigField("stride_w", x, "columns between two ofmap columns"),
            ConfigField("stride_h", y, "rows between two ofmap rows"),
            ConfigField("dilation_w", x, "columns between two taps of a kernel row"),
            ConfigField("dilation_h", y, "rows between two kernel rows"),
            ConfigField("pitch", x, "ifmap columns from an ofmap row to the next: P * stride_w"),
            ConfigField("start_x", x, "-pad_left", signed=True),
            ConfigField("start_y", y, "-pad_top", signed=True),
            ConfigField("wrap_x", x, "pitch - pad_left", signed=True),
            ConfigField("end_x", x, "ofmap_w * stride_w - pad_left", signed=True),
            ConfigField("end_y", y, "ofmap_h * stride_h - pad_top", signed=True),
            ConfigField("cells", c.cells_width, "places of a group"),
            ConfigField("cell_stride", 1 + (FULL_RATE_STRIDE > 1), "places between two cells"),
            ConfigField("step_x", x, "(cells modulo P) * stride_w"),
            ConfigField("step_y", y, "floor(cells / P) * stride_h"),
            ConfigField("tap_segments", 1, "1: a segment holds the pixels of one tap"),
            ConfigField("span", x, "pixels of a segment"),
            ConfigField("start_address", address, "-pad_top * ifmap_w", signed=True),
            ConfigField("step_address", address, "step_y * ifmap_w"),
            ConfigField("row_address", address, "stride_h * ifmap_w"),
            ConfigField("tap_address", address, "dilation_h * ifmap_w"),
            ConfigField("plane_beats", c.plane_beats_width, "ifmap beats of a plane"),
            ConfigField("groups", c.groups_width, "groups of a plane"),
            ConfigField("last_cell", c.cells_width, "cell of the last ofmap pixel of a plane"),
            ConfigField("chunks", c.chunks_width, "cycles in which the sums of a group leave"),
            ConfigField("beat_pad", c.pad_width, "empty places of the last ofmap beat of a plane"),
            ConfigField("channel_multiplier", c.multiplier_width, "weight sets of a plane"),
            ConfigField("planes", c.planes_width, "batch * image_planes"),
            ConfigField("image_planes", c.channel_groups_width, "channel groups of an image"),
            ConfigField("weight_sets", c.sets_width, "groups * multiplier"),
            ConfigField("tail_channels", c.lane_count_width, "channels of the last channel group"),
            *self.scale_fields,
        )

    @property
    def scale_fields(self) -> tuple[ConfigField, ...]:
        """The ports that only an engine with a requantiser has."""
        return scale_fields(self.formats)
