"""Epilogue: the bias and the clamp of one layer in floating point.

``dwsim.golden.ordered_float`` computes with them; this module holds them and checks their domain.
``dwsim.stream.epilogue_values`` makes an epilogue from floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dwsim.errors import Rules, SpecError, is_integer
from dwsim.spec.float_arithmetic import FLOAT_FORMATS, FloatArithmetic, FloatFormat


@dataclass(frozen=True)
class Epilogue:
    """What follows the sums of a layer of floats: a bias for each ofmap channel, and a clamp.

    ``ofmap = clamp(round(acc + bias))``, with ``act_min`` and ``act_max`` as the limits of the
    clamp; docs/explanation/float.md defines the steps. All numbers are words: the biases of the
    format ``accumulate``, the limits of ``number_format``. A limit is a number or an infinity.

    Raises:
        SpecError: with every violated rule.
    """

    number_format: str
    accumulate: str
    bias: tuple[int, ...]
    act_min: int
    act_max: int

    def __post_init__(self) -> None:
        if isinstance(self.bias, list):
            object.__setattr__(self, "bias", tuple(self.bias))
        rules = Rules("epilogue")
        try:
            FloatArithmetic(self.number_format, self.accumulate)
        except SpecError as error:
            rules.violations += error.violations
        rules.raise_if_any()
        self._check_bias(rules)
        self._check_limits(rules)
        rules.raise_if_any()

    def _check_bias(self, rules: Rules) -> None:
        width = FLOAT_FORMATS[self.accumulate].width
        rule = f"must be a sequence of words of {width} bits, one for each ofmap channel"
        if not rules.require(isinstance(self.bias, tuple), "bias", self.bias, rule):
            return
        wrong = [i for i, word in enumerate(self.bias) if not _is_word(word, width)]
        if wrong:
            rules.integer(f"bias[{wrong[0]}]", self.bias[wrong[0]], 0, (1 << width) - 1)

    def _check_limits(self, rules: Rules) -> None:
        number = self.number
        good = True
        for name in ("act_min", "act_max"):
            word = getattr(self, name)
            if not rules.integer(name, word, 0, (1 << number.width) - 1):
                good = False
            else:
                text = f"{word:#x}"
                good &= rules.require(not _is_nan(word, number), name, text, "must not be NaN")
        if good:
            rules.require(
                _place(self.act_min, number) <= _place(self.act_max, number),
                "act_min",
                f"{self.act_min:#x}",
                f"must not be above act_max = {self.act_max:#x}",
            )

    @property
    def number(self) -> FloatFormat:
        """The format of the limits."""
        return FLOAT_FORMATS[self.number_format]

    @property
    def channels(self) -> int:
        """Ofmap channels."""
        return len(self.bias)

    @property
    def subnormal_limits(self) -> tuple[str, ...]:
        """The names of the limits that are subnormal numbers."""
        limits = {"act_min": self.act_min, "act_max": self.act_max}
        normal = 1 << self.number.significand_width
        return tuple(
            name for name, word in limits.items() if 0 < _magnitude(word, self.number) < normal
        )


def _is_word(word: Any, width: int) -> bool:
    return is_integer(word, 0, (1 << width) - 1)


def _magnitude(word: int, number: FloatFormat) -> int:
    """The word without its sign."""
    return word & (1 << number.width - 1) - 1


def _is_nan(word: int, number: FloatFormat) -> bool:
    infinity = ((1 << number.exponent_width) - 1) << number.significand_width
    return _magnitude(word, number) > infinity


def _place(word: int, number: FloatFormat) -> int:
    """An integer that orders words as their values; both zeros have 0."""
    magnitude = _magnitude(word, number)
    return -magnitude if word >> number.width - 1 else magnitude
