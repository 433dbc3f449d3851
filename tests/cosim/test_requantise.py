"""Engines that requantise: RTL, model and golden in lock step; and streams back to back."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan, start_cycles
from dwsim.errors import SpecError
from dwsim.rtlsim.cosim import Verified, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import FLOAT_STEP, SHIFT_MIN, shift_max
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.stalls import PROFILES
from tests.cosim.features import features
from tests.cosim.layers import DEGENERATE, fits, layer, layer_data, make_job, random_layer

LAYERS = 30
SIZES = {"max_row_pitch": 13, "max_plane_rows": 13, "max_channel_groups": 3}
ENGINES = (
    EngineSpec(
        name="double_bytes",
        lanes=3,
        kernel_h=3,
        kernel_w=3,
        max_dilation_h=2,
        max_dilation_w=2,
        max_channel_multiplier=2,
        requantise="double",
        **SIZES,
    ),
    EngineSpec(
        name="single_bytes",
        lanes=2,
        kernel_h=2,
        kernel_w=4,
        max_channel_multiplier=3,
        max_lead=40,
        requantise="single",
        **SIZES,
    ),
    EngineSpec(
        name="both_bytes",
        lanes=4,
        kernel_h=3,
        kernel_w=2,
        max_channel_multiplier=2,
        max_lead=70,
        requantise="both",
        **SIZES,
    ),
    EngineSpec(
        name="single_words",
        lanes=2,
        kernel_h=3,
        kernel_w=3,
        ifmap_width=16,
        max_channel_multiplier=2,
        requantise="single",
        **SIZES,
    ),
    EngineSpec(
        name="all_bytes",
        lanes=3,
        kernel_h=3,
        kernel_w=3,
        taps_per_cycle=3,
        max_channel_multiplier=2,
        max_lead=40,
        weight_width=9,
        requantise="all",
        **SIZES,
    ),
)
engines = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)


def quantised_job(made: LayerSpec, engine: EngineSpec, seed: int, stalls: str) -> Job:
    """A job with random data and a random quantisation of that seed; every fourth is extreme."""
    q = random_quantisation(made, engine, seed)
    job = make_job(made, engine, seed, stalls, quantisation=q)
    return job if q is None or seed % 4 else extreme_job(job)


def extreme_job(job: Job) -> Job:
    """The job with ends of the domain in the place of its multipliers and shifts.

    The largest shift needs the smallest sums, so its channels get weights of 0.
    """
    q, rng = job.quantisation, random.Random(job.seed)
    largest = [rng.random() < 0.3 for _ in range(q.channels)]
    weight = job.weight.reshape(-1, q.channels).copy()
    weight[:, largest] = 0
    shifts, biases = [], []
    for bias, shift, is_largest in zip(q.bias, q.shift, largest, strict=True):
        biases.append(rng.randint(-1, 1) if is_largest else bias)
        end = min(shift, rng.choice((SHIFT_MIN, -1, 0)))
        shifts.append(shift_max(q.ifmap_width) if is_largest else end)
    multipliers = (least_multiplier(q), 0, 2**30, largest_multiplier(q))
    q = replace(
        q,
        bias=biases,
        multiplier=rng.choices(multipliers, k=q.channels),
        shift=shifts,
    )
    return replace(job, weight=weight.reshape(job.weight.shape), quantisation=q)


def least_multiplier(q: Quantisation) -> int:
    """The smallest one in the domain of that rounding."""
    return -(2**31) if q.ifmap_width == 8 and q.rounding == "double" else 0


def largest_multiplier(q: Quantisation) -> int:
    """The largest one in the domain of that rounding."""
    return 2**31 - (FLOAT_STEP if q.rounding == "float" else 1)


def jobs_of(engine: EngineSpec, seed: int) -> list[Job]:
    """At least 30 layers, those without stalls first, over all stall profiles."""
    rng = random.Random(f"{engine.name} {seed}")
    seeds = itertools.count(seed * 1000)
    edges = [made for made in DEGENERATE if fits(made, engine)]
    chosen = rng.sample(edges, min(len(edges), 8))
    randoms = [random_layer(engine, rng, f"random{index}") for index in range(LAYERS - len(chosen))]
    layers = [*chosen, *randoms]
    rng.shuffle(layers)
    profiles = itertools.cycle(("none", *PROFILES))
    jobs = [
        quantised_job(made, engine, next(seeds), stalls)
        for made, stalls in zip(layers, profiles, strict=False)
    ]
    jobs.sort(key=lambda job: job.stalls != "none")
    return list(_with_kept_parameters(jobs, engine, seeds))


def _with_kept_parameters(
    jobs: list[Job], engine: EngineSpec, seeds: Iterator[int]
) -> Iterator[Job]:
    """After every fifth job another image for the same parameters."""
    for index, job in enumerate(jobs):
        yield job
        if index % 5 == 1:
            ifmap, _ = layer_data(job.layer, engine, seed := next(seeds))
            yield replace(job, ifmap=ifmap, seed=seed, load=False)


def quantisation_features(q: Quantisation, made: LayerSpec, engine: EngineSpec) -> Iterator[str]:
    """The features of a job's quantisation."""
    low, high = value_range(q.ifmap_width, signed=True)
    pads = made.pad_top + made.pad_bottom + made.pad_left + made.pad_right
    floor, ceiling = q.act_min > low, q.act_max < high
    seen = {
        f"rounding {q.rounding}": True,
        "no activation": not floor and not ceiling,
        "clamped below": floor and not ceiling,
        "clamped on both sides": floor and ceiling,
        "padding that is not zero": pads > 0 and q.ifmap_zero_point != 0,
        "smallest zero point": low in (q.ifmap_zero_point, q.ofmap_zero_point),
        "largest zero point": high in (q.ifmap_zero_point, q.ofmap_zero_point),
        "smallest multiplier": least_multiplier(q) in q.multiplier,
        "largest multiplier": largest_multiplier(q) in q.multiplier,
        "largest right shift": SHIFT_MIN in q.shift,
        "largest left shift": shift_max(q.ifmap_width) in q.shift,
        "multipliers of each channel": len(set(q.multiplier)) > 2,
        "shifts of each channel": len(set(q.shift)) > 2,
        "large bias": max(map(abs, q.bias)) > 2 ** (30 if q.ifmap_width == 8 else 46),
    }
    return (name for name, holds in seen.items() if holds)


WANTED = {
    "no activation",
    "clamped below",
    "clamped on both sides",
    "smallest multiplier",
    "largest multiplier",
    "largest right shift",
    "largest left shift",
    "multipliers of each channel",
    "shifts of each channel",
    "large bias",
    "multiplier 2",
    "ragged channels",
    "several channel groups",
    "smaller kernel than the engine's",
    "kept weights",
    *(f"stalls {name}" for name in PROFILES),
}
OF_BYTES = {"padding that is not zero", "smallest zero point", "largest zero point"}


@engines
def test_the_layers_cover_what_they_should(engine: EngineSpec, seed: int) -> None:
    jobs = jobs_of(engine, seed)
    assert len({job.layer.name for job in jobs}) >= LAYERS
    seen = Counter(
        name
        for job in jobs
        for found in (
            features(job, engine),
            quantisation_features(job.quantisation, job.layer, engine),
        )
        for name in found
    )
    wanted = WANTED | (OF_BYTES if engine.ifmap_width == 8 else set())
    if len(engine.roundings) > 1:
        wanted |= {f"rounding {rounding}" for rounding in engine.roundings}
    assert sorted(wanted - seen.keys()) == [], f"seed {seed}"


@engines
def test_rtl_model_and_golden_agree(engine: EngineSpec, seed: int) -> None:
    jobs = jobs_of(engine, seed)
    verified = run_jobs(engine, jobs)
    assert [done.error for done in verified] == [0] * len(jobs), f"seed {seed}"
    unstalled = [done for done in verified if done.job.stalls == "none"]
    check_starts(unstalled, seed)
    # The values are worth comparing: not all of them at an end of the range.
    inner = sum(
        int(((done.ofmap > q.act_min) & (done.ofmap < q.act_max)).sum())
        for done in verified
        if (q := done.job.quantisation)
    )
    assert inner > sum(done.ofmap.size for done in verified) // 8, f"seed {seed}"


# -- back to back ----------------------------------------------------------------------------


def check_starts(verified: list[Verified], seed: int) -> None:
    """Streams of one run without stalls start in the cycles of the law."""
    starts = start_cycles([done.plan for done in verified], [done.job.load for done in verified])
    first = verified[0].started
    assert [done.started - first for done in verified] == starts, f"seed {seed}"


def back_to_back(engine: EngineSpec, seed: int) -> list[Job]:
    """Streams that end early, late, and before the parameters of the next one are there."""
    most = engine.lanes * engine.max_channel_groups
    tall = layer("last_rows_unused", (13, 7), (1, 1), most, strides=(13, 1))
    strided = layer("last_columns_unused", (5, 11), (1, 2), 2, strides=(1, 9))
    skipped = layer("rows_and_columns_unused", (12, 12), (2, 2), 1, strides=(11, 11), batch=3)
    point = layer("pixel", (1, 1), (1, 1), most, channel_multiplier=2)
    plain = layer("plain", (6, 7), (3, 2), most, "SAME", channel_multiplier=2)
    lead = layer("lead", (9, 4), (1, 2), 3, (3, 0, 0, 0), strides=(13, 1), batch=2)
    short = (point, point)
    shapes = (plain, tall, strided, point, *short, tall, skipped, *short, lead, tall, *short, lead)
    jobs = []
    for index, made in enumerate(shapes):
        jobs.append(quantised_job(made, engine, seed * 1000 + index, "none"))
        # Streams that keep their parameters, none to two in a row: the next tensor comes in.
        for kept in range(index % 4 - 1):
            ifmap, _ = layer_data(made, engine, seed * 1000 + 100 + 10 * index + kept)
            jobs.append(replace(jobs[-1], ifmap=ifmap, load=False))
    return jobs


RAW = EngineSpec(
    name="raw_sums", lanes=3, kernel_h=3, kernel_w=2, max_channel_multiplier=2, max_lead=70, **SIZES
)


@pytest.mark.parametrize("engine", [RAW, ENGINES[2]], ids=lambda engine: engine.name)
def test_streams_follow_each_other_as_the_law_says(engine: EngineSpec, seed: int) -> None:
    jobs = back_to_back(engine, seed)
    verified = run_jobs(engine, jobs)
    check_starts(verified, seed)
    gaps = [
        (after.started - done.started - done.cycles, done.plan.switch_cycles)
        for done, after in itertools.pairwise(verified)
    ]
    # Each term of the law decides some of the starts.
    assert sum(gap == switch == 0 for gap, switch in gaps) >= 3, gaps
    assert sum(gap == switch > 0 for gap, switch in gaps) >= 3, gaps
    assert sum(gap > switch for gap, switch in gaps) >= 3, gaps


def test_the_law_of_starts_in_numbers() -> None:
    """Written out: 9 taps a set, 2 cycles from a handshake to the next tensor's first beat."""
    engine = EngineSpec(1, 3, 3, 8, 8, max_channel_groups=20)
    short, long = LayerSpec(3, 3, 20, 3, 3), LayerSpec(8, 8, 1, 3, 3)
    plans = [Plan(made, engine) for made in (long, short, long, long)]
    assert [plan.param_beats for plan in plans] == [9, 180, 9, 9]
    assert [plan.switch_cycles for plan in plans] == [0, 0, 0, 0]
    assert plans[0].cycles == 64 + 14 < 180
    assert plans[1].cycles == 180 + 14
    assert start_cycles(plans, [True] * 4) == [0, 182, 376, 454]
    # While a stream keeps its parameters, the tensor of the one after it comes in.
    again = [plans[0], plans[0], plans[0], plans[1], plans[0]]
    starts = start_cycles(again, [True, False, False, True, True])
    assert starts == [0, 78, 156, 234, 428]


def test_a_job_that_keeps_parameters_must_keep_their_quantisation() -> None:
    engine = ENGINES[0]
    made = next(made for made in DEGENERATE if fits(made, engine))
    first = quantised_job(made, engine, 1, "none")
    other = replace(first, quantisation=random_quantisation(made, engine, 2), load=False)
    with pytest.raises(SpecError, match=r"jobs\[1\].quantisation = .*whose parameters it keeps"):
        run_jobs(engine, [first, other])
    with pytest.raises(SpecError, match=r"jobs\[0\].load = False: must be true in the first job"):
        run_jobs(engine, [replace(first, load=False)])
