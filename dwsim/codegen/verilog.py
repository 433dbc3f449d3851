"""Writes the Verilog of an engine: the only module that knows Jinja2.

Templates place, loop and toggle; every number comes from ``dwsim.derive``.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import jinja2

from dwsim.codegen.engine_stages import stages
from dwsim.codegen.library import GENERIC, unused_modules, written_modules
from dwsim.codegen.probes import probes
from dwsim.codegen.serial_stages import serial_stages
from dwsim.codegen.static_rules import StaticRule, static_rules
from dwsim.codegen.streams import streams
from dwsim.derive import Plan, numbers_of
from dwsim.derive.number_formats import NumberFormats
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.errors import Rules
from dwsim.spec.canonical import spec_hash
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.support.resources import template_dir
from dwsim.version import __version__


@dataclass(frozen=True)
class LaneSource:
    """For one ofmap beat of a held window, the window's lane that feeds each lane of the beat."""

    multiplier: int
    hold_index: int
    lanes: list[int]


def lane_sources(lanes: int, max_multiplier: int) -> list[LaneSource]:
    """The lane of the window behind each ofmap lane, for every multiplier and beat.

    Ofmap channel ``k*M + q`` of a group comes from ifmap channel ``k``; beat ``m`` carries
    ofmap channels ``m*lanes`` onwards (``tf.nn.depthwise_conv2d``'s channel order).
    """
    return [
        LaneSource(m, h, [(h * lanes + lane) // m for lane in range(lanes)])
        for m in range(1, max_multiplier + 1)
        for h in range(m)
    ]


def sized(width: int, value: int) -> str:
    """A sized hexadecimal literal."""
    return f"{width}'h{value:x}"


@dataclass(frozen=True)
class TieOff:
    """One cfg port of a static engine and the literal on it."""

    name: str
    literal: str


@dataclass(frozen=True)
class Origin:
    """The spec that generated files come from, and the command that makes them again."""

    spec_hash: str
    command: str


def plain_origin(engine: EngineSpec, layers: tuple[LayerSpec, ...] = ()) -> Origin:
    """The origin of an engine whose delivery has no options."""
    return Origin(spec_hash(engine, layers), "dwsim generate spec.toml -o DIR")


@functools.cache
def environment() -> jinja2.Environment:
    """The Jinja2 environment of all templates: a missing key is an error.

    One for the process: compiling the templates takes longer than rendering them.
    """
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_dir()),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def context(engine: EngineSpec, origin: Origin) -> dict[str, object]:
    """The values that every template sees."""
    return {
        "name": engine.name,
        "e": engine,
        "n": numbers_of(engine),
        "taps": engine.kernel_h * engine.kernel_w,
        "levels": NumberFormats(engine).tree_levels,
        "lane_sources": lane_sources(engine.lanes, engine.max_channel_multiplier),
        "version": __version__,
        "spec_hash": origin.spec_hash,
        "command": origin.command,
    }


def generated_modules(engine: EngineSpec) -> dict[str, str]:
    """Templates of an engine by the name of the module that each makes; the top is last."""
    if engine.dataflow == "tap_serial":
        return {f"{engine.name}_config": "config.v.j2", engine.name: "tap_serial.v.j2"}
    modules = {f"{engine.name}_config": "config.v.j2"}
    if engine.number_format == "integer":
        for stem in ("kernel_row", "row_tree", "multiplier_array"):
            modules[f"{engine.name}_{stem}"] = f"{stem}.v.j2"
    if engine.max_channel_multiplier > 1:
        modules[f"{engine.name}_lane_spread"] = "lane_spread.v.j2"
    modules[engine.name] = "engine.v.j2"
    return modules


_PARTS = (
    "config",
    "kernel_row",
    "row_tree",
    "multiplier_array",
    "lane_spread",
    "registers",
    "geometry_check",
    "axil",
    "axis_bytes",
    "bench",
    "tb",
    "axil_tb",
    "axis_bytes_tb",
)
"""Suffixes of the generated modules of an engine, after the engine's name."""


def static_name(engine: EngineSpec, layer: LayerSpec) -> str:
    """Module name of the static engine of a layer.

    Raises:
        SpecError: when the layer's name makes no module name, or that of another module.
    """
    name = f"{engine.name}_{layer.name or 'static'}"
    rules = Rules(f"static engine of layer {layer.name}")
    rules.require(
        re.fullmatch(r"\w+", name, re.ASCII) is not None,
        "name",
        layer.name,
        "must have only letters, digits and underscores: a module is named after it",
    )
    rules.require(
        name.removeprefix(f"{engine.name}_") not in _PARTS,
        "name",
        layer.name,
        f"would name its static engine {name}, which is another module of the engine",
    )
    rules.raise_if_any()
    return name


def engine_verilog(
    engine: EngineSpec,
    layers: tuple[LayerSpec, ...] = (),
    origin: Origin | None = None,
    target: str = GENERIC,
) -> dict[str, str]:
    """All Verilog of an engine: file name to text, in compile order. Equal specs give equal bytes.

    Args:
        engine: the engine.
        layers: each gets a static top: the same engine with that layer's geometry tied off
            (ports whose values come from the layer's quantisation stay ports).
        origin: named by the headers; by default the engine and ``layers`` alone.
        target: one of ``targets()``.

    Raises:
        SpecError: when a layer does not fit the engine.
    """
    env = environment()
    origin = origin or plain_origin(engine, layers)
    values = context(engine, origin)
    numbers = numbers_of(engine)
    files = written_modules(unused_modules(numbers), target)
    for module, template in generated_modules(engine).items():
        if module == engine.name:  # the last: it has instances of the modules before it
            if isinstance(numbers, SerialNumbers):
                values["stages"] = serial_stages(numbers, files.values())
            else:
                values["stages"] = stages(numbers, files.values())
        files[f"{module}.v"] = env.get_template(template).render(values)
    for layer in layers:
        files |= static_verilog(engine, layer, origin)
    return files


def wrapped(engine: EngineSpec, in_bytes: bool) -> dict[str, object]:
    """The values of a template that wraps an engine: the module inside, and the streams.

    Args:
        engine: the engine.
        in_bytes: the module inside is the one with byte streams.
    """
    inner = axis_bytes_name(engine) if in_bytes else engine.name
    return {"inner": inner, "streams": streams(numbers_of(engine), in_bytes)}


def axis_bytes_name(engine: EngineSpec) -> str:
    """Module name of an engine with byte streams."""
    return f"{engine.name}_axis_bytes"


def axis_bytes_verilog(engine: EngineSpec, origin: Origin) -> dict[str, str]:
    """The engine with byte streams, without the engine inside it: file name to text."""
    values = context(engine, origin) | wrapped(engine, in_bytes=True)
    text = environment().get_template("axis_bytes.v.j2").render(values)
    return {f"{axis_bytes_name(engine)}.v": text}


def static_verilog(
    engine: EngineSpec, layer: LayerSpec, origin: Origin, in_bytes: bool = False
) -> dict[str, str]:
    """The static engine of a layer, without the engine inside it: file name to text.

    Raises:
        SpecError: when the layer does not fit the engine, or its name cannot name a module.
    """
    plan = Plan(layer, engine)
    words = plan.geometry_words()
    rules: tuple[StaticRule, ...] = ()
    if isinstance(plan.numbers, SerialNumbers):
        rules = static_rules(plan.numbers, plan.geometry)
    constants = {rule.field: rule.constant for rule in rules}
    ties = [
        TieOff(
            field.name,
            f"{constants[field.name]}[{field.width - 1}:0]"
            if field.name in constants
            else sized(field.total_width, words[field.name]),
        )
        for field in plan.numbers.config_fields
        if field.name in words and field.name != "load"
    ]
    name = static_name(engine, layer)
    values = context(engine, origin) | wrapped(engine, in_bytes)
    template = environment().get_template("static.v.j2")
    return {f"{name}.v": template.render(values, static_name=name, tie_offs=ties, rules=rules)}


def bench_name(engine: EngineSpec, static: LayerSpec | None = None) -> str:
    """Module name of the bench of an engine, or of its static engine for a layer."""
    return f"{static_name(engine, static) if static else engine.name}_bench"


def bench_verilog(engine: EngineSpec, static: LayerSpec | None = None) -> dict[str, str]:
    """The engine's Verilog and, last, the bench around it that exposes the probes."""
    layers = (static,) if static else ()
    files = engine_verilog(engine, layers)
    observed = probes(numbers_of(engine), "dut.u_engine" if static else "dut")
    name = bench_name(engine, static)
    files[f"{name}.v"] = (
        environment()
        .get_template("bench.v.j2")
        .render(
            context(engine, plain_origin(engine, layers)),
            bench_name=name,
            static_name=static_name(engine, static) if static else "",
            probes=observed,
            observed_width=sum(probe.width for probe in observed),
        )
    )
    return files
