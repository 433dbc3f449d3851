"""Reads the arguments of ``tf.nn.depthwise_conv2d``: shapes and lists in, checked geometry out.

The checks are stricter than TensorFlow 2.21 where that guesses: it takes 1.9 as a pad of 1, and
with a dilation *and* a stride above 1 it only warns and then returns wrong values. Where it merely
lacks a kernel (row and column stride that differ, NCHW on a CPU), dwsim follows its documentation.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwsim.errors import Rules

DATA_FORMATS = ("NHWC", "NCHW")


@dataclass(frozen=True)
class TfArguments:
    """The arguments, independent of ``data_format``. Pairs are ``(rows, columns)``.

    ``pads`` is ``(top, bottom, left, right)``, or None for SAME.
    """

    batch: int
    ifmap: tuple[int, int]
    channels: int
    kernel: tuple[int, int]
    channel_multiplier: int
    strides: tuple[int, int]
    dilations: tuple[int, int]
    pads: tuple[int, int, int, int] | None
    name: str


def parse(
    rules: Rules,
    input_shape: Any,
    filter_shape: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
    name: Any,
) -> TfArguments | None:
    """The checked arguments; None after a violation, which is then noted in ``rules``."""
    before = len(rules.violations)
    axes = _axes(rules, data_format)
    # TensorFlow computes empty tensors, so sizes may be 0; a kernel without taps is refused.
    shape = _integers(rules, "input.shape", input_shape, lows=(0, 0, 0, 0))
    kernel_shape = _integers(rules, "filter.shape", filter_shape, lows=(1, 1, 0, 0))
    steps = _strides(rules, strides, axes)
    rates = (1, 1) if dilations is None else _integers(rules, "dilations", dilations, lows=(1, 1))
    pads = _padding(rules, padding, axes)
    rules.require(name is None or isinstance(name, str), "name", name, "must be None or a string")
    _agreement(rules, axes, shape, kernel_shape, steps, rates)
    if axes is None or shape is None or kernel_shape is None or steps is None or rates is None:
        return None
    if len(rules.violations) > before:
        return None
    row, column = axes["H"], axes["W"]
    return TfArguments(
        batch=shape[axes["N"]],
        ifmap=(shape[row], shape[column]),
        channels=shape[axes["C"]],
        kernel=(kernel_shape[0], kernel_shape[1]),
        channel_multiplier=kernel_shape[3],
        strides=(steps[row], steps[column]),
        dilations=(rates[0], rates[1]),
        pads=None if pads is None else (*pads[row], *pads[column]),
        name=name or "",
    )


def _agreement(
    rules: Rules,
    axes: dict[str, int] | None,
    shape: tuple[int, ...] | None,
    kernel_shape: tuple[int, ...] | None,
    steps: tuple[int, ...] | None,
    rates: tuple[int, ...] | None,
) -> None:
    """The rules between two arguments; an argument that is bad by itself is None."""
    if steps and rates:
        rules.require(
            max(rates) == 1 or all(step == 1 for step in steps),
            "dilations",
            list(rates),
            f"must be [1, 1] unless every stride is 1, but strides = {list(steps)}",
        )
    if axes and shape and kernel_shape:
        at = axes["C"]
        rules.require(
            kernel_shape[2] == shape[at],
            "filter.shape[2]",
            kernel_shape[2],
            f"must equal the channels of the input, input.shape[{at}] = {shape[at]}",
        )


def _axes(rules: Rules, data_format: Any) -> dict[str, int] | None:
    """Positions of N, H, W and C in the arguments; None if the format is unknown."""
    if data_format is None:
        data_format = "NHWC"
    known = isinstance(data_format, str) and data_format in DATA_FORMATS
    rules.require(known, "data_format", data_format, 'must be "NHWC", "NCHW" or None (NHWC)')
    return {letter: data_format.index(letter) for letter in "NHWC"} if known else None


def _strides(rules: Rules, strides: Any, axes: dict[str, int] | None) -> tuple[int, ...] | None:
    steps = _integers(rules, "strides", strides, lows=(1, 1, 1, 1))
    for letter, dimension in (("N", "batch"), ("C", "channel")):
        if steps and axes:
            at = axes[letter]
            rules.require(
                steps[at] == 1, f"strides[{at}]", steps[at], f"must be 1, as the {dimension} stride"
            )
    return steps


def _padding(
    rules: Rules, padding: Any, axes: dict[str, int] | None
) -> list[tuple[int, int]] | None:
    """The (before, after) pads of each dimension; None for "SAME" and for bad values."""
    if isinstance(padding, str) and padding in ("SAME", "VALID"):
        return None if padding == "SAME" else [(0, 0)] * 4
    entries = _entries(padding)
    if entries is None or len(entries) != 4:
        rules.require(
            False,
            "padding",
            padding,
            'must be "SAME", "VALID" (upper case, as in TensorFlow) or a list of 4'
            " [before, after] pairs",
        )
        return None
    pads = [_integers(rules, f"padding[{i}]", pair, (0, 0)) for i, pair in enumerate(entries)]
    for letter, dimension in (("N", "batch"), ("C", "channel")):
        pair = pads[axes[letter]] if axes else None
        if axes and pair:
            rules.require(
                pair == (0, 0),
                f"padding[{axes[letter]}]",
                list(pair),
                f"must be [0, 0]: the {dimension} dimension cannot be padded",
            )
    good = [(pair[0], pair[1]) for pair in pads if pair is not None]
    return good if len(good) == len(pads) else None


def _entries(value: Any) -> list[Any] | None:
    """The entries of a list, tuple, 1-D array or TensorShape; None for anything else."""
    # Text and mappings iterate too, but are no list of sizes; sets have no order.
    if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__getitem__"):
        return None
    try:
        return list(value)
    except (TypeError, ValueError):  # a 0-d array, a TensorShape of unknown rank
        return None


def _integers(
    rules: Rules, argument: str, value: Any, lows: tuple[int, ...]
) -> tuple[int, ...] | None:
    """``value`` as Python ints, one for each of ``lows``; None after a violation."""
    entries = _entries(value)
    if entries is None or len(entries) != len(lows):
        rules.require(False, argument, value, f"must be a list of {len(lows)} integers")
        return None
    numbers = [_python_int(entry) for entry in entries]
    good = [
        rules.integer(f"{argument}[{i}]", number, low)
        for i, (number, low) in enumerate(zip(numbers, lows, strict=True))
    ]
    return tuple(numbers) if all(good) else None


def _python_int(value: Any) -> Any:
    """NumPy and TensorFlow integers as Python ints; everything else unchanged."""
    if isinstance(value, bool):
        return value
    try:
        return operator.index(value)
    except TypeError:
        return value
