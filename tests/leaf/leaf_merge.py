"""Inside the simulator: several pixels a cycle into beats."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.pixel_merge import PixelMerge
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test

Beat = tuple[list[int], bool]
"""The pixels of a beat as words, and True if it is the last of its plane."""


class PixelMergeCase(Case):
    """Pixels that count at random, with pauses; planes that end in every place of a beat."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = PixelMerge(n)
        self.active, self.keeps = Coin(self.rng, 0.5, 1.0), Coin(self.rng)
        self.pixels, self.beat = n.shape.drain_pixels, n.formats.ofmap_pixels
        self.pixel_width = n.spec.lanes * n.formats.ofmap_width
        self.known = self.pause = False
        self.held: list[int] = []
        self.due: list[list[Beat]] = [[], []]  # beats of the next cycle and of the one after
        self.divided = self.whole = 0

    def drive(self) -> Values:
        restart = not self.known or self.rng.random() < 1 / 200
        final = self.rng.random() < 0.2
        keep = sum(1 << pixel for pixel in range(self.pixels) if self.keeps())
        active = self.active()
        if self.pause:  # all pixels of the cycle after a final pixel are dropped
            final, keep = False, 0
        elif final:
            keep |= 1 << self.rng.randrange(self.pixels)
        return {
            "restart": int(restart),
            "active": int(active),
            "values": self.word(self.pixels * self.pixel_width),
            "keep": keep,
            "final_pixel": int(final),
        }

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        merge = self.component
        if not merge.write:
            return {"write": False}
        beat = to_word(merge.beat.reshape(-1), self.numbers.formats.ofmap_width)
        return {"write": True, "ended": merge.ended, "count": merge.count, "beat": beat}

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        if not self.due[0]:
            return {"write": False}
        pixels, ended = self.due[0][0]
        beat = sum(pixel << k * self.pixel_width for k, pixel in enumerate(pixels))
        return {"write": True, "ended": ended, "count": len(pixels), "beat": beat}

    def clock(self, i: Values) -> None:
        restart, active, final = bool(i["restart"]), bool(i["active"]), bool(i["final_pixel"])
        values = from_word(
            i["values"], self.numbers.shape.requantisers, self.numbers.formats.ofmap_width, False
        )
        keep = np.array([bool(i["keep"] >> pixel & 1) for pixel in range(self.pixels)])
        self.component.compute(restart, active, values, keep, final)
        self.component.commit()
        # A beat that waits for its turn follows the one before.
        self.due = [[*self.due[0][1:], *self.due[1]], []]
        self.pause = active and final and not restart
        if active and not restart:
            mask = (1 << self.pixel_width) - 1
            words = [i["values"] >> p * self.pixel_width & mask for p in range(self.pixels)]
            self._enter([word for word, kept in zip(words, keep, strict=True) if kept], final)
        if restart:
            self.known, self.held, self.due = True, [], [[], []]

    def _enter(self, words: list[int], final: bool) -> None:
        self.held += words
        if len(self.held) >= self.beat:
            pixels, self.held = self.held[: self.beat], self.held[self.beat :]
            self.due[1].append((pixels, final and not self.held))
            self.whole += 1
            self.divided += final and bool(self.held)
        if final and self.held:
            self.due[1].append((self.held, True))
            self.held = []

    def uncovered(self) -> str:
        enough = self.whole > 50 and self.divided > 20
        return "" if enough else "whole beats, and beats that end within the last pixels"


dw_pixel_merge = leaf_test("dw_pixel_merge", PixelMergeCase, 4000)
