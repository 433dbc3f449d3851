"""Writes the Verilog of an engine: the only module that knows Jinja2.

Templates place, loop and toggle; every number comes from ``dwsim.derive``.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import jinja2

from dwsim.codegen.probes import probes
from dwsim.derive import SHIFT_LENGTH_MAX, EngineNumbers, Plan
from dwsim.errors import Rules
from dwsim.spec.canonical import spec_hash
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.support.resources import rtl_dir, template_dir
from dwsim.version import __version__


@dataclass(frozen=True)
class LaneSource:
    """Which lane of a held window feeds each lane of one of its ofmap beats."""

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


def context(
    engine: EngineSpec, static: tuple[LayerSpec, ...], spec_layers: tuple[LayerSpec, ...]
) -> dict[str, object]:
    """What every template sees."""
    option = f" --static {' '.join(layer.name for layer in static)}" if static else ""
    return {
        "name": engine.name,
        "e": engine,
        "n": EngineNumbers(engine),
        "taps": engine.kernel_h * engine.kernel_w,
        "levels": EngineNumbers(engine).formats.tree_levels,
        "lane_sources": lane_sources(engine.lanes, engine.max_channel_multiplier),
        "shift_length_max": SHIFT_LENGTH_MAX,
        "version": __version__,
        "spec_hash": spec_hash(engine, spec_layers),
        "command": f"dwsim generate spec.toml -o DIR{option}",
    }


def generated_modules(engine: EngineSpec) -> dict[str, str]:
    """Templates of an engine by the name of the module that each makes; the top is last."""
    modules = {
        f"{engine.name}_kernel_row": "kernel_row.v.j2",
        f"{engine.name}_row_tree": "row_tree.v.j2",
    }
    if engine.max_channel_multiplier > 1:
        modules[f"{engine.name}_lane_spread"] = "lane_spread.v.j2"
    modules[engine.name] = "engine.v.j2"
    return modules


_PARTS = ("kernel_row", "row_tree", "lane_spread", "registers", "axil", "bench")
"""What generated modules of an engine are called, after the engine's name."""


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


HOST_MODULES = {"dw_axil_port", "dw_geometry_check", "dw_stream_control", "dw_stream_counters"}
"""Hand-written modules that only an engine with an AXI4-Lite port has."""


REQUANTISE_MODULES = {
    "dw_centre",
    "dw_requantise",
    "dw_product",
    "dw_round_shift",
    "dw_step_shift",
    "dw_clamp_bounds",
}
"""Hand-written modules that only an engine with a requantiser has."""


def written_modules(without: set[str]) -> dict[str, str]:
    """The hand-written modules of a core: file name to text, some of them left out."""
    paths = sorted(rtl_dir().glob("*.v"))
    return {
        path.name: path.read_text() for path in paths if path.stem not in HOST_MODULES | without
    }


def unused_modules(numbers: EngineNumbers) -> set[str]:
    """Hand-written modules that an engine does without."""
    unused = {"dw_tap_mask"} if numbers.spec.passes > 1 else {"dw_tap_select", "dw_pass_sum"}
    return unused if numbers.formats.requantises else unused | REQUANTISE_MODULES


def engine_verilog(
    engine: EngineSpec,
    layers: tuple[LayerSpec, ...] = (),
    spec_layers: tuple[LayerSpec, ...] | None = None,
) -> dict[str, str]:
    """All Verilog of an engine: file name to text, in compile order.

    With ``layers``, a static top for each: the same engine with that layer's geometry tied
    off (what a requantiser takes from the layer's quantisation stays a port). ``spec_layers``
    are the layers of the spec that the headers name by its hash, when those are others. The same
    specs give the same bytes.

    Raises:
        SpecError: when a layer does not fit the engine.
    """
    env = environment()
    values = context(engine, layers, layers if spec_layers is None else spec_layers)
    files = written_modules(unused_modules(values["n"]))
    for module, template in generated_modules(engine).items():
        files[f"{module}.v"] = env.get_template(template).render(values)
    for layer in layers:
        plan = Plan(layer, engine)
        words = plan.geometry_words()
        ties = [
            TieOff(field.name, sized(field.total_width, words[field.name]))
            for field in plan.numbers.config_fields
            if field.name in words and field.name != "load"
        ]
        name = static_name(engine, layer)
        files[f"{name}.v"] = env.get_template("static.v.j2").render(
            values, static_name=name, tie_offs=ties
        )
    return files


def bench_name(engine: EngineSpec, static: LayerSpec | None = None) -> str:
    """Module name of the bench of an engine, or of its static engine for a layer."""
    return f"{static_name(engine, static) if static else engine.name}_bench"


def bench_verilog(engine: EngineSpec, static: LayerSpec | None = None) -> dict[str, str]:
    """The engine's Verilog and, last, the bench around it that exposes the probes."""
    layers = (static,) if static else ()
    files = engine_verilog(engine, layers)
    observed = probes(EngineNumbers(engine), "dut.u_engine" if static else "dut")
    name = bench_name(engine, static)
    files[f"{name}.v"] = (
        environment()
        .get_template("bench.v.j2")
        .render(
            context(engine, layers, layers),
            bench_name=name,
            static_name=static_name(engine, static) if static else "",
            probes=observed,
            observed_width=sum(probe.width for probe in observed),
        )
    )
    return files
