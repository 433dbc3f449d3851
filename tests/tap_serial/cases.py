"""Random tap-serial engines, and layers and jobs for them."""

from __future__ import annotations

import itertools
import random

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan
from dwsim.rtlsim.job import Job
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, StallPattern
from tests.cosim.layers import STALLING


def random_engine(rng: random.Random, **fields: object) -> EngineSpec:
    """A small engine with any shape of array, beats and ring."""
    lanes = rng.choice([1, 2, 4, 5])
    pixels, ofmap_pixels = rng.randint(1, 9), rng.randint(1, 5)
    whole = [lanes * together for together in range(1, min(pixels, ofmap_pixels) + 1)]
    return EngineSpec(
        **{
            "lanes": lanes,
            "kernel_h": 4,
            "kernel_w": 4,
            "max_row_pitch": 40,
            "max_plane_rows": 40,
            "max_dilation_h": 3,
            "max_dilation_w": 3,
            "max_channel_groups": 9,
            "max_channel_multiplier": 3,
            "dataflow": "tap_serial",
            "pixels": pixels,
            "ifmap_pixels": rng.choice([1, 2, 4, 8]),
            "ofmap_pixels": ofmap_pixels,
            "requantisers": rng.choice([rng.randint(1, lanes), rng.choice(whole)]),
            **fields,
        }
    )


def degenerate_layers(engine: EngineSpec) -> list[LayerSpec]:
    """Layers at the ends of every axis, that all engines with a 3x3 kernel run."""
    lanes, reach = engine.lanes, engine.max_dilation_w
    around = {"pad_top": 1, "pad_bottom": 1, "pad_left": 1, "pad_right": 1}
    return [
        LayerSpec(1, 1, 1, 1, 1, name="one_value"),
        LayerSpec(1, 1, lanes, 3, 3, **around, name="kernel_around_a_pixel"),
        LayerSpec(1, 11, lanes + 1, 1, 3, pad_left=1, pad_right=1, name="one_row"),
        LayerSpec(11, 1, lanes, 3, 1, pad_top=1, pad_bottom=1, name="one_column"),
        LayerSpec(5, 4, 1, 2, 2, batch=2, name="one_channel"),
        LayerSpec(1, 2, lanes, 1, 1, batch=3, name="two_positions"),
        LayerSpec(10, 9, lanes, 2, 1, stride_h=4, stride_w=3, name="stride_beyond_the_kernel"),
        LayerSpec(2, 1, lanes, 1, 3, pad_left=2 * reach, pad_right=2 * reach, dilation_w=reach,
                  name="dilation_past_the_image"),
        LayerSpec(3, 2, lanes, 2, 2, pad_top=4, pad_bottom=3, pad_left=3, pad_right=4,
                  name="padding_beyond_the_kernel"),
    ]  # fmt: skip


def random_layer(rng: random.Random, engine: EngineSpec) -> LayerSpec:
    """A layer that the engine runs: any stride, dilation, padding and multiplier."""
    while True:
        try:
            layer = LayerSpec(
                ifmap_h=rng.randint(1, 11),
                ifmap_w=rng.randint(1, 11),
                channels=rng.randint(1, 2 * engine.lanes + 1),
                kernel_h=rng.randint(1, engine.kernel_h),
                kernel_w=rng.randint(1, engine.kernel_w),
                batch=rng.randint(1, 2),
                channel_multiplier=rng.randint(1, engine.max_channel_multiplier),
                stride_h=rng.randint(1, 4),
                stride_w=rng.choice([1, 1, 2, 2, 3, 4]),
                dilation_h=rng.randint(1, engine.max_dilation_h),
                dilation_w=rng.choice([1, 1, rng.randint(1, engine.max_dilation_w)]),
                pad_top=rng.randint(0, 4),
                pad_bottom=rng.randint(0, 4),
                pad_left=rng.randint(0, 4),
                pad_right=rng.randint(0, 4),
                name="layer",
            )
            Plan(layer, engine)
        except SpecError:
            continue
        return layer


def make_job(layer: LayerSpec, engine: EngineSpec, seed: int, stalls: str) -> Job:
    """A job with random data and a random quantisation."""
    return Job(
        layer,
        *random_layer_data(layer, engine, seed),
        stalls,
        seed,
        quantisation=random_quantisation(layer, engine, seed),
    )


def stopped_job(engine: EngineSpec, seed: int) -> Job:
    """The sink stalls for about 1,000 cycles at first, and the source once inside a row.

    The first such seed from ``seed`` on.
    """
    width = engine.max_row_pitch - 2
    layer = LayerSpec(9, width, engine.lanes, 2, 2, stride_w=2, pad_left=1, name="stopped")
    row = -(-width // engine.ifmap_pixels)
    while True:
        stop = _first_stop(seed)
        if stop % row and stop * engine.ifmap_pixels % width and stop < 8 * row:
            return make_job(layer, engine, seed, "long-stops")
        seed += 1


def _first_stop(seed: int) -> int:
    """The ifmap beats before the source stops for the first time."""
    source = StallPattern(PROFILES["long-stops"], seed).source
    return next(beats for beats in itertools.count() if source.draw())


def random_jobs(engine: EngineSpec, seed: int, count: int) -> list[Job]:
    """Jobs of random layers, with all profiles of stalls but "long-stops" in turn."""
    rng = random.Random(f"{engine.name} {seed}")
    profiles = ["none", *STALLING]
    return [
        make_job(random_layer(rng, engine), engine, seed + n, profiles[n % len(profiles)])
        for n in range(count)
    ]
