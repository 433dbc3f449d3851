"""Random engines that are too small, and layers that run on them in several streams."""

from __future__ import annotations

import random

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import TiledPlan, plan_of

DATAFLOWS = ("tap_parallel", "tap_serial")


def small_engine(rng: random.Random, dataflow: str, **fields: object) -> EngineSpec:
    """An engine whose maxima a layer of ``larger_layer`` exceeds."""
    sizes = {
        "name": f"small_{dataflow}",
        "lanes": rng.choice([1, 2, 3]),
        "kernel_h": rng.randint(1, 3),
        "kernel_w": rng.randint(1, 3),
        "max_row_pitch": rng.randint(5, 9),
        "max_plane_rows": rng.randint(5, 9),
        "max_channel_groups": rng.randint(1, 2),
        "max_channel_multiplier": rng.randint(1, 2),
        "max_batch": rng.randint(1, 2),
        "max_dilation_h": rng.randint(1, 2),
        "max_dilation_w": rng.randint(1, 2),
    }
    if dataflow == "tap_serial":
        sizes |= {"dataflow": dataflow, "pixels": rng.randint(1, 4), "ifmap_pixels": 2}
    return EngineSpec(**{**sizes, **fields})


def larger_layer(rng: random.Random, engine: EngineSpec, most: int = 14) -> LayerSpec:
    """A layer that the engine runs as several streams, with any stride, dilation and padding."""
    pads = (0, 0, 1, 2, 8)
    while True:
        try:
            layer = LayerSpec(
                name="layer",
                ifmap_h=rng.randint(1, most),
                ifmap_w=rng.randint(1, most),
                channels=rng.randint(1, 3 * engine.lanes + 1),
                kernel_h=rng.randint(1, engine.kernel_h),
                kernel_w=rng.randint(1, engine.kernel_w),
                batch=rng.randint(1, 3),
                channel_multiplier=rng.randint(1, 3),
                stride_h=rng.choice([1, 1, 2, 3, 4]),
                stride_w=rng.choice([1, 1, 2, 3, 4]),
                dilation_h=rng.randint(1, engine.max_dilation_h),
                dilation_w=rng.randint(1, engine.max_dilation_w),
                pad_top=rng.choice(pads),
                pad_bottom=rng.choice(pads),
                pad_left=rng.choice(pads),
                pad_right=rng.choice(pads),
            )
            if isinstance(plan_of(layer, engine), TiledPlan):
                return layer
        except SpecError:
            continue
