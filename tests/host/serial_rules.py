"""The geometry rules of a tap-serial engine, twice: from their text, and from layers themselves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from dwsim.derive import SerialPlan, numbers_of, value_range
from dwsim.derive.serial_geometry import SerialGeometry
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.errors import SpecError
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.place_raster import PlaceRaster
from tests.host.layers import random_work

Config = dict[str, Any]


def first_broken(
    config: Config,
    engine: EngineSpec,
    load: bool = True,
    kept_sets: int = 0,
    refused_write: bool = False,
) -> str:
    """The rule that a geometry breaks first (empty: none), from the rules' text alone."""
    c, numbers = config, numbers_of(engine)
    assert isinstance(numbers, SerialNumbers)
    beat, out = numbers.formats.ifmap_pixels, numbers.formats.ofmap_pixels
    shape = numbers.shape
    address = {f.name: f.width for f in numbers.config_fields if f.name.endswith("_address")}
    quantises, several = engine.requantise != "none", c["cells"] > 1
    roundings = {"double": (0,), "single": (1,)}.get(engine.requantise, (0, 1))

    def columns() -> int:
        return c["end_x"] - c["start_x"]

    def rows() -> int:
        return c["end_y"] - c["start_y"]

    def least_pitch() -> int:
        last = c["end_x"] - c["stride_w"] + (c["kernel_w"] - 1) * c["dilation_w"]
        used = min(c["ifmap_w"], last + 1)
        return max(columns(), -(-used // c["stride_w"]) * c["stride_w"])

    def places_w() -> int:
        return c["pitch"] // c["stride_w"]

    def places() -> int:
        return places_w() * (rows() // c["stride_h"] - 1) + columns() // c["stride_w"]

    def address_is(name: str, value: int) -> bool:
        return (c[name] - value) % (1 << address[name]) == 0

    def needed() -> int:
        last = c["pitch"] + (c["cells"] - 2) * c["stride_w"] + c["start_x"]
        last += (c["kernel_w"] - 1) * c["dilation_w"]
        group_rows = min(max(last, 0) // c["pitch"], rows() // c["stride_h"] - 1)
        reach = (c["kernel_h"] - 1) * c["dilation_h"] + group_rows * c["stride_h"] + 1
        return -(-min(reach, c["ifmap_h"]) * c["ifmap_w"] // beat) + 1

    def pixels() -> int:
        return rows() // c["stride_h"] * (columns() // c["stride_w"]) * c["channel_multiplier"]

    rules = {
        "refused_write": lambda: not refused_write,
        "ifmap_w": lambda: 1 <= c["ifmap_w"] <= engine.max_row_pitch,
        "ifmap_h": lambda: 1 <= c["ifmap_h"] <= engine.max_plane_rows,
        "kernel_w": lambda: 1 <= c["kernel_w"] <= engine.kernel_w,
        "kernel_h": lambda: 1 <= c["kernel_h"] <= engine.kernel_h,
        "stride_w": lambda: 1 <= c["stride_w"] <= engine.max_row_pitch,
        "stride_h": lambda: 1 <= c["stride_h"] <= engine.max_plane_rows,
        "dilation_w": lambda: (
            1 <= c["dilation_w"] <= (engine.max_dilation_w if c["kernel_w"] > 1 else 1)
        ),
        "dilation_h": lambda: (
            1 <= c["dilation_h"] <= (engine.max_dilation_h if c["kernel_h"] > 1 else 1)
        ),
        "start_x": lambda: c["start_x"] <= 0,
        "start_y": lambda: c["start_y"] <= 0,
        "pitch": lambda: (
            1 <= c["pitch"] <= engine.max_row_pitch and c["pitch"] % c["stride_w"] == 0
        ),
        "end_x": lambda: 1 <= columns() <= c["pitch"] and columns() % c["stride_w"] == 0,
        "end_y": lambda: 1 <= rows() <= engine.max_plane_rows and rows() % c["stride_h"] == 0,
        "columns": lambda: c["ifmap_w"] <= c["end_x"] + (c["kernel_w"] - 1) * c["dilation_w"],
        "rows": lambda: c["ifmap_h"] <= c["end_y"] + (c["kernel_h"] - 1) * c["dilation_h"],
        "places": lambda: c["pitch"] == least_pitch(),
        "wrap_x": lambda: c["wrap_x"] == c["pitch"] + c["start_x"],
        "cells": lambda: (
            1 <= c["cells"] <= engine.pixels and (c["stride_w"] <= 2 or c["cells"] == 1)
        ),
        "cell_stride": lambda: c["cell_stride"] == (c["stride_w"] if several else 1),
        "tap_segments": lambda: c["tap_segments"] == 1 or c["dilation_w"] == 1,
        "span": lambda: (
            c["span"]
            == (c["cells"] - 1) * c["stride_w"] + (1 if c["tap_segments"] else c["kernel_w"])
            <= shape.segment
        ),
        "step_x": lambda: c["step_x"] == c["cells"] % places_w() * c["stride_w"],
        "step_y": lambda: c["step_y"] == c["cells"] // places_w() * c["stride_h"],
        "start_address": lambda: address_is("start_address", c["start_y"] * c["ifmap_w"]),
        "step_address": lambda: address_is("step_address", c["step_y"] * c["ifmap_w"]),
        "row_address": lambda: address_is("row_address", c["stride_h"] * c["ifmap_w"]),
        "tap_address": lambda: address_is("tap_address", c["dilation_h"] * c["ifmap_w"]),
        "plane_beats": lambda: c["plane_beats"] == -(-c["ifmap_h"] * c["ifmap_w"] // beat),
        "last_cell": lambda: c["last_cell"] == (places() - 1) % c["cells"],
        "groups": lambda: c["groups"] == -(-places() // c["cells"]),
        "chunks": lambda: c["chunks"] == -(-engine.lanes * c["cells"] // shape.requantisers),
        "channel_multiplier": lambda: 1 <= c["channel_multiplier"] <= engine.max_channel_multiplier,
        "beat_pad": lambda: c["beat_pad"] == -pixels() % out,
        "image_planes": lambda: 1 <= c["image_planes"] <= engine.max_channel_groups,
        "weight_sets": lambda: c["weight_sets"] == c["image_planes"] * c["channel_multiplier"],
        "kept_weights": lambda: load or c["weight_sets"] <= kept_sets,
        "planes": lambda: (
            c["planes"] % c["image_planes"] == 0
            and 1 <= c["planes"] // c["image_planes"] <= engine.max_batch
        ),
        "tail_channels": lambda: 1 <= c["tail_channels"] <= engine.lanes,
        "activation": lambda: not quantises or c["act_min"] <= c["act_max"],
        "single_rounding": lambda: not quantises or c["single_rounding"] in roundings,
        "ring": lambda: needed() <= shape.ring_beats,
        "final_chunks": lambda: (
            c["final_chunks"]
            == -(-engine.lanes * (c["last_cell"] + 1) // shape.requantisers)
            + (shape.requantisers > engine.lanes)
        ),
    }
    return next((name for name, holds in rules.items() if not holds()), "")


def plan_on(
    layer: LayerSpec, engine: EngineSpec, cells: int, tap_segments: bool, *quantisation: Any
) -> SerialPlan:
    """The plan of a layer on a walk that need not be the fastest."""
    plan = SerialPlan(layer, engine, *quantisation)
    plan.walk = SerialGeometry(PlaceRaster(layer), cells, tap_segments)
    return plan


def layer_of(config: Config, engine: EngineSpec) -> LayerSpec | None:
    """The layer that a geometry would describe; None if there is none."""
    c = config
    if not all(c[name] > 0 for name in ("stride_w", "stride_h", "image_planes")):
        return None
    pads = {}
    for axis, first, last in (("x", "left", "right"), ("y", "top", "bottom")):
        size, name = ("w", "start_x") if axis == "x" else ("h", "start_y")
        used = c[f"end_{axis}"] - c[f"stride_{size}"]
        used += (c[f"kernel_{size}"] - 1) * c[f"dilation_{size}"] + 1
        pads |= {f"pad_{first}": -c[name], f"pad_{last}": max(0, used - c[f"ifmap_{size}"])}
    names = "ifmap_h ifmap_w kernel_h kernel_w stride_h stride_w dilation_h dilation_w"
    try:
        return LayerSpec(
            **{name: c[name] for name in (*names.split(), "channel_multiplier")},
            channels=(c["image_planes"] - 1) * engine.lanes + c["tail_channels"],
            batch=c["planes"] // c["image_planes"],
            **pads,
        )
    except SpecError:
        return None


def is_a_layer(config: Config, engine: EngineSpec) -> bool:
    """True if a layer that fits the engine has this geometry on a walk that fits the engine.

    Shares nothing with the rules: it makes the layer, and compares the plan's values.
    """
    numbers = numbers_of(engine)
    layer = layer_of(config, engine)
    if layer is None or not 1 <= config["cells"] <= engine.pixels:
        return False
    try:
        plan = plan_on(layer, engine, config["cells"], bool(config["tap_segments"]))
    except SpecError:
        return False
    assert isinstance(numbers, SerialNumbers)
    walk, shape = plan.walk, numbers.shape
    return (
        all(config[name] == value for name, value in plan.geometry.items() if name != "load")
        and (walk.tap_segments or layer.dilation_w == 1 or layer.kernel_w == 1)
        and (walk.cells == 1 or layer.stride_w <= 2)
        and walk.span <= shape.segment
        and walk.reach_beats(numbers.formats.ifmap_pixels) <= shape.ring_beats
    )  # fmt: skip


def any_walk(engine: EngineSpec, rng: random.Random) -> SerialPlan:
    """A random layer on a random walk; the walk need not fit the engine."""
    plan = random_work(engine, rng.getrandbits(30)).plan
    cells = rng.randint(1, engine.pixels)
    return plan_on(plan.layer, engine, cells, rng.random() < 0.5, plan.quantisation)


def edges(plan: SerialPlan) -> Iterator[Config]:
    """Good geometries with one value that is 0, one off, or at an end of its port."""
    for field in plan.numbers.config_fields:
        if field.name in ("load", "ifmap_zero_point", "ofmap_zero_point"):
            continue
        low, high = value_range(field.width, field.signed)
        value = plan.config[field.name]
        assert isinstance(value, int)
        for changed in {0, value - 1, value + 1, value + 2, low, high, 2 * value} - {value}:
            if low <= changed <= high:
                yield plan.config | {field.name: changed}
