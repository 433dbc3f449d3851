"""RTL, model and golden of an engine in floating point; ``tests.float.soak`` runs more engines."""

from __future__ import annotations

import pytest

from dwsim import EngineSpec
from dwsim.rtlsim.cosim import run_jobs
from tests.cosim.layers import Case
from tests.float.cases import FINISHED, ORDINARY, PLAIN, SERIAL

RANDOMS = 16
IN_ICARUS = 5
"""Jobs of an engine that Icarus Verilog simulates."""


@pytest.mark.parametrize("engine", [ORDINARY, SERIAL], ids=lambda engine: engine.name)
def test_rtl_model_and_golden_agree(engine: EngineSpec, seed: int) -> None:
    jobs = Case(engine, randoms=RANDOMS).jobs(seed)
    verified = run_jobs(engine, jobs)
    assert len(verified) == len(jobs)
    assert [done.error for done in verified] == [0] * len(jobs), f"seed {seed}"


@pytest.mark.parametrize("engine", [PLAIN, FINISHED], ids=lambda engine: engine.name)
def test_other_engines_agree(engine: EngineSpec, seed: int) -> None:
    jobs = Case(engine, randoms=IN_ICARUS).jobs(seed)
    chosen = [job for job in jobs if job.load][-IN_ICARUS:]
    assert len(run_jobs(engine, chosen, simulator="icarus")) == IN_ICARUS
