"""The formulas of the ``cfg_*`` ports as the README prints them, and a layer worked out by them.

``dwsim.derive`` computes the values that the rest of dwsim uses. These texts are for a reader
without dwsim; a test reads them out of the README and compares them with ``Plan.config``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dwsim.derive import EngineNumbers
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec

Values = dict[str, int | list[int]]

_DERIVED = (
    ("ofmap_h", "(ifmap_h + pad_top + pad_bottom - (kernel_h - 1)*dilation_h - 1) // stride_h + 1"),
    ("ofmap_w", "(ifmap_w + pad_left + pad_right - (kernel_w - 1)*dilation_w - 1) // stride_w + 1"),
    ("groups", "ceil(channels / LANES)"),
    ("row_pitch", "max(ifmap_w, (ofmap_w - 1)*stride_w + 1)"),
    ("plane_rows", "max(ifmap_h, (ofmap_h - 1)*stride_h + 1)"),
    ("row_lag", "(kernel_h - 1)*dilation_h - pad_top"),
    ("col_lag", "(kernel_w - 1)*dilation_w - pad_left"),
    ("lag", "(row_lag*row_pitch + col_lag)*I"),
    ("row_at[r]", "(r - (KERNEL_H - kernel_h))*dilation_h - pad_top"),
    ("col_at[c]", "(c - (KERNEL_W - kernel_w))*dilation_w - pad_left"),
)
"""Names that the formulas of the ports use."""

_PORTS = (
    ("ifmap_w", "ifmap_w"),
    ("ifmap_h", "ifmap_h"),
    ("ofmap_w", "ofmap_w"),
    ("ofmap_h", "ofmap_h"),
    ("interleave", "I"),
    ("row_pitch", "row_pitch"),
    ("plane_rows", "plane_rows"),
    ("stride_w", "stride_w if ofmap_w > 1 else 1"),
    ("stride_h", "stride_h if ofmap_h > 1 else 1"),
    ("row_delay", "dilation_h*row_pitch*I if kernel_h > 1 else 1"),
    ("col_delay", "dilation_w*I if kernel_w > 1 else 1"),
    ("lag", "abs(lag)"),
    ("lead", "1 if lag < 0 else 0"),
    (
        "tap_row[r]",
        "row_at[r] if r >= KERNEL_H - kernel_h and -plane_rows < row_at[r] < ifmap_h else ifmap_h",
    ),
    (
        "tap_col[c]",
        "col_at[c] if c >= KERNEL_W - kernel_w and -row_pitch < col_at[c] < ifmap_w else ifmap_w",
    ),
    ("planes", "batch*groups // I"),
    ("image_planes", "groups // I"),
    ("channel_multiplier", "M"),
    ("weight_sets", "groups*M"),
    ("tail_channels", "(channels - (groups - 1)*LANES)*M"),
    ("ifmap_zero_point", "ifmap_zero_point"),
    ("ofmap_zero_point", "ofmap_zero_point"),
    ("act_min", "act_min"),
    ("act_max", "act_max"),
    ("single_rounding", '1 if rounding == "single" else 0'),
)


@dataclass(frozen=True)
class Formula:
    """One line: a name, ``name[r]`` or ``name[c]``, and its expression."""

    name: str
    expression: str

    @property
    def stem(self) -> str:
        """The name without its index."""
        return self.name.split("[")[0]

    @property
    def index(self) -> str:
        """``r``, ``c`` or nothing."""
        return self.name[len(self.stem) :].strip("[]")


def derived_formulas() -> tuple[Formula, ...]:
    """The formulas that the ports' formulas use, in an order in which they can be computed."""
    return tuple(Formula(*pair) for pair in _DERIVED)


def port_formulas(numbers: EngineNumbers) -> tuple[Formula, ...]:
    """The formula of every ``cfg_*`` port of an engine but ``cfg_load``, in port order."""
    known = {Formula(*pair).stem: Formula(*pair) for pair in _PORTS}
    fields = [field.name for field in numbers.config_fields if field.name != "load"]
    return tuple(Formula(f"cfg_{known[name].name}", known[name].expression) for name in fields)


def geometry_formulas(numbers: EngineNumbers) -> tuple[Formula, ...]:
    """The formulas that need only the geometry of a layer."""
    scale = {f"cfg_{field.name}" for field in numbers.scale_fields}
    return tuple(formula for formula in port_formulas(numbers) if formula.stem not in scale)


def layer_values(layer: LayerSpec, engine: EngineSpec, interleave: int = 1) -> Values:
    """The inputs of the formulas: values by names that no formula defines."""
    names = "batch ifmap_h ifmap_w channels kernel_h kernel_w stride_h stride_w dilation_h"
    names += " dilation_w pad_top pad_bottom pad_left pad_right"
    values: Values = {name: getattr(layer, name) for name in names.split()}
    return values | {
        "M": layer.channel_multiplier,
        "I": interleave,
        "LANES": engine.lanes,
        "KERNEL_H": engine.kernel_h,
        "KERNEL_W": engine.kernel_w,
    }


@dataclass(frozen=True)
class WorkedLine:
    """A formula with a layer's numbers in it, and its result."""

    name: str
    with_numbers: str
    result: int


def worked_lines(formulas: Iterable[Formula], values: Values) -> list[WorkedLine]:
    """The formulas in order, computed with numbers in place of names; ``values`` grows by them."""
    lines = []
    for formula in formulas:
        if not formula.index:
            values[formula.stem] = _evaluate(formula.expression, values)
            lines.append(_worked(formula.name, formula.expression, values, formula.stem))
            continue
        size = values[f"KERNEL_{'H' if formula.index == 'r' else 'W'}"]
        assert isinstance(size, int)
        values[formula.stem] = elements = [
            _evaluate(formula.expression, values | {formula.index: index}) for index in range(size)
        ]
        for index, element in enumerate(elements):
            text = _numbers(formula.expression, values | {formula.index: index})
            lines.append(WorkedLine(f"{formula.stem}[{index}]", text, element))
    return lines


def _worked(name: str, expression: str, values: Values, stem: str) -> WorkedLine:
    result = values[stem]
    assert isinstance(result, int)
    return WorkedLine(name, _numbers(expression, values), result)


def _evaluate(expression: str, values: Mapping[str, int | list[int]]) -> int:
    functions = {"max": max, "abs": abs, "ceil": math.ceil, "__builtins__": {}}
    return int(eval(expression, functions, dict(values)))


def _numbers(expression: str, values: Mapping[str, int | list[int]]) -> str:
    """The expression with numbers in place of names."""

    def number(found: re.Match[str]) -> str:
        value = values.get(found["name"])
        if value is None:
            return found[0]
        if isinstance(value, list):
            index = values[found["index"]]
            assert isinstance(index, int)
            value = value[index]
        return f"({value})" if value < 0 else str(value)

    return re.sub(r"(?P<name>[A-Za-z_]\w*)(\[(?P<index>\w+)\])?", number, expression)


def example_layer(engine: EngineSpec) -> LayerSpec:
    """A small layer for the worked example; its kernel is smaller than the engine's if possible."""
    height, width = min(4, engine.max_plane_rows), min(4, engine.max_row_pitch)
    kernel_h = min(height, max(1, engine.kernel_h - 1))
    kernel_w = min(width, max(1, engine.kernel_w - 1))
    return LayerSpec(
        ifmap_h=height,
        ifmap_w=width,
        channels=engine.lanes + 1 if engine.max_channel_groups > 1 else engine.lanes,
        kernel_h=kernel_h,
        kernel_w=kernel_w,
        batch=min(2, engine.max_batch),
        channel_multiplier=min(2, engine.max_channel_multiplier),
        pad_top=min(1, kernel_h - 1),
        pad_bottom=max(0, kernel_h - 2),
        pad_left=min(1, kernel_w - 1),
        pad_right=max(0, kernel_w - 2),
        name="example",
    )
