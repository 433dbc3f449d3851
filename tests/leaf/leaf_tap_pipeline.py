"""Inside the simulator: the marks of a fired tap of a tap-serial array, and its weights."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.sequencer import Tap
from dwsim.model.tap_pipeline import TapPipeline
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test

WEIGHT_CYCLES = 3
"""From weight_word to the weights."""
NOTHING = Tap(*[False] * 11)


class TapPipelineCase(Case):
    """Any taps, weights and marks; the loader writes the bank that is not active."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = TapPipeline(n)
        self.fires, self.completes = Coin(self.rng), Coin(self.rng, 0.1, 0.5, 1.0)
        self.words = n.counters.weight_sets * n.spec.taps
        self.memory = np.zeros((2, self.words, n.spec.lanes), np.int64)
        self.written: set[tuple[int, int]] = set()
        self.bank = 0
        self.known = False
        self.taps: list[tuple[Values, Tap, int]] = []  # inputs, tap and counts since the reset
        self.reads: list[int | None] = []  # the weights that each cycle asked for
        self.groups = 0

    def drive(self) -> Values:
        n, rng = self.numbers, self.rng
        rst = self.rst()
        if rng.random() < 1 / 200:
            self.bank = 1 - self.bank
        flags = [rng.random() < 0.5 for _ in range(7)]
        completes = self.completes()
        fires = self.known and not rst and self.fires()
        column, row, uses, advances, plane_end, image_end, stream_end = flags
        self.tap = Tap(
            fires, False, False, column, row, uses, completes, advances,
            plane_end, image_end, stream_end,
        )  # fmt: skip
        names = ("first_column", "first_row", "uses_segment", "completes")
        names += ("plane_end", "image_end", "stream_end")
        return {
            "rst": rst,
            "fire": int(fires),
            **{name: int(getattr(self.tap, name)) for name in names},
            "counts": self.word(n.formats.pixels),
            "weight_set": rng.randrange(n.counters.weight_sets),
            "weight_word": rng.randrange(self.words),
            "active_bank": self.bank,
            "weight_write": int(rng.random() < 0.5),
            "weight_address": (1 - self.bank) << n.counters.word_width | rng.randrange(self.words),
            "write_data": self.word(n.formats.param_beat_width),
        }

    def _counts(self, i: Values) -> np.ndarray:
        return from_word(i["counts"], self.numbers.formats.pixels, 1, False).astype(bool)

    def _marks(self, counts: int, tap: Tap, weight_set: int) -> int:
        cells = self.numbers.formats.pixels
        ends = tap.plane_end | tap.image_end << 1 | tap.stream_end << 2
        return counts | ends << cells | weight_set << cells + 3

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        pipeline = self.component
        load, shift = pipeline.moves.q
        add, first = pipeline.fires.q
        group = pipeline.groups.q
        expected: Expected = {"load": load, "shift": shift, "add": add}
        expected |= {"complete": pipeline.complete.q, "group_start": group is not None}
        if add:
            expected["first"] = first
        if group is not None:
            tap = replace(
                NOTHING,
                plane_end=group.plane_end,
                image_end=group.tail,
                stream_end=group.stream_end,
            )
            counts = to_word(group.counts.astype(int), 1)
            expected["group_marks"] = self._marks(counts, tap, group.weight_set)
        return expected

    def _ago(self, cycles: int) -> tuple[Values, Tap] | None:
        """The inputs and the tap of an earlier cycle, unless a reset came since."""
        if len(self.taps) < cycles:
            return None
        inputs, tap, _ = self.taps[-cycles]
        return (inputs, tap) if tap.fires else None

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        moved, added = self._ago(1), self._ago(self.parameters["ADD_CYCLES"])
        summed = self._ago(self.parameters["ADD_CYCLES"] + self.parameters["SUM_CYCLES"])
        started = self._ago(self.parameters["START_CYCLES"])
        starts = started is not None and started[1].completes
        expected: Expected = {
            "load": moved is not None and moved[1].uses_segment,
            "shift": moved is not None and not moved[1].uses_segment,
            "add": added is not None,
            "complete": summed is not None and summed[1].completes,
            "group_start": starts,
        }
        if added is not None:
            expected["first"] = added[1].first_column and added[1].first_row
        if starts and started is not None:
            inputs, tap = started
            # The counts come one cycle after the tap.
            later = self.parameters["START_CYCLES"] - 1
            counts = self.taps[-later][0]["counts"] if later else i["counts"]
            expected["group_marks"] = self._marks(counts, tap, inputs["weight_set"])
        if len(self.reads) == WEIGHT_CYCLES and self.reads[0] is not None:
            expected["weight"] = self.reads[0]
        return expected

    def clock(self, i: Values) -> None:
        n = self.numbers
        sequencer = SimpleNamespace(weight_set=i["weight_set"], weight_word=i["weight_word"])
        loader = SimpleNamespace(weight=self.memory, active_bank=i["active_bank"])
        rst = bool(i["rst"])
        self.component.compute(rst, self.tap, self._counts(i), sequencer, loader)  # type: ignore[arg-type]
        self.component.commit()
        read = (i["active_bank"], i["weight_word"])
        word = to_word(self.memory[read], n.spec.weight_width) if read in self.written else None
        self.reads = [*self.reads[-WEIGHT_CYCLES + 1 :], word]
        if i["weight_write"]:
            bank, index = divmod(i["weight_address"], 1 << n.counters.word_width)
            data, width = i["write_data"], n.spec.weight_width
            self.memory[bank, index] = from_word(data, n.spec.lanes, width, n.spec.weight_signed)
            self.written.add((bank, index))
        self.groups += self.tap.fires and self.tap.completes
        self.taps = [*self.taps[-15:], (i, self.tap, 0)]
        if rst:
            self.known, self.taps = True, []

    def uncovered(self) -> str:
        return (
            ""
            if self.groups > 100 and len(self.written) > 2
            else "groups, and weights of both banks"
        )


dw_tap_pipeline = leaf_test("dw_tap_pipeline", TapPipelineCase, 3000)
