"""EngineNumbers: what follows from an ``EngineSpec`` alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dwsim.derive.latency import Latency
from dwsim.errors import Rules
from dwsim.spec.engine_spec import MAX_COUNT, EngineSpec


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


class EngineNumbers(Latency):
    """Every number that follows from an ``EngineSpec`` alone.

    Raises:
        SpecError: for a rule that needs a derived number, such as the least FIFO depth.
    """

    def __init__(self, spec: EngineSpec):
        super().__init__(spec)
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
