"""Requantised jobs whose ofmap depends on every bit of the product, the lowest included."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from dwsim.rtlsim.job import Job

_SHIFTS = 31
_OF_WIDE_SUMS, _OF_SMALL_SUMS = 93, 62


def fine_jobs(jobs: Sequence[Job], seed: int) -> list[Job]:
    """Jobs of wide and of small sums, and jobs whose parameters end too soon.

    Single rounding permits every shift. With a right shift of n the multiplier has so few bits
    that results stay near the range of the ofmap.
    """
    rng = random.Random(seed)
    wide = [_wide(rng, jobs, number) for number in range(_OF_WIDE_SUMS)]
    small = [_small(rng, jobs, number) for number in range(_OF_SMALL_SUMS)]
    return [*wide, *small, *_short_tensors(small)]


def _wide(rng: random.Random, jobs: Sequence[Job], number: int) -> Job:
    right = 1 + number % _SHIFTS
    return _with_scale(rng, jobs, right, max(1, right - 5), 900, 7000 + number)


def _small(rng: random.Random, jobs: Sequence[Job], number: int) -> Job:
    """Weights from -1 to 1: the lowest bit of one product is a large part of the sum."""
    right = 1 + number % _SHIFTS
    job = _with_scale(rng, jobs, right, max(1, right - 1), 90, 7500 + number)
    weight = np.random.default_rng(number).integers(-1, 2, job.weight.shape)
    return replace(job, weight=weight.astype(job.weight.dtype))


def _with_scale(
    rng: random.Random, jobs: Sequence[Job], right: int, size: int, bias: int, seed: int
) -> Job:
    job = next(j for j in rng.sample(jobs, len(jobs)) if j.load and j.quantisation is not None)
    q = job.quantisation
    assert q is not None
    fine = replace(
        q,
        rounding="single",
        bias=[rng.randint(-bias, bias) for _ in range(q.channels)],
        multiplier=[rng.getrandbits(size) | 1 for _ in range(q.channels)],
        shift=[_SHIFTS - right] * q.channels,
    )
    return replace(job, quantisation=fine, seed=seed, stalls="none")


def _short_tensors(jobs: Sequence[Job]) -> Iterator[Job]:
    """Two tensors fill both banks; the third ends inside a set and leaves words of the first."""
    for missing in range(1, 14):
        for turn in range(3):
            job = jobs[(3 * missing + turn) % _SHIFTS]
            for other in (0, 7):
                yield jobs[(5 * missing + turn + other) % _SHIFTS]
            yield replace(job, param_surplus=-missing)
