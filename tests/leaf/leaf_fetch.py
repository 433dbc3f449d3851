"""Inside the simulator: the reads of a tap-serial engine's segments from its ring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_plan import SerialPlan
from dwsim.model.fetch import Fetch
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test
from tests.tap_serial.cases import random_layer

CONFIG = (
    *("ifmap_w", "ifmap_h", "kernel_h", "kernel_w", "tap_segments", "span", "pitch", "start_x"),
    *("start_y", "wrap_x", "end_y", "step_x", "step_y", "stride_h", "dilation_w", "dilation_h"),
    *("start_address", "step_address", "row_address", "tap_address", "plane_beats", "groups"),
    "planes",
)
MARKS = 3
"""Cycles with ``step`` from a read to its word."""


@dataclass(frozen=True)
class Place:
    """A group of the promised walk: its plane, and the ifmap row of its first row's first tap."""

    plane: int
    top: int


@dataclass(frozen=True)
class Pixels:
    """A read of the promised walk: the pixels ``pixel`` to ``end`` of the stream, if it has any."""

    place: Place
    has_pixels: bool
    pixel: int = 0
    end: int = 0
    first: int = 0
    last: bool = False


class FetchCase(Case):
    """Streams of random layers, whose pixels arrive as the ring has room; some end early."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = Fetch(n)
        self.beat, self.width = n.formats.ifmap_pixels, n.shape.ring_pixels
        self.run, self.step = Coin(self.rng, 0.9, 1.0), Coin(self.rng, 0.5, 0.9, 1.0)
        self.arrives = Coin(self.rng, 0.05, 0.3, 1.0)
        self.known = False
        self.streams = self.waits = self.empty = self.turns = 0
        self._new_stream()

    def _new_stream(self) -> None:
        layer = random_layer(self.rng, self.spec)
        self.config = dict(SerialPlan(layer, self.spec).geometry)
        self.walk = self._walk()
        self.read: Pixels | None = next(self.walk)
        self.words: list[Pixels | None] = [None] * MARKS  # the newest first
        self.filled = self.free = 0

    def _walk(self) -> Iterator[Pixels]:
        c = self.config
        places_w = c["pitch"] // c["stride_w"]
        for plane in range(c["planes"]):
            for group in range(c["groups"]):
                row, column = divmod(group * c["cells"], places_w)
                x, top = c["start_x"] + column * c["stride_w"], c["start_y"] + row * c["stride_h"]
                for tap in self._taps():
                    kernel_row, kernel_column = tap
                    start = x + kernel_column * c["dilation_w"]
                    yield from self._segment(Place(plane, top), start, kernel_row)

    def _taps(self) -> Iterator[tuple[int, int]]:
        """Kernel row and column of each segment of a group."""
        c = self.config
        for _ in range(c["channel_multiplier"]):
            for row in range(c["kernel_h"]):
                for column in range(c["kernel_w"] if c["tap_segments"] else 1):
                    yield row, column

    def _segment(self, place: Place, start: int, kernel_row: int) -> Iterator[Pixels]:
        """The reads of a segment whose first pixel lies in column ``start``."""
        c = self.config
        below = -(-(c["end_y"] - place.top) // c["stride_h"])  # raster rows from the first one on
        touched = range(-(-(c["span"] + start) // c["pitch"]))
        rows = range(max(1, min(below, len(touched))))
        for row in rows:
            y = place.top + row * c["stride_h"] + kernel_row * c["dilation_h"]
            origin = row * c["pitch"] - start  # the place of column 0
            columns = range(max(0, -origin), min(c["ifmap_w"], c["span"] - origin))
            if not 0 <= y < c["ifmap_h"] or not columns:
                yield Pixels(place, False, last=row == rows[-1])
                continue
            address = place.plane * c["plane_beats"] * self.beat + y * c["ifmap_w"]
            first, stop = address + columns.start, address + columns.stop
            ends = range(first - first % self.beat + self.width, stop + self.width, self.width)
            for end in ends:
                begin = max(first, end - self.width)
                last = end >= stop and row == rows[-1]
                yield Pixels(place, True, begin, min(end, stop), origin + begin - address, last)

    def drive(self) -> Values:
        ends_early = self.read is None or self.rng.random() < 1 / 1500
        restart = not self.known or (ends_early and self.rng.random() < 0.3)
        if restart:
            self._new_stream()
        widths = self.instance.inputs
        return {
            "restart": int(restart),
            "run": int(self.run() and not restart),
            "step": int(self.step()),
            "sets": self.config["channel_multiplier"],
            "filled": self.filled & (1 << widths["filled"]) - 1,
            **{name: self.config[name] & (1 << widths[name]) - 1 for name in CONFIG},
        }

    def _wires(self, port: str, number: int) -> int:
        return number & (1 << self.instance.outputs[port]) - 1

    def model(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        fetch = self.component
        expected: Expected = {
            "free": self._wires("free", fetch.free),
            "word_valid": fetch.mark is not None,
            "read_pixel": self._wires("read_pixel", fetch.read(self.config).pixel),
        }
        if fetch.mark is not None:
            expected |= {
                "word_filled": fetch.mark.filled,
                "word_last": fetch.mark.last,
                "word_first": self._wires("word_first", fetch.mark.first),
            }
        if fetch.marks[1] is not None and self.width > 1:  # a word of one pixel does not turn
            expected["amount"] = fetch.amount
        return expected

    def promise(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        word, turned = self.words[-1], self.words[-2]
        expected: Expected = {
            "free": self._wires("free", self.free),
            "word_valid": word is not None,
        }
        if self.read is not None and self.read.has_pixels:
            expected["read_pixel"] = self._wires("read_pixel", self.read.pixel)
        if word is not None:
            expected |= {"word_filled": word.has_pixels, "word_last": word.last}
            if word.has_pixels:
                expected["word_first"] = word.first
        if turned is not None and turned.has_pixels and self.width > 1:
            expected["amount"] = (turned.pixel - turned.first) % self.width
        return expected

    def clock(self, i: Values) -> None:
        run, step, restart = bool(i["run"]), bool(i["step"]), bool(i["restart"])
        self.component.compute(restart, run, step, self.filled, self.config)
        self.component.commit()
        if restart:
            self.known = True
            return
        room = self.numbers.shape.ring_beats * self.beat + self.free - self.free % self.beat
        self._free()
        if step:
            self.words = [self._advance() if run else None, *self.words[:-1]]
        everything = self.config["planes"] * self.config["plane_beats"] * self.beat
        if self.filled < min(room, everything) and self.arrives():
            self.filled += self.beat

    def _free(self) -> None:
        """No later read needs a pixel before the first row of the group that is read."""
        c = self.config
        place = self.read.place if self.read else Place(c["planes"], c["start_y"])
        if place.top < c["ifmap_h"]:
            base = place.plane * c["plane_beats"] * self.beat
            self.free = base + max(place.top, 0) * c["ifmap_w"]

    def _advance(self) -> Pixels | None:
        """The read of this cycle, if its pixels have arrived."""
        read = self.read
        if read is None:
            return None
        if read.has_pixels and read.end > self.filled:
            self.waits += 1
            return None
        assert not read.has_pixels or read.pixel >= self.free, "the promised walk frees too early"
        self.empty += not read.has_pixels
        self.turns += read.place.plane > 0
        self.read = next(self.walk, None)
        self.streams += self.read is None
        return read

    def uncovered(self) -> str:
        met = {
            "whole streams": self.streams > 2,
            "reads that wait": self.waits > 50,
            "rows without a pixel": self.empty > 50,
            "planes after the first": self.turns > 50 or self.config["planes"] == 1,
        }
        return ", ".join(name for name, enough in met.items() if not enough)


dw_fetch = leaf_test("dw_fetch", FetchCase, 3500)
