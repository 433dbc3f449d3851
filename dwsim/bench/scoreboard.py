"""Compares the beats of an engine with the golden ofmap, and describes the first difference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dwsim.bench.beat_order import EMPTY, Order, checked
from dwsim.bench.bench_case import Case
from dwsim.bench.stream_ports import Beat
from dwsim.spec.layer_spec import LayerSpec
from dwsim.stream.layout import from_word

_SHOWN = 4
"""Lost or surplus beats that the report lists."""


class Scoreboard:
    """The expected beats of a case, in the order of the engine's output.

    Args:
        case: the layer, its data and the golden ofmap.
        order: the order of the output stream.
        width: bits of an ofmap value.
        signed: the ofmap is in two's complement.

    Raises:
        SpecError: if the order does not carry every element of the ofmap exactly once.
    """

    def __init__(self, case: Case, order: Order, width: int, signed: bool = True) -> None:
        self.case, self.width, self.signed = case, width, signed
        self.where = checked(order, case.layer.ofmap_shape)
        self.used = self.where[..., 3] != EMPTY
        self.expected = case.ofmap[tuple(np.moveaxis(self.where, -1, 0))].astype(np.int64)

    @property
    def count(self) -> int:
        """The number of beats of the ofmap."""
        return len(self.where)

    def difference(self, beats: Sequence[Beat]) -> list[str]:
        """The first difference as lines of a report; empty if all beats are right."""
        got, unknown = self._values(beats)
        common = min(len(got), self.count)
        wrong = (got[:common] != self.expected[:common]) | unknown[:common]
        wrong &= self.used[:common]
        lines = []
        if wrong.any():
            beat, value = (int(index) for index in np.argwhere(wrong)[0])
            shown = "X bits" if unknown[beat, value] else str(got[beat, value])
            lines = [
                f"where:    beat {beat} = {self.name(beat, value)}, cycle {beats[beat].cycle}",
                f"expected: {self.expected[beat, value]}{self._sum(beat, value)}",
                f"got:      {shown}",
                *self._pattern(got[:common], wrong),
            ]
        if len(beats) != self.count:
            lines += self._count(got)
        return lines or self._last_marks(beats)

    def name(self, beat: int, value: int) -> str:
        """The element in a place of the stream, such as "ofmap[image 0, row 2, ...]"."""
        image, row, column, channel = (int(index) for index in self.where[beat, value])
        return f"ofmap[image {image}, row {row}, column {column}, channel {channel}]"

    def _values(self, beats: Sequence[Beat]) -> tuple[np.ndarray, np.ndarray]:
        """Values and marks of X bits, both of shape (beats, values)."""
        lanes = self.where.shape[1]
        got = np.zeros((len(beats), lanes), np.int64)
        unknown = np.zeros((len(beats), lanes), bool)
        mask = (1 << lanes * self.width) - 1
        for index, beat in enumerate(beats):
            got[index] = from_word(beat.data & mask, lanes, self.width, self.signed)
            if beat.unknown:
                unknown[index] = from_word(beat.unknown & mask, lanes, self.width, False) != 0
        return got, unknown

    def _last_marks(self, beats: Sequence[Beat]) -> list[str]:
        for index, beat in enumerate(beats):
            wanted = int(index == len(beats) - 1)
            if beat.last is not None and beat.last != wanted:
                return [
                    f"where:    last mark of beat {index} = {self.name(index, 0)}, "
                    f"cycle {beat.cycle}",
                    f"expected: {wanted}",
                    f"got:      {beat.last}",
                ]
        return []

    # -- the way from a difference to its cause -------------------------------------------

    def _sum(self, beat: int, value: int) -> str:
        """The numbers that an ofmap value comes from."""
        place = tuple(self.where[beat, value])
        q = self.case.quantisation
        if q is None:
            return ""
        channel = int(place[3])
        bias, multiplier, shift = q.bias[channel], q.multiplier[channel], q.shift[channel]
        exact = (int(self.case.sums[place]) + bias) * multiplier * 2.0 ** (shift - 31)
        return (
            f" (sum {self.case.sums[place]}, bias {bias}, multiplier {multiplier}, shift {shift}:"
            f" {exact:.3f} before {q.rounding} rounding, zero point {q.ofmap_zero_point},"
            f" clamp {q.act_min} to {q.act_max})"
        )

    def _pattern(self, got: np.ndarray, wrong: np.ndarray) -> list[str]:
        """The places of the wrong values, and what they have in common."""
        places = self.where[: len(wrong)][wrong]
        names = ("images", "rows", "columns", "channels")
        spans = (f"{name} {_spans(places[:, axis])}" for axis, name in enumerate(names))
        compared = int(self.used[: len(wrong)].sum())
        lines = [f"wrong:    {len(places)} of {compared} values: {'; '.join(spans)}"]
        off = np.unique((got - self.expected[: len(wrong)])[wrong])
        at_edge = on_padding(self.where, self.case.layer)[: len(wrong)]
        inside = ~at_edge & self.used[: len(wrong)]
        if len(places) == 1:
            return lines
        if len(off) == 1 or np.abs(off).max() == 1:
            amounts = " or ".join(f"{amount:+d}" for amount in off)
            lines.append(f"          got - expected is {amounts} in each of them")
        elif at_edge[wrong].all() and inside.any():
            lines.append("          each of them has taps on padding; values without are right")
        return lines

    def _count(self, got: np.ndarray) -> list[str]:
        """The number of beats and, if the others are right, the ones that are lost or surplus."""
        lines = [f"beats:    {len(got)} came, {self.count} are expected"]
        mine, wanted = got.tolist(), np.where(self.used, self.expected, 0).tolist()
        if len(got) < self.count and (lost := _left_over(wanted, mine)) is not None:
            names = ", ".join(f"{index} = {self.name(index, 0)}" for index in lost[:_SHOWN])
            lines.append(f"          those that came are right without the lost beats: {names}")
        if len(got) > self.count and (surplus := _left_over(mine, wanted)) is not None:
            names = ", ".join(str(index) for index in surplus[:_SHOWN])
            lines.append(f"          the others are right; surplus beats: {names}")
        return lines


def _left_over(longer: list[list[int]], shorter: list[list[int]]) -> list[int] | None:
    """The places of ``longer`` without which it is ``shorter``; None if there are none."""
    left, matched = [], 0
    for place, beat in enumerate(longer):
        if matched < len(shorter) and beat == shorter[matched]:
            matched += 1
        else:
            left.append(place)
    return left if matched == len(shorter) else None


def on_padding(where: np.ndarray, layer: LayerSpec) -> np.ndarray:
    """True for each position (last axis: image, row, column, channel) with taps on padding."""
    outside = np.zeros(where.shape[:-1], bool)
    for axis, index in (("h", 1), ("w", 2)):
        before = layer.pad_top if axis == "h" else layer.pad_left
        reach = (getattr(layer, f"kernel_{axis}") - 1) * getattr(layer, f"dilation_{axis}")
        first = where[..., index] * getattr(layer, f"stride_{axis}") - before
        outside |= (first < 0) | (first + reach >= getattr(layer, f"ifmap_{axis}"))
    return outside


def _spans(values: np.ndarray) -> str:
    """Sorted integers as text: 0-2, 5."""
    numbers = sorted({int(value) for value in values})
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
