"""A run in the simulator: clock, reset, ports, cases, and the verdict on each case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer

from dwsim.bench.beat_order import Order
from dwsim.bench.bench_case import Case
from dwsim.bench.coverage_table import Coverage
from dwsim.bench.design import Design
from dwsim.bench.scoreboard import Scoreboard
from dwsim.bench.stream_ports import StreamMonitor, StreamNames, StreamSink, StreamSource
from dwsim.bench.write_port import WriteNames, WritePort
from dwsim.errors import MismatchError
from dwsim.stream.stalls import PROFILES, StallPattern
from dwsim.support.waveform_file import CLOCK_NS

P = TypeVar("P", bound=StreamMonitor)

RESET_CYCLES = 4
SURPLUS_CYCLES = 32
"""Cycles without stalls after the last beat of a case, in which surplus beats would come."""


class Run:
    """What a test function gets: the design under test with its ports, and the cases.

    ``dut`` is cocotb's handle, ``cycle`` the number of clock edges so far.
    """

    def __init__(
        self,
        dut: Any,
        design: Design,
        cases: Iterator[Case],
        seed: int,
        coverage: Coverage | None,
        count: int,
    ) -> None:
        self.dut, self.design, self.seed = dut, design, seed
        self.cycle = 0
        self._cases, self._coverage, self._count = cases, coverage, count
        self._clock = getattr(dut, design.clock)
        self._reset = getattr(dut, design.reset)
        self._edge = RisingEdge(self._clock)
        self._ports: list[StreamMonitor] = []
        self._quiet = 0
        self._case: Case | None = None

    # -- ports ------------------------------------------------------------------------------

    def source(self, data: str, valid: str, ready: str, last: str | None = None) -> StreamSource:
        """A driver of an input stream, by the names of its signals."""
        return self._added(StreamSource(self.dut, StreamNames(data, valid, ready, last)))

    def sink(self, data: str, valid: str, ready: str, last: str | None = None) -> StreamSink:
        """A driver of ``ready`` of an output stream, and its monitor."""
        return self._added(StreamSink(self.dut, StreamNames(data, valid, ready, last)))

    def monitor(self, data: str, valid: str, ready: str, last: str | None = None) -> StreamMonitor:
        """A monitor of any stream in or at the design, which drives nothing."""
        return self._added(StreamMonitor(self.dut, StreamNames(data, valid, ready, last)))

    def write_port(
        self, address: str, data: str, enable: str, ready: str | None = None
    ) -> WritePort:
        """A driver of registers and parameter memories."""
        return WritePort(self.dut, self._clock, WriteNames(address, data, enable, ready))

    def _added(self, port: P) -> P:
        port.reset()
        self._ports.append(port)
        return port

    # -- time -------------------------------------------------------------------------------

    async def start(self) -> None:
        """Starts the clock, with the design in reset."""
        self._clock.value = 0
        self._reset.value = int(self.design.reset_high)
        await Timer(CLOCK_NS, "ns")
        Clock(self._clock, CLOCK_NS, unit="ns").start()
        cocotb.start_soon(self._cycles())

    async def reset(self, cycles: int = RESET_CYCLES) -> None:
        """Holds the design in reset; drops the beats of all ports."""
        self._reset.value = int(self.design.reset_high)
        for port in self._ports:
            port.reset()
        for _ in range(cycles):
            await self._edge
        for port in self._ports:
            port.reset()
        self._reset.value = int(not self.design.reset_high)

    async def _cycles(self) -> None:
        while True:
            await self._edge
            if self._reset.value == int(not self.design.reset_high):
                for port in self._ports:
                    port.sample(self.cycle)
                for port in self._ports:
                    port.drive()
            self._quiet = 0 if any(port.moved for port in self._ports) else self._quiet + 1
            self.cycle += 1

    # -- cases ------------------------------------------------------------------------------

    def cases(self) -> Iterator[Case]:
        """The cases, one after the other; each gets its own stalls.

        They end after ``count`` cases, or later when every coverage goal has a case.
        """
        for case in self._cases:
            done = self._coverage is None or not self._coverage.missing()
            if case.index >= self._count and done:
                return
            self._case = case
            for number, port in enumerate(self._ports):
                pattern = StallPattern(case.stalls, f"{self.seed} {case.index} {number}")
                port.clear()
                port.stall(pattern.source, pattern.sink)
            yield case
            if self._coverage is not None:
                self._coverage.sample(case)

    async def compare(
        self, sink: StreamMonitor, case: Case, order: Order, width: int, signed: bool = True
    ) -> None:
        """Waits for the ofmap of a case, and compares each value with the golden model.

        Args:
            sink: the port that the ofmap comes out of.
            case: the case whose streams have been sent.
            order: the order of the ofmap's beats.
            width: bits of an ofmap value.
            signed: the ofmap is in two's complement.

        Raises:
            MismatchError: for a wrong value, a lost or surplus beat, a wrong last mark, a breach
                of the stream's rules, or an engine that stands still.
        """
        board = Scoreboard(case, order, width, signed)
        self._quiet = 0
        while len(sink.beats) < board.count and self._quiet <= self._limit():
            await self._edge
        stands_still = len(sink.beats) < board.count
        never = StallPattern(PROFILES["none"], 0)
        for port in self._ports:
            port.stall(never.source, never.sink)
        for _ in range(SURPLUS_CYCLES):
            await self._edge
        if board.difference(sink.beats):
            # The rest of the stream tells more about the cause.
            while self._quiet <= self._limit() and len(sink.beats) < 4 * board.count:
                await self._edge
        lines = board.difference(sink.beats)
        if stands_still:
            lines.append(f"hang:     no beat moved for {self._limit()} cycles{self._left()}")
        for port in self._ports:
            lines += [f"rule:     {violation}" for violation in port.violations[:1]]
        if lines:
            raise MismatchError("\n".join([self._title(case), *lines, f"layer:    {case.layer}"]))

    def _limit(self) -> int:
        """Cycles without a beat after which the engine stands still."""
        burst = 0 if self._case is None else self._case.stalls.longest_burst
        return self.design.quiet_cycles + burst

    def _left(self) -> str:
        waiting = [
            f"; {port.waiting} beats wait for {port.names.ready}"
            for port in self._ports
            if isinstance(port, StreamSource) and port.waiting
        ]
        return "".join(waiting)

    def _title(self, case: Case) -> str:
        where = f"in layer {case.index} (stalls {case.stalls.name!r})"
        return f"the engine and the golden model differ {where}"
