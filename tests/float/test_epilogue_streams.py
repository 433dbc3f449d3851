"""Epilogues in the files of jobs, and in the streams of a layer that exceeds its engine."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import TiledPlan, plan_of
from dwsim.rtlsim.cosim import run_jobs
from dwsim.rtlsim.job import read_jobs, write_jobs
from dwsim.verification.simulation import step_layer
from tests.cosim.layers import make_job
from tests.float.cases import FINISHED, ORDINARY, SERIAL

LAYER = LayerSpec(3, 4, channels=5, kernel_h=1, kernel_w=1, name="small")


def test_jobs_read_back_with_every_bit_of_a_bias(seed: int, tmp_path: Path) -> None:
    jobs = [make_job(LAYER, FINISHED, seed + index, "none") for index in range(20)]
    biases = np.array([job.epilogue.bias for job in jobs if job.epilogue is not None], np.uint32)
    assert np.isnan(biases.view(np.float32)).any(), f"seed {seed}"
    write_jobs(tmp_path, FINISHED, jobs, static=False)
    engine, read, _ = read_jobs(tmp_path)
    assert engine == FINISHED
    assert [job.epilogue for job in read] == [job.epilogue for job in jobs]


def test_jobs_of_older_versions_are_read(tmp_path: Path) -> None:
    write_jobs(tmp_path, FINISHED, [make_job(LAYER, FINISHED, 1, "none")], static=False)
    path = tmp_path / "jobs.json"
    content = json.loads(path.read_text())
    del content["engine"]["epilogue"], content["jobs"][0]["epilogue"]
    path.write_text(json.dumps(content))
    engine, (job,), _ = read_jobs(tmp_path)
    assert (engine.epilogue, job.epilogue) == (None, None)


def test_kept_parameters_keep_their_epilogue() -> None:
    first, other = (make_job(LAYER, FINISHED, seed, "none") for seed in (1, 2))
    with pytest.raises(SpecError, match=r"jobs\[1\].epilogue = .*: must equal that of the job"):
        run_jobs(FINISHED, [first, replace(other, load=False)])


@pytest.mark.parametrize("engine", [ORDINARY, SERIAL], ids=lambda engine: engine.name)
def test_the_streams_of_a_large_layer_have_their_biases(engine: EngineSpec, seed: int) -> None:
    """Cut by rows, channels and weight sets; the model's values are compared with golden's."""
    large = LayerSpec(16, 9, channels=5, kernel_h=2, kernel_w=2, channel_multiplier=3, name="large")
    plan = plan_of(large, engine)
    assert isinstance(plan, TiledPlan)
    run = step_layer(plan, "none", seed)
    assert len(run.plan.plans) == len(plan.plans) >= 8
