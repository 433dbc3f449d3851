"""The steady interval: in RTL, an image's ofmap beats follow those of the image before by it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from dwsim.derive import Plan
from dwsim.rtlsim.cosim import run_jobs
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.spec_file import read_spec
from tests.cosim.engines import CASES
from tests.cosim.layers import fits, interleaves, layer, make_job

IMAGES = 4
LAYERS = (
    layer("same", (4, 5), (3, 3), 6, "SAME", batch=IMAGES),
    layer("valid", (5, 4), (3, 2), 7, batch=IMAGES),
    layer("strided", (5, 4), (3, 3), 5, "SAME", (2, 2), batch=IMAGES),
    layer("multiplied", (3, 4), (2, 2), 6, "SAME", channel_multiplier=2, batch=IMAGES),
    layer("wide_pads", (2, 3), (3, 3), 4, (3, 0, 1, 3), batch=IMAGES),
    layer("stride_over_image", (2, 2), (1, 1), 3, (0, 0, 0, 0), (3, 3), batch=IMAGES),
    layer("lag_over_plane", (2, 2), (3, 3), 6, (2, 2, 2, 2), (1, 1), (2, 2), batch=IMAGES),
    layer("lead", (2, 2), (2, 2), 5, (5, 2, 0, 1), batch=IMAGES),
)
EXACT = ("same", "multiplied")
"""Layers with a window in every slot: nothing is faster on any engine."""
ENGINES = ("three_lanes", "interleaving", "row_a_cycle", "part_of_a_row", "rows_a_cycle")
"""One of each kind: builds that the other tests make, too."""


def jobs_of(engine: EngineSpec, seed: int) -> list[Job]:
    """Every layer that fits, in every order that it can have."""
    seeds = itertools.count(seed * 1000)
    return [
        make_job(made, engine, next(seeds), "none", interleave=interleave)
        for made in LAYERS
        if fits(made, engine)
        for interleave in interleaves(made, engine)
    ]


@pytest.mark.parametrize("name", ENGINES)
def test_image_follows_image_in_the_steady_interval(name: str, seed: int) -> None:
    (engine,) = (case.engine for case in CASES if case.engine.name == name)
    jobs = jobs_of(engine, seed)
    assert len(jobs) >= 4
    assert (engine.max_interleave > 1) is any(job.interleave > 1 for job in jobs)
    for done in run_jobs(engine, jobs):
        images = done.transfers.reshape(IMAGES, -1)
        assert images.shape[1] == done.plan.ofmap_beats // IMAGES
        wanted = done.plan.image_cycles
        assert np.all(np.diff(images, axis=0) == wanted), (
            f"{name}, {done.job.layer}, interleave {done.job.interleave}, seed {seed}:"
            f" images {np.unique(np.diff(images, axis=0))} cycles apart, expected {wanted}"
        )
        assert done.transfers[-1] + 1 == done.cycles
        if done.job.layer.name in EXACT:
            assert wanted * IMAGES == done.plan.bound


LARGE = 4
"""Layers of MobileNetV1 with 62,720 of its 95,648 cycles; `make networks` runs them in RTL."""


def test_mobilenet_meets_its_bound(seed: int) -> None:
    """All depthwise layers by the law, the last nine in RTL at full size; two images each."""
    spec = read_spec("mobilenet_v1_32")
    assert (spec.engine.multipliers, spec.engine.lanes * spec.engine.ifmap_width) == (288, 8 * 32)
    plans = [Plan(replace(layer, batch=2), spec.engine) for layer in spec.layers]
    assert len(plans) == 13
    assert sum(plan.image_cycles for plan in plans) == 95_648
    assert all(plan.image_cycles == plan.bound // 2 for plan in plans)
    assert all(plan.switch_cycles == 0 for plan in plans)
    assert sum(Plan(layer, spec.engine).cycles for layer in spec.layers) <= 96_500
    jobs = [make_job(plan.layer, spec.engine, seed, "none") for plan in plans[LARGE:]]
    for done in run_jobs(spec.engine, jobs):
        first, second = done.transfers.reshape(2, -1)
        assert set(second - first) == {done.plan.image_cycles}, done.job.layer
        assert first[-1] + 1 == Plan(replace(done.job.layer, batch=1), spec.engine).cycles


def test_mobilenet_with_64_multipliers(seed: int) -> None:
    """All depthwise layers by the law, the last five in RTL at full size, one after the other."""
    spec = read_spec("mobilenet_v1_32")
    engine = replace(spec.engine, name="mobilenet_v1_64", taps_per_cycle=2)
    assert engine.multipliers == 64
    assert sum(Plan(layer, engine).cycles for layer in spec.layers) <= 350_000
    jobs = [make_job(one, engine, seed, "none") for one in spec.layers[-5:]]
    for done in run_jobs(engine, jobs):
        assert done.cycles == done.plan.cycles, done.job.layer
