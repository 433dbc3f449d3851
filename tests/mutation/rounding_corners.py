"""Jobs of one pixel whose products decide the rounding by a single bit, or lie at a clamp bound."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import numpy as np

from dwsim import EngineSpec, LayerSpec
from dwsim.rtlsim.job import Job
from dwsim.spec.quantisation import Quantisation
from tests.cosim.layers import layer

_GUARD = 30
"""The product's bits below this one decide nothing, except in single rounding by small shifts."""


def corner_jobs(engine: EngineSpec, first_seed: int) -> Iterator[Job]:
    """One channel for each corner; weights of 0 make the sum equal to the bias."""
    channels = engine.lanes * engine.max_channel_groups
    made = layer("corner", (1, 1), (1, 1), channels)
    rng = random.Random(first_seed)
    corners = {"single": [*_lone_bits(rng)], "double": [*_tails(rng), *_lone_bits(rng)]}
    seed = itertools.count(first_seed)
    for rounding, all_of_it in corners.items():
        for at in range(0, len(all_of_it), channels):
            chosen = [all_of_it[(at + n) % len(all_of_it)] for n in range(channels)]
            q = Quantisation(
                bias=[bias for bias, _, _ in chosen],
                multiplier=[multiplier for _, multiplier, _ in chosen],
                shift=[31 - right for _, _, right in chosen],
                ifmap_zero_point=rng.randint(-128, 127),
                ofmap_zero_point=rng.randint(-20, 20),
                act_min=-128,
                act_max=127,
                rounding=rounding,
            )
            yield _job(made, next(seed), rng.randint(-128, 127), q)


def clamp_jobs(engine: EngineSpec, first_seed: int) -> Iterator[Job]:
    """Values on both sides of each clamp bound: with this scale the ofmap is bias + zero point."""
    channels = engine.lanes * engine.max_channel_groups
    made = layer("clamp", (1, 1), (1, 1), channels)
    rng = random.Random(first_seed)
    for number in range(_CLAMPS):
        low, high = sorted(rng.randint(-128, 127) for _ in range(2))
        zero_point = rng.randint(-128, 127)
        values = itertools.cycle(bound + step for step in (-1, 0, 1) for bound in (low, high))
        q = Quantisation(
            bias=[next(values) - zero_point for _ in range(channels)],
            multiplier=[1 << 30] * channels,
            shift=[1] * channels,
            ifmap_zero_point=0,
            ofmap_zero_point=zero_point,
            act_min=low,
            act_max=high,
            rounding=("single", "double")[number % 2],
        )
        yield _job(made, first_seed + number, 0, q)


_CLAMPS = 40


def _job(made: LayerSpec, seed: int, value: int, quantisation: Quantisation) -> Job:
    """Weights of 0, so that the value of the ifmap does not matter."""
    ifmap = np.full((1, 1, 1, made.channels), value, np.int8)
    weight = np.zeros((1, 1, made.channels, 1), np.int8)
    return Job(made, ifmap, weight, seed=seed, quantisation=quantisation)


def _tails(rng: random.Random) -> Iterator[tuple[int, int, int]]:
    """Sum, multiplier, right shift: the bits below the guard are ones, except one or none."""
    for right in range(33, 60):
        for zero in (None, *range(_GUARD, right - 1)):
            for guard, negative in itertools.product((0, 1), repeat=2):
                product = (1 << right - 1) - (1 << _GUARD)
                product += guard << right - 1
                product += rng.randint(0, 1) << right
                product -= 0 if zero is None else 1 << zero
                if negative:  # all bits inverted
                    product = -product - (1 << _GUARD)
                multiplier = rng.randint((1 << 29) + 1, 1 << 30)
                bias = -(-product // multiplier)
                if -(2**31) <= bias < 2**31:
                    yield bias, multiplier, right


def _lone_bits(rng: random.Random) -> Iterator[tuple[int, int, int]]:
    """Sum, multiplier, right shift: only one bit above those of the ofmap tells the excess."""
    for high in range(8, 61):
        for right in rng.sample(range(1, high - 6), min(high - 7, 5)):
            low = max(0, high - 30)
            bits = rng.randint(low, max(low, min(right, high, 30)))
            multiplier = 1 << high - bits
            shift = max(0, 31 - right)
            if bits + shift > 30:
                continue  # the sum times 2**shift has to fit in 32 bits
            yield 1 << bits, multiplier, right
            yield -(1 << bits), min(multiplier + 1, 2**31 - 1), right
