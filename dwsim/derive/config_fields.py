"""The ``cfg_*`` ports of an engine: names, widths, meanings."""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.derive.counters import Counters
from dwsim.derive.number_formats import NumberFormats
from dwsim.spec.engine_spec import EngineSpec


@dataclass(frozen=True)
class ConfigField:
    """One ``cfg_*`` port: ``count`` elements of ``width`` bits, element 0 in the lowest bits."""

    name: str
    width: int
    meaning: str
    count: int = 1
    signed: bool = False

    @property
    def total_width(self) -> int:
        """Bits of the port."""
        return self.width * self.count


def config_fields(
    spec: EngineSpec, counters: Counters, formats: NumberFormats
) -> tuple[ConfigField, ...]:
    """The ``cfg_*`` ports, in port order."""
    return (
        ConfigField("load", 1, "1: take the next parameter tensor; 0: keep the last one"),
        *_raster_fields(counters),
        *_tap_fields(spec, counters),
        ConfigField("planes", counters.planes_width, "batch * image_planes"),
        ConfigField("image_planes", counters.groups_width, "channel groups / interleave"),
        ConfigField("channel_multiplier", counters.hold_width, "ofmap beats of a window"),
        ConfigField("weight_sets", counters.sets_width, "groups * multiplier"),
        ConfigField("tail_channels", counters.keep_width, "ofmap channels of the last group"),
        *scale_fields(formats),
    )


def _raster_fields(counters: Counters) -> tuple[ConfigField, ...]:
    """Sizes, pitches and delays of the slot raster."""
    col, row = counters.col_width, counters.row_width
    return (
        ConfigField("ifmap_w", col, "columns of the ifmap"),
        ConfigField("ifmap_h", row, "rows of the ifmap"),
        ConfigField("ofmap_w", col, "columns of the ofmap"),
        ConfigField("ofmap_h", row, "rows of the ofmap"),
        ConfigField(
            "interleave", counters.interleave_width, "channel groups that share a plane's pixels"
        ),
        ConfigField("row_pitch", col, "pixels of a raster row"),
        ConfigField("plane_rows", row, "rows of the raster of a plane"),
        ConfigField("stride_w", col, "pixels between two outputs of a row (1 if only one)"),
        ConfigField("stride_h", row, "raster rows between two ofmap rows (1 if only one)"),
        ConfigField("row_delay", counters.row_delay_width, "dilation_h * row_pitch * interleave"),
        ConfigField("col_delay", counters.col_delay_width, "dilation_w * interleave"),
        ConfigField("lag", counters.lag_width, "slots between an input and its output"),
        ConfigField("lead", 1, "1: the lag is negative, outputs run ahead of inputs"),
    )


def _tap_fields(spec: EngineSpec, counters: Counters) -> tuple[ConfigField, ...]:
    """Ifmap coordinates at which the taps start."""
    return (
        ConfigField(
            "tap_row",
            counters.tap_row_width,
            "ifmap row under each tap row at ofmap row 0",
            count=spec.kernel_h,
            signed=True,
        ),
        ConfigField(
            "tap_col",
            counters.tap_col_width,
            "ifmap column under each tap column at ofmap column 0",
            count=spec.kernel_w,
            signed=True,
        ),
    )


def scale_fields(formats: NumberFormats) -> tuple[ConfigField, ...]:
    """The ports that only an engine with a requantiser or an epilogue has."""
    width = formats.spec.ifmap_width
    if formats.has_epilogue:
        return (
            ConfigField("act_min", width, "smallest ofmap value, a word of the format"),
            ConfigField("act_max", width, "largest ofmap value, a word of the format"),
        )
    if not formats.requantises:
        return ()
    float_fields = (
        ConfigField("float_rounding", 1, "1: round as float32 does, whatever single_rounding is"),
    )
    return (
        ConfigField(
            "ifmap_zero_point",
            width,
            "subtracted from ifmap values; the value of padding",
            signed=True,
        ),
        ConfigField("ofmap_zero_point", width, "added after scaling", signed=True),
        ConfigField("act_min", width, "smallest ofmap value", signed=True),
        ConfigField("act_max", width, "largest ofmap value", signed=True),
        ConfigField("single_rounding", 1, "1: round once (in an engine with both roundings)"),
        *(float_fields if formats.rounds_in_float else ()),
    )
