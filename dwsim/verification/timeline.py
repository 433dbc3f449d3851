"""The occupancy of an engine's stages over the cycles of a run of the steppable model."""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.model.activity import Activity
from dwsim.model.engine import Engine, Inputs
from dwsim.model.engine_of import AnyEngine
from dwsim.model.tap_serial import TapSerialEngine

STAGES = ("input", "buffer", "array", "requantisers", "output")
"""The stages in the order of the data.

``input`` and ``output`` have a transfer, ``array`` a window or a tap, ``requantisers`` a sum (of
an engine without any: a sum leaves the array). ``buffer`` of a tap-serial engine is the filled
share of its ring; of a tap-parallel one, a slot enters the window.
"""


@dataclass(frozen=True)
class Span:
    """The mean occupancy of a stage, 0 to 1, in cycles ``begin`` to ``end - 1`` of a stream."""

    stage: str
    begin: int
    end: int
    busy: float


class Timeline:
    """Notes each cycle from the cfg handshake on; ``observe`` is a hook of ``run_layer``."""

    def __init__(self) -> None:
        self.cycles: list[list[float]] = []

    def observe(self, engine: AnyEngine, inputs: Inputs) -> None:
        """Notes one cycle: inputs and registers as they are before the clock edge."""
        if self.cycles:
            # The activity of a cycle is known after its clock edge.
            self.cycles[-1][2] = float(engine.activity is Activity.COMPUTE)
        elif not (inputs.cfg_valid and engine.cfg_ready):
            return
        buffer, leaves = _serial(engine) if isinstance(engine, TapSerialEngine) else _slots(engine)
        taken = inputs.ifmap_tvalid and engine.ifmap_tready
        given = engine.ofmap_tvalid and inputs.ofmap_tready
        self.cycles.append([float(taken), buffer, 0.0, float(leaves), float(given)])

    def spans(self, most: int = 400) -> list[Span]:
        """The occupancy of each stage in at most ``most`` spans of equal length, but for the last.

        Raises:
            ValueError: if no stream has been observed.
        """
        if not self.cycles:
            raise ValueError("no stream has been observed")
        length = -(-len(self.cycles) // most)
        found = []
        for begin in range(0, len(self.cycles), length):
            part = self.cycles[begin : begin + length]
            means = [sum(column) / len(part) for column in zip(*part, strict=True)]
            found += [
                Span(stage, begin, begin + len(part), busy)
                for stage, busy in zip(STAGES, means, strict=True)
            ]
        return found


def _serial(engine: TapSerialEngine) -> tuple[float, bool]:
    """The filled share of the ring; a sum leaves the array."""
    writer = engine.ring_writer
    return min(1.0, (writer.written - engine.pixels.free) / writer.capacity), engine.drain.active


def _slots(engine: Engine) -> tuple[float, bool]:
    """A slot enters the window; a beat comes out of the requantisers."""
    return float(engine.slot_raster.step_q), bool(engine.output_stage.valids.q)
