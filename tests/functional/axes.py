"""Functional coverage: the axes of a cosimulated stream, and the bins of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
from dwsim.rtlsim.job import Job
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation_limits import ROUNDINGS
from dwsim.stream.stalls import PROFILES


@dataclass(frozen=True)
class Sample:
    """One stream on its engine."""

    engine: EngineSpec
    job: Job

    @cached_property
    def plan(self) -> Plan:
        """The plan of the stream."""
        return self.job.plan(self.engine)

    @property
    def layer(self) -> LayerSpec:
        """Its layer."""
        return self.job.layer

    @property
    def serial(self) -> bool:
        """True on a tap-serial engine."""
        return self.engine.dataflow == "tap_serial"

    @property
    def pairs(self) -> dict[str, tuple[int, int]]:
        """Sizes as (rows, columns)."""
        made = self.layer
        return {
            "image": (made.ifmap_h, made.ifmap_w),
            "ofmap": (made.ofmap_h, made.ofmap_w),
            "kernel": (made.kernel_h, made.kernel_w),
            "stride": (made.stride_h, made.stride_w),
            "dilation": (made.dilation_h, made.dilation_w),
        }

    @property
    def reach(self) -> tuple[int, int]:
        """Pixels that the dilated kernel spans."""
        made = self.layer
        rows = (made.kernel_h - 1) * made.dilation_h + 1
        return rows, (made.kernel_w - 1) * made.dilation_w + 1

    @property
    def strides(self) -> tuple[int, ...]:
        """The strides that more than one output uses."""
        pairs = self.pairs
        used = zip(pairs["stride"], pairs["ofmap"], strict=True)
        return tuple(stride for stride, outputs in used if outputs > 1)

    @property
    def dilations(self) -> tuple[int, ...]:
        """The dilations of kernels with more than one tap."""
        pairs = self.pairs
        used = zip(pairs["dilation"], pairs["kernel"], strict=True)
        return tuple(dilation for dilation, taps in used if taps > 1)


Bins = Mapping[str, Callable[[Sample], bool]]


def _pads(s: Sample) -> tuple[int, int, int, int]:
    made = s.layer
    return made.pad_top, made.pad_bottom, made.pad_left, made.pad_right


def _zero_point(s: Sample, wanted: str) -> bool:
    q = s.job.quantisation
    if q is None or q.ifmap_width != 8:
        return False
    low, high = value_range(8, signed=True)
    kinds = {low: "lowest", 0: "zero", high: "highest"}
    return kinds.get(q.ifmap_zero_point, "inside") == wanted


def _uses(s: Sample, rounding: str) -> bool:
    return s.job.quantisation is not None and s.job.quantisation.rounding == rounding


def _lag(s: Sample, low: float, high: float) -> bool:
    """The lag in planes is more than ``low`` and at most ``high``."""
    return not s.serial and low < s.plan.raster.lag / s.plan.raster.plane_pitch <= high


SEVERAL = 1e9
LONG = "long-stops"
AXES: dict[str, Bins] = {
    "array": {
        "tap-parallel": lambda s: not s.serial,
        "tap-serial": lambda s: s.serial,
    },
    "stride": {
        "1": lambda s: set(s.strides) == {1},
        "2": lambda s: 2 in s.strides,
        "3 or more": lambda s: max(s.strides, default=0) > 2,
        "unequal": lambda s: len(set(s.strides)) == 2,
        "beyond the kernel": lambda s: any(
            stride > reach and outputs > 1
            for stride, reach, outputs in zip(
                s.pairs["stride"], s.reach, s.pairs["ofmap"], strict=True
            )
        ),
    },
    "dilation": {
        "1": lambda s: set(s.dilations) == {1},
        "2": lambda s: 2 in s.dilations,
        "3 or more": lambda s: max(s.dilations, default=0) > 2,
        "unequal": lambda s: len(set(s.dilations)) == 2,
    },
    "padding": {
        "none": lambda s: sum(_pads(s)) == 0,
        "around": lambda s: min(_pads(s)) > 0,
        "before only": lambda s: sum(_pads(s)[0::2]) > 0 == sum(_pads(s)[1::2]),
        "after only": lambda s: sum(_pads(s)[0::2]) == 0 < sum(_pads(s)[1::2]),
        "beyond the kernel": lambda s: (
            _pads(s)[0] >= s.reach[0] > 1 or _pads(s)[2] >= s.reach[1] > 1
        ),
    },
    "lag": {
        "0": lambda s: not s.serial and s.plan.raster.lag == 0,
        "within a plane": lambda s: _lag(s, 0, 1),
        "beyond a plane": lambda s: _lag(s, 1, SEVERAL) and s.plan.planes > 1,
        "lead": lambda s: _lag(s, -1, -1e-9),
        "lead beyond a plane": lambda s: _lag(s, -SEVERAL, -1.0001) and s.plan.planes > 1,
    },
    "multiplier": {
        "1": lambda s: s.layer.channel_multiplier == 1,
        "several": lambda s: s.layer.channel_multiplier > 1,
    },
    "last group": {
        "full": lambda s: s.layer.channels % s.engine.lanes == 0,
        "in part": lambda s: s.layer.channels % s.engine.lanes != 0,
    },
    "groups": {
        "1": lambda s: s.plan.channel_groups == 1,
        "several": lambda s: s.plan.channel_groups > 1,
    },
    "batch": {
        "1": lambda s: s.layer.batch == 1,
        "several": lambda s: s.layer.batch > 1,
    },
    "interleave": {
        "1": lambda s: s.plan.interleave == 1,
        "in part": lambda s: 1 < s.plan.interleave < s.plan.channel_groups,
        "all groups": lambda s: s.plan.interleave == s.plan.channel_groups > 1,
    },
    "passes": {
        "1": lambda s: not s.serial and s.engine.passes == 1,
        "several": lambda s: not s.serial and s.engine.passes > 1,
    },
    "stalls": {
        name: lambda s, name=name: s.job.stalls == name for name in PROFILES if name != LONG
    },
    # An axis of its own, because these streams are long: they are crossed with few other axes.
    "stop": {"of a thousand cycles": lambda s: s.job.stalls == LONG},
    "parameters": {
        "loaded": lambda s: s.job.load,
        "kept": lambda s: not s.job.load,
    },
    "rounding": {
        "none": lambda s: s.job.quantisation is None,
        **{name: lambda s, name=name: _uses(s, name) for name in ROUNDINGS},
    },
    "zero point": {
        name: lambda s, name=name: _zero_point(s, name)
        for name in ("lowest", "zero", "inside", "highest")
    },
    "stream": {
        "right": lambda s: s.job.is_regular,
        "tlast early": lambda s: s.job.ifmap_surplus < 0,
        "tlast late": lambda s: s.job.ifmap_surplus > 0,
        "few parameters": lambda s: s.job.param_surplus < 0,
        "many parameters": lambda s: s.job.param_surplus > 0,
        "reset": lambda s: s.job.reset_after is not None,
    },
    "size": {
        "one pixel": lambda s: s.pairs["image"] == (1, 1),
        "one row": lambda s: s.pairs["image"][0] == 1 < s.pairs["image"][1],
        "one column": lambda s: s.pairs["image"][1] == 1 < s.pairs["image"][0],
        "one output": lambda s: s.pairs["ofmap"] == (1, 1),
        "larger": lambda s: min(s.pairs["image"]) > 1 and min(s.pairs["ofmap"]) > 1,
    },
    "maximum": {
        "row pitch": lambda s: (
            s.plan.raster.row_pitch * s.plan.interleave == s.engine.max_row_pitch
        ),
        "plane rows": lambda s: s.plan.raster.plane_rows == s.engine.max_plane_rows,
        "channel groups": lambda s: s.plan.channel_groups == s.engine.max_channel_groups > 1,
        "multiplier": lambda s: s.layer.channel_multiplier == s.engine.max_channel_multiplier > 1,
        "interleave": lambda s: s.plan.interleave == s.engine.max_interleave > 1,
        "dilation": lambda s: (
            max(s.dilations, default=0) == max(s.engine.max_dilation_h, s.engine.max_dilation_w) > 1
        ),
        "batch": lambda s: s.layer.batch == s.engine.max_batch,
    },
}
"""Bins by the name of their axis. A stream may be in several bins of an axis, or in none."""
