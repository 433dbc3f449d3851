"""Inside the simulator: the requantisers of a tap-serial engine, with their scales."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import numpy as np

from dwsim.derive import value_range
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.serial_scale import SerialScale
from dwsim.stream.layout import to_word
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test
from tests.leaf.requantise_promise import Value, promised_rounding

SUM_CYCLES = 3
"""From a lane to its sum."""
Scale = tuple[int, int, int]
"""Bias, multiplier and right shift."""


class SerialScaleCase(Case):
    """Sums of any lane and weight set, while the loader writes the other bank.

    Zero point, range, rounding and bank change now and then.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = SerialScale(n)
        self.lanes, self.count = n.spec.lanes, n.shape.requantisers
        self.sets, self.parts = n.counters.weight_sets, n.formats.scale_parts
        self.writes = Coin(self.rng)
        shape = (2, 1 << n.counters.set_width, self.lanes, n.formats.scale_width // 8)
        self.bytes = np.zeros(shape, np.int64)
        self.scales: dict[tuple[int, int, int], Scale] = {}
        self.bank = 1
        # What each of the last cycles asked for, the newest first: the scales, if all are known.
        self.asked: deque[list[Scale] | None] = deque([None] * SUM_CYCLES, SUM_CYCLES)
        self.entered: deque[list[Value] | None] = deque(maxlen=n.timing.requantise_cycles)
        self.steady = 0
        self.met = {"clamped": 0, "not clamped": 0, "bank 0": 0, "bank 1": 0}
        self._change()

    def _change(self) -> None:
        low, high = value_range(self.numbers.formats.ofmap_width, True)
        within = sorted(self.rng.randint(low, high) for _ in range(2))
        self.act_min, self.act_max = self.rng.choice(((low, high), within))
        self.zero_point = self.rng.randint(low, high)
        self.rounding = self.rng.choice(self.spec.roundings)
        self.bank = 1 - self.bank
        self.steady = 0

    def _scale(self) -> Scale:
        rng, formats = self.rng, self.numbers.formats
        shift = rng.randint(formats.fraction, formats.fraction + 16)
        if rng.random() < 0.5:  # ties, on which the roundings differ
            return rng.randint(-128, 127), 1 << formats.fraction - 1, min(shift, 38)
        half = 1 << formats.bias_width - 1
        bias = rng.randint(-half, half - 1) >> rng.randint(0, formats.bias_width - 8)
        multiplier = rng.randint(0, (1 << formats.multiplier_width - 1) - 1)
        if "float" in self.spec.roundings:  # the format of float rounding is one of the others, too
            multiplier = rng.randrange(1 << 30, 1 << 31, 1 << 7)
        return bias, multiplier, shift

    def _word(self, scale: Scale) -> int:
        word = 0
        for part, number in zip(self.parts, scale, strict=True):
            word |= (number & (1 << part.width) - 1) << 8 * part.first
        return word

    def drive(self) -> Values:
        if self.steady > 120:
            self._change()
        c, formats, rng = self.numbers.counters, self.numbers.formats, self.rng
        self.address = (1 - self.bank, rng.randrange(self.sets), rng.randrange(self.lanes))
        self.written, write = self._scale(), self.writes()
        self.weight_set = rng.randrange(self.sets)
        self.lane = 0 if self.count % self.lanes == 0 else rng.randrange(self.lanes)
        self.sums = [
            rng.randint(*value_range(formats.acc_width, True)) >> rng.randrange(formats.acc_width)
            for _ in range(self.count)
        ]
        bank, weight_set, lane = self.address
        mask = (1 << formats.ofmap_width) - 1
        return {
            "write": int(write),
            "write_address": (bank << c.set_width | weight_set) << c.lane_width | lane,
            "write_data": self._word(self.written),
            "bank": self.bank,
            "weight_set": self.weight_set,
            "lane": self.lane,
            "sums": to_word(np.array(self.sums), formats.acc_width),
            **self._roundings(),
            "zero_point": self.zero_point & mask,
            "act_min": self.act_min & mask,
            "act_max": self.act_max & mask,
        }

    def _roundings(self) -> dict[str, int]:
        """The ports that choose the rounding."""
        ports = {"single_rounding": int(self.rounding == "single")}
        if "float" in self.spec.roundings:
            ports["float_rounding"] = int(self.rounding == "float")
        return ports

    def _values(self) -> list[Value] | None:
        """The sums whose values come out in this cycle, with their scales; None if unknown."""
        # A cycle more than the values take: the clamp bounds are registers.
        if self.steady <= self.numbers.timing.requantise_cycles + 1:
            return None
        return self.entered[0]

    def model(self, i: Values) -> Expected:
        if self._values() is None:
            return {}
        return {"values": to_word(self.component.values, self.numbers.formats.ofmap_width)}

    def promise(self, i: Values) -> Expected:
        values = self._values()
        if values is None:
            return {}
        formats = self.numbers.formats
        ofmap = []
        for value in values:
            result = promised_rounding(value, self.rounding, formats.bias_width) + self.zero_point
            ofmap.append(min(max(result, self.act_min), self.act_max))
            self.met["clamped" if ofmap[-1] != result else "not clamped"] += 1
        self.met[f"bank {self.bank}"] += 1
        return {"values": to_word(np.array(ofmap), formats.ofmap_width)}

    def clock(self, i: Values) -> None:
        config = {
            **self._roundings(),
            "ofmap_zero_point": self.zero_point,
            "act_min": self.act_min,
            "act_max": self.act_max,
        }
        loader = SimpleNamespace(scale=self.bytes, active_bank=self.bank)
        sums = np.array(self.sums)
        self.component.compute(loader, self.lane, self.weight_set, sums, config)  # type: ignore[arg-type]
        self.component.commit()
        scales = self.asked[-1]
        pairs = None if scales is None else zip(self.sums, scales, strict=True)
        self.entered.append(pairs and [Value(acc, *scale) for acc, scale in pairs])
        lanes = [(self.lane + k) % self.lanes for k in range(self.count)]
        found = [self.scales.get((self.bank, self.weight_set, lane)) for lane in lanes]
        known = [scale for scale in found if scale is not None]
        self.asked.appendleft(known if len(known) == self.count else None)
        if i["write"]:
            self.scales[self.address] = self.written
            word = self._word(self.written)
            self.bytes[self.address] = list(word.to_bytes(self.bytes.shape[-1], "little"))
        self.steady += 1

    def uncovered(self) -> str:
        return ", ".join(name for name, count in self.met.items() if count < 100)


dw_serial_scale = leaf_test("dw_serial_scale", SerialScaleCase, 2500)
dw_float_serial_scale = leaf_test("dw_float_serial_scale", SerialScaleCase, 2500)
