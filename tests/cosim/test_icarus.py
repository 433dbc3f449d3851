"""The same lock step in Icarus, where a register that was never set is X and must not be read.

Icarus is slower, so only short layers run in it.
"""

from __future__ import annotations

import pytest

from dwsim.derive import Plan
from dwsim.rtlsim.cosim import run_jobs
from tests.cosim.engines import CASES
from tests.cosim.layers import Case

MOST_CYCLES = 120
ENGINES = ("three_lanes", "long_columns")
JOBS_WANTED = 25


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.engine.name in ENGINES],
    ids=lambda case: case.engine.name,
)
def test_no_x_is_seen(case: Case, seed: int) -> None:
    # A job that keeps the weights of one that is too long goes with it.
    jobs, keep = [], False
    for job in case.jobs(seed):
        keep = Plan(job.layer, case.engine).cycles <= MOST_CYCLES and (job.load or keep)
        jobs += [job] if keep else []
    assert len(jobs) >= JOBS_WANTED
    run_jobs(case.engine, jobs, simulator="icarus")
