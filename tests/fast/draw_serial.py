"""Random (layer, tap-serial engine, stalls) triples, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_plan import SerialPlan
from dwsim.stream.random_quantisation import random_quantisation
from tests.fast.draw_triples import MOST_CYCLES, Axis, Triple, draw_profile, layer_of

SIZES = (1, 2, 3, 5, 7, 8)
"""Rows or columns of an ifmap."""


def draw_serial_triple(seed: int, number: int) -> Triple:
    """Triple ``number`` of a seed; each is drawn from its own generator."""
    rng = random.Random(f"serial triple {seed} {number}")
    while True:
        try:
            plan = draw_plan(rng)
        except SpecError:
            continue  # an empty ofmap, or a ring too small for the layer
        if plan.cycles <= MOST_CYCLES:
            break
    return Triple(plan, draw_profile(rng), rng.randrange(10**6))


def _draw_axis(rng: random.Random, sizes: Sequence[int] = SIZES) -> Axis:
    size, kernel = rng.choice(sizes), rng.choice((1, 1, 2, 3, 3, 4))
    dilation, stride = rng.choice((1, 1, 1, 2, 3)), rng.choice((1, 1, 1, 2, 2, 3, 4, 9, 9))
    most_pad = rng.choice((0, 1, 2, 7))
    return size, kernel, dilation, stride, rng.randint(0, most_pad), rng.randint(0, most_pad)


def draw_plan(rng: random.Random, rows: Sequence[int] = SIZES) -> SerialPlan:
    h, w = _draw_axis(rng, rows), _draw_axis(rng)
    lanes = rng.randint(1, 4)
    layer = layer_of(
        h,
        w,
        channels=rng.randint(1, 4 * lanes),
        batch=rng.choice((1, 1, 2, 3)),
        channel_multiplier=rng.choice((1, 1, 1, 2, 3)),
    )
    engine = EngineSpec.smallest([layer], **_fields(rng, layer, lanes))
    depth = SerialNumbers(engine).timing.fifo_depth_min
    engine = replace(engine, fifo_depth=rng.choice((None, None, depth, depth + 1, depth + 5)))
    quantisation = random_quantisation(layer, engine, rng.randrange(1000))
    plan = Plan(layer, engine, quantisation)
    assert isinstance(plan, SerialPlan)
    return plan


def _fields(rng: random.Random, layer: LayerSpec, lanes: int) -> dict[str, Any]:
    """Fields of an engine; those that are left out have sizes that limit no 3x3 kernel."""
    beat = rng.choice((1, 2, 4, 8))
    reach = (layer.kernel_h - 1) * layer.dilation_h + 1
    pixels, ofmap_pixels = rng.randint(1, 9), rng.choice((1, 2, 3, 4, 8))
    whole = lanes * rng.randint(1, min(pixels, ofmap_pixels))
    fields = {
        "lanes": lanes,
        "dataflow": "tap_serial",
        "pixels": pixels,
        "ifmap_pixels": beat,
        "ofmap_pixels": ofmap_pixels,
        "requantise": rng.choice(("none", "none", "single", "double", "both")),
    }
    choices = {
        "requantisers": rng.choice((rng.randint(1, lanes), whole, whole)),
        "ring_pixels": beat * rng.choice((1, 2, 4)),
        "ring_rows": reach + rng.randint(0, 3),
        "segment": layer.kernel_w + rng.randint(0, 12),
        "kernel_w": layer.kernel_w + 1,
    }
    fields |= {name: value for name, value in choices.items() if rng.random() < 0.4}
    if rng.random() < 0.4:
        for shared in ("ring_pixels", "segment"):
            fields.pop(shared, None)
        fields["rings"] = "copied"
    return fields
