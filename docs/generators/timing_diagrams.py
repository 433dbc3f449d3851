"""Timing diagrams, drawn by WaveDrom from runs of the cycle model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise

import wavedrom

from docs.generators.recording import (
    Moves,
    Recording,
    Stream,
    always,
    centre_weight,
    numbered_pixels,
    record,
)
from docs.generators.wave_rows import lane, row
from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan

STYLE = "text{font-size:9px;font-family:sans-serif} .muted{fill:#777}"
"""Two digits have to fit into a cycle of the skin "narrow", which is 20 pixels wide."""

CFG = "cfg_valid cfg_ready"
IFMAP = "s_axis_ifmap_tvalid s_axis_ifmap_tready s_axis_ifmap_tdata"
SLOTS = "slot emit_q"
OFMAP = "m_axis_ofmap_tvalid m_axis_ofmap_tready m_axis_ofmap_tdata"


@dataclass(frozen=True)
class Diagram:
    """A run, and its rows: groups of names, with an empty row before each group.

    The empty row before the ofmap port marks the start, the lag and the pipeline of the first
    stream.
    """

    engine: EngineSpec
    layers: tuple[LayerSpec, ...]
    rows: tuple[str, ...]
    source_moves: Moves = always
    sink_moves: Moves = always

    def run(self) -> Recording:
        """The run on the cycle model."""
        streams = [
            Stream(
                Plan(layer, self.engine),
                numbered_pixels(layer.ifmap_shape),
                centre_weight(layer.weight_shape),
            )
            for layer in self.layers
        ]
        return record(streams, self.source_moves, self.sink_moves)

    @property
    def stalls(self) -> bool:
        """The source or the sink stalls."""
        return self.source_moves is not always or self.sink_moves is not always


def _same(size: int, stride: int = 1, channel_multiplier: int = 1) -> LayerSpec:
    """A 3x3 layer on one channel, with padding SAME."""
    return LayerSpec.from_tf(
        (1, size, size, 1), (3, 3, 1, channel_multiplier), (1, stride, stride, 1), "SAME"
    )


_LAYERS = {
    "start": (_same(3),),
    "stride": (_same(4, stride=2),),
    "held": (_same(3, channel_multiplier=2),),
    "backpressure": (LayerSpec(1, 17, 1, 1, 3, pad_left=1, pad_right=1),),
    "starved": (_same(3),),
    "back_to_back": (_same(2), _same(2)),
}
_SINK_STALLS = range(15, 27)
_SOURCE_STALLS = range(8, 14)


def _engine(name: str, fifo_depth: int | None = None) -> EngineSpec:
    return EngineSpec.smallest(_LAYERS[name], lanes=1, fifo_depth=fifo_depth)


DIAGRAMS = {
    name: Diagram(_engine(name), _LAYERS[name], (CFG, IFMAP, SLOTS, OFMAP, "activity"))
    for name in ("start", "stride", "held")
}
DIAGRAMS["backpressure"] = Diagram(
    _engine("backpressure", fifo_depth=10),
    _LAYERS["backpressure"],
    ("cfg_valid", IFMAP, f"{SLOTS} credits", OFMAP, "activity"),
    sink_moves=lambda cycle: cycle not in _SINK_STALLS,
)
DIAGRAMS["starved"] = Diagram(
    _engine("starved"),
    _LAYERS["starved"],
    ("cfg_valid", IFMAP, SLOTS, OFMAP, "activity"),
    source_moves=lambda cycle: cycle not in _SOURCE_STALLS,
)
DIAGRAMS["back_to_back"] = Diagram(
    _engine("back_to_back"), _LAYERS["back_to_back"], (CFG, IFMAP, SLOTS, OFMAP, "busy activity")
)
"""The diagrams of the site, by name."""


def svg(name: str) -> str:
    """A diagram as the text of an SVG file."""
    drawing = wavedrom.render(json.dumps(wave_json(DIAGRAMS[name])))
    drawing.add(drawing.style(STYLE))
    return str(drawing.tostring())


def wave_json(diagram: Diagram) -> dict[str, object]:
    """A diagram in WaveJSON: from a cycle before the first cfg handshake to the end of the run."""
    recording = diagram.run()
    first = recording.starts[0] - 1
    signal: list[dict[str, object]] = [
        {"name": "clk", "wave": "p" + "." * (len(recording.slots) - first - 1)}
    ]
    edges: list[str] = []
    for names in diagram.rows:
        nodes, found = _spans(recording, first) if names == OFMAP else ("", [])
        signal.append({"node": nodes})
        edges += found
        signal += [lane(name, row(name)(recording)[first:]) for name in names.split()]
    laws = [_law(recording, index, diagram.stalls) for index in range(len(recording.starts))]
    return {
        "signal": signal,
        "edge": edges,
        "head": {"tock": -1},
        "foot": {"text": "; ".join(laws)},
        "config": {"skin": "narrow"},
    }


def _spans(recording: Recording, first: int) -> tuple[str, list[str]]:
    """Nodes and edges: cfg handshake, first slot, first emission, first ofmap beat."""
    trace = recording.trace
    stops = [recording.starts[0]]
    for name in ("step_q", "emit_q", "m_axis_ofmap_tvalid"):
        stops.append(trace.column(name).index(1, stops[0] + 1))
    nodes = ["."] * (stops[-1] - first + 1)
    for node, stop in zip("ABCD", stops, strict=True):
        nodes[stop - first] = node
    lengths = [after - before for before, after in pairwise(stops)]
    texts = ("start", "lag", "pipeline")
    edges = [
        f"{pair[0]}<->{pair[1]} {text} {length}"
        for pair, text, length in zip(("AB", "BC", "CD"), texts, lengths, strict=True)
    ]
    return "".join(nodes), edges


def _law(recording: Recording, index: int, stalls: bool) -> str:
    """The cycles of a stream, as the model took them and as the timing law states them."""
    plan = recording.streams[index].plan
    law = f"{plan.slot_cycles} slot cycles + {plan.numbers.timing.latency} latency = {plan.cycles}"
    name = "law without stalls" if stalls else "law"
    return f"{recording.cycles(index)} cycles ({name}: {law})"
