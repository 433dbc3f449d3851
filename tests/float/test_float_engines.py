"""RTL, model and golden of an engine in floating point; ``tests.float.soak`` runs more engines."""

from __future__ import annotations

from dwsim.rtlsim.cosim import run_jobs
from tests.cosim.layers import Case
from tests.float.cases import ORDINARY

RANDOMS = 16


def test_rtl_model_and_golden_agree(seed: int) -> None:
    jobs = Case(ORDINARY, randoms=RANDOMS).jobs(seed)
    verified = run_jobs(ORDINARY, jobs)
    assert len(verified) == len(jobs)
    assert [done.error for done in verified] == [0] * len(jobs), f"seed {seed}"
