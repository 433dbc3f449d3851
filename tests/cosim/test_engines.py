"""RTL, model and golden in lock step: many engines, and on each of them many layers."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from dwsim.errors import SpecError
from dwsim.rtlsim.cosim import run_jobs, runs_unstalled
from dwsim.stream.stalls import PROFILES, StallPattern
from tests.cosim.engines import CASES
from tests.cosim.features import (
    INTERLEAVED_FEATURES,
    WANTED_ENGINES,
    WANTED_FEATURES,
    engine_features,
    features,
)
from tests.cosim.layers import DEGENERATE, Case, make_job

LAYERS_WANTED = 300
NEW_AXES_WANTED = 150
"""Jobs whose windows take several passes or whose channel groups are interleaved."""


def test_the_layers_cover_what_they_should(seed: int) -> None:
    jobs = [(case.engine, job) for case in CASES for job in case.jobs(seed)]
    assert len(jobs) >= LAYERS_WANTED
    seen = Counter(feature for engine, job in jobs for feature in features(job, engine))
    assert sorted((WANTED_FEATURES | INTERLEAVED_FEATURES) - seen.keys()) == [], f"seed {seed}"
    new_axes = [
        job
        for engine, job in jobs
        if engine.passes > 1 or (engine.max_interleave > 1 and job.interleave > 1)
    ]
    assert len(new_axes) >= NEW_AXES_WANTED
    run = {job.layer.name for _, job in jobs}
    assert [edge.name for edge in DEGENERATE if edge.name not in run] == []
    # One engine alone meets most of it, so no feature depends on a single simple build.
    main = CASES[1].engine
    met = {name for engine, job in jobs if engine == main for name in features(job, engine)}
    assert sorted(WANTED_FEATURES - met) == [], f"seed {seed}"


def test_the_engines_cover_what_they_should() -> None:
    seen = {name for case in CASES for name in engine_features(case.engine, case.static)}
    assert sorted(WANTED_ENGINES - seen) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.engine.name)
def test_rtl_model_and_golden_agree(case: Case, seed: int) -> None:
    jobs = case.jobs(seed)
    assert all(runs_unstalled(jobs, i) for i, job in enumerate(jobs) if job.stalls == "none")
    stopped = make_job(jobs[-1].layer, case.engine, seed, "long-stops")
    verified = run_jobs(case.engine, [*jobs, stopped], static=case.static)
    assert verified.pop().cycles > _first_stall(seed)
    assert len(verified) == len(jobs)
    assert [done.error for done in verified] == [0] * len(jobs), f"seed {seed}"


def _first_stall(seed: int) -> int:
    """The cycles of the first stall of the sink with "long-stops"."""
    pattern = StallPattern(PROFILES["long-stops"], seed)
    return next(cycles for cycles in itertools.count() if not pattern.ofmap_pause())


def test_a_static_engine_is_plane_major() -> None:
    """A static engine is tied to one order and has no hardware for another."""
    (case,) = (case for case in CASES if case.static is not None)
    job = make_job(case.static, case.engine, 1, "none", interleave=2)
    rule = r"jobs\[0\].interleave = 2: must be 1 on a static engine, which is plane-major"
    with pytest.raises(SpecError, match=rule):
        run_jobs(case.engine, [job], static=case.static)
