"""Values for the tests of the golden requantisation: random ones near rounding edges, and lists.

Nearly all uniform sums would be clamped, or far from a tie. Most random sums are therefore chosen
at the border between two ofmap values and then moved by a few units.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import reduced_multiplier

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
WIDEST = 2**47 - 1  # of acc + bias at 16 bits

# (ifmap_width, rounding) of every kind of requantisation.
MODES = ((8, "double"), (8, "single"), (16, "double"), (16, "single"), (8, "float"))

MULTIPLIERS = (0, 1, 2, 2**30, 2**30 + 1, 3 * 2**29, 0x55555555, 2**31 - 2, 2**31 - 1)
# Only double rounding multiplies by negative numbers.
NEGATIVE_MULTIPLIERS = (INT32_MIN, INT32_MIN + 1, -(2**30), -1)
# Float rounding takes float32: 24 significant bits, or 0.
FLOAT_MULTIPLIERS = (0, 2**30, 2**30 + 128, 3 * 2**29, 0x55555580, 2**31 - 256, 2**31 - 128)
# Around the places where the 16-bit multiplier of int16 layers is rounded and cut off.
MULTIPLIERS_16 = (
    *(0x7FFEFFFF, 0x7FFF0000, 0x7FFF0001, 0x7FFF7FFF, 0x7FFF8000, 0x7FFFFFFF),
    *(0x7FFE7FFF, 0x7FFE8000, 0x40007FFF, 0x40008000, 0x00007FFF, 0x00008000),
)
EDGES = tuple(
    sorted(
        {sign * (2**power + step) for sign in (1, -1) for power in range(32) for step in (-1, 0, 1)}
        | {0, 0x55555555, -0x55555556, INT32_MIN, INT32_MAX}
    )
)
EDGES_16 = tuple(sorted({*EDGES, WIDEST, WIDEST - 1, -WIDEST - 1, -WIDEST, 2**46, -(2**46)}))


def shifts(ifmap_width: int) -> range:
    return range(-31, 31 if ifmap_width == 8 else 8)


def directed(ifmap_width: int, rounding: str) -> Iterator[tuple[np.ndarray, Quantisation]]:
    """``(acc, quantisation)``: every listed value, none of them random."""
    yield from edges(ifmap_width, rounding)
    yield from ties(ifmap_width, rounding)
    if ifmap_width == 8:
        yield from near_second_ties(rounding)
        yield from biases(rounding)


def edges(ifmap_width: int, rounding: str) -> Iterator[tuple[np.ndarray, Quantisation]]:
    """Extreme sums, multipliers and zero points at every shift."""
    multipliers = MULTIPLIERS_16 + MULTIPLIERS if ifmap_width == 16 else MULTIPLIERS
    if (ifmap_width, rounding) == (8, "double"):
        multipliers += NEGATIVE_MULTIPLIERS
    if rounding == "float":
        multipliers = FLOAT_MULTIPLIERS
    pairs = list(product(multipliers, shifts(ifmap_width)))
    acc = np.array(EDGES if ifmap_width == 8 else EDGES_16, np.int64)
    clamps = [(0, -128, 127), (127, -128, 127), (-128, -128, 127), (5, -3, 77)]
    for zero_point, low, high in clamps if ifmap_width == 8 else [(0, -32768, 32767), (0, 0, 99)]:
        q = quantisation(pairs, ifmap_width, rounding, zero_point, low, high)
        yield np.broadcast_to(acc[:, None], (acc.size, len(pairs))), q


def ties(ifmap_width: int, rounding: str) -> Iterator[tuple[np.ndarray, Quantisation]]:
    """Multiplier 2**30 halves: (2k + 1) * 2**-shift is a tie, exactly; also one beside it."""
    pairs = [(2**30, shift) for shift in shifts(ifmap_width) if shift <= 0]
    odd = 2 * np.arange(-140, 140, dtype=np.int64) + 1
    scale = np.array([2**-shift for _, shift in pairs], np.int64)
    acc = (odd[:, None] * scale)[..., None, :] + np.array([-1, 0, 1])[:, None]
    low, high = (-128, 127) if ifmap_width == 8 else (-32768, 32767)
    yield acc, quantisation(pairs, ifmap_width, rounding, 0, low, high)


def near_second_ties(rounding: str) -> Iterator[tuple[np.ndarray, Quantisation]]:
    """Products that the first of two roundings moves onto a tie of the second, or off it."""
    listed = FLOAT_MULTIPLIERS if rounding == "float" else MULTIPLIERS
    pairs = list(product((m for m in listed if m >= 2**30), range(-20, 0)))
    odd = 2 * np.arange(-20, 20) + 1
    acc = [
        [round(k * 2 ** (-shift - 1) * 2**31 / multiplier) + step for multiplier, shift in pairs]
        for k in odd.tolist()
        for step in range(-2, 3)
    ]
    yield np.array(acc, np.int64), quantisation(pairs, 8, rounding, 0, -128, 127)


def biases(rounding: str) -> Iterator[tuple[np.ndarray, Quantisation]]:
    """acc + bias at both ends of int32 and past them; acc with bits above the 32nd."""
    bias = np.array([0, 1, -1, 2**30, INT32_MIN, INT32_MIN + 1, INT32_MAX, INT32_MAX - 1])
    acc = np.array([*EDGES, 2**32, 2**32 + 5, -(2**32) - 5, 2**40 + 77, 2**63 - 1, -(2**63)])
    for shift in (-24, -1, 0, 1):
        pairs = [(0x60000080 if rounding == "float" else 0x60000001, shift)] * bias.size
        q = quantisation(pairs, 8, rounding, 3, -128, 127, bias.tolist())
        yield np.broadcast_to(acc[:, None], (acc.size, bias.size)), q


def quantisation(
    pairs: list[tuple[int, int]],
    ifmap_width: int,
    rounding: str,
    ofmap_zero_point: int,
    act_min: int,
    act_max: int,
    bias: list[int] | None = None,
) -> Quantisation:
    """One channel for each pair of multiplier and shift."""
    return Quantisation(
        bias=[0] * len(pairs) if bias is None else bias,
        multiplier=[multiplier for multiplier, _ in pairs],
        shift=[shift for _, shift in pairs],
        act_min=act_min,
        act_max=act_max,
        ofmap_zero_point=ofmap_zero_point,
        ifmap_width=ifmap_width,
        rounding=rounding,
    )


def random_values(
    rng: np.random.Generator, ifmap_width: int, rounding: str, rows: int, channels: int
) -> tuple[np.ndarray, Quantisation]:
    """``(acc, quantisation)``; acc has the shape ``(rows, channels)``."""
    q = random_quantisation(rng, ifmap_width, rounding, channels)
    widest = INT32_MAX if ifmap_width == 8 else WIDEST // 2
    shape = (rows, channels)
    multiplier = [reduced_multiplier(m) << 16 if ifmap_width == 16 else m for m in q.multiplier]
    real = np.ldexp(np.array(multiplier, float), np.array(q.shift) - 31)
    low, high = q.act_min - q.ofmap_zero_point - 2, q.act_max - q.ofmap_zero_point + 2
    border = rng.integers(low, high, shape, endpoint=True) + 0.5
    aimed = np.clip(border / np.where(real == 0, 1, real), -widest, widest).astype(np.int64)
    aimed += rng.integers(-2, 2, shape, endpoint=True)
    small = (rng.choice([-1, 1], shape) * np.exp2(rng.uniform(0, 31, shape))).astype(np.int64)
    wide = rng.integers(-widest - 1, widest, shape, endpoint=True)
    value = np.select([rng.random(shape) < 0.7, rng.random(shape) < 0.5], [aimed, small], wide)
    acc = np.clip(value, -widest - 1, widest) - np.array(q.bias)
    if ifmap_width == 8:  # bits above the lowest 32 must not matter
        acc += (rng.integers(-(2**20), 2**20, shape) << 32) * (rng.random(shape) < 0.1)
    return acc, q


def random_quantisation(
    rng: np.random.Generator, ifmap_width: int, rounding: str, channels: int
) -> Quantisation:
    """Mostly values as in real layers, and every other legal value."""
    signed = (ifmap_width, rounding) == (8, "double")
    usual = rng.integers(2**30, 2**31, channels)
    anything = rng.integers(INT32_MIN if signed else 0, 2**31, channels)
    listed = rng.choice(MULTIPLIERS + NEGATIVE_MULTIPLIERS * signed, channels)
    kind = rng.random(channels)
    multiplier = np.select([kind < 0.7, kind < 0.8], [usual, anything], listed)
    if rounding == "float":
        some = rng.choice(FLOAT_MULTIPLIERS, channels)
        multiplier = np.where(kind < 0.8, usual & ~127, some)
    every = shifts(ifmap_width)
    rare = rng.random(channels) < 0.4
    shift = np.where(
        rare, rng.integers(every[0], every[-1] + 1, channels), rng.integers(-20, 1, channels)
    )
    low, high = (-128, 127) if ifmap_width == 8 else (-32768, 32767)
    ends = np.sort(rng.integers(low, high, 2, endpoint=True)) if rng.random() < 0.3 else (low, high)
    widest = 2**31 if ifmap_width == 8 else 2**45
    bias = np.where(
        rng.random(channels) < 0.5,
        rng.integers(-widest, widest, channels),
        rng.integers(-(2**16), 2**16, channels),
    )
    return Quantisation(
        bias=bias,
        multiplier=multiplier,
        shift=shift,
        act_min=int(ends[0]),
        act_max=int(ends[1]),
        ofmap_zero_point=int(rng.integers(-128, 128)) if ifmap_width == 8 else 0,
        ifmap_width=ifmap_width,
        rounding=rounding,
    )
