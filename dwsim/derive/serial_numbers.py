"""SerialNumbers: the numbers that depend on the ``EngineSpec`` of a tap-serial engine alone."""

from __future__ import annotations

from functools import cached_property

from dwsim.derive.config_fields import ConfigField, scale_fields
from dwsim.derive.serial_counters import SerialCounters
from dwsim.derive.serial_formats import SerialFormats
from dwsim.derive.serial_shape import FULL_RATE_STRIDE, SerialShape
from dwsim.derive.serial_timing import SerialTiming
from dwsim.errors import Rules
from dwsim.spec.engine_spec import MAX_COUNT, EngineSpec


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
            ConfigField("cell_stride", 1 + (FULL_RATE_STRIDE > 1), "pixels between two cells"),
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
            ConfigField("final_chunks", c.chunks_width, "chunks of a plane's last group"),
            ConfigField("beat_pad", c.pad_width, "empty places of the last ofmap beat of a plane"),
            ConfigField("channel_multiplier", c.multiplier_width, "weight sets of a plane"),
            ConfigField("planes", c.planes_width, "batch * image_planes"),
            ConfigField("image_planes", c.channel_groups_width, "channel groups of an image"),
            ConfigField("weight_sets", c.sets_width, "groups * multiplier"),
            ConfigField("tail_channels", c.lane_count_width, "channels of the last channel group"),
            *self.scale_fields,
        )

    @property
    def line_buffer_bits(self) -> int:
        """Bits of the ring, which holds the rows under the kernel."""
        return self.shape.ring_beats * self.formats.operand_beat_width

    @property
    def scale_fields(self) -> tuple[ConfigField, ...]:
        """The ports that only an engine with a requantiser has."""
        return scale_fields(self.formats)
