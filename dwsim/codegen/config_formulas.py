"""The formulas of the ``cfg_*`` ports as the README prints them, and a layer worked out by them.

``dwsim.derive`` computes the values that the rest of dwsim uses. These texts are for a reader
without dwsim; a test reads them out of the README and compares them with ``Plan.config``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dwsim.codegen import parallel_formulas, serial_formulas
from dwsim.derive import Plan, SerialPlan
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.signals import Numbers
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec

Values = dict[str, int | list[int]]


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


def derived_formulas(numbers: Numbers) -> tuple[Formula, ...]:
    """The formulas that the ports' formulas use, in an order in which they can be computed."""
    serial = isinstance(numbers, SerialNumbers)
    table = serial_formulas.DERIVED if serial else parallel_formulas.DERIVED
    return tuple(Formula(*pair) for pair in table)


def port_formulas(numbers: Numbers) -> tuple[Formula, ...]:
    """The formula of every ``cfg_*`` port of an engine but ``cfg_load``, in port order."""
    serial = isinstance(numbers, SerialNumbers)
    table = serial_formulas.PORTS if serial else parallel_formulas.PORTS
    known = {Formula(*pair).stem: Formula(*pair) for pair in table}
    fields = [field.name for field in numbers.config_fields if field.name != "load"]
    return tuple(Formula(f"cfg_{known[name].name}", known[name].expression) for name in fields)


def geometry_formulas(numbers: Numbers) -> tuple[Formula, ...]:
    """The formulas that need only the geometry of a layer."""
    scale = {f"cfg_{field.name}" for field in numbers.scale_fields}
    return tuple(formula for formula in port_formulas(numbers) if formula.stem not in scale)


def engine_constants(numbers: Numbers) -> dict[str, int]:
    """The constants of an engine that the formulas use, by their names."""
    spec = numbers.spec
    if isinstance(numbers, SerialNumbers):
        return serial_formulas.constants(numbers)
    return {"LANES": spec.lanes, "KERNEL_H": spec.kernel_h, "KERNEL_W": spec.kernel_w}


def layer_values(plan: Plan) -> Values:
    """The inputs of the formulas: values by names that no formula defines."""
    layer = plan.layer
    names = "batch ifmap_h ifmap_w channels kernel_h kernel_w stride_h stride_w dilation_h"
    names += " dilation_w pad_top pad_bottom pad_left pad_right"
    values: Values = {name: getattr(layer, name) for name in names.split()}
    values |= {"M": layer.channel_multiplier, **engine_constants(plan.numbers)}
    if isinstance(plan, SerialPlan):
        walk = plan.walk
        return values | {"cells": walk.cells, "tap_segments": int(walk.tap_segments)}
    return values | {"I": plan.interleave}


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
    functions = {"min": min, "max": max, "abs": abs, "ceil": math.ceil, "__builtins__": {}}
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
