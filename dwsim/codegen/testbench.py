"""Writes testbenches that check themselves: plain Verilog, vectors in files, no dwsim to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dwsim.codegen.streams import StreamFormat, Streams
from dwsim.codegen.vectors import LayerVectors, config_elements
from dwsim.codegen.verilog import Origin, context, environment
from dwsim.derive import numbers_of
from dwsim.derive.signals import Numbers
from dwsim.host.register_map import ADDRESS_WIDTH, register_map
from dwsim.spec.engine_spec import EngineSpec

SPARE_CYCLES = 10_000
"""Cycles without a transfer that no layer needs: a bus that stalls, a geometry that is checked."""


@dataclass(frozen=True)
class Memory:
    """The memory of a testbench for one kind of vector: the largest of all layers."""

    kind: str
    width: int
    depth: int


@dataclass(frozen=True)
class Source:
    """A stream that the testbench feeds; ``noise_last`` is the bit of noise on its tlast."""

    kind: str
    format: StreamFormat
    noise_last: int

    @property
    def noise_words(self) -> int:
        """Words of 32 bits that cover a beat."""
        return -(-self.format.beat_bits // 32)


@dataclass(frozen=True)
class DrivenPort:
    """A cfg port, and the words of the config file on it, the lowest first."""

    name: str
    width: int
    element_width: int
    words: list[int]


def tb_name(module: str) -> str:
    """Module name of the testbench of a top module."""
    return f"{module}_tb"


def tb_verilog(
    engine: EngineSpec,
    kind: str,
    module: str,
    streams: Streams,
    layers: Sequence[LayerVectors],
    origin: Origin,
    library_flag: str = "",
) -> dict[str, str]:
    """The testbench of one top module: file name to text.

    Args:
        engine: the engine inside.
        kind: "core" (one with cfg ports), "static" or "axil".
        module: the top module.
        streams: the formats of its streams.
        layers: vectors of at least one layer.
        origin: named by the header.
        library_flag: the option with which simulators find the primitives of a target.
    """
    numbers = numbers_of(engine)
    registers = register_map(numbers)
    elements = config_elements(numbers)
    names = [field.name for field in (numbers.scale_fields if kind == "static" else ())]
    ports = [port for port in _ports(numbers) if kind != "static" or port.name in names]
    kinds = [vector.kind for vector in layers[0].vectors]
    several = streams.ofmap.values > engine.lanes
    columns = zip(*(layer.vectors for layer in layers), strict=True)
    values = {
        "tb": tb_name(module),
        "kind": kind,
        "module": module,
        "library_flag": library_flag,
        "layers": layers,
        "lanes": engine.lanes,
        "limit": SPARE_CYCLES + 4 * max(layer.plan.cycles for layer in layers),
        "name_letters": max(len(layer.name) for layer in layers),
        "memories": [
            Memory(kind, column[0].memory_width, max(len(vector.words) for vector in column))
            for kind, column in zip(kinds, columns, strict=True)
        ],
        "data_bits": layers[0].ofmap.width - streams.ofmap.values,
        "sources": [Source("param", streams.param, 4), Source("ifmap", streams.ifmap, 12)],
        "ofmap": streams.ofmap,
        "loops": [loop for loop in streams.loops if {"param", "ifmap"} & {*loop.streams}],
        "place": "pixel %0d, lane %0d" if several else "lane %0d",
        "place_of": "sink_lane / LANES, sink_lane % LANES" if several else "sink_lane",
        "ports": ports,
        "elements": elements,
        "map": registers,
        "constants": registers.constants,
        "address_width": ADDRESS_WIDTH,
    }
    template = environment().get_template("testbench.v.j2")
    return {f"{tb_name(module)}.v": template.render(context(engine, origin) | values)}


def _ports(numbers: Numbers) -> list[DrivenPort]:
    elements = config_elements(numbers)
    return [
        DrivenPort(
            name=field.name,
            width=field.total_width,
            element_width=field.width,
            words=[i for i, element in enumerate(elements) if element.port == field.name],
        )
        for field in numbers.config_fields
        if field.name != "load"
    ]
