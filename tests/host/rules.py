"""Register values that break each rule of the geometry, at its edges."""

from __future__ import annotations

from typing import Any

from dwsim.derive import EngineNumbers, Plan, value_range
from dwsim.spec.engine_spec import EngineSpec


def broken_geometries(plan: Plan) -> list[tuple[dict[str, Any], str]]:
    """Changes to a good geometry, and the first rule that each of them breaks.

    A change that an engine's ports cannot carry is left out: its register refuses it.
    """
    spec, numbers, config = plan.engine, plan.numbers, plan.config
    wide = {"row_pitch": spec.max_row_pitch, "plane_rows": spec.max_plane_rows}
    groups, interleave = spec.max_channel_groups, spec.max_interleave
    one = {"ofmap_w": 1, "ofmap_h": 1}
    changes: list[tuple[dict[str, Any], str]] = []

    def wrong(rule: str, **values: Any) -> None:
        changes.append((values, rule))

    for name, limit in wide.items():
        wrong(name, **{name: 0})
        wrong(name, **{name: limit + 1})
    for axis, pitch in (("w", "row_pitch"), ("h", "plane_rows")):
        for size in (f"ifmap_{axis}", f"ofmap_{axis}"):
            wrong(size, **{size: 0})
            wrong(size, **(one | {f"stride_{axis}": 1, size: config[pitch] + 1}))
        wrong(f"stride_{axis}", **(one | {f"stride_{axis}": 0}))
        wrong(f"stride_{axis}", **(one | {f"stride_{axis}": wide[pitch] + 1}))
    wrong("columns", **(wide | {"ofmap_w": 2, "stride_w": spec.max_row_pitch, "ofmap_h": 1}))
    wrong("rows", **(wide | {"ofmap_h": 2, "stride_h": spec.max_plane_rows, "ofmap_w": 1}))
    wrong(
        "columns",
        **(wide | {"ofmap_w": 4, "stride_w": 4, "row_pitch": 12, "ofmap_h": 1, "ifmap_w": 1}),
    )
    for name, limit in (
        ("row_delay", numbers.counters.max_row_delay),
        ("col_delay", numbers.counters.max_col_delay),
    ):
        wrong(name, **{name: 0})
        wrong(name, **{name: limit + 1})
    wrong("lag", lag=numbers.counters.max_lag + 1)
    wrong("lag", lag=0, lead=1)
    factors = {"interleave": interleave, "channel_multiplier": spec.max_channel_multiplier}
    for name, limit in factors.items():
        wrong(name, **{name: 0})
        wrong(name, **{name: limit + 1})
    one_group = {"interleave": 1, "image_planes": 1, "channel_multiplier": 1, "weight_sets": 1}
    wrong("channel_groups", image_planes=0)
    wrong("channel_groups", **(one_group | {"image_planes": groups + 1}))
    if interleave > 1:
        wrong("channel_groups", **(one_group | {"interleave": 2, "image_planes": groups}))
    wrong("weight_sets", weight_sets=0)
    wrong("weight_sets", weight_sets=config["weight_sets"] + 1)
    for name, limit in factors.items():
        if limit > 1:
            wrong("weight_sets", **(one_group | {name: limit}))
    wrong("planes", planes=0)
    wrong("planes", **(one_group | {"planes": numbers.counters.max_planes + 1, "tail_channels": 1}))
    wrong("whole_images", **(one_group | {"image_planes": 2, "weight_sets": 2, "planes": 3}))
    wrong("tail_channels", tail_channels=0)
    wrong("tail_channels", **(one_group | {"planes": 1, "tail_channels": spec.lanes + 1}))
    two = one_group | {"channel_multiplier": 2, "weight_sets": 2, "planes": 1}
    wrong("tail_multiple", **(two | {"tail_channels": 3}))
    for axis, pitch in (("row", "plane_rows"), ("col", "row_pitch")):
        name, size = f"tap_{axis}", config["ifmap_h" if axis == "row" else "ifmap_w"]
        starts = config[name]
        for tap in range(len(starts)):
            for value in (size + 1, -config[pitch]):
                wrong(name, **{name: [*starts[:tap], value, *starts[tap + 1 :]]})
    if numbers.formats.requantises:
        wrong("activation", act_min=1, act_max=0)
        wrong("activation", act_min=0, act_max=-1)
    if numbers.formats.has_epilogue:
        for low, high in wrong_limits(spec):
            wrong("activation", act_min=low, act_max=high)
    if spec.ifmap_width == 8 and spec.requantise in ("double", "single"):
        wrong("single_rounding", single_rounding=int(spec.requantise == "double"))
    if spec.requantise == "all":
        wrong("single_rounding", single_rounding=1, float_rounding=1)
    return [change for change in changes if _fits(change[0], numbers)]


def wrong_limits(spec: EngineSpec) -> list[tuple[int, int]]:
    """Words that a clamp must not have: out of order, NaN, and subnormal if these are flushed."""
    arithmetic = spec.arithmetic
    assert arithmetic is not None
    number = arithmetic.number
    sign, normal = 1 << number.width - 1, 1 << number.significand_width
    infinite, nan = sign - normal, number.canonical_nan
    wrong = [
        (normal, 0),
        (0, sign + normal),
        (normal + 1, normal),
        (sign + normal, sign + infinite),
    ]
    wrong += [(nan, nan), (nan, infinite), (0, nan), (sign + nan, infinite), (0, infinite + 1)]
    if arithmetic.flushes:
        wrong += [(1, infinite), (sign + 1, infinite), (0, normal - 1)]
    return wrong


def right_limits(spec: EngineSpec) -> list[tuple[int, int]]:
    """Words that a clamp may have, at the edges of the rule."""
    arithmetic = spec.arithmetic
    assert arithmetic is not None
    number = arithmetic.number
    sign, normal = 1 << number.width - 1, 1 << number.significand_width
    infinite = sign - normal
    return [(0, sign), (sign + infinite, infinite), (infinite, infinite), (sign + normal, sign)]


def slowest_geometry(numbers: EngineNumbers) -> dict[str, Any]:
    """The good geometry whose check takes longest: every factor that halves at its most bits."""
    spec, config = numbers.spec, {field.name: 1 for field in numbers.config_fields}
    interleave = min(spec.max_interleave, spec.max_channel_groups)
    return config | {
        "row_pitch": spec.max_row_pitch,
        "plane_rows": spec.max_plane_rows,
        "stride_w": spec.max_row_pitch,
        "stride_h": spec.max_plane_rows,
        "interleave": interleave,
        "channel_multiplier": spec.max_channel_multiplier,
        "weight_sets": interleave * spec.max_channel_multiplier,
        "tail_channels": spec.max_channel_multiplier,
        "single_rounding": int(spec.requantise == "single"),
        "tap_row": [1] * spec.kernel_h,
        "tap_col": [1] * spec.kernel_w,
        **({"act_min": 0, "act_max": 0} if spec.epilogue else {}),
    }


def _fits(changes: dict[str, Any], numbers: EngineNumbers) -> bool:
    fields = {field.name: field for field in numbers.config_fields}
    for name, value in changes.items():
        low, high = value_range(fields[name].width, fields[name].signed)
        for number in value if isinstance(value, list) else [value]:
            if not low <= number <= high:
                return False
    return True
