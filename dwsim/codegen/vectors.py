"""Test vectors of a layer: the input streams of an engine, and the golden model's output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dwsim.derive import Plan
from dwsim.derive.config_values import register_words
from dwsim.derive.signals import Numbers
from dwsim.golden.ofmap import golden_ofmap
from dwsim.host.register_map import register_map
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.stream.layout import keep_words, pack_ifmap, pack_ofmap, pack_parameters, to_word
from dwsim.stream.random_epilogue import random_epilogue
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


def config_elements(numbers: Numbers) -> tuple[ConfigElement, ...]:
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
        return {self.path(v): v.text(f"{self.name}: {self._title(v.kind)}") for v in self.vectors}

    def _title(self, kind: str) -> str:
        """The first line of a file; in a beat of several pixels the values are counted."""
        formats, lanes = self.plan.numbers.formats, self.plan.engine.lanes
        values = {"ifmap": formats.ifmap_beat_values, "ofmap": formats.ofmap_beat_values}
        several = values.get(kind, lanes) > lanes
        return _TITLES[kind].replace("lane", "value") if several else _TITLES[kind]


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
        seed: of the tensors and, if the engine has them, of the quantisation or the epilogue.
        prefix: put in front of the layer's name in the names of the files.

    Raises:
        SpecError: when the layer does not fit the engine.
    """
    quantisation = random_quantisation(layer, engine, seed)
    plan = Plan(layer, engine, quantisation, epilogue=random_epilogue(layer, engine, seed))
    ifmap, weight = random_layer_data(layer, engine, seed)
    expected = golden_ofmap(ifmap, weight, layer, quantisation, engine.float_sums, plan.epilogue)
    formats = plan.numbers.formats
    return LayerVectors(
        stem=f"{prefix}_{layer.name}" if prefix else layer.name,
        plan=plan,
        config=_config(plan),
        param=_beats("param", pack_parameters(weight, plan), engine.weight_width),
        ifmap=_beats("ifmap", pack_ifmap(ifmap, plan), engine.ifmap_width),
        ofmap=_expected(pack_ofmap(expected, plan), keep_words(plan), formats.ofmap_width),
    )


def _config(plan: Plan) -> Vector:
    elements = config_elements(plan.numbers)
    words = [
        word
        for field in plan.numbers.config_fields
        if field.name != "load"
        for word in register_words(field, plan.config[field.name])
    ]
    return Vector("config", 32, tuple(words), tuple(element.remark for element in elements))


def _beats(kind: str, beats: np.ndarray, width: int) -> Vector:
    return Vector(kind, beats.shape[1] * width, tuple(to_word(beat, width) for beat in beats))


def _expected(beats: np.ndarray, keeps: Iterable[int], width: int) -> Vector:
    """Beats with tkeep above tdata; tkeep begins at a digit of its own."""
    values = beats.shape[1]
    data_bits = -(-values * width // 4) * 4
    words = (
        keep << data_bits | to_word(beat, width) for beat, keep in zip(beats, keeps, strict=True)
    )
    return Vector("ofmap", data_bits + values, tuple(words))
