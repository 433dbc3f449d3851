"""Every geometry that a tap-serial build accepts, and what the law says of its stream.

An accepted geometry is that of a layer on some walk of the cells (``dw_serial_rules``), so the
layers and their walks are listed. ``tail_channels`` decides no cycle and gets a value in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from itertools import product

import numpy as np

from dwsim import EngineSpec
from dwsim.derive import SerialPlan
from dwsim.derive.serial_geometry import SerialGeometry
from dwsim.derive.serial_shape import FULL_RATE_STRIDE
from dwsim.errors import SpecError
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.place_raster import PlaceRaster

CHUNK = 100_000


def axis(most: int, kernel: int, dilation: int) -> list[dict[str, int]]:
    """The layers' numbers on one axis: ifmap, kernel, stride, dilation and both pads.

    The pad behind the ifmap is the least that gives the ofmap.
    """
    numbers = range(1, most + 1)
    found = []
    for ifmap, taps, stride, ofmap in product(numbers, range(1, kernel + 1), numbers, numbers):
        for step in range(1, (dilation if taps > 1 else 1) + 1):
            used = (ofmap - 1) * stride + (taps - 1) * step + 1
            end = ofmap * stride + (taps - 1) * step  # no further output fits below it
            for pad in range(end - ifmap + 1 if ofmap * stride <= most else 0):
                behind = max(0, used - pad - ifmap)
                values = {"ifmap": ifmap, "kernel": taps, "stride": stride, "dilation": step}
                found.append(values | {"before": pad, "behind": behind})
    return found


def layers(engine: EngineSpec, every: int = 1) -> Iterator[LayerSpec]:
    """The layers; ``every``: each n-th."""
    columns = axis(engine.max_row_pitch, engine.kernel_w, engine.max_dilation_w)
    rows = axis(engine.max_plane_rows, engine.kernel_h, engine.max_dilation_h)
    groups = range(1, engine.max_channel_groups + 1)
    batches = range(1, engine.max_batch + 1)
    multipliers = range(1, engine.max_channel_multiplier + 1)
    for index, (x, y, planes, batch, multiplier) in enumerate(
        product(columns, rows, groups, batches, multipliers)
    ):
        if index % every == 0:
            names = ("ifmap", "kernel", "stride", "dilation")
            sizes = {f"{name}_w": x[name] for name in names} | {
                f"{name}_h": y[name] for name in names
            }
            yield LayerSpec(
                **sizes,
                pad_left=x["before"],
                pad_right=x["behind"],
                pad_top=y["before"],
                pad_bottom=y["behind"],
                channels=planes * engine.lanes - index // every % engine.lanes,
                batch=batch,
                channel_multiplier=multiplier,
            )


def plans(engine: EngineSpec, every: int = 1) -> Iterator[SerialPlan]:
    """Each layer on each walk that the build accepts."""
    for layer in layers(engine, every):
        try:
            plan = SerialPlan(layer, engine)
        except SpecError:
            continue
        for cells, tap_segments in product(range(1, engine.pixels + 1), (False, True)):
            walk = SerialGeometry(PlaceRaster(layer), cells, tap_segments)
            if accepts(walk, plan):
                other = copy(plan)
                other.walk = walk
                yield other


def accepts(walk: SerialGeometry, plan: SerialPlan) -> bool:
    """The build has the stride, the segment and the ring for the walk."""
    shape, layer = plan.numbers.shape, walk.layer
    return (
        (walk.cells == 1 or layer.stride_w <= FULL_RATE_STRIDE)
        and (walk.tap_segments or layer.dilation_w == 1 or layer.kernel_w == 1)
        and walk.span <= shape.segment
        and walk.reach_beats(plan.numbers.formats.ifmap_pixels) <= shape.ring_beats
    )


def geometries(engine: EngineSpec, every: int = 1) -> Iterator[np.ndarray]:
    """The rows that the bench in C++ reads, in chunks; ``every``: each n-th layer."""
    rows: list[list[int]] = []
    for plan in plans(engine, every):
        words = plan.config_words()
        ports = [words[field.name] for field in plan.numbers.config_fields]
        law = [plan.ifmap_beats, plan.ofmap_beats, plan.param_beats]
        rows.append([*ports, *law, plan.cycles, plan.switch_cycles])
        if len(rows) == CHUNK:
            yield np.array(rows, np.uint32)
            rows = []
    yield np.array(rows, np.uint32)
