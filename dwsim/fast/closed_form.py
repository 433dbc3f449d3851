"""The closed form without stalls: the cycle of each output, and the activity of the cycles."""

from __future__ import annotations

import numpy as np

from dwsim.derive.parallel_plan import ParallelPlan
from dwsim.derive.stages import START_CYCLES
from dwsim.model.activity import Activity, no_cycles


def ofmap_cycles(plan: ParallelPlan) -> np.ndarray:
    """Cycle of every ofmap transfer without stalls, the cfg handshake being cycle 0.

    A slot takes one cycle, or ``hold_cycles`` if it emits a window; the beats of a window follow
    each other after ``passes`` cycles.

    Returns:
        int64 of shape (ofmap_beats,), in stream order.
    """
    layer, interleave, passes = plan.layer, plan.interleave, plan.engine.passes
    planes = np.arange(plan.planes, dtype=np.int64) * plan.raster.plane_pitch
    rows = np.arange(layer.ofmap_h) * (layer.stride_h * plan.raster.row_pitch * interleave)
    cols = np.arange(layer.ofmap_w) * (layer.stride_w * interleave)
    pixels = np.add.outer(np.add.outer(planes, rows), cols)
    slots = np.add.outer(pixels, np.arange(interleave)).reshape(-1) + max(plan.raster.lag, 0)
    # Each earlier window held its slot for hold_cycles - 1 additional cycles.
    windows = START_CYCLES + slots + np.arange(slots.size) * (plan.hold_cycles - 1)
    beats = np.arange(layer.channel_multiplier) * passes + passes - 1
    return np.add.outer(windows, beats + pipeline_cycles(plan)).reshape(-1)


def pipeline_cycles(plan: ParallelPlan) -> int:
    """Cycles from the last pass of a beat to its transfer, without stalls."""
    return plan.numbers.timing.latency - START_CYCLES


def activity(plan: ParallelPlan) -> dict[str, int]:
    """Cycles without stalls, divided by the values of ``Activity``."""
    taken = _last_take(plan) + 1
    windows = plan.ofmap_beats // plan.layer.channel_multiplier
    if taken > plan.slots:
        # Beats that no output needs still enter while the last outputs are in the pipeline.
        void = plan.slots - windows + min(taken - plan.slots, pipeline_cycles(plan))
    else:
        void = taken - _windows_before(plan, taken)
    counts = no_cycles()
    counts[Activity.FILL.value] = START_CYCLES + void
    counts[Activity.COMPUTE.value] = plan.ofmap_beats * plan.engine.passes
    counts[Activity.DRAIN.value] = plan.cycles - sum(counts.values())
    return counts


def _last_take(plan: ParallelPlan) -> int:
    """The slot of the last ifmap beat."""
    layer = plan.layer
    pixels = (layer.ifmap_h - 1) * plan.raster.row_pitch + layer.ifmap_w
    before = (plan.planes - 1) * plan.raster.plane_pitch + max(-plan.raster.lag, 0)
    return before + pixels * plan.interleave - 1


def _windows_before(plan: ParallelPlan, slot: int) -> int:
    """Windows that are emitted before ``slot``, the first slot of a pixel inside the stream.

    Lag and pitches are multiples of a pixel, which has ``interleave`` slots.
    """
    layer = plan.layer
    pixels = max(slot - max(plan.raster.lag, 0), 0) // plan.interleave
    planes, inside = divmod(pixels, plan.raster.plane_rows * plan.raster.row_pitch)
    row, col = divmod(inside, plan.raster.row_pitch)
    count = planes * layer.ofmap_h + min(-(-row // layer.stride_h), layer.ofmap_h)
    count *= layer.ofmap_w
    if row % layer.stride_h == 0 and row // layer.stride_h < layer.ofmap_h:
        count += min(-(-col // layer.stride_w), layer.ofmap_w)
    return count * plan.interleave
