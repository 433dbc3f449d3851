"""The bench's side of the engine's ports: AXI4-Stream sources and sink, and the probes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

Pause = Callable[[], bool]
"""Asked before each beat: True if the port pauses in this cycle."""


class PausedSource(AxiStreamSource):
    """A source that asks for a pause before each beat, so that a pause hits an exact beat."""

    def __init__(self, *args: Any, ask: Pause, **kwargs: Any) -> None:
        self._ask = ask
        super().__init__(*args, **kwargs)

    @property
    def pause(self) -> bool:
        """Read by the source whenever it may offer a beat."""
        return self._ask()


class Ports:
    """The three streams of the engine."""

    def __init__(
        self, dut: Any, *, param_pause: Pause, ifmap_pause: Pause, ofmap_pauses: Iterator[bool]
    ) -> None:
        for name in ("s_axis_param", "s_axis_ifmap", "m_axis_ofmap"):
            logging.getLogger(f"cocotb.{dut._name}.{name}").setLevel(logging.WARNING)
        self._param = _source(dut, "s_axis_param", param_pause)
        self._ifmap = _source(dut, "s_axis_ifmap", ifmap_pause)
        self._ofmap = AxiStreamSink(
            AxiStreamBus.from_prefix(dut, "m_axis_ofmap"), dut.clk, dut.rst, byte_lanes=1
        )
        self._ofmap.set_pause_generator(ofmap_pauses)

    def clear(self) -> None:
        """Drops the beats that wait to be sent."""
        self._param.clear()
        self._ifmap.clear()

    def send(self, param: list[int], ifmap: list[int]) -> None:
        """Queues the streams of a job, each with tlast on its last beat; ``param`` may be empty."""
        if param:
            self._param.send_nowait(AxiStreamFrame(param))
        self._ifmap.send_nowait(AxiStreamFrame(ifmap))


def _source(dut: Any, prefix: str, ask: Pause) -> PausedSource:
    # A whole beat is one "byte" to cocotbext-axi: dwsim.stream.layout packs the lanes.
    bus = AxiStreamBus.from_prefix(dut, prefix)
    return PausedSource(bus, dut.clk, dut.rst, byte_lanes=1, ask=ask)


def read_bits(signal: Any) -> tuple[int, int]:
    """The bits of a signal, and a mask of those that are X or Z in an event-driven simulator."""
    value = signal.value
    try:
        return int(value), 0
    except ValueError:
        text = str(value).upper()
        known = text.replace("X", "0").replace("Z", "0").replace("U", "0")
        unknown = "".join("01"[bit not in "01"] for bit in text)
        return int(known, 2), int(unknown, 2)
