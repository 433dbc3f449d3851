"""The features that layers and engines exercise, by their sizes, and those that tests must meet."""

from __future__ import annotations

from collections.abc import Iterator

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import SHIFT_LENGTH_MAX, EngineNumbers
from dwsim.rtlsim.job import Job


def features(job: Job, engine: EngineSpec) -> Iterator[str]:
    """The features of a job, computed from its sizes alone."""
    made, plan = job.layer, job.plan(engine)
    pads = (made.pad_top, made.pad_bottom, made.pad_left, made.pad_right)
    image, kernel = (made.ifmap_h, made.ifmap_w), (made.kernel_h, made.kernel_w)
    strides, dilations = (made.stride_h, made.stride_w), (made.dilation_h, made.dilation_w)
    reach = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True))
    outputs = (made.ofmap_h, made.ofmap_w)
    seen = {
        f"stride_h {made.stride_h}": outputs[0] > 1,
        f"stride_w {made.stride_w}": outputs[1] > 1,
        "unequal strides": strides[0] != strides[1] and min(outputs) > 1,
        f"dilation_h {made.dilation_h}": kernel[0] > 1,
        f"dilation_w {made.dilation_w}": kernel[1] > 1,
        "unequal dilations": dilations[0] != dilations[1] and min(kernel) > 1,
        "stride and dilation": max(strides) > 1 and max(dilations) > 1 and max(kernel) > 1,
        "SAME": sum(pads) > 0
        and outputs == tuple(-(-i // s) for i, s in zip(image, strides, strict=True)),
        "VALID": sum(pads) == 0 and max(kernel) > 1,
        "asymmetric pads": abs(pads[0] - pads[1]) > 1 or abs(pads[2] - pads[3]) > 1,
        "pads larger than the kernel": pads[0] >= reach[0] > 1 or pads[2] >= reach[1] > 1,
        "negative lag": plan.raster.lag < 0,
        "lag zero": plan.raster.lag == 0,
        "lag longer than a plane": plan.raster.lag > plan.raster.plane_pitch and plan.planes > 1,
        "lag longer than three planes": plan.raster.lag > 3 * plan.raster.plane_pitch
        and plan.planes > 4,
        "lead longer than a plane": -plan.raster.lag > plan.raster.plane_pitch and plan.planes > 1,
        f"multiplier {made.channel_multiplier}": True,
        "ragged channels": made.channels % engine.lanes != 0,
        "ragged channels, multiplied": plan.tail_channels % engine.lanes != 0
        and made.channel_multiplier > 1
        and made.channels > engine.lanes,
        "several channel groups": plan.channel_groups > 1,
        f"batch {made.batch}": True,
        "1x1 image": image == (1, 1),
        "1x1 kernel": kernel == (1, 1),
        "1x1 kernel on a larger engine": kernel == (1, 1) and engine.kernel_h > 1,
        "one row": image[0] == 1 and image[1] > 1,
        "one column": image[1] == 1 and image[0] > 1,
        "one channel": made.channels == 1,
        "one output": outputs == (1, 1),
        "image smaller than the kernel": image[0] < reach[0] and image[1] < reach[1],
        "stride larger than the kernel": strides[0] > reach[0] or strides[1] > reach[1],
        "raster larger than the image": plan.raster.plane_pitch > image[0] * image[1],
        "smaller kernel than the engine's": kernel[0] < engine.kernel_h
        or kernel[1] < engine.kernel_w,
        f"stalls {job.stalls}": True,
        "kept weights": not job.load,
        "interleaved in part": 1 < plan.interleave < plan.channel_groups,
        "NHWC": plan.interleave == plan.channel_groups > 1,
        "interleaved, multiplied": plan.interleave > 1 and made.channel_multiplier > 1,
        "interleaved, ragged": plan.interleave > 1 and made.channels % engine.lanes != 0,
        "interleaved, lead": plan.interleave > 1 and plan.raster.lag < 0,
        "interleaved, strided": plan.interleave > 1 and min(strides) > 1 and min(outputs) > 1,
        "interleaved, kept weights": plan.interleave > 1 and not job.load,
    }
    return (name for name, holds in seen.items() if holds)


WANTED_FEATURES = {
    *(f"{name} {value}" for name in ("stride_h", "stride_w") for value in (1, 2, 3)),
    *(f"{name} {value}" for name in ("dilation_h", "dilation_w") for value in (1, 2, 3)),
    *(f"multiplier {value}" for value in (1, 2, 3, 4)),
    *(f"batch {value}" for value in (1, 2, 3)),
    *(f"stalls {name}" for name in ("none", "slow-source", "slow-sink", "both", "boundary")),
    "unequal strides",
    "unequal dilations",
    "stride and dilation",
    "SAME",
    "VALID",
    "asymmetric pads",
    "pads larger than the kernel",
    "negative lag",
    "lag zero",
    "lag longer than a plane",
    "lag longer than three planes",
    "lead longer than a plane",
    "ragged channels",
    "ragged channels, multiplied",
    "several channel groups",
    "1x1 image",
    "1x1 kernel",
    "1x1 kernel on a larger engine",
    "one row",
    "one column",
    "one channel",
    "one output",
    "image smaller than the kernel",
    "stride larger than the kernel",
    "raster larger than the image",
    "smaller kernel than the engine's",
    "kept weights",
}

INTERLEAVED_FEATURES = {
    "interleaved in part",
    "NHWC",
    "interleaved, multiplied",
    "interleaved, ragged",
    "interleaved, lead",
    "interleaved, strided",
    "interleaved, kept weights",
}
"""The further features that engines with interleaving must meet."""


def engine_features(engine: EngineSpec, static: LayerSpec | None) -> Iterator[str]:
    """The features of an engine."""
    numbers = EngineNumbers(engine)
    seen = {
        f"lanes {engine.lanes}": True,
        f"kernel {engine.kernel_h}x{engine.kernel_w}": True,
        f"multiplier {engine.max_channel_multiplier}": True,
        f"dilation {max(engine.max_dilation_h, engine.max_dilation_w)}": True,
        f"ifmap {engine.ifmap_width}": True,
        f"weight {engine.weight_width}": True,
        "signs mixed": engine.ifmap_signed != engine.weight_signed,
        "signed weight": engine.weight_signed and not engine.ifmap_signed,
        "signed ifmap": engine.ifmap_signed and not engine.weight_signed,
        "unsigned": not engine.ifmap_signed and not engine.weight_signed,
        "least FIFO": engine.fifo_depth == numbers.timing.fifo_depth_min,
        "odd FIFO": numbers.timing.fifo_depth % 2 == 1
        and numbers.timing.fifo_depth > numbers.timing.fifo_depth_min,
        "no lag": numbers.counters.max_lag == 0,
        "one weight set": numbers.counters.weight_sets == 1,
        "row delays in registers": 1 < numbers.counters.max_row_delay <= SHIFT_LENGTH_MAX,
        "least memories": numbers.counters.max_row_delay == SHIFT_LENGTH_MAX + 1,
        "column delays in memories": engine.max_dilation_w > SHIFT_LENGTH_MAX,
        "marker in registers": 0 < numbers.counters.max_lag <= SHIFT_LENGTH_MAX,
        "static": static is not None,
        "interleaves": engine.max_interleave > 1,
        "all taps a cycle": engine.passes == 1,
        "kernel rows a cycle": engine.passes > 1 and numbers.formats.array_rows > 1,
        "one kernel row a cycle": engine.passes > 1 and engine.lane_multipliers == engine.kernel_w,
        "part of a row a cycle": 1 < engine.lane_multipliers < engine.kernel_w,
        "one tap a cycle": engine.lane_multipliers == 1 < engine.taps,
        "surplus taps in the last pass": engine.taps % engine.lane_multipliers != 0,
        "passes of an interleaved window": engine.passes > 1 and engine.max_interleave > 1,
        "passes of each ofmap beat": engine.passes > 1 and engine.max_channel_multiplier > 1,
    }
    return (name for name, holds in seen.items() if holds)


WANTED_ENGINES = {
    *(f"lanes {lanes}" for lanes in (1, 2, 3, 4, 5)),
    *(f"kernel {kernel}" for kernel in ("1x1", "3x3", "5x2", "7x7", "11x1", "1x3", "2x2")),
    *(f"multiplier {multiplier}" for multiplier in (1, 2, 3, 4)),
    *(f"dilation {dilation}" for dilation in (1, 3)),
    *(f"{port} {width}" for port in ("ifmap", "weight") for width in (2, 8, 16)),
    "signs mixed",
    "signed weight",
    "signed ifmap",
    "unsigned",
    "least FIFO",
    "odd FIFO",
    "no lag",
    "one weight set",
    "row delays in registers",
    "least memories",
    "column delays in memories",
    "marker in registers",
    "static",
    "interleaves",
    "all taps a cycle",
    "kernel rows a cycle",
    "one kernel row a cycle",
    "part of a row a cycle",
    "one tap a cycle",
    "surplus taps in the last pass",
    "passes of an interleaved window",
    "passes of each ofmap beat",
}
