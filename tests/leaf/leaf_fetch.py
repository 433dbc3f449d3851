"""Inside the simulator: the reads of a tap-serial engine's segments from its ring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_plan import SerialPlan
from dwsim.derive.stages import SERIAL_FETCH_CYCLES
from dwsim.model.fetch import Fetch
from tests.leaf.fetch_walks import GEOMETRY, Pixels, Segment, Walk
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test
from tests.tap_serial.cases import random_layer

MARKS = 3
"""Cycles with ``step`` from a read to its word."""


class FetchCase(Case):
    """Streams of random layers, whose pixels arrive as the ring has room; some end early."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = Fetch(n)
        self.beat, self.width = n.formats.ifmap_pixels, n.shape.ring_pixels
        self.run, self.accepts = Coin(self.rng, 0.9, 1.0), Coin(self.rng, 0.5, 0.9, 1.0)
        self.arrives = Coin(self.rng, 0.02, 0.1, 1.0)
        self.known = False
        self.step = True
        self.streams = self.waits = self.empty = self.turns = 0
        self._new_stream()

    def _new_stream(self) -> None:
        layer = random_layer(self.rng, self.spec)
        self.config = dict(SerialPlan(layer, self.spec).geometry)
        self.walk = Walk(self.config, self.beat, self.width)
        self.left = self._reads()
        self.read: Pixels | None = next(self.left)
        self.words: list[Pixels | None] = [None] * MARKS  # the newest first
        self.filled = self.free = self.age = 0

    def _reads(self) -> Iterator[Pixels]:
        for segment in self.walk.segments():
            if segment.plane == self.config["planes"]:
                return
            yield from self.walk.reads(segment)

    def drive(self) -> Values:
        ends_early = self.read is None or self.rng.random() < 1 / 1500
        restart = not self.known or (ends_early and self.rng.random() < 0.3)
        if restart:
            self._new_stream()
        widths = self.instance.inputs
        return {
            "restart": int(restart),
            "run": int(self.run() and not restart),
            "next_accepts": int(self.accepts()),
            "sets": self.config["channel_multiplier"],
            "filled": self.filled & (1 << widths["filled"]) - 1,
            **{name: self.config[name] & (1 << widths[name]) - 1 for name in GEOMETRY},
        }

    def _wires(self, port: str, number: int) -> int:
        return number & (1 << self.instance.outputs[port]) - 1

    def model(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        fetch = self.component
        expected: Expected = {
            "next_free": self._wires("next_free", fetch.next_free),
            "step": self.step,
            "word_valid": fetch.mark is not None,
        }
        behind = fetch.marks[1 if self.step else 2]
        expected["next_completes"] = behind is not None and behind.last
        if fetch.read is not None:
            expected["read_pixel"] = self._wires("read_pixel", fetch.pixel)
        if fetch.mark is not None:
            expected["word_places"] = self._places(fetch.mark.filled, fetch.mark.first)
        if fetch.marks[1] is not None and self.width > 1:  # a word of one pixel does not turn
            expected["amount"] = fetch.amount
        return expected

    def promise(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        word, turned = self.words[-1], self.words[-2]
        expected: Expected = {
            "next_free": self._wires("next_free", self._next_free()),
            "step": self.step,
            "word_valid": word is not None,
        }
        behind = turned if self.step else word
        expected["next_completes"] = behind is not None and behind.last
        found = self.age >= SERIAL_FETCH_CYCLES
        if found and self.read is not None and self.read.has_pixels:
            expected["read_pixel"] = self._wires("read_pixel", self.read.pixel)
        if word is not None:
            expected["word_places"] = self._places(word.has_pixels, word.first)
        if turned is not None and turned.has_pixels and self.width > 1:
            expected["amount"] = (turned.pixel - turned.first) % self.width
        return expected

    def clock(self, i: Values) -> None:
        run, step, restart = bool(i["run"]), self.step, bool(i["restart"])
        self.component.compute(restart, run, step, self.filled, self.config)
        self.component.commit()
        if restart:
            self.known = self.step = True
            return
        room = self.numbers.shape.ring_beats * self.beat + self.free - self.free % self.beat
        self.free = self._next_free()
        if step:
            found = self.age >= SERIAL_FETCH_CYCLES
            self.words = [self._advance() if run and found else None, *self.words[:-1]]
        self.step = bool(i["next_accepts"]) or self.words[-1] is None
        self.age += 1
        everything = self.config["planes"] * self.config["plane_beats"] * self.beat
        if self.filled < min(room, everything) and self.arrives():
            self.filled += self.beat

    def _places(self, has_pixels: bool, first: int) -> int:
        """The places that a word fills."""
        length = self.instance.outputs["word_places"]
        return (1 << length) - (1 << first) if has_pixels else 0

    def _next_free(self) -> int:
        """No later read needs a pixel before the first row of the group that is read."""
        nothing = Segment(self.config["planes"], self.config["start_y"], 0, 0)
        freed = self.walk.freed(self.read.segment if self.read else nothing)
        return self.free if freed is None else freed

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
        self.turns += read.segment.plane > 0
        self.read = next(self.left, None)
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
