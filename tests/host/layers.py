"""The engines of these tests, and random layers for them."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np

from dwsim.derive import AnyPlan, Plan, TiledPlan, plan_of
from dwsim.errors import SpecError
from dwsim.golden.ofmap import golden_ofmap
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation
from dwsim.stream.float_tensors import float_values
from dwsim.stream.random_epilogue import random_epilogue
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.tile_tensors import join_ofmaps, tile_ifmap, tile_weight

RAW = EngineSpec(
    lanes=2,
    kernel_h=2,
    kernel_w=3,
    max_row_pitch=13,
    max_plane_rows=10,
    max_dilation_h=2,
    max_dilation_w=3,
    max_channel_groups=4,
    max_channel_multiplier=2,
    max_batch=3,
    max_lead=60,
    max_interleave=4,
    name="axil_raw",
)
QUANTISED = EngineSpec(
    lanes=3,
    kernel_h=3,
    kernel_w=3,
    max_row_pitch=12,
    max_plane_rows=12,
    max_channel_groups=2,
    max_channel_multiplier=2,
    max_batch=4,
    requantise="all",
    taps_per_cycle=3,
    name="axil_quantised",
)

FLOAT = EngineSpec(
    lanes=2,
    kernel_h=2,
    kernel_w=2,
    max_row_pitch=12,
    max_plane_rows=10,
    max_dilation_h=2,
    max_channel_groups=3,
    max_channel_multiplier=2,
    max_batch=2,
    taps_per_cycle=2,
    number_format="bfloat16",
    subnormals="flush",
    epilogue="bias_clamp",
    name="axil_float",
)

SERIAL = EngineSpec(
    lanes=3,
    kernel_h=3,
    kernel_w=3,
    max_row_pitch=14,
    max_plane_rows=20,
    max_dilation_h=2,
    max_dilation_w=3,
    max_channel_groups=3,
    max_channel_multiplier=2,
    max_batch=3,
    requantise="double",
    dataflow="tap_serial",
    pixels=4,
    ifmap_pixels=2,
    ofmap_pixels=3,
    requantisers=2,
    ring_rows=5,
    segment=7,
    name="axil_serial",
)

SERIAL_FLOAT = replace(
    SERIAL, lanes=2, kernel_h=2, kernel_w=2, pixels=2, ofmap_pixels=2, ifmap_pixels=1, segment=None,
    ring_rows=None, requantisers=None, requantise="none", number_format="float16", ifmap_width=16,
    weight_width=16, epilogue="bias_clamp", name="axil_serial_float",
)  # fmt: skip


@dataclass(frozen=True)
class Work:
    """A layer with its data and its expected ofmap (NHWC)."""

    plan: Plan
    ifmap: np.ndarray
    weight: np.ndarray
    ofmap: np.ndarray


def random_work(engine: EngineSpec, seed: int, least_cycles: int = 0) -> Work:
    """A random layer that fits the engine and takes at least ``least_cycles`` cycles."""
    rng = random.Random(seed)
    while True:
        try:
            interleave = rng.randint(1, engine.max_interleave)
            layer = _random_layer(engine, interleave, rng)
            quantisation = _random_quantisation(layer, engine, rng)
            epilogue = random_epilogue(layer, engine, rng.getrandbits(30))
            plan = Plan(layer, engine, quantisation, interleave, epilogue=epilogue)
        except SpecError:
            continue
        if plan.cycles >= least_cycles:
            return work_of(plan, seed)


def work_of(plan: Plan, seed: int, weight: np.ndarray | None = None) -> Work:
    """Random data for a plan; with ``weight``, these weights."""
    ifmap, own_weight = random_layer_data(plan.layer, plan.engine, seed)
    weight = own_weight if weight is None else weight
    return Work(plan, ifmap, weight, _golden(plan, ifmap, weight))


def _golden(plan: AnyPlan, ifmap: np.ndarray, weight: np.ndarray) -> np.ndarray:
    sums, epilogue = plan.engine.float_sums, plan.epilogue
    return golden_ofmap(ifmap, weight, plan.layer, plan.quantisation, sums, epilogue)


def larger_works(engine: EngineSpec, seed: int) -> tuple[TiledPlan, list[Work]]:
    """A layer that exceeds the engine in rows, channels and weight sets, and its streams' data."""
    rng = random.Random(seed)
    layer = LayerSpec(
        ifmap_h=engine.max_plane_rows + rng.randint(1, 4),
        ifmap_w=rng.randint(3, engine.max_row_pitch - 2),
        channels=engine.lanes * engine.max_channel_groups + rng.randint(1, engine.lanes),
        kernel_h=2,
        kernel_w=2,
        channel_multiplier=engine.max_channel_multiplier + 1,
        pad_left=1,
    )
    quantisation = _random_quantisation(layer, engine, rng)
    if quantisation is not None and engine.requantise == "double":
        quantisation = replace(quantisation, rounding="double")
    epilogue = random_epilogue(layer, engine, rng.getrandbits(30))
    plan = plan_of(layer, engine, quantisation, epilogue=epilogue)
    assert isinstance(plan, TiledPlan)
    ifmap, weight = random_layer_data(layer, engine, seed)
    works = []
    for tile, stream in zip(plan.tiles, plan.plans, strict=True):
        data = tile_ifmap(ifmap, tile), tile_weight(weight, tile)
        works.append(Work(stream, *data, _golden(stream, *data)))
    whole = _golden(plan, ifmap, weight)
    assert np.array_equal(join_ofmaps([work.ofmap for work in works], plan), whole)
    return plan, works


def _random_layer(engine: EngineSpec, interleave: int, rng: random.Random) -> LayerSpec:
    groups = interleave * rng.randint(1, engine.max_channel_groups // interleave)
    pads = {f"pad_{side}": rng.randint(0, 3) for side in ("top", "bottom", "left", "right")}
    return LayerSpec(
        ifmap_h=rng.randint(1, engine.max_plane_rows),
        ifmap_w=rng.randint(1, engine.max_row_pitch // interleave),
        channels=engine.lanes * groups - rng.randint(0, engine.lanes - 1),
        kernel_h=rng.randint(1, engine.kernel_h),
        kernel_w=rng.randint(1, engine.kernel_w),
        batch=rng.randint(1, engine.max_batch),
        channel_multiplier=rng.randint(1, engine.max_channel_multiplier),
        stride_h=rng.randint(1, 3),
        stride_w=rng.randint(1, 3),
        dilation_h=rng.randint(1, engine.max_dilation_h),
        dilation_w=rng.randint(1, engine.max_dilation_w),
        **pads,
    )


def _random_quantisation(
    layer: LayerSpec, engine: EngineSpec, rng: random.Random
) -> Quantisation | None:
    if engine.requantise == "none":
        return None
    channels = range(layer.ofmap_channels)
    low, high = sorted(rng.sample(range(-128, 128), 2))
    rounding = rng.choice(("double", "single", "float"))
    step = 128 if rounding == "float" else 1
    return Quantisation(
        bias=[rng.randint(-5000, 5000) for _ in channels],
        multiplier=[rng.randrange(1 << 30, 1 << 31, step) for _ in channels],
        shift=[rng.randint(-10, -6) for _ in channels],
        act_min=low,
        act_max=high,
        ifmap_zero_point=rng.randint(-128, 127),
        ofmap_zero_point=rng.randint(-128, 127),
        rounding=rounding,
    )


def _in_order(low: int, high: int, engine: EngineSpec) -> bool:
    """True if a stream may have these limits: integers, or the words of floats."""
    arithmetic = engine.arithmetic
    if arithmetic is None:
        return low <= high
    words = np.array([low, high], np.dtype(f"u{arithmetic.number.width // 8}"))
    with np.errstate(invalid="ignore"):  # a NaN that signals
        reals = float_values(words, engine.number_format).astype(np.float64)
    least = 2.0**arithmetic.number.least_exponent
    if arithmetic.flushes and any(0 < abs(real) < least for real in reals):
        return False
    return bool(reals[0] <= reals[1])


def first_broken(
    config: dict[str, int | list[int]],
    engine: EngineSpec,
    load: bool = True,
    kept_sets: int = 0,
    refused_write: bool = False,
) -> str:
    """The rule that a geometry breaks first (empty: none), from the rules' text alone."""
    c = config
    # The roundings by (single_rounding, float_rounding).
    able = {"double": [(0, 0)], "single": [(1, 0)], "all": [(0, 0), (1, 0), (0, 1)]}
    roundings = able.get(engine.requantise, [(0, 0), (1, 0)])
    max_row_delay = engine.max_dilation_h * engine.max_row_pitch
    max_col_delay = engine.max_dilation_w * engine.max_interleave
    reach = (engine.kernel_h - 1) * max_row_delay + (engine.kernel_w - 1) * max_col_delay
    quantises = engine.requantise != "none"
    limited = quantises or engine.epilogue is not None
    groups, multiplier = c["image_planes"] * c["interleave"], c["channel_multiplier"]
    rules = {
        "refused_write": lambda: not refused_write,
        "row_pitch": lambda: 1 <= c["row_pitch"] <= engine.max_row_pitch,
        "plane_rows": lambda: 1 <= c["plane_rows"] <= engine.max_plane_rows,
        "ifmap_w": lambda: 1 <= c["ifmap_w"] <= c["row_pitch"],
        "ifmap_h": lambda: 1 <= c["ifmap_h"] <= c["plane_rows"],
        "ofmap_w": lambda: 1 <= c["ofmap_w"] <= c["row_pitch"],
        "ofmap_h": lambda: 1 <= c["ofmap_h"] <= c["plane_rows"],
        "stride_w": lambda: 1 <= c["stride_w"] <= engine.max_row_pitch,
        "stride_h": lambda: 1 <= c["stride_h"] <= engine.max_plane_rows,
        "columns": lambda: (c["ofmap_w"] - 1) * c["stride_w"] < c["row_pitch"],
        "rows": lambda: (c["ofmap_h"] - 1) * c["stride_h"] < c["plane_rows"],
        "row_delay": lambda: 1 <= c["row_delay"] <= max_row_delay,
        "col_delay": lambda: 1 <= c["col_delay"] <= max_col_delay,
        "lag": lambda: c["lead"] <= c["lag"] <= max(reach, engine.max_lead),
        "interleave": lambda: 1 <= c["interleave"] <= engine.max_interleave,
        "channel_multiplier": lambda: 1 <= multiplier <= engine.max_channel_multiplier,
        "channel_groups": lambda: 1 <= groups <= engine.max_channel_groups,
        "weight_sets": lambda: c["weight_sets"] == groups * multiplier,
        "kept_weights": lambda: load or c["weight_sets"] <= kept_sets,
        "planes": lambda: 1 <= c["planes"] <= engine.max_batch * engine.max_channel_groups,
        "whole_images": lambda: c["planes"] % c["image_planes"] == 0,
        "tail_channels": lambda: 1 <= c["tail_channels"] <= engine.lanes * multiplier,
        "tail_multiple": lambda: c["tail_channels"] % multiplier == 0,
        "activation": lambda: not limited or _in_order(c["act_min"], c["act_max"], engine),
        "single_rounding": lambda: (
            not quantises or (c["single_rounding"], c.get("float_rounding", 0)) in roundings
        ),
        "tap_row": lambda: all(-c["plane_rows"] < t <= c["ifmap_h"] for t in c["tap_row"]),
        "tap_col": lambda: all(-c["row_pitch"] < t <= c["ifmap_w"] for t in c["tap_col"]),
    }
    return next((name for name, holds in rules.items() if not holds()), "")
