"""Inside the simulator: bias and clamp in floating point."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.model.float_bias import FloatBias
from dwsim.model.float_bias_store import FloatBiasStore
from dwsim.model.float_clamp import FloatClamp
from dwsim.model.param_loader import Write
from dwsim.stream.layout import from_word, to_word
from tests.leaf.float_part import FloatArrayPart
from tests.leaf.leaf_float_units import value_of, word_of
from tests.leaf.leaf_harness import Expected, Values, leaf_test
from tests.leaf.store_cases import StoreCase

SUM_CYCLES = 6


class FloatBiasCase(FloatArrayPart):
    """Sums and biases of all lanes."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lanes = self.parameters["LANES"]
        self.component = FloatBias(self.arithmetic, self.lanes)
        self.history: list[tuple[np.ndarray, np.ndarray]] = []

    def drive(self) -> Values:
        self.drawn = self.acc(self.lanes), self.acc(self.lanes)
        width = self.arithmetic.acc.width
        return {"acc": to_word(self.drawn[0], width), "bias": to_word(self.drawn[1], width)}

    def model(self, i: Values) -> Expected:
        known = len(self.history) >= SUM_CYCLES
        width = self.arithmetic.acc.width
        return {"sum": to_word(self.component.sum, width)} if known else {}

    def promise(self, i: Values) -> Expected:
        if len(self.history) < SUM_CYCLES:
            return {}
        pairs = zip(*self.history[-SUM_CYCLES], strict=True)
        sums = [self.definition.sum(*map(self.acc_value, pair)) for pair in pairs]
        words = np.array([self.acc_word(value) for value in sums])
        return {"sum": to_word(words, self.arithmetic.acc.width)}

    def clock(self, i: Values) -> None:
        self.history.append(self.drawn)
        self.component.compute(*self.drawn)
        self.component.commit()


class FloatBiasStoreCase(StoreCase):
    """The biases of every lane, in one beat or two."""

    tag, address, data = "weight_set", "write_set", "bias"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        arithmetic = self.numbers.formats.arithmetic
        self.first_word = self.spec.lane_multipliers
        self.component = FloatBiasStore(self.numbers, arithmetic)
        self.acc_width = arithmetic.acc.width

    def memory_cycles(self) -> list[int]:
        return [self.parameters["TAG_CYCLES"] + 2] * self.parameters["WORDS"]

    def model(self, i: Values) -> Expected:
        return {"bias": to_word(self.component.bias, self.acc_width)} if self._ready() else {}

    def promise(self, i: Values) -> Expected:
        if not self._ready():
            return {}
        width = self.parameters["WIDTH"]
        beats = [from_word(words[0], self.spec.lanes, width, False) for words in self.read]
        lanes = zip(*(beat.tolist() for beat in beats), strict=True)
        return {
            "bias": to_word(np.array([to_word(np.array(b), width) for b in lanes]), self.acc_width)
        }

    def _write(self, memory: int, bank: int, index: int, data: int) -> Write:
        beat = from_word(data, self.spec.lanes, self.parameters["WIDTH"], False)
        return Write(memory + self.first_word, bank, index, index, beat)


class FloatClampCase(FloatArrayPart):
    """Values at, beside and far from limits that change now and then."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lanes = self.parameters["LANES"]
        self.component = FloatClamp(self.arithmetic, self.lanes)
        self.history: list[tuple[np.ndarray, tuple[int, int]]] = []
        self.kinds: set[str] = set()
        self._change()

    def _change(self) -> None:
        """Other limits: those of relu and relu6 with either zero, or any numbers in order."""
        number, name = self.arithmetic.number, self.number_name
        zero = self.rng.getrandbits(1) << number.width - 1
        drawn = [int(word) for word in self.number(8)]
        reals = [word for word in drawn if not np.isnan(value_of(word, name))]
        pair = sorted([*reals, zero, zero][:2], key=lambda word: value_of(word, name))
        ends = [(zero, word_of(6.0, name)), (zero, word_of(np.inf, name)), tuple(pair)]
        self.limits: tuple[int, int] = self.rng.choice(ends)

    def _value(self, word: int) -> int:
        """The word itself, or a limit, the one beside it, or its negative."""
        width = self.arithmetic.number.width
        limit = self.rng.choice(self.limits)
        magnitude = (1 << width - 1) - 1
        beside = limit + self.rng.choice((-1, 0, 1)) & magnitude
        sign = self.rng.getrandbits(1) << width - 1
        return self.rng.choice((word, limit, beside + sign))

    def drive(self) -> Values:
        if self.rng.random() < 0.1:
            self._change()
        self.drawn = np.array([self._value(int(w)) for w in self.number(self.lanes)], np.int64)
        low, high = self.limits
        value = to_word(self.drawn, self.arithmetic.number.width)
        return {"value": value, "act_min": low, "act_max": high}

    def model(self, i: Values) -> Expected:
        known = len(self.history) >= 2
        return {"ofmap": self._word(self.component.ofmap)} if known else {}

    def promise(self, i: Values) -> Expected:
        if len(self.history) < 2 or self.history[-1][1] != self.history[-2][1]:
            return {}
        values, limits = self.history[-2]
        return {"ofmap": self._word(np.array([self._clamped(int(v), *limits) for v in values]))}

    def _clamped(self, word: int, low: int, high: int) -> int:
        value, least, most = (value_of(each, self.number_name) for each in (word, low, high))
        kind = "below" if value < least else "above" if value > most else "between"
        kind = "not a number" if np.isnan(value) else kind
        kind = "other zero" if value == 0 and word not in (low, high) and least == 0 else kind
        self.kinds.add(kind)
        return {"below": low, "above": high}.get(kind, word)

    def _word(self, words: np.ndarray) -> int:
        return to_word(words, self.arithmetic.number.width)

    def clock(self, i: Values) -> None:
        self.history.append((self.drawn, self.limits))
        self.component.compute(self.drawn, *self.limits)
        self.component.commit()

    def uncovered(self) -> str:
        missing = {"below", "above", "between", "not a number", "other zero"} - self.kinds
        return f"values that are {', '.join(sorted(missing))}" if missing else ""


dw_float_bias = leaf_test("dw_float_bias", FloatBiasCase, 500)
dw_float_bias_store = leaf_test("dw_float_bias_store", FloatBiasStoreCase, 2000)
dw_float_clamp = leaf_test("dw_float_clamp", FloatClampCase, 1500)
