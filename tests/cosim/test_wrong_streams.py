"""Streams of a wrong length, resets in mid-stream, starved planes and hangs.

Model and RTL are in lock step throughout. The tests also check the sticky error bits, and that the
job after the wrong one is right.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.derive import Plan
from dwsim.errors import MismatchError
from dwsim.rtlsim import failure
from dwsim.rtlsim.cosim import Verified, run_jobs, runs_unstalled
from dwsim.rtlsim.job import Job
from tests.cosim.layers import layer, make_job

SHORT, LONG, PARAMETER = 1, 2, 4

ENGINE = EngineSpec(
    name="wronged",
    lanes=2,
    kernel_h=3,
    kernel_w=2,
    max_row_pitch=9,
    max_plane_rows=9,
    max_channel_groups=4,
    max_channel_multiplier=2,
    max_dilation_h=3,
    max_dilation_w=3,
    max_lead=30,
    fifo_depth=11,
)
TAPS = ENGINE.kernel_h * ENGINE.kernel_w
LAYER = layer("wrong", (4, 5), (3, 2), 5, "SAME", batch=2)
OTHER = layer("right", (5, 3), (3, 2), 3, "SAME", channel_multiplier=2)
LEAD = layer("lead", (3, 3), (2, 2), 3, (4, 0, 0, 1), batch=2)
FULL = layer("full", (1, 1), (3, 2), 8, "SAME", channel_multiplier=2)
PLAN = Plan(LAYER, ENGINE)
BEATS = PLAN.ifmap_beats  # 2 images of 3 groups of 20 pixels
SETS = PLAN.weight_sets
PROFILES = ("none", "slow-source", "slow-sink", "both")


def restart(seed: int) -> Job:
    """A short job that ends in a reset: the next one begins with cleared errors."""
    return make_job(LAYER, ENGINE, seed, "none", reset_after=3)


def run_wrong(wrong: list[Job], seed: int) -> list[tuple[Verified, Verified]]:
    """Each wrong job and the right one after it, on one engine, a reset between the pairs."""
    # A tensor that is too short leaves older weights in use. Both banks must have some, because
    # the model cannot know the content of a memory at power-up.
    jobs = [make_job(FULL, ENGINE, seed, "none") for _ in range(2)]
    for index, job in enumerate(wrong):
        right = make_job(OTHER, ENGINE, seed + index, ("both", "slow-sink")[index % 2])
        jobs += [job, right, restart(seed)]
    verified = run_jobs(ENGINE, jobs)
    assert all(done.ofmap.size for done in verified[3::3]), "the right job is compared"
    return list(zip(verified[2::3], verified[3::3], strict=True))


def check_errors(wrong: list[Job], error: int, seed: int) -> None:
    """The wrong job raises the error, which remains after the right one."""
    for job, (_, right) in zip(wrong, run_wrong(wrong, seed), strict=True):
        assert right.error == error, (job, f"seed {seed}")


SURPLUSES = (1, 2, 3, 19, 20, 21, 57, BEATS - 1)


def test_ifmap_too_short(seed: int) -> None:
    wrong = [
        make_job(shape, ENGINE, seed + index, PROFILES[index % 4], ifmap_surplus=-surplus)
        for shape, most in ((LAYER, BEATS - 1), (OTHER, 29), (LEAD, 35))
        for index, surplus in enumerate(sorted({min(surplus, most) for surplus in SURPLUSES}))
    ]
    check_errors(wrong, SHORT, seed)


def test_ifmap_too_long(seed: int) -> None:
    wrong = [
        make_job(shape, ENGINE, seed + index, PROFILES[index % 4], ifmap_surplus=surplus)
        for shape in (LAYER, OTHER, LEAD)
        for index, surplus in enumerate((*SURPLUSES, 2 * BEATS))
    ]
    check_errors(wrong, LONG, seed)


def test_parameters_of_no_whole_set(seed: int) -> None:
    surpluses = (-1, -TAPS + 1, -TAPS - 1, -SETS * TAPS + 1, 1, TAPS - 1, TAPS + 1)
    wrong = [
        make_job(LAYER, ENGINE, seed + index, PROFILES[index % 4], param_surplus=surplus)
        for index, surplus in enumerate(surpluses)
    ]
    check_errors(wrong, PARAMETER, seed)


def test_parameters_of_another_number_of_sets(seed: int) -> None:
    # The engine holds 8 sets, the layer wants 3: too few, too many, more than it holds.
    surpluses = [sets * TAPS for sets in (-2, -1, 1, 4, 5, 6, 9)]
    surpluses += [6 * TAPS - 1, 5 * TAPS + 1]
    wrong = [
        make_job(LAYER, ENGINE, seed + index, PROFILES[index % 4], param_surplus=surplus)
        for index, surplus in enumerate(surpluses)
    ]
    check_errors(wrong, PARAMETER, seed)


def test_errors_add_up_and_are_sticky(seed: int) -> None:
    jobs = [
        make_job(OTHER, ENGINE, seed, "none"),
        make_job(LAYER, ENGINE, seed, "none", ifmap_surplus=4),
        make_job(OTHER, ENGINE, seed, "none", ifmap_surplus=-4),
        make_job(LAYER, ENGINE, seed, "both", param_surplus=-1),
        make_job(OTHER, ENGINE, seed, "slow-sink"),
        restart(seed),
        make_job(OTHER, ENGINE, seed, "none"),
    ]
    errors = [done.error for done in run_jobs(ENGINE, jobs)]
    # A bit shows once the faulty stream's own end was seen: at the latest with the next job.
    assert errors[0] == 0
    assert errors[2] & LONG
    assert errors[3] & (LONG | SHORT) == LONG | SHORT
    assert errors[4] == LONG | SHORT | PARAMETER
    assert errors[6] == 0


def test_wrong_ifmap_and_wrong_parameters_at_once(seed: int) -> None:
    wrong = [
        make_job(LAYER, ENGINE, seed, stalls, ifmap_surplus=ifmap, param_surplus=param)
        for stalls in PROFILES
        for ifmap, param in ((-1, -1), (1, -TAPS), (30, TAPS), (-30, 1))
    ]
    for job, (_, right) in zip(wrong, run_wrong(wrong, seed), strict=True):
        assert right.error == PARAMETER | (SHORT if job.ifmap_surplus < 0 else LONG), job


def test_the_law_is_not_asked_of_a_job_that_another_one_delays(seed: int) -> None:
    before = [
        make_job(LAYER, ENGINE, seed, "slow-sink"),
        make_job(LAYER, ENGINE, seed, "none", ifmap_surplus=2 * BEATS),
        make_job(OTHER, ENGINE, seed, "none"),
        restart(seed),
    ]
    jobs = [job for delay in before for job in (delay, make_job(OTHER, ENGINE, seed, "none"))]
    assert [runs_unstalled(jobs, i) for i in range(8)] == [False] * 7 + [True]
    verified = run_jobs(ENGINE, jobs)
    cycles = [done.cycles for done in verified[1::2]]
    assert cycles[1] > verified[-1].plan.cycles == cycles[-1]


# -- resets in mid-stream --------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["none", "slow-source", "slow-sink", "both"])
def test_a_reset_leaves_nothing_behind(profile: str, seed: int) -> None:
    # Loading (an eager profile offers the geometry first), filling, computing, draining.
    cycles = [*range(1, 26), *range(30, PLAN.cycles + 20, 7)]
    jobs = []
    for index, after in enumerate(cycles):
        jobs.append(make_job(LAYER, ENGINE, seed + index, profile, reset_after=after))
        if index % 3 == 0:
            jobs.append(make_job(OTHER, ENGINE, seed + index, ("none", profile)[index % 2]))
            # Its own reset: the law holds for jobs without stalls that start on an empty FIFO.
            jobs.append(restart(seed))
    verified = run_jobs(ENGINE, jobs)
    after_reset = [done for done in verified if done.job.is_regular]
    assert len(after_reset) > 10
    assert [done.error for done in after_reset] == [0] * len(after_reset)


def test_a_reset_clears_errors_in_mid_stream(seed: int) -> None:
    wrongs = ({"ifmap_surplus": -30}, {"ifmap_surplus": 50}, {"param_surplus": -1})
    jobs = []
    for wrong in wrongs:
        for after in (100, 150, 175):
            jobs.append(make_job(LAYER, ENGINE, seed, "none", **wrong))
            jobs.append(make_job(LAYER, ENGINE, seed, "slow-sink", reset_after=after))
            jobs.append(make_job(OTHER, ENGINE, seed, "both"))
            jobs.append(restart(seed))
    verified = run_jobs(ENGINE, jobs)
    assert all(done.error for done in verified[1::4]), "the error is there before the reset"
    assert [done.error for done in verified[2::4]] == [0] * (3 * len(wrongs))


# -- starved planes --------------------------------------------------------------------------

STARVED = (
    LAYER,
    OTHER,
    LEAD,
    layer("lag_over_plane", (2, 2), (3, 2), 7, (4, 4, 2, 2), (1, 1), (3, 3), batch=2),
    layer("lag_over_planes", (1, 1), (3, 2), 8, (3, 3, 1, 1), (1, 1), (3, 2), batch=3),
    layer("lead_over_plane", (1, 2), (1, 1), 5, (2, 0, 0, 1), (3, 1), batch=2),
    layer("strided", (7, 5), (3, 2), 4, "SAME", (3, 2), channel_multiplier=2),
    layer("pixel", (1, 1), (1, 1), 8, batch=4),
)


def test_planes_come_out_without_further_input(seed: int) -> None:
    """The source gives no beat of a plane before all outputs of the planes before are taken."""
    assert any(
        Plan(shape, ENGINE).raster.lag > Plan(shape, ENGINE).raster.plane_pitch for shape in STARVED
    )
    assert any(Plan(shape, ENGINE).raster.lag < 0 for shape in STARVED)
    jobs = [make_job(shape, ENGINE, seed + n, "boundary") for n in range(3) for shape in STARVED]
    verified = run_jobs(ENGINE, jobs)
    # The waiting was real: each plane's outputs took their way through the pipeline alone.
    for done in verified[:-3]:
        waits = (done.plan.planes - 1) * done.plan.numbers.timing.array_cycles
        if done.plan.raster.lag > 0:
            assert done.cycles > done.plan.cycles + waits // 2


def test_a_reset_in_mid_stream_leaves_the_count_of_the_next_source_alone(seed: int) -> None:
    """A source that counted a beat too many would wait within a plane, and hang."""
    jobs = []
    for reset_after in (25, 40, 61):
        jobs.append(make_job(LAYER, ENGINE, seed, "none", reset_after=reset_after))
        jobs.append(make_job(LAYER, ENGINE, seed + reset_after, "boundary"))
    verified = run_jobs(ENGINE, jobs)
    assert all(done.ofmap.size for done in verified[1::2]), "the jobs after resets are compared"


# -- hangs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("job", "waits"),
    [
        (
            make_job(LAYER, ENGINE, 1, "slow-source", param_surplus=-PLAN.param_beats),
            "the engine waits for a whole parameter tensor on s_axis_param",
        ),
        (
            make_job(LAYER, ENGINE, 1, "none", param_surplus=-PLAN.param_beats),
            "the engine is idle: it waits for a cfg handshake",
        ),
        (
            make_job(LAYER, ENGINE, 1, "none", ifmap_surplus=-BEATS),
            "the next plane waits for its first beat on s_axis_ifmap",
        ),
        (
            make_job(LEAD, ENGINE, 1, "none", ifmap_surplus=-36),
            "the next slot waits for a beat on s_axis_ifmap",
        ),
    ],
    ids=["parameters", "geometry", "plane", "beat"],
)
def test_a_hang_says_what_waits_for_what(
    job: Job, waits: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failure, "FAILURES", tmp_path)
    jobs = [make_job(OTHER, ENGINE, 5, "none"), replace(job, seed=77)]
    with pytest.raises(MismatchError) as caught:
        run_jobs(ENGINE, jobs)
    message = str(caught.value)
    assert re.search(rf"hang: no transfer for \d+ cycles; {waits}", message), message
    assert f" of {Plan(job.layer, ENGINE).ofmap_beats} ofmap beats taken" in message
    assert f"in job 1: stalls {job.stalls!r}, seed 77, {job.layer}" in message
    assert "dwsim replay" in message
