"""Test vectors of a layer: the input streams of an engine, and the golden model's output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dwsim.derive import EngineNumbers, Plan
from dwsim.derive.parallel_plan import ParallelPlan
from dwsim.golden.ofmap import golden_ofmap
from dwsim.host.register_map import register_map
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.stream.layout import keep_counts, pack_ifmap, pack_ofmap, pack_parameters, to_word
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data

FOLDER = "vectors"
CHUNK = 32
"""Bits of the words in which a testbench sums up a file."""


@dataclass(frozen=True)
class Vector:
    """One ``$readmemh`` file: its words of ``width`` bits, each with a remark or none."""

    kind: str
    width: int
    words: tuple[int, ...]
    remarks: tuple[str, ...] = ()

    @property
    def memory_width(self) -> int:
        """Bits of a word in a testbench: no bit of a hexadecimal digit is lost."""
        return -(-self.width // CHUNK) * CHUNK

    @property
    def checksum(self) -> int:
        """The exclusive or of all chunks, turned left by one bit before each of them.

        Each bit of the file changes one bit of it.
        """
        total = 0
        for word in self.words:
            for low in range(0, self.memory_width, CHUNK):
                total = (total << 1 | total >> (CHUNK - 1)) & 0xFFFFFFFF
                total ^= word >> low & 0xFFFFFFFF
        return total

    def text(self, title: str) -> str:
        """The file."""
        digits = -(-self.width // 4)
        lines = [f"{word:0{digits}x}" for word in self.words]
        if self.remarks:
            pairs = zip(lines, self.remarks, strict=True)
            lines = [f"{line}  // {remark}" for line, remark in pairs]
        return "".join(f"{line}\n" for line in (f"// {title}", *lines))


@dataclass(frozen=True)
class ConfigElement:
    """One number of the cfg ports, a word of the config file, and its register."""

    port: str
    width: int
    offset: int
    remark: str


def config_elements(numbers: EngineNumbers) -> tuple[ConfigElement, ...]:
    """The numbers of the cfg ports in port order, ``load`` left out."""
    offsets = {
        (register.config, register.element): register.offset
        for register in register_map(numbers).geometry
    }
    return tuple(
        ConfigElement(
            port=field.name,
            width=field.width,
            offset=offsets[field.name, index],
            remark=f"cfg_{field.name}" + (f"[{index}]" if field.count > 1 else ""),
        )
        for field in numbers.config_fields
        if field.name != "load"
        for index in range(field.count)
    )


@dataclass(frozen=True)
class LayerVectors:
    """The files of a layer: config, param, ifmap and ofmap. Their names begin with ``stem``."""

    stem: str
    plan: Plan
    config: Vector
    param: Vector
    ifmap: Vector
    ofmap: Vector

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.plan.layer.name

    @property
    def vectors(self) -> tuple[Vector, ...]:
        """The four files."""
        return self.config, self.param, self.ifmap, self.ofmap

    def path(self, vector: Vector) -> str:
        """The name of a file in the directory."""
        return f"{FOLDER}/{self.stem}_{vector.kind}.hex"

    def files(self) -> dict[str, str]:
        """Texts by file name."""
        return {self.path(v): v.text(f"{self.name}: {_TITLES[v.kind]}") for v in self.vectors}


_TITLES = {
    "config": "values of the cfg ports, as 32-bit numbers",
    "param": "beats of s_axis_param, lanes packed, lane 0 lowest",
    "ifmap": "beats of s_axis_ifmap, lanes packed, lane 0 lowest",
    "ofmap": "expected beats of m_axis_ofmap: tkeep, one bit a lane, and tdata, lanes packed",
}


def layer_vectors(
    layer: LayerSpec, engine: EngineSpec, seed: int, prefix: str = ""
) -> LayerVectors:
    """The vectors of a layer with random data, in plane-major order.

    Args:
        layer: the layer.
        engine: an engine that it fits.
        seed: of the tensors and, if the engine requantises, of the quantisation.
        prefix: put in front of the layer's name in the names of the files.

    Raises:
        SpecError: when the layer does not fit the engine.
    """
    quantisation = random_quantisation(layer, engine, seed)
    plan = ParallelPlan(layer, engine, quantisation)
    ifmap, weight = random_layer_data(layer, engine, seed)
    expected = golden_ofmap(ifmap, weight, layer, quantisation)
    formats, lanes = plan.numbers.formats, engine.lanes
    return LayerVectors(
        stem=f"{prefix}_{layer.name}" if prefix else layer.name,
        plan=plan,
        config=_config(plan),
        param=_beats("param", pack_parameters(weight, plan), engine.weight_width),
        ifmap=_beats("ifmap", pack_ifmap(ifmap, plan), engine.ifmap_width),
        ofmap=_expected(pack_ofmap(expected, plan), keep_counts(plan), formats.ofmap_width, lanes),
    )


def _config(plan: ParallelPlan) -> Vector:
    elements = config_elements(plan.numbers)
    values: list[int] = []
    for port in dict.fromkeys(element.port for element in elements):
        value = plan.config[port]
        values += value if isinstance(value, list) else [value]
    words = tuple(value & 0xFFFFFFFF for value in values)
    return Vector("config", 32, words, tuple(element.remark for element in elements))


def _beats(kind: str, beats: np.ndarray, width: int) -> Vector:
    return Vector(kind, beats.shape[1] * width, tuple(to_word(beat, width) for beat in beats))


def _expected(beats: np.ndarray, counts: Iterable[int], width: int, lanes: int) -> Vector:
    """Beats with tkeep above tdata; tdata begins at a digit of its own."""
    data_bits = -(-lanes * width // 4) * 4
    words = (
        ((1 << int(count)) - 1) << data_bits | to_word(beat, width)
        for beat, count in zip(beats, counts, strict=True)
    )
    return Vector("ofmap", data_bits + lanes, tuple(words))
