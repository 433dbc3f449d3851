"""Inside the simulator: the requantiser with float rounding, and its parts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from dwsim.golden.quantised import requantise
from dwsim.model.float_requantise import FloatRequantise
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import is_float_multiplier
from tests.leaf.leaf_harness import Expected, Values, leaf_test
from tests.leaf.leaf_requantise import Numbers, RequantiseCase
from tests.leaf.leaf_scale import Delayed, signed
from tests.leaf.requantise_promise import (
    INT32,
    Value,
    digits_24,
    nearest_even,
    promised_float,
    wrapped,
)

DIGITS = 24


class FloatConvertCase(Delayed):
    """Sums of every length, and those of 25 to 32 bits at a tie, beside it, and near a carry."""

    cycles = 5

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.met: Counter[str] = Counter()

    def drive(self) -> Values:
        rng = self.rng
        if rng.random() < 0.4:
            return {"x": self.number(32)}
        dropped = rng.randint(1, 8)
        kept = rng.choice((1 << 23, (1 << 24) - 1, (1 << 24) - 2, rng.randrange(1 << 23, 1 << 24)))
        below = rng.choice((0, 1, -1)) + (1 << dropped - 1)
        magnitude = min((kept << dropped) + below, 2**31)
        return {"x": rng.choice((-1, 1)) * magnitude & (1 << 32) - 1}

    def expected(self, i: Values) -> Expected:
        x = signed(i["x"], 32)
        rounded, length = abs(digits_24(x)), abs(x).bit_length()
        zeros = 32 - length if x else 31
        significand, rest = divmod(rounded << zeros, 1 << 8)
        assert rest == 0, f"{x}: {rounded} has more than 24 significant bits"
        self.met[f"{length} bits"] += 1
        dropped = max(length - DIGITS, 0)
        tie = dropped and abs(x) % (1 << dropped) == 1 << dropped - 1
        self.met["tie up" if rounded > abs(x) else "tie down"] += bool(tie)
        self.met["carry"] += significand == 1 << DIGITS
        return {"significand": significand, "zeros": zeros, "negative": int(x < 0)}

    def uncovered(self) -> str:
        wanted = [f"{length} bits" for length in range(33)] + ["tie up", "tie down", "carry"]
        return ", ".join(name for name in wanted if self.met[name] < 5)


class FloatRoundCase(Delayed):
    """Products of significands; ties of both roundings; results around each end of the field."""

    cycles = 4

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.width = self.parameters["FIELD_W"]
        self.met: Counter[str] = Counter()

    def _product(self) -> int:
        rng = self.rng
        ends = (1 << 23, (1 << 23) + 1, (1 << 24) - 1, 1 << 24)
        if rng.random() < 0.3:
            # Few significant bits, so that the result can be a tie.
            return rng.randrange(1 << 23, 1 << 24, 1 << rng.randint(8, 22)) << 23
        if rng.random() < 0.3:
            # A tie of the first rounding, or next to it.
            length = rng.choice((47, 48))
            kept = rng.choice(((1 << 24) - 1, rng.randrange(1 << 23, 1 << 24)))
            dropped = length - DIGITS
            return (kept << dropped) + (1 << dropped - 1) + rng.choice((-1, 0, 1))
        factors = [rng.choice((*ends, rng.randrange(1 << 23, 1 << 24))) for _ in range(2)]
        return factors[0] * min(factors[1], (1 << 24) - 1)

    def _deciding(self) -> int:
        """A product whose last bits decide the result; sets ``places``.

        Its 24 highest bits end in a tie, so the result depends on the first rounding, and that
        depends on the guard and on one of the bits below it.
        """
        rng = self.rng
        dropped, bits = rng.choice((23, 24)), rng.randint(24 - self.width, 24)
        integer = rng.getrandbits(24 - bits) | (1 << 24 - bits >> 1)
        beside = 1 << rng.randrange(max(bits - 1, 1))
        kept = (integer << bits) + (1 << bits - 1) + rng.choice((0, 0, beside, -1, 1))
        kept = min(max(kept, 1 << 23), (1 << 24) - 1)
        half = 1 << dropped - 1
        rest = rng.choice((0, half, half - 1, half + (1 << rng.randrange(dropped - 1))))
        self.places = dropped + bits + 15
        return (kept << dropped) + rest

    def drive(self) -> Values:
        rng = self.rng
        self.places = rng.randint(60 - self.width, 66)
        if rng.random() < 0.5:
            self.significand = self._deciding()
        else:
            small = rng.choice((0, rng.getrandbits(46)))
            self.significand = small if rng.random() < 0.1 else self._product()
        zeros, right_shift = rng.randrange(32), rng.randrange(64)
        if rng.random() < 0.8:
            # The last bit of the result lies near the field.
            places = self.places
            right_shift = min(max(places - zeros, 0), 63)
            zeros = min(max(places - right_shift, 0), 31)
        others = rng.getrandbits(64) & ~((1 << 61) - (1 << 13))
        return {
            "product": self.significand << 13 | others,
            "zeros": zeros,
            "negative": self.word(1),
            "right_shift": right_shift,
        }

    def expected(self, i: Values) -> Expected:
        places = i["zeros"] + i["right_shift"] - 15
        # No product of normalised significands has fewer bits, so a smaller one counts as 0.
        normalised = self.significand if self.significand >> 46 else 0
        exact = normalised << max(-places, 0)
        places = max(places, 0)
        rounded = digits_24(exact)
        result, floor = nearest_even(rounded, places), rounded >> places
        negative = i["negative"]
        self.met[f"rounds {'up' if rounded > exact else 'down'}"] += rounded != exact
        if rounded & (1 << places) - 1 == 1 << places >> 1 and places and floor < 1 << self.width:
            self.met[f"tie, {'exact' if rounded == exact else 'made'}"] += 1
        self.met["carry"] += rounded != exact and rounded & rounded - 1 == 0
        expected: Expected = {"negative_q": negative, "positive_q": 1 - negative}
        expected["outside"] = int(floor >= 1 << self.width)
        self.met["outside" if expected["outside"] else "inside"] += 1
        self.met["edge"] += floor in ((1 << self.width) - 1, 1 << self.width)
        if expected["outside"]:
            return expected
        up = result - floor ^ negative
        mask = (1 << self.width) - 1
        field = (~floor if negative else floor) & mask
        sign = -1 if negative else 0
        assert (sign << self.width) + field + up == (-result if negative else result)
        return expected | {"field": 2 * field + up, "nudge": up}

    def uncovered(self) -> str:
        ties = ["tie, exact", "tie, made"] if self.width < 12 else ["tie, exact"]
        wanted = ["rounds up", "rounds down", *ties, "carry", "outside", "inside", "edge"]
        return ", ".join(name for name in wanted if self.met[name] < 10)


class FloatRequantiseCase(RequantiseCase):
    """As ``RequantiseCase``; streams in float rounding get sums and scales at float32's edges."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = FloatRequantise(self.numbers, self.spec.lanes)

    def _change(self) -> None:
        super()._change()
        able = self.spec.roundings
        self.float_rounding = int(self.rounding == "float") if len(able) > 1 else self.word(1)
        if self.rounding == "float" or not {"double", "single"} <= set(able):
            self.single_rounding = self.word(1)  # has to be ignored

    def drive(self) -> Values:
        # The parent may change the stream, so its values come first.
        return super().drive() | {"float_rounding": self.float_rounding}

    def _value(self) -> Value:
        if self.rounding != "float":
            return super()._value()
        rng, low, high = self.rng, *INT32
        if rng.random() < 0.1:
            # Bits that no layer gives: model and RTL must agree on them, too.
            acc, bias = rng.randint(*self.acc_range), rng.randint(low, high)
            return Value(acc, bias, rng.randint(low, high), rng.randrange(64))
        makers = (self._scaled_by_one, self._halves, self._long, self._near, self._float_ends)
        x, multiplier, shift = rng.choice((*makers, self._any_float))()
        x = min(max(x, low), high)
        acc = rng.choice((*self.acc_range, 0, -1, rng.randint(*self.acc_range)))
        value = Value(acc, wrapped(x - acc, 32), multiplier, 31 - shift)
        self._note_float(value, shift)
        return value

    def _significand(self) -> int:
        rng = self.rng
        ends = (1 << 23, (1 << 23) + 1, (1 << 24) - 1, (1 << 24) - 2)
        return rng.choice((*ends, *(rng.randrange(1 << 23, 1 << 24) for _ in range(6))))

    def _halves(self) -> Numbers:
        """A sum halfway between two results, of either sign, or next to it."""
        rng = self.rng
        odd, right = 2 * rng.randint(-300, 300) + 1, rng.randint(0, 20)
        return (odd << right) + rng.choice((-1, 0, 0, 1)), 2**30, -right

    def _long(self) -> Numbers:
        """A sum of 25 to 32 bits at a tie of its conversion, or next to it."""
        rng = self.rng
        dropped = rng.randint(1, 8)
        kept = rng.choice(((1 << 24) - 1, rng.randrange(1 << 23, 1 << 24)))
        magnitude = (kept << dropped) + (1 << dropped - 1) + rng.choice((-1, 0, 0, 1))
        shift = rng.randint(4, 9) - magnitude.bit_length()
        return rng.choice((-1, 1)) * magnitude, self._significand() << 7, shift

    def _near(self) -> Numbers:
        """A scale that brings a sum next to a tie, as near as float32 can tell."""
        rng = self.rng
        magnitude = rng.getrandbits(rng.randint(1, 31)) + 1
        target = (2 * rng.randrange(200) + 1) << 60
        scale = target // (2 * magnitude)
        length = scale.bit_length()
        significand = (scale >> length - DIGITS) + rng.randint(-1, 2)
        significand = min(max(significand, 1 << 23), (1 << 24) - 1)
        return rng.choice((-1, 1)) * magnitude, significand << 7, min(max(length - 60, -31), 30)

    def _float_ends(self) -> Numbers:
        rng = self.rng
        x = rng.choice((*INT32, INT32[0] + 1, 0, -1, 1, 2**24, 2**24 + 1, -(2**24) - 1))
        multiplier = rng.choice((0, self._significand() << 7))
        return x, multiplier, rng.choice((-31, -30, -24, -1, 0, 1, 30))

    def _any_float(self) -> Numbers:
        rng = self.rng
        x = rng.randint(*INT32) >> rng.randint(0, 30)
        shift = rng.randint(-3, 10) - abs(x).bit_length()
        usual = min(max(shift, -31), 30)
        chosen = rng.choice((usual, usual, usual, rng.randint(-31, 30)))
        return x, self._significand() << 7, chosen

    def _result(self, value: Value) -> int:
        if self.rounding == "float":
            return promised_float(value)
        return super()._result(value)

    def _promised(self, value: Value) -> int | None:
        if self.rounding == "float" and not is_float_multiplier(value.multiplier):
            return None
        return super()._promised(value)

    def _config(self, i: Values) -> dict[str, int]:
        return super()._config(i) | {"float_rounding": i["float_rounding"]}

    def _note_float(self, value: Value, shift: int) -> None:
        q = Quantisation(
            bias=(value.bias,),
            multiplier=(value.multiplier,),
            shift=(shift,),
            act_min=self.act_min,
            act_max=self.act_max,
            ofmap_zero_point=self.zero_point,
            rounding="float",
        )
        golden, promised = int(requantise(np.array([value.acc]), q)[0]), self._ofmap(value)
        assert golden == promised, f"{value}: golden {golden}, promised {promised}"
        x = wrapped(value.acc + value.bias, 32)
        converted, sign = digits_24(x), "negative" if x < 0 else "positive"
        product = digits_24(converted * value.multiplier)
        right = value.right_shift
        seen = {
            "float: smallest shift": shift == -31,
            "float: largest shift": shift == 30,
            "float: clamped below": golden == self.act_min,
            "float: clamped above": golden == self.act_max,
            "float: within the range": self.act_min < golden < self.act_max,
            "float: multiplier of 0": value.multiplier == 0,
            "float: conversion rounds": converted != x,
            "float: product rounds": product != converted * value.multiplier,
            f"float: {sign} tie": product & (1 << right) - 1 == 1 << right - 1,
            **{f"float: {bits} bits": abs(x).bit_length() == bits for bits in range(25, 33)},
        }
        self.met.update(name for name, holds in seen.items() if holds)

    def uncovered(self) -> str:
        ends = ["smallest shift", "largest shift", "clamped below", "clamped above"]
        ends += ["within the range", "multiplier of 0", "conversion rounds", "product rounds"]
        ends += ["negative tie", "positive tie", *(f"{bits} bits" for bits in range(25, 33))]
        missing = [f"float: {name}" for name in ends if self.met[f"float: {name}"] < 5]
        others = super().uncovered() if len(self.spec.roundings) > 1 else ""
        return ", ".join(filter(None, [*missing, others]))


dw_float_convert = leaf_test("dw_float_convert", FloatConvertCase, 3000)
dw_float_round = leaf_test("dw_float_round", FloatRoundCase, 5000)
dw_float_requantise = leaf_test("dw_float_requantise", FloatRequantiseCase, 6000)
