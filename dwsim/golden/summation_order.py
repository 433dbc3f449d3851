"""The order in which an array adds the products of a window.

An order is a tree: its leaves are taps, and its nodes add their parts either one after the other
or in pairs. Floats need it, because each addition rounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dwsim.errors import Rules

Tap = tuple[int, int]
"""Row and column in the layer's kernel."""


@dataclass(frozen=True)
class Chain:
    """Adds its taps one after the other."""

    parts: tuple[Tap, ...]


@dataclass(frozen=True)
class Pairs:
    """Adds neighbours, then neighbours of those sums, until one sum is left.

    The last of an odd number of sums goes to the next round as it is. An empty part adds nothing,
    but keeps its place.
    """

    parts: tuple[Chain | Pairs, ...]


Order = Chain | Pairs


def tap_parallel_order(
    kernel_h: int,
    kernel_w: int,
    taps_per_cycle: int | None = None,
    engine_kernel: tuple[int, int] | None = None,
) -> Order:
    """The order of the array that multiplies the taps of a window at once.

    Taps are counted row by row. A pass takes ``taps_per_cycle`` of them. Its taps form chains of a
    kernel row, or of the whole pass if that is shorter; a chain adds its taps from left to right.
    The chains of a pass are added in pairs, and then the passes, too.

    Args:
        kernel_h: taps of the layer's kernel in a column.
        kernel_w: taps of the layer's kernel in a row.
        taps_per_cycle: multipliers of a lane, the engine's whole kernel if None: whole kernel
            rows, or up to one row.
        engine_kernel: rows and columns of the engine's kernel if it is larger than the layer's,
            which sits at its end: at the bottom and on the right.

    Raises:
        SpecError: for sizes below 1, a layer's kernel that exceeds the engine's, and a
            ``taps_per_cycle`` that is neither whole rows nor part of a row.
    """
    rows, cols = (kernel_h, kernel_w) if engine_kernel is None else engine_kernel
    units = rows * cols if taps_per_cycle is None else taps_per_cycle
    rules = Rules("tap_parallel_order")
    rules.integer("kernel_h", kernel_h, 1, rows)
    rules.integer("kernel_w", kernel_w, 1, cols)
    if rules.integer("taps_per_cycle", units, 1, rows * cols):
        rules.require(
            units <= cols or units % cols == 0,
            "taps_per_cycle",
            units,
            f"must be at most kernel_w = {cols}, or a multiple of it",
        )
    rules.raise_if_any()
    length = min(units, cols)
    passes = []
    for first in range(0, rows * cols, units):
        chains = []
        for begin in range(first, first + units, length):
            taps = (divmod(tap, cols) for tap in range(begin, min(begin + length, rows * cols)))
            moved = ((row - rows + kernel_h, col - cols + kernel_w) for row, col in taps)
            chains.append(Chain(tuple(tap for tap in moved if min(tap) >= 0)))
        passes.append(Pairs(tuple(chains)))
    return Pairs(tuple(passes))


def tap_serial_order(kernel_h: int, kernel_w: int, partial_sums: int = 1) -> Order:
    """The order of the array that multiplies the taps of a window one after the other.

    Tap t, counted row by row, goes to partial sum t modulo ``partial_sums``; each adds its taps
    one after the other, and the partial sums are added in pairs. 1: tap by tap.

    Raises:
        SpecError: for numbers below 1.
    """
    rules = Rules("tap_serial_order")
    for field, value in (
        ("kernel_h", kernel_h),
        ("kernel_w", kernel_w),
        ("partial_sums", partial_sums),
    ):
        rules.integer(field, value, 1)
    rules.raise_if_any()
    taps = [divmod(tap, kernel_w) for tap in range(kernel_h * kernel_w)]
    return Pairs(tuple(Chain(tuple(taps[k::partial_sums])) for k in range(partial_sums)))


def taps_of(order: Order) -> Iterator[Tap]:
    """All taps of an order."""
    if isinstance(order, Chain):
        yield from order.parts
    else:
        for part in order.parts:
            yield from taps_of(part)
