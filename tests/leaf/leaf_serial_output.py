"""Inside the simulator: the values that leave a tap-serial array, on their way to the sink."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.serial_output import SerialOutput
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test

TDATA, TKEEP, TLAST = ("m_axis_ofmap_tdata", "m_axis_ofmap_tkeep", "m_axis_ofmap_tlast")


@dataclass(frozen=True)
class Group:
    """The sums of the cells that leave together, and their place in the stream."""

    counts: int
    plane_end: bool
    image_end: bool
    stream_end: bool
    pixels: int
    """Pixels for which it claims room: its own, and the rest of the last beat of a plane."""


@dataclass(frozen=True)
class Chunk:
    """A cycle in which sums of a group leave."""

    group: Group
    index: int
    last_cell: int


class SerialOutputCase(Case):
    """Streams of a few planes; groups with any cells that count enter while there is room."""

    reset_odds = 1 / 700

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = SerialOutput(n)
        self.lanes, self.cells = n.spec.lanes, n.formats.pixels
        self.values, self.width = n.shape.requantisers, n.formats.ofmap_width
        self.beat, self.together = n.formats.ofmap_pixels, n.shape.drain_pixels
        self.starts, self.ready = Coin(self.rng), Coin(self.rng)
        self.known = self.restarts = False
        self.moved = self.blocked = self.short = self.ends = 0
        self._forget()
        self._new_stream()

    def _forget(self) -> None:
        """The state after a reset."""
        self.taken = 0
        self.chunk: Chunk | None = None
        self.flying: deque[Chunk | None] = deque([None] * self.parameters["CYCLES"])
        self.cell_values: list[int] = []
        self.open: list[int] = []  # pixels of the beat that is not complete
        self.packed: list[Values] = []
        self.due: deque[list[Values]] = deque([[] for _ in range(self.together > 1)])
        self.beats: list[Values] = []  # in the FIFO and at the output
        self.out = False  # the oldest is at the output

    def _new_stream(self) -> None:
        self.last_cell = self.rng.randrange(self.cells)
        self.tail = self.rng.randint(1, self.lanes)
        self.groups = self._stream()
        self.group: Group | None = next(self.groups)

    def _stream(self) -> Iterator[Group]:
        planes = self.rng.randint(1, 4)
        for plane in range(planes):
            image_end, total = self.rng.random() < 0.5, 0
            for left in reversed(range(self.rng.randint(1, 5))):
                counts, end = self.word(self.cells), left == 0
                if end:
                    counts = counts & (1 << self.last_cell) - 1 | 1 << self.last_cell
                total += bin(counts).count("1")
                claim = bin(counts).count("1") + (-total % self.beat if end else 0)
                yield Group(counts, end, image_end, end and plane == planes - 1, claim)

    def _chunks(self, group: Group) -> int:
        """Cycles of a group; one more behind a plane's last pixel if several leave together."""
        if not group.plane_end:
            return -(-self.cells * self.lanes // self.values)
        return -(-(self.last_cell + 1) * self.lanes // self.values) + (self.together > 1)

    def _may_start(self) -> bool:
        largest = self.cells + self.beat - 1
        room = self.numbers.timing.credits - self.taken >= largest
        return self.chunk is None and self.group is not None and room and self.starts()

    def drive(self) -> Values:
        rst = self.rst()
        idle = self.chunk is None and not (any(self.flying) or any(self.due) or self.packed)
        restart = self.known and not rst and idle and (self.restarts or self.group is None)
        if restart:
            self._new_stream()
        elif self.known and not rst and not self.restarts and self._may_start():
            assert self.group is not None
            self.chunk = Chunk(self.group, 0, self.last_cell)
            self.taken += self.group.pixels
            self.group = next(self.groups, None)
        active = self.chunk is not None and not rst
        group = self.chunk.group if self.chunk else Group(self.word(self.cells), *[True] * 3, 0)
        cell, lane = divmod((self.chunk.index if self.chunk else 0) * self.values, self.lanes)
        return {
            "rst": rst,
            "restart": int(restart),
            "active": int(active),
            "lane": lane,
            "cell_index": cell,
            "counts": group.counts,
            "plane_end": int(group.plane_end),
            "image_end": int(group.image_end),
            "stream_end": int(group.stream_end),
            "last_cell": self.last_cell,
            "tail_channels": self.tail,
            "values": self.word(self.values * self.width),
            "m_axis_ofmap_tready": int(self.ready()),
        }

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        output = self.component
        seen: Expected = {
            "popped": output.popped(bool(i["m_axis_ofmap_tready"])),
            "m_axis_ofmap_tvalid": output.tvalid,
        }
        if output.tvalid:
            seen[TDATA] = to_word(output.beat.values, self.width)
            seen |= {TKEEP: output.beat.keep, TLAST: output.beat.last}
        return seen

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        waiting = len(self.beats) > self.out
        popped = waiting and (not self.out or bool(i["m_axis_ofmap_tready"]))
        beat = self.beats[0] if self.out else dict.fromkeys((TDATA, TKEEP, TLAST), DONT_CARE)
        return {"popped": popped, "m_axis_ofmap_tvalid": self.out, **beat}

    def clock(self, i: Values) -> None:
        if self.known:
            self.taken -= self.beat * bool(self.promise(i)["popped"])
        self._clock_model(i)
        self._clock_output(bool(i["m_axis_ofmap_tready"]))
        self._clock_values(i["values"])
        self.flying.append(self.chunk if i["active"] else None)
        if self.chunk is not None:
            chunk = Chunk(self.chunk.group, self.chunk.index + 1, self.last_cell)
            self.chunk = chunk if chunk.index < self._chunks(chunk.group) else None
        if i["restart"]:
            self.restarts = False
        if i["rst"]:
            self._forget()
            self.known = self.restarts = True

    def _clock_model(self, i: Values) -> None:
        marks = SimpleNamespace(
            counts=from_word(i["counts"], self.cells, 1, False).astype(bool),
            plane_end=bool(i["plane_end"]),
            tail=bool(i["image_end"]),
            stream_end=bool(i["stream_end"]),
        )
        drain = SimpleNamespace(
            active=bool(i["active"]), lane=i["lane"], cell=i["cell_index"], marks=marks
        )
        values = from_word(i["values"], self.values, self.width, False)
        ready = bool(i["m_axis_ofmap_tready"])
        self.component.compute(
            bool(i["rst"]), bool(i["restart"]), drain, values, ready, i  # type: ignore[arg-type]
        )  # fmt: skip
        self.component.commit()

    def _clock_output(self, ready: bool) -> None:
        self.blocked += self.out and not ready
        if self.out and ready:
            self.beats.pop(0)
            self.moved += 1
            self.out = False
        self.out = self.out or bool(self.beats)
        if self.packed:  # at most one is written in a cycle
            self.beats.append(self.packed.pop(0))

    def _clock_values(self, word: int) -> None:
        """The values of the chunk that left CYCLES cycles ago enter the beat."""
        chunk, beats = self.flying.popleft(), list[Values]()
        mask = (1 << self.width) - 1
        for k in range(self.values if chunk is not None else 0):
            assert chunk is not None
            cell, lane = divmod(chunk.index * self.values + k, self.lanes)
            self.cell_values = self.cell_values if lane else []
            self.cell_values.append(word >> k * self.width & mask)
            if lane == self.lanes - 1 and chunk.group.counts >> cell & 1:
                self.open.append(to_word(np.array(self.cell_values), self.width))
                beats += self._complete(chunk, cell)
        self.due.append(beats)
        self.packed += self.due.popleft()

    def _complete(self, chunk: Chunk, cell: int) -> Iterator[Values]:
        """The beat that the newest pixel completes, if it does."""
        group = chunk.group
        final = group.plane_end and cell == chunk.last_cell
        if not final and len(self.open) < self.beat:
            return
        lanes = (1 << (self.tail if group.image_end else self.lanes)) - 1
        places = range(len(self.open))
        yield {
            TDATA: sum(self.open[k] << k * self.lanes * self.width for k in places),
            TKEEP: sum(lanes << k * self.lanes for k in places),
            TLAST: int(final and group.stream_end),
        }
        self.short += len(self.open) < self.beat
        self.ends += final and group.stream_end
        self.open = []

    def uncovered(self) -> str:
        met = {
            "transfers": self.moved > 100,
            "a sink that waits": self.blocked > 50,
            "beats that are not full": self.short > 10 or self.beat == 1,
            "ends of streams": self.ends > 5,
        }
        return ", ".join(name for name, enough in met.items() if not enough)


dw_serial_output = leaf_test("dw_serial_output", SerialOutputCase, 2500)
