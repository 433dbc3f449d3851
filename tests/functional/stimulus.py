"""The streams that the ordinary tests cosimulate, as their modules make them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from dwsim import EngineSpec
from dwsim.rtlsim.job import Job
from tests.cosim import mutation_jobs, test_requantise
from tests.cosim.engines import CASES
from tests.cosim.fault import ENGINE, IN_PASSES
from tests.functional.aimed import aimed
from tests.functional.axes import Sample
from tests.tap_serial import test_cosim as serial

AIMED = ("interleaving", "all_bytes")
SERIAL = ("both",)


def engines() -> list[EngineSpec]:
    """The engines that run aimed streams; other tests have built them."""
    parallel = [case.engine for case in CASES if case.engine.name in AIMED]
    requantised = [engine for engine in test_requantise.ENGINES if engine.name in AIMED]
    return [*parallel, *requantised, *(serial.engine_named(name) for name in SERIAL)]


@cache
def streams(seed: int) -> tuple[Sample, ...]:
    """Every stream of the tests with many of them, without the aimed ones."""
    return tuple(_streams(seed))


@cache
def aimed_streams(seed: int) -> dict[EngineSpec, list[Job]]:
    """The streams for the goals that the others do not meet."""
    return aimed(engines(), streams(seed), seed)


def _streams(seed: int) -> Iterator[Sample]:
    for case in CASES:
        yield from (Sample(case.engine, job) for job in case.jobs(seed))
    for engine in test_requantise.ENGINES:
        yield from (Sample(engine, job) for job in test_requantise.jobs_of(engine, seed))
    for engine in (ENGINE, IN_PASSES):
        yield from (Sample(engine, job) for job in mutation_jobs.jobs(engine))
    for name in serial.ENGINES:
        engine = serial.engine_named(name)
        yield from (Sample(engine, job) for job in serial.jobs_of(engine, seed))
    engine = serial.engine_named("both")
    yield from (Sample(engine, job) for job in serial.wrong_jobs(engine, seed))
