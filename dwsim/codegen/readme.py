"""Writes the README of a generated engine: it explains the directory to a reader without dwsim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dwsim.codegen.config_formulas import (
    derived_formulas,
    engine_constants,
    example_layer,
    geometry_formulas,
    layer_values,
    port_formulas,
    worked_lines,
)
from dwsim.codegen.serial_formulas import WALK
from dwsim.codegen.streams import streams
from dwsim.codegen.verilog import Origin, context, environment, plain_origin, sized
from dwsim.derive import ConfigField, Plan, numbers_of, value_range
from dwsim.derive.config_values import register_words
from dwsim.derive.number_formats import NumberFormats
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.signals import Numbers
from dwsim.host.register_map import ADDRESS_WIDTH, register_map
from dwsim.host.register_types import Register
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.float_sums import PARTIAL_SUMS
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation_limits import reduced_multiplier
from dwsim.spec.real_scales import ACTIVATIONS, quantise_multiplier
from dwsim.stream.epilogue_values import epilogue_of
from dwsim.stream.layout import to_word


@dataclass(frozen=True)
class Contents:
    """The parts of a directory that its README describes, besides the core.

    Attributes:
        files: names or patterns of files, and their meanings.
        static_tops: module names of static engines by the names of their layers.
        in_bytes: the tops around the core have byte streams.
        axil: there is a top with an AXI4-Lite port.
        testbenches: module names of testbenches.
        vector_layers: names of the layers with vectors.
        library_flag: the arguments by which a simulator finds primitives.
    """

    files: tuple[tuple[str, str], ...] = ()
    static_tops: Mapping[str, str] | None = None
    in_bytes: bool = False
    axil: bool = False
    testbenches: tuple[str, ...] = ()
    vector_layers: tuple[str, ...] = ()
    library_flag: str = ""


def readme(
    engine: EngineSpec,
    layers: tuple[LayerSpec, ...],
    contents: Contents | None = None,
    origin: Origin | None = None,
) -> str:
    """The README, in Markdown, of an engine, the layers of its spec and its directory.

    Raises:
        SpecError: when a layer does not fit the engine.
    """
    contents = contents or Contents()
    plans = [Plan(layer, engine) for layer in layers]
    numbers = numbers_of(engine)
    values = context(engine, origin or plain_origin(engine, layers)) | {
        "multipliers": multipliers(engine),
        "file_table": contents.files,
        "static_tops": [(module, layer) for layer, module in (contents.static_tops or {}).items()],
        "in_bytes": contents.in_bytes,
        "axil": contents.axil,
        "testbenches": contents.testbenches,
        "vector_layers": contents.vector_layers,
        "library_flag": contents.library_flag,
        "streams": streams(numbers, in_bytes=True),
        "value": "value" if numbers.formats.ofmap_beat_values > engine.lanes else "lane",
        "spare_beats": engine.passes * engine.lane_multipliers - engine.taps,
        "requantisers": _requantisers(numbers),
        "scale_example": _scale_example(numbers.formats),
        "float_example": _float_example(numbers.formats),
        "partial_sums": PARTIAL_SUMS,
        "limits": _limits(numbers.formats),
        "beat_example": _beat_example(numbers.formats),
        "constants": engine_constants(numbers),
        "derived": derived_formulas(numbers),
        "walk": WALK,
        "formulas": port_formulas(numbers),
        "plans": plans,
        "values": [{f.name: _value(plan, f) for f in plan.numbers.config_fields} for plan in plans],
        "address_width": ADDRESS_WIDTH,
        "map": register_map(numbers),
    }
    values |= _example(engine, numbers)
    return environment().get_template("readme.md.j2").render(values)


def multipliers(engine: EngineSpec) -> str:
    """The multipliers of an engine, counted by their task."""
    numbers = numbers_of(engine)
    array = f"{engine.multipliers} of the array ({engine.lanes} lanes x {engine.lane_multipliers})"
    scale = numbers.formats.scale_multipliers
    if not scale:
        return f"{array}, no requantiser"
    requantisers = _requantisers(numbers)
    count = requantisers * scale
    total = engine.multipliers + count
    shared = isinstance(numbers, SerialNumbers)
    unit = f"{requantisers} x {scale}" if shared else f"{engine.lanes} lanes x {scale}"
    return f"{total}: {array} and {count} of the requantisers ({unit})"


def _requantisers(numbers: Numbers) -> int:
    """Requantisers of an engine: one a lane, or shared ones."""
    if isinstance(numbers, SerialNumbers):
        return numbers.shape.requantisers
    return numbers.spec.lanes


def _value(plan: Plan, field: ConfigField) -> str:
    """The value of a ``cfg_*`` port: decimal, or a literal with its elements."""
    if field.name not in plan.geometry:
        return _from_the_layer(plan)
    word, value = plan.geometry_words()[field.name], plan.geometry[field.name]
    if isinstance(value, int):
        return str(word)
    return f"{sized(field.total_width, word)} = [{', '.join(map(str, value))}]"


def _from_the_layer(plan: Plan) -> str:
    """The source of a value that does not follow from the geometry."""
    of_floats = plan.numbers.formats.has_epilogue
    return f"from the layer's {'activation' if of_floats else 'quantisation'}"


def _example(engine: EngineSpec, numbers: Numbers) -> dict[str, object]:
    """The worked example: its layer, the lines, the tap ports, the registers."""
    layer = example_layer(engine)
    plan = Plan(layer, engine)
    values = layer_values(plan)
    formulas = (*derived_formulas(numbers), *geometry_formulas(numbers))
    widths = {field.name: field.total_width for field in numbers.config_fields}
    words = plan.geometry_words()
    geometry = register_map(numbers).geometry
    return {
        "x": layer,
        "example_plan": plan,
        "worked": worked_lines(formulas, values),
        "example_words": {
            name: sized(widths[name], words[name])
            for name in ("tap_row", "tap_col")
            if name in words
        },
        "geometry": geometry,
        "register_values": {register.name: _register(plan, register) for register in geometry},
    }


def _register(plan: Plan, register: Register) -> str:
    """The word of a register for a plan, if its geometry says it."""
    value = plan.geometry.get(register.config)
    if value is None:
        return _from_the_layer(plan)
    (field,) = (f for f in plan.numbers.config_fields if f.name == register.config)
    word = register_words(field, value)[register.element]
    return f"`0x{word:08X}`" if word >> 31 else str(word)


def _scale_example(formats: NumberFormats) -> str:
    """The bytes of a scale: bias -1000, Q31 multiplier 1518500250, shift -7."""
    multiplier = 1518500250
    if formats.multiplier_width == 16:
        multiplier = reduced_multiplier(multiplier)
    scale = {"bias": -1000, "multiplier": multiplier, "right_shift": formats.fraction + 7}
    octets = [
        scale[part.name] >> 8 * index & 0xFF
        for part in formats.scale_parts
        for index in range(part.words)
    ]
    return " ".join(f"{octet:02x}" for octet in octets)


def _float_example(formats: NumberFormats) -> dict[str, float]:
    """A scale with its multiplier and right shift in float rounding, and the largest multiplier."""
    scale = 0.1
    multiplier, shift = quantise_multiplier(scale, "float")
    largest, _ = quantise_multiplier(2.0**30, "float")
    return {
        "scale": scale,
        "multiplier": multiplier,
        "right_shift": formats.fraction - shift,
        "largest": largest,
    }


def _limits(formats: NumberFormats) -> list[tuple[str, str, str]]:
    """Activations with the words of their limits, of an engine in floating point."""
    arithmetic = formats.arithmetic
    if arithmetic is None:
        return []
    made = [(name, epilogue_of(arithmetic, 0, activation=name)) for name in ACTIVATIONS]
    width = arithmetic.number.width
    return [(name, sized(width, one.act_min), sized(width, one.act_max)) for name, one in made]


def _beat_example(formats: NumberFormats) -> dict[str, str]:
    """A beat of weights as numbers, and as a literal."""
    spec, signed = formats.spec, formats.weight_signed
    low, high = value_range(spec.weight_width, signed)
    lanes = [
        max(low, -1) if lane % 2 and signed else min(1 + lane, high) for lane in range(spec.lanes)
    ]
    shown = ", ".join(map(str, lanes[:8])) + (", ..." if spec.lanes > 8 else "")
    word = to_word(np.array(lanes, np.int64), spec.weight_width)
    return {"lanes": shown, "word": sized(formats.param_beat_width, word)}
