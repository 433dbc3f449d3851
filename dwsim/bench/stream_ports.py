"""Drivers and monitors of streams with valid and ready, for any port names and widths.

A beat moves in each cycle in which valid and ready are 1. The ports of a run are sampled before
each clock edge and driven after it. The names come from the design under test.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dwsim.rtlsim.bench_ports import read_bits
from dwsim.stream.stalls import Bursts


@dataclass(frozen=True)
class StreamNames:
    """The names of the signals of a stream; ``last`` marks the last beat of a tensor."""

    data: str
    valid: str
    ready: str
    last: str | None = None


@dataclass(frozen=True)
class Beat:
    """A beat that moved: its bits, a mask of those that are X or Z, its last mark and its cycle."""

    data: int
    unknown: int
    last: int | None
    cycle: int


class StreamMonitor:
    """Watches a stream and drives nothing.

    ``beats`` are the beats that moved. ``violations`` are the breaches of the rule that valid and
    data hold until the beat has moved, as text; the rule counts from the reset on.
    """

    def __init__(self, dut: Any, names: StreamNames) -> None:
        self.names = names
        self.data, self.valid, self.ready = (
            getattr(dut, name) for name in (names.data, names.valid, names.ready)
        )
        self.last = None if names.last is None else getattr(dut, names.last)
        self.beats: list[Beat] = []
        self.violations: list[str] = []
        self.moved = False
        """True if a beat moved in the last cycle."""
        self._waiting: Beat | None = None  # the beat that was valid and not ready one cycle ago

    def clear(self) -> None:
        """Forgets the beats and the violations so far."""
        self.beats.clear()
        self.violations.clear()
        self._waiting = None

    def sample(self, cycle: int) -> None:
        """Looks at the signals before the clock edge that ends ``cycle``."""
        self.moved = False
        if self.valid.value != 1:
            self._note(cycle, f"{self.names.valid} fell")
            self._waiting = None
            return
        last = None if self.last is None else read_bits(self.last)[0]
        beat = Beat(*read_bits(self.data), last, cycle)
        before = self._waiting
        if before is not None and (before.data, before.last) != (beat.data, beat.last):
            self._note(cycle, f"{self.names.data} changed from {before.data:#x} to {beat.data:#x}")
        self.moved = self.ready.value == 1
        self._waiting = None if self.moved else beat
        if self.moved:
            self.beats.append(beat)

    def drive(self) -> None:
        """Sets the signals after the clock edge; a monitor sets none."""

    def stall(self, source: Bursts, sink: Bursts) -> None:
        """Takes the stall pattern of a new layer; a monitor has none."""

    def reset(self) -> None:
        """Sets the signals for the reset, and forgets the beats; a monitor sets none."""
        self.clear()

    def _note(self, cycle: int, event: str) -> None:
        if self._waiting is not None:
            said = f"cycle {cycle}: {event} while {self.names.ready} was 0"
            self.violations.append(f"{said} (valid since cycle {self._waiting.cycle})")


class StreamSource(StreamMonitor):
    """Offers beats in their order, with pauses; idle data are noise, as valid says they may be.

    ``sent`` counts the beats that moved.
    """

    def __init__(self, dut: Any, names: StreamNames) -> None:
        super().__init__(dut, names)
        self._queue: deque[tuple[int, bool]] = deque()
        self._pauses: Bursts | None = None
        self._noise = random.Random(0)
        self._offered = False
        self._width = len(self.data)

    @property
    def waiting(self) -> int:
        """Beats that have not moved."""
        return len(self._queue)

    def send(self, beats: Iterable[int]) -> None:
        """Queues the beats of a tensor; the last one gets the last mark, if the port has one."""
        words = list(beats)
        self._queue.extend((word, index == len(words) - 1) for index, word in enumerate(words))

    def stall(self, source: Bursts, sink: Bursts) -> None:
        """Pauses as ``source`` draws."""
        self._pauses = source
        self._noise = random.Random(source.rng.random())

    def reset(self) -> None:
        """Drops every beat, and drives valid to 0."""
        self.clear()
        self._queue.clear()
        self._offered = False
        self._idle()

    def drive(self) -> None:
        """Offers the next beat, holds the present one, or pauses."""
        if self.moved:
            self._queue.popleft()
            self._offered = False
        if self._offered:
            return
        paused = self._pauses is not None and self._pauses.draw()
        if not self._queue or paused:
            self._idle()
            return
        word, last = self._queue[0]
        self.data.value, self.valid.value, self._offered = word, 1, True
        if self.last is not None:
            self.last.value = int(last)

    def _idle(self) -> None:
        self.valid.value = 0
        self.data.value = self._noise.getrandbits(self._width)
        if self.last is not None:
            self.last.value = self._noise.getrandbits(1)


class StreamSink(StreamMonitor):
    """Takes beats, with pauses of ready."""

    def __init__(self, dut: Any, names: StreamNames) -> None:
        super().__init__(dut, names)
        self._pauses: Bursts | None = None

    def stall(self, source: Bursts, sink: Bursts) -> None:
        """Pauses as ``sink`` draws."""
        self._pauses = sink

    def reset(self) -> None:
        """Forgets the beats, and drives ready to 0."""
        self.clear()
        self.ready.value = 0

    def drive(self) -> None:
        """Sets ready for the next cycle."""
        paused = self._pauses is not None and self._pauses.draw()
        self.ready.value = int(not paused)
