"""Inside the simulator: the cells of a tap-serial array, and the way of their sums out of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.derive.number_formats import NumberFormats
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.accumulator import Accumulator
from dwsim.model.drain import Drain
from dwsim.model.pixel_credit import PixelCredit
from dwsim.model.pixel_pack import PixelPack
from dwsim.spec.number_range import value_range
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test


class PixelCreditCase(Case):
    """Groups take credit only while there is room; a beat comes back only if it was taken."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = PixelCredit(SerialNumbers(self.spec))
        self.take, self.give = Coin(self.rng, 0.1, 0.9, 1.0), Coin(self.rng, 0.0, 0.05, 0.5)
        self.known = False
        self.crowded = 0
        self._reset()

    def _reset(self) -> None:
        self.taken = 0  # of pixels that are there
        self.empty: list[int] = []  # cells without a pixel, of the claims of the last cycles
        self.claim: int | None = None  # the pixels of the claim of the cycle before
        self.given = 0  # in the cycle before
        self.cells = self.rng.randint(1, self.parameters["CELLS"])
        self.pad = self.rng.randrange(self.parameters["BEAT"])
        self.fresh = True  # the sums of the geometry take a cycle, as the restart of a stream does

    def _room(self) -> bool:
        free = self.parameters["TOTAL"] - self.taken - sum(self.empty) - self.given
        return free >= self.parameters["CELLS"] + self.parameters["BEAT"] - 1

    def drive(self) -> Values:
        beat = self.parameters["BEAT"]
        rst = self.rst()
        # A tap may fire in the cycle of a reset.
        takes = self.known and not self.fresh and self._room() and self.take()
        return {
            "rst": rst,
            "take": int(takes),
            "cells": self.cells,
            "counts": self._counts(),
            "plane_end": int(self.rng.random() < 0.3),
            "beat_pad": self.pad,
            "give": int(self.taken >= beat and self.give()),
        }

    def _counts(self) -> int:
        """The cells with a pixel, of the claim before; without one they do not matter."""
        if self.claim is None:
            return self.word(self.parameters["CELLS"])
        return sum(1 << cell for cell in self.rng.sample(range(self.cells), self.claim))

    def model(self, i: Values) -> Expected:
        return {"room": self.component.room} if self.known else {}

    def promise(self, i: Values) -> Expected:
        return {"room": self._room()} if self.known else {}

    def clock(self, i: Values) -> None:
        some = self.rng.randint(0, self.cells)
        pixels = some if self.rng.random() < 0.5 else self.cells
        self.fresh = False
        pad = i["beat_pad"] if i["plane_end"] else 0
        counts = from_word(i["counts"], self.parameters["CELLS"], 1, False).astype(bool)
        config = {"cells": i["cells"]}
        give, take = bool(i["give"]), bool(i["take"])
        self.component.compute(bool(i["rst"]), take, counts, pad, give, config)
        self.component.commit()
        self.taken += take * (pixels + pad) - give * self.parameters["BEAT"]
        # The fifth cycle after a claim has the credits of its empty cells, and the second one after
        # a beat those of the beat.
        self.empty = [*self.empty[-3:], take * (i["cells"] - pixels)]
        self.given = give * self.parameters["BEAT"]
        self.claim = pixels if take else None
        self.crowded += not self._room()
        if i["rst"]:
            self.known = True
            self._reset()

    def uncovered(self) -> str:
        return "" if self.crowded > 50 else "a FIFO without room"


class AccumulatorCase(Case):
    """Sums of one tap up to all taps of the kernel; some factors are extreme values."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = Accumulator(n)
        self.shape = (n.formats.pixels, n.spec.lanes)  # the component has all cells
        self.adds = Coin(self.rng)
        self.products: list[int] = []
        self.taps = n.spec.taps
        self.sum: int | None = DONT_CARE
        self.held = self.longest = 0

    def _factor(self, low: int, high: int) -> int:
        return self.rng.choice((low, high, self.rng.randint(low, high)))

    def drive(self) -> Values:
        formats: NumberFormats = self.numbers.formats
        self.operand = self._factor(*formats.operand_range)
        self.weight = self._factor(*value_range(self.spec.weight_width, self.spec.weight_signed))
        # The product has left the multiplier's three registers.
        add = len(self.products) >= 3 and self.adds()
        first = self.taps == self.spec.taps or self.rng.random() < 0.1
        clear = self.sum is not None and not add and self.rng.random() < 0.05
        return {
            "operand": self.operand & (1 << formats.operand_width) - 1,
            "weight": self.weight & (1 << self.spec.weight_width) - 1,
            "add": int(add),
            "first": int(first),
            "clear": int(clear),
        }

    def _bits(self, value: int) -> int:
        return value & (1 << self.numbers.formats.acc_width) - 1

    def model(self, i: Values) -> Expected:
        return {} if self.sum is None else {"acc": self._bits(int(self.component.acc[0, 0]))}

    def promise(self, i: Values) -> Expected:
        return {"acc": DONT_CARE if self.sum is None else self._bits(self.sum)}

    def clock(self, i: Values) -> None:
        operand = np.full(self.shape, self.operand, np.int64)
        weight = np.full(self.shape[1], self.weight, np.int64)
        add, clear = (np.full((self.shape[0], 1), bool(i[name])) for name in ("add", "clear"))
        self.component.compute(operand, weight, add, bool(i["first"]), clear)
        self.component.commit()
        if i["add"]:
            product = self.products[-3]
            self.sum = product if i["first"] else (self.sum or 0) + product
            self.taps = 1 if i["first"] else self.taps + 1
            self.longest += self.taps == self.spec.taps
        elif i["clear"]:
            self.sum, self.taps = 0, 1
        else:
            self.held += self.sum is not None
        self.products.append(self.operand * self.weight)

    def uncovered(self) -> str:
        return "" if self.longest > 20 and self.held > 50 else "whole sums, and sums that hold"


class DrainCase(Case):
    """Groups of any number of chunks, as close to each other as they may come."""

    load_after = 3
    """Cycles from the start of a group to the load of its sums."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = Drain(n)
        self.starts = Coin(self.rng)
        self.size, self.values = n.formats.pixels * n.spec.lanes, n.shape.requantisers
        self.width = n.formats.acc_width
        # A group may take a cycle more when several pixels leave together.
        self.most = -(-self.size // self.values) + (n.shape.drain_pixels > 1)
        self.loads: list[int] = []  # cycles in which sums are loaded
        self.sums: dict[int, int] = {}  # of a group, by the cycle of its start
        self.groups: list[tuple[int, int, int]] = []  # start, chunks and marks of each
        self.now = self.free_from = 0
        self.known = self.filled = False
        self.tight = 0

    def drive(self) -> Values:
        rst = self.rst()
        start = not rst and self.known and self.now >= self.free_from and self.starts()
        return {
            "rst": rst,
            "chunks": self.rng.randint(1, self.most),
            "start": int(start),
            "start_marks": self.word(self.numbers.counters.marks_width),
            "load": int(self.now in self.loads),
            "sums": self.word(self.size * self.width),
        }

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        drain = self.component
        expected: Expected = {"active": drain.active}
        if drain.active:
            expected |= {"marks": drain.marks, "lane": drain.lane, "cell_index": drain.cell}
        if self.filled:
            expected["values"] = to_word(drain.values, self.width)
        return expected

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        expected: Expected = {"active": False}
        for start, chunks, marks in self.groups:
            chunk = self.now - start - 1
            if 0 <= chunk < chunks:
                cell, lane = divmod(chunk * self.values, self.spec.lanes)
                expected |= {"active": True, "marks": marks, "lane": lane, "cell_index": cell}
            chunk -= self.load_after
            if 0 <= chunk < chunks and (chunk + 1) * self.values <= self.size:
                left = self.sums[start] >> chunk * self.values * self.width
                expected["values"] = left & (1 << self.values * self.width) - 1
        return expected

    def clock(self, i: Values) -> None:
        start = i["start_marks"] if i["start"] else None
        sums = from_word(i["sums"], self.size, self.width, self.numbers.formats.acc_signed)
        shape = (self.numbers.formats.pixels, self.spec.lanes)
        load, chunks = bool(i["load"]), i["chunks"]
        self.component.compute(bool(i["rst"]), start, load, sums.reshape(shape), chunks)
        self.component.commit()
        if i["load"]:
            self.filled = True
            self.sums[self.now - self.load_after] = i["sums"]
        if i["start"]:
            self.tight += self.now == self.free_from
            self.groups = [*self.groups[-3:], (self.now, i["chunks"], i["start_marks"])]
            self.loads = [*self.loads[-3:], self.now + self.load_after]
            self.free_from = self.now + i["chunks"]
        if i["rst"]:
            self.known, self.groups, self.loads = True, [], []
        self.now += 1

    def uncovered(self) -> str:
        return "" if self.tight > 50 else "groups that follow each other without a pause"


class PixelPackCase(Case):
    """Groups of values from lane 0 on, with pauses; pixels that count at random."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = PixelPack(n)
        self.active, self.keeps = Coin(self.rng, 0.5, 1.0), Coin(self.rng)
        self.lanes, self.values = n.spec.lanes, n.shape.requantisers
        self.width = n.formats.ofmap_width
        self.chunks = 0  # left of the group
        self.known = False
        self.announced: tuple[int, bool, bool] | None = None  # lane, keep and final of the values
        self.pixel: list[int] = []  # values of the pixel that is open
        self.beat: list[list[int]] = []  # its pixels
        self.written: list[list[int]] | None = None
        self.ended = False
        self.whole = self.short = 0

    def drive(self) -> Values:
        n = self.numbers
        restart = not self.known or self.rng.random() < 1 / 200
        if self.chunks == 0:
            self.chunks = self.rng.randint(1, -(-n.formats.pixels * self.lanes // self.values))
            self.lane = 0
        return {
            "restart": int(restart),
            "active": int(self.active()),
            "lane": self.lane,
            "values": self.word(self.values * self.width),
            "keep": int(self.keeps()),
            "final_pixel": int(self.rng.random() < 0.1),
        }

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        pack = self.component
        if not pack.write:
            return {"write": False}
        beat = to_word(pack.beat.reshape(-1), self.width)
        return {"write": True, "ended": pack.ended, "count": pack.count, "beat": beat}

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        if self.written is None:
            return {"write": False}
        values = [value for pixel in self.written for value in pixel]
        beat = sum(value << k * self.width for k, value in enumerate(values))
        count = len(self.written)
        return {"write": True, "ended": self.ended, "count": count, "beat": beat}

    def clock(self, i: Values) -> None:
        values = from_word(i["values"], self.values, self.width, False)
        active, keep, final = bool(i["active"]), bool(i["keep"]), bool(i["final_pixel"])
        self.component.compute(bool(i["restart"]), active, i["lane"], values, keep, final)
        self.component.commit()
        self.written = None
        if self.announced is not None and not i["restart"]:
            self._take([int(value) for value in values], *self.announced)
        self.announced = None
        if active and not i["restart"]:
            self.announced = self.lane, keep, final
            self.chunks -= 1
            self.lane = (self.lane + self.values) % self.lanes
        if i["restart"]:
            self.known = True
            self.chunks, self.pixel, self.beat = 0, [], []

    def _take(self, values: list[int], lane: int, keep: bool, final: bool) -> None:
        self.pixel = values if lane == 0 else self.pixel + values
        if len(self.pixel) < self.lanes:
            return
        complete, self.pixel = self.pixel[: self.lanes], self.pixel[self.lanes :]
        if keep:
            self.beat.append(complete)
            if final or len(self.beat) == self.parameters["PIXELS"]:
                self.whole += len(self.beat) == self.parameters["PIXELS"]
                self.short += len(self.beat) < self.parameters["PIXELS"]
                self.written, self.beat, self.ended = self.beat, [], final

    def uncovered(self) -> str:
        short = self.short > 20 or self.parameters["PIXELS"] == 1
        return "" if short and self.whole > 20 else "beats that are whole, and that are not"


dw_pixel_credit = leaf_test("dw_pixel_credit", PixelCreditCase, 4000)
dw_accumulator = leaf_test("dw_accumulator", AccumulatorCase, 3000)
dw_drain = leaf_test("dw_drain", DrainCase, 3000)
dw_pixel_pack = leaf_test("dw_pixel_pack", PixelPackCase, 4000)
