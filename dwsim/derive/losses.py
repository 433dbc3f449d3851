"""The loss stack of a stream: where each multiplier cycle went, without stalls."""

from __future__ import annotations

from dwsim.derive.parallel_plan import ParallelPlan
from dwsim.derive.plan import Plan
from dwsim.derive.serial_plan import SerialPlan
from dwsim.derive.stages import START_CYCLES
from dwsim.derive.tiled_plan import AnyPlan, different_streams, gaps_without_stalls
from dwsim.spec.layer_spec import LayerSpec

LOSSES = {
    "useful": "multiply-accumulates with a pixel of the ifmap",
    "masked_taps": "taps outside the ifmap",
    "small_kernel": "multipliers without a tap: the kernel is smaller than the array",
    "surplus_lanes": "lanes without a channel",
    "surplus_pixels": "cells without a pixel, places behind the last ofmap column, and ofmap pixels"
    " that a stream of a cut layer yields beside its own",
    "input_bound": "the array waits for the input port",
    "ring_bound": "the array waits for reads of the ring",
    "output_bound": "the array waits until sums have left, through the requantisers",
    "hold": "a slot enters without a window, although the input port is ahead",
    "fill": "before the first window of a stream",
    "drain": "after the last window of a stream",
    "parameters": "the next stream waits for its parameters",
    "switch": "beats that no output needs, and sums without a pixel, after the last ofmap beat",
}
"""Each part of the stack, and its meaning; "useful" is the part that is no loss."""


def stream_losses(plan: Plan) -> dict[str, int]:
    """The multiplier cycles of a stream, by the keys of ``LOSSES``.

    Returns:
        Counts whose sum is ``plan.cycles * plan.engine.multipliers``; ``parameters`` and
        ``switch`` are 0, because they lie between streams.
    """
    counts = dict.fromkeys(LOSSES, 0)
    counts["useful"] = useful(plan.layer)
    counts["masked_taps"] = plan.layer.macs - counts["useful"]
    if isinstance(plan, SerialPlan):
        counts |= _serial(plan)
    else:
        assert isinstance(plan, ParallelPlan), "a plan is one or the other"
        counts |= _parallel(plan)
    return counts


def layer_losses(plan: AnyPlan) -> dict[str, int]:
    """The multiplier cycles of a layer, in one stream or several, by the keys of ``LOSSES``.

    Returns:
        Counts whose sum is ``plan.cycles * plan.engine.multipliers``; ``parameters`` and
        ``switch`` are those between the layer's own streams.
    """
    counts = dict.fromkeys(LOSSES, 0)
    for stream, _, runs in different_streams(plan):
        for name, count in stream_losses(stream).items():
            counts[name] += runs * count
    gaps = gaps_without_stalls(plan)
    between = gaps.switching + gaps.waiting
    counts |= wait_losses(gaps.switching, between, plan.engine.multipliers)
    # A strip that lies on padding alone computes pixels that are dropped.
    taps = counts["useful"] + counts["masked_taps"]
    counts["surplus_pixels"] += taps - plan.layer.macs
    counts["useful"] = useful(plan.layer)
    counts["masked_taps"] = plan.layer.macs - counts["useful"]
    return counts


def wait_losses(plan_switch: int, wait_cycles: int, multipliers: int) -> dict[str, int]:
    """The multiplier cycles between a stream and the next, by ``parameters`` and ``switch``.

    Args:
        plan_switch: ``Plan.switch_cycles`` of the stream.
        wait_cycles: all cycles from its last ofmap transfer to the next cfg handshake.
        multipliers: those of the engine.
    """
    return {
        "parameters": (wait_cycles - plan_switch) * multipliers,
        "switch": plan_switch * multipliers,
    }


def useful(layer: LayerSpec) -> int:
    """Multiply-accumulates whose tap lies inside the ifmap."""
    rows = _inside(
        layer.ofmap_h, layer.kernel_h, layer.stride_h, layer.dilation_h, layer.pad_top,
        layer.ifmap_h,
    )  # fmt: skip
    cols = _inside(
        layer.ofmap_w, layer.kernel_w, layer.stride_w, layer.dilation_w, layer.pad_left,
        layer.ifmap_w,
    )  # fmt: skip
    return layer.batch * layer.channels * layer.channel_multiplier * rows * cols


def _inside(ofmap: int, kernel: int, stride: int, dilation: int, pad: int, ifmap: int) -> int:
    """Pairs of an ofmap position and a tap of one axis that lie inside the ifmap."""
    total = 0
    for tap in range(kernel):
        # 0 <= position * stride + offset < ifmap
        offset = tap * dilation - pad
        first = max(0, -(offset // stride))
        end = min(ofmap, -(-(ifmap - offset) // stride))
        total += max(0, end - first)
    return total


def _lanes(plan: Plan, lane_values: int) -> tuple[int, int]:
    """Ofmap values of the layer, and those of lanes without a channel.

    ``lane_values`` counts the ofmap pixels that the array computes, over all channel groups.
    """
    layer = plan.layer
    values = layer.batch * layer.ofmap_h * layer.ofmap_w * layer.ofmap_channels
    return values, lane_values * plan.engine.lanes - values


def _parallel(plan: ParallelPlan) -> dict[str, int]:
    """Slots that emit nothing are idle; the input port explains those that it needs by itself."""
    engine = plan.engine
    values, surplus = _lanes(plan, plan.ofmap_beats)
    window = engine.passes * engine.lane_multipliers
    compute = plan.ofmap_beats * engine.passes
    fill = START_CYCLES + max(plan.raster.lag, 0)
    drain = plan.numbers.timing.latency - START_CYCLES
    idle = plan.cycles - fill - compute - drain
    waits = min(idle, max(0, plan.ifmap_beats - compute))
    return {
        "small_kernel": values * window - plan.layer.macs,
        "surplus_lanes": surplus * window,
    } | _cycles(engine.multipliers, input_bound=waits, hold=idle - waits, fill=fill, drain=drain)


def _serial(plan: SerialPlan) -> dict[str, int]:
    """The law counts the waits of the array."""
    engine, run = plan.engine, plan.run
    taps = plan.layer.kernel_h * plan.layer.kernel_w
    pixels = plan.planes * plan.plane_pixels
    _, surplus = _lanes(plan, pixels)
    return {
        "surplus_lanes": surplus * taps,
        "surplus_pixels": plan.tap_cycles * engine.multipliers - pixels * engine.lanes * taps,
    } | _cycles(
        engine.multipliers,
        input_bound=run.input_waits,
        ring_bound=run.ring_waits,
        output_bound=run.output_waits,
        fill=START_CYCLES + run.first,
        drain=plan.cycles - START_CYCLES - run.fire - 1,
    )


def _cycles(multipliers: int, **cycles: int) -> dict[str, int]:
    """The multiplier cycles of cycles in which no multiplier works."""
    return {name: count * multipliers for name, count in cycles.items()}
