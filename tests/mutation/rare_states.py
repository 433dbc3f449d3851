"""Jobs that bring an engine into states which random streams seldom reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dwsim import EngineSpec
from dwsim.rtlsim.job import Job
from tests.cosim.layers import layer, make_job

_FIRST_SEED, _LARGEST = 13000, 10
_RESETS = range(60, 200, 7)
_LEAST_BEATS = 60
"""More than a FIFO and a pipeline hold."""
_BEFORE_THE_END = (2, 4, 7, 11, 16, 22)
_SURPLUS = 70


def rare_state_jobs(jobs: Sequence[Job], engine: EngineSpec) -> list[Job]:
    """Variants of ``jobs``; a job that loads its parameters follows each reset."""
    loading = [job for job in jobs if job.load and job.is_regular]
    large = [job for job in loading if job.plan(engine).ofmap_beats > _LEAST_BEATS]
    return [
        *stopped_jobs(jobs, engine),
        *_resets_without_credit(large),
        *_resets_in_a_surplus(large, engine),
        *overflowing_jobs(jobs, engine),
    ]


def stopped_jobs(jobs: Sequence[Job], engine: EngineSpec) -> list[Job]:
    """Full FIFOs: large planes under long stops, the first of the sink at their start."""
    loading = [job for job in jobs if job.load and job.is_regular]
    largest = sorted(loading, key=lambda job: _plane_beats(job, engine))[-_LARGEST:]
    return [
        replace(job, stalls="long-stops", seed=_FIRST_SEED + number)
        for number, job in enumerate(largest)
    ]


def overflowing_jobs(jobs: Sequence[Job], engine: EngineSpec) -> Iterator[Job]:
    """Parameter tensors with 2**n surplus sets: a counter of n bits shows the right count."""
    loading = [job for job in jobs if job.load and job.is_regular]
    for number in range(_OVERFLOWING):
        job = loading[5 * number % len(loading)]
        plan = job.plan(engine)
        sets = 1 << plan.numbers.counters.sets_width
        surplus = sets * plan.param_beats // plan.weight_sets
        yield replace(job, stalls="none", param_surplus=surplus)
        yield replace(loading[(5 * number + 1) % len(loading)], stalls="both")


_OVERFLOWING = 4


def long_surplus_jobs(jobs: Sequence[Job]) -> Iterator[Job]:
    """The next stream is configured while the engine still drops the 300 surplus beats."""
    loading = [job for job in jobs if job.load and job.is_regular]
    for number in range(_LONG_SURPLUS):
        job = loading[7 * number % len(loading)]
        yield replace(job, stalls="slow-source", ifmap_surplus=300)
        yield replace(loading[(7 * number + 1) % len(loading)], stalls="both")


_LONG_SURPLUS = 6


def stale_mark_jobs(engine: EngineSpec) -> Iterator[Job]:
    """Marks of a stream of many planes are in the line of the next one, which has the longest lag.

    The line has to lose them by slots, not by cycles: the source stalls in the first slots of some.
    """
    tiny = layer("tiny", (1, 1), (engine.kernel_h, engine.kernel_w), pads="SAME", batch=255)
    wide = layer("wide", (3, engine.max_row_pitch), (engine.kernel_h, engine.kernel_w))
    for seed in range(_FIRST_MARK, _FIRST_MARK + 2 * _STALE_MARKS, 2):
        many = make_job(tiny, engine, seed, "slow-sink")
        yield many
        after = make_job(wide, engine, seed + 1, "slow-source")
        yield replace(after, load=False, weight=many.weight)


_FIRST_MARK, _STALE_MARKS = 14000, 20


def _plane_beats(job: Job, engine: EngineSpec) -> int:
    plan = job.plan(engine)
    return plan.ofmap_beats // plan.planes


def _resets_without_credit(large: Sequence[Job]) -> Iterator[Job]:
    """A reset while the sink stalls: an engine that kept its credit would wait for ever."""
    for number, cycles in enumerate(_RESETS):
        stalled = large[2 * number % len(large)]
        yield replace(stalled, stalls="slow-sink", reset_after=cycles)
        yield replace(large[(2 * number + 1) % len(large)], stalls="both")


def _resets_in_a_surplus(large: Sequence[Job], engine: EngineSpec) -> Iterator[Job]:
    """A reset while the beats behind a stream are dropped: those of the next one must not be."""
    for number, cycles in enumerate(_BEFORE_THE_END):
        job = large[2 * number % len(large)]
        reset = job.plan(engine).cycles - cycles
        yield replace(job, stalls="none", ifmap_surplus=_SURPLUS, reset_after=reset)
        yield replace(large[(2 * number + 1) % len(large)], stalls="both")
