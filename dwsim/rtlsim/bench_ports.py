"""The bench's side of the engine's ports: AXI4-Stream sources and sink, and the probes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

from cocotb.triggers import RisingEdge
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

Pause = Callable[[], bool]
"""Asked before each beat: True if the port pauses in this cycle."""
Noise = Callable[[int], int]
"""Gives this number of random bits."""


class NoisySource(AxiStreamSource):
    """A source that drives noise on tdata and tlast in each cycle in which tvalid is 0.

    The source of cocotbext-axi holds the last beat instead, which hides an engine that takes data
    without a look at tvalid. Beats have one "byte", and the bus has no tkeep.

    Args:
        noise: called for each idle cycle.
        ask: called before each beat; without it, the pause generator of the source decides.
    """

    def __init__(self, *args: Any, noise: Noise, ask: Pause | None = None, **kwargs: Any) -> None:
        self._noise, self._ask = noise, ask
        self._sent = 0  # beats of the frame in progress
        super().__init__(*args, byte_lanes=1, **kwargs)

    def clear(self) -> None:
        """Drops the frames that wait, and the frame in progress, which then asks for no pause."""
        super().clear()
        self.current_frame = None

    def _handle_reset(self, state: bool) -> None:
        super()._handle_reset(state)
        if state:
            self._idle()

    async def _run(self) -> None:
        edge = RisingEdge(self.clock)
        valid = self.active = False
        while True:
            await edge
            if valid and self.bus.tready.value != 1:
                continue
            if self.current_frame is None and not self.queue.empty():
                self._begin(self.queue.get_nowait())
            frame = self.current_frame
            valid = frame is not None and not self._paused()
            if valid:
                self._offer(frame)
                continue
            self._idle()
            self.active = frame is not None
            if not self.active:
                self.idle_event.set()
                self.active_event.clear()

    def _paused(self) -> bool:
        return self.pause if self._ask is None else self._ask()

    def _begin(self, frame: AxiStreamFrame) -> None:
        self.dequeue_event.set()
        self.queue_occupancy_bytes -= len(frame)
        self.queue_occupancy_frames -= 1
        self.current_frame, self._sent, self.active = frame, 0, True

    def _offer(self, frame: AxiStreamFrame) -> None:
        self.bus.tvalid.value = 1
        self.bus.tdata.value = frame.tdata[self._sent]
        self._sent += 1
        last = self._sent == len(frame.tdata)
        self.bus.tlast.value = int(last)
        if last:
            frame.handle_tx_complete()
            self.current_frame = None

    def _idle(self) -> None:
        self.bus.tvalid.value = 0
        self.bus.tdata.value = self._noise(self.width)
        self.bus.tlast.value = self._noise(1)


class Ports:
    """The three streams of the engine."""

    def __init__(
        self,
        dut: Any,
        *,
        param: tuple[Pause, Noise],
        ifmap: tuple[Pause, Noise],
        ofmap_pauses: Iterator[bool],
    ) -> None:
        for name in ("s_axis_param", "s_axis_ifmap", "m_axis_ofmap"):
            logging.getLogger(f"cocotb.{dut._name}.{name}").setLevel(logging.WARNING)
        self._param = _source(dut, "s_axis_param", *param)
        self._ifmap = _source(dut, "s_axis_ifmap", *ifmap)
        self._ofmap = AxiStreamSink(
            AxiStreamBus.from_prefix(dut, "m_axis_ofmap"), dut.clk, dut.rst, byte_lanes=1
        )
        self._ofmap.set_pause_generator(ofmap_pauses)

    def clear(self) -> None:
        """Drops the beats that are not offered yet."""
        self._param.clear()
        self._ifmap.clear()

    def send(self, param: list[int], ifmap: list[int]) -> None:
        """Queues the streams of a job, each with tlast on its last beat; each may be empty."""
        for source, beats in ((self._param, param), (self._ifmap, ifmap)):
            if beats:
                source.send_nowait(AxiStreamFrame(beats))


def _source(dut: Any, prefix: str, ask: Pause, noise: Noise) -> NoisySource:
    # A whole beat is one "byte" to cocotbext-axi: dwsim.stream.layout packs the lanes.
    bus = AxiStreamBus.from_prefix(dut, prefix)
    return NoisySource(bus, dut.clk, dut.rst, noise=noise, ask=ask)


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
