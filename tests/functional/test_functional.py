"""Every reachable cross is hit by the cosimulations of the ordinary test run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dwsim import EngineSpec
from dwsim.rtlsim.cosim import run_jobs
from dwsim.rtlsim.job import Job
from tests.cosim.layers import layer, layer_data, make_job
from tests.cosim.test_requantise import quantised_job
from tests.functional import crosses
from tests.functional.aimed import HINTS, aimed
from tests.functional.axes import AXES, Sample
from tests.functional.crosses import CROSSES, Cross, Exclusion
from tests.functional.stimulus import aimed_streams, engines, streams
from tests.functional.table import Table, all_goals, excluded

SHARE_WITHOUT_AIM = 0.8


def test_every_reachable_cross_is_hit(seed: int) -> None:
    table = Table(streams(seed))
    assert len(table.missing()) < (1 - SHARE_WITHOUT_AIM) * len(all_goals())
    for engine, jobs in aimed_streams(seed).items():
        for job in jobs:
            table.add(Sample(engine, job))
    assert table.missing() == [], f"seed {seed}"
    assert table.impossible() == [], f"seed {seed}"


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)
def test_aimed_streams_agree(engine: EngineSpec, seed: int) -> None:
    jobs = aimed_streams(seed)[engine]
    jobs = [*_full_banks(engine), *jobs]
    assert len(run_jobs(engine, jobs)) == len(jobs)


def _full_banks(engine: EngineSpec) -> list[Job]:
    """Both banks get a tensor: one that is too short leaves old weights, which are random."""
    channels = engine.lanes * engine.max_channel_groups
    full = layer("full", (1, 1), (1, 1), channels, channel_multiplier=engine.max_channel_multiplier)
    make = make_job if engine.requantise == "none" else quantised_job
    return [make(full, engine, seed, "none") for seed in (1, 2)]


def test_an_empty_bin_is_missing_and_then_aimed_at(seed: int) -> None:
    goal = ("stream x stalls", "tlast late x slow-sink")
    seen = [s for s in streams(seed) if s.job.ifmap_surplus <= 0 or s.job.stalls != "slow-sink"]
    assert goal in Table(seen).missing()
    found = aimed(engines(), seen, seed)
    met = Table(Sample(engine, job) for engine, jobs in found.items() for job in jobs)
    assert met.counts[goal] > 0


def test_an_exclusion_that_is_wrong_is_noticed(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Cross("array", "stride", (Exclusion(("tap-serial", "2"), "a wrong reason"),))
    monkeypatch.setattr("tests.functional.table.CROSSES", (wrong,))
    assert Table(streams(seed)).impossible() == [("array x stride", "tap-serial x 2")]


def test_names_are_those_of_the_axes() -> None:
    assert {name for cross in CROSSES for name in (cross.first, cross.second)} <= set(AXES)
    assert set(HINTS) <= set(all_goals())
    assert len({cross.name for cross in CROSSES}) == len(CROSSES)
    known = {crosses.ANY}
    for cross in CROSSES:
        for exclusion in cross.exclusions:
            assert exclusion.bins[0] in known | set(AXES[cross.first]), cross.name
            assert exclusion.bins[1] in known | set(AXES[cross.second]), cross.name
    assert all(reason for _, _, reason in excluded())


def test_maxima_are_those_of_the_build() -> None:
    engine = replace(engines()[0], max_row_pitch=9, max_plane_rows=7)
    wide = layer("wide", (2, 9), (1, 1), 1)
    job = Job(wide, *layer_data(wide, engine, 1))
    assert AXES["maximum"]["row pitch"](Sample(engine, job))
    assert not AXES["maximum"]["plane rows"](Sample(engine, job))
