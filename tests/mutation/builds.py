"""The builds that are mutated, and the stimulus of each: jobs of the regression, recorded once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from dwsim import EngineSpec, LayerSpec
from dwsim.codegen.register_files import axil_name, axil_verilog
from dwsim.codegen.verilog import engine_verilog
from dwsim.errors import SpecError
from dwsim.rtlsim.job import Job
from dwsim.rtlsim.stream_replay import BusRead, BusWrite
from tests.cosim import mutation_jobs, test_requantise
from tests.cosim.fault import ENGINE, IN_PASSES
from tests.cosim.layers import Case, fits, layer, make_job
from tests.mutation.fine_jobs import fine_jobs
from tests.mutation.host_accesses import accesses
from tests.mutation.maxima import maxima_jobs, maxima_layers
from tests.mutation.rare_states import (
    long_surplus_jobs,
    overflowing_jobs,
    rare_state_jobs,
    stale_mark_jobs,
    stopped_jobs,
)
from tests.mutation.rounding_corners import clamp_jobs, corner_jobs
from tests.mutation.serial_layers import rare_claims, rare_layers, rare_steps
from tests.tap_serial.cases import random_layer as random_serial_layer
from tests.tap_serial.test_cosim import make_job as serial_job

SEED = 1


@dataclass(frozen=True)
class Build:
    """One top module, the jobs that run on it, and the accesses of its registers, if it has any."""

    name: str
    engine: EngineSpec
    jobs_of: Callable[[EngineSpec], list[Job]]
    axil: bool = False

    @property
    def top(self) -> str:
        """The name of the module."""
        return axil_name(self.engine) if self.axil else self.engine.name

    def files(self) -> dict[str, str]:
        """The Verilog, by file name."""
        if self.axil:
            return axil_verilog(self.engine, in_bytes=False)
        return engine_verilog(self.engine)

    def jobs(self) -> list[Job]:
        """The stimulus."""
        return self.jobs_of(self.engine)

    def bus(self) -> tuple[BusWrite | BusRead, ...]:
        """The accesses of the registers; none for a core."""
        return tuple(accesses(self.engine, self.jobs())) if self.axil else ()


def _regression(engine: EngineSpec) -> list[Job]:
    """Degenerate and random layers, under all stall profiles, and streams that go wrong."""
    jobs = [*Case(engine, randoms=80).jobs(SEED), *maxima_jobs(engine, 5000)]
    return [*jobs, *_wrong_streams(jobs, engine), *rare_state_jobs(jobs, engine)]


def _faulty(engine: EngineSpec) -> list[Job]:
    """The jobs on which the cosimulation notices every injected fault, and the regression."""
    return [*mutation_jobs.jobs(engine), *_regression(engine)]


def _requantised(engine: EngineSpec) -> list[Job]:
    jobs = [job for seed in (1, 2, 3) for job in test_requantise.jobs_of(engine, seed)]
    jobs += [*maxima_jobs(engine, 5000), *fine_jobs(jobs, SEED)]
    jobs += [*corner_jobs(engine, 9000), *clamp_jobs(engine, 12000)]
    return [*jobs, *_wrong_streams(jobs, engine), *rare_state_jobs(jobs, engine)]


def serial_streams(engine: EngineSpec) -> list[Job]:
    rng = random.Random(f"{engine.name} {SEED}")
    profiles = ("none", "slow-source", "slow-sink", "both")
    jobs = [
        serial_job(random_serial_layer(rng, engine), engine, SEED + n, profiles[n % 4])
        for n in range(400)
    ]
    jobs += [
        serial_job(made, engine, 5000 + n, profiles[n % 4])
        for n, made in enumerate((*maxima_layers(engine), *_large_layers(rng, engine)))
    ]
    jobs += [
        serial_job(made, engine, 6000 + n, profiles[n % 4])
        for n, made in enumerate(rare_layers(rng, engine))
    ]
    rare = [*rare_state_jobs(jobs, engine), *long_surplus_jobs(jobs)]
    stalled = [
        serial_job(made, engine, 7000 + n, ("slow-sink", "long-stops", "both")[n % 3])
        for n, made in enumerate(rare_claims(rng, engine))
    ]
    more = [
        *stalled,
        *(serial_job(m, engine, 8000 + n, "none") for n, m in enumerate(rare_steps(rng, engine))),
        *_kept_parameters(jobs, engine),
        *_resets_in_a_stop(stalled),
    ]
    return [*jobs, *_wrong_streams(jobs, engine), *rare, *more]


def _resets_in_a_stop(jobs: Sequence[Job]) -> Iterator[Job]:
    """A reset while the engine waits for its sink: the flags of lost cycles are 0 after it."""
    for number, job in enumerate(jobs[:30]):
        yield replace(job, reset_after=60 + 9 * number)
        yield replace(jobs[-1 - number], stalls="none")


def _kept_parameters(jobs: Sequence[Job], engine: EngineSpec) -> Iterator[Job]:
    """Streams that keep their parameters begin before those of the next stream have arrived."""
    loading = sorted(
        (job for job in jobs if job.load and job.is_regular),
        key=lambda job: job.plan(engine).cycles,
    )
    most = max(loading, key=lambda job: job.plan(engine).param_beats)
    for number, job in enumerate(loading[:8]):
        yield replace(job, stalls="none", seed=15000 + 16 * number)
        yield replace(job, stalls="none", load=False, seed=15000 + 16 * number)
        yield replace(most, stalls="slow-source", seed=15008 + 16 * number)


def _large_layers(rng: random.Random, engine: EngineSpec) -> Iterator[LayerSpec]:
    """Layers whose sizes, paddings and strides are drawn up to the maxima of the engine."""
    rows, columns = engine.max_plane_rows, engine.max_row_pitch
    found = 0
    while found < _LARGE_LAYERS:
        try:
            made = LayerSpec(
                rng.randint(1, rows),
                rng.randint(1, columns),
                rng.choice([1, engine.lanes * engine.max_channel_groups]),
                rng.randint(1, engine.kernel_h),
                rng.randint(1, engine.kernel_w),
                channel_multiplier=rng.randint(1, engine.max_channel_multiplier),
                stride_h=rng.choice([1, 2, rng.randint(1, rows)]),
                stride_w=rng.choice([1, 2, rng.randint(1, columns)]),
                dilation_h=rng.randint(1, engine.max_dilation_h),
                dilation_w=rng.randint(1, engine.max_dilation_w),
                pad_top=rng.choice([0, rng.randint(0, rows)]),
                pad_bottom=rng.choice([0, rng.randint(0, rows)]),
                pad_left=rng.choice([0, rng.randint(0, columns)]),
                pad_right=rng.choice([0, rng.randint(0, columns)]),
                name="large",
            )
        except SpecError:
            continue
        if fits(made, engine):
            found += 1
            yield made


_LARGE_LAYERS = 100


def _wrong_streams(jobs: list[Job], engine: EngineSpec) -> Iterator[Job]:
    """Streams of a wrong length and resets, each followed by a job that loads its parameters.

    A reset follows each wrong stream, too: until then the error bits do not change.
    """
    loading = [job for job in jobs if job.load and job.plan(engine).ifmap_beats > 20]
    resets = [{"reset_after": cycles} for cycles in (*range(1, 40), 47, 60, 75, 90, 120)]
    for number, wrong in enumerate(_WRONG_LENGTHS):
        job = loading[2 * number % len(loading)]
        yield replace(job, stalls=_STALLS[number % 3], **_surplus(job, engine, **wrong))
        yield replace(loading[(2 * number + 1) % len(loading)], stalls="both")
        yield replace(job, reset_after=7 + number)
    for number in range(_SHORT_STREAMS):
        job = loading[3 * number % len(loading)]
        missing = 1 + 5 * number % (job.plan(engine).ifmap_beats - 1)
        short = replace(job, stalls=_STALLS[number % 3], ifmap_surplus=-missing)
        # Without parameters and without beats, the zeros of the short stream must not go on.
        yield from (short, replace(job, load=False, stalls="boundary", seed=8000 + 16 * number))
        yield replace(job, reset_after=7 + number)
    for number, fault in enumerate(resets):
        yield replace(loading[2 * number % len(loading)], stalls=_STALLS[number % 3], **fault)
        yield replace(loading[(2 * number + 1) % len(loading)], stalls="both")


_STALLS = ("none", "both", "slow-sink")
_SHORT_STREAMS = 20
_WRONG_LENGTHS = (
    *({"ifmap": beats} for beats in (-1, 3, 70, -2, 1, -20, 2)),
    *({"param": beats} for beats in (5, -1, 200, 1)),
    *({"param_sets": sets} for sets in (1, 2, -1)),
)
"""The surplus of a stream in beats, or of a parameter tensor in weight sets."""


def _surplus(
    job: Job, engine: EngineSpec, ifmap: int = 0, param: int = 0, param_sets: int = 0
) -> dict[str, int]:
    plan = job.plan(engine)
    param += param_sets * plan.param_beats // plan.weight_sets
    return {"ifmap_surplus": ifmap, "param_surplus": max(param, 1 - plan.param_beats)}


def on_registers(engine: EngineSpec) -> list[Job]:
    """Without resets, which the pins of a bus do not see."""
    jobs = [*Case(engine, randoms=30).jobs(SEED), *maxima_jobs(engine, 5000)]
    rng = random.Random(SEED)
    jobs += [
        make_job(made, engine, 6000 + n, _STALLS[n % 3])
        for n, made in enumerate(_large_layers(rng, engine))
    ]
    wrong = [job for job in _wrong_streams(jobs, engine) if job.reset_after is None]
    pairs = len(_WRONG_LENGTHS) + _SHORT_STREAMS
    # Long streams reach more bits of the counters of cycles and of stalls.
    long = [
        make_job(layer("long", size, (1, 1), batch=255), engine, 7000 + n, stalls)
        for n, (size, stalls) in enumerate(_LONG)
    ]
    # Surplus sets repeat the beats: where their count is a divisor of the wrap, nothing changes.
    several = [job for job in jobs if job.plan(engine).weight_sets in (3, 5, 6)]
    rare = [*overflowing_jobs(several, engine), *stopped_jobs(jobs, engine)]
    rare += stale_mark_jobs(engine)
    # The host reads the counts of a stream two streams later.
    return [*jobs, *wrong[: 2 * pairs], *rare, *long, *jobs[:2]]


_LONG = (((7, 8), "slow-sink"), ((9, 12), "slow-source"), ((7, 8), "long-stops"))


_SMALL = {"kernel_h": 3, "kernel_w": 3, "ifmap_width": 4, "weight_width": 4}
_SIZES = {"max_row_pitch": 12, "max_plane_rows": 9, "max_channel_groups": 3}

SERIAL = EngineSpec(
    name="serial",
    lanes=2,
    kernel_h=3,
    kernel_w=3,
    ifmap_width=4,
    weight_width=4,
    max_row_pitch=20,
    max_plane_rows=20,
    max_dilation_h=2,
    max_dilation_w=2,
    max_channel_groups=5,
    max_channel_multiplier=2,
    dataflow="tap_serial",
    pixels=3,
    ifmap_pixels=2,
    ofmap_pixels=2,
    requantisers=2,
)

BUILDS = (
    Build("raw", EngineSpec(name="raw", lanes=2, max_lead=20, **_SMALL, **_SIZES), _regression),
    Build(
        "requantised",
        EngineSpec(
            name="requantised", lanes=2, kernel_h=2, kernel_w=3, requantise="both", **_SIZES
        ),
        _requantised,
    ),
    Build("fewer_taps", replace(IN_PASSES, name="fewer_taps"), _faulty),
    Build(
        "multiplier",
        EngineSpec(
            name="multiplier",
            lanes=3,
            kernel_h=2,
            kernel_w=3,
            ifmap_width=3,
            weight_width=4,
            max_channel_multiplier=4,
            max_dilation_w=2,
            **_SIZES,
        ),
        _regression,
    ),
    Build("interleaved", replace(ENGINE, name="interleaved"), _faulty),
    Build(
        "axil",
        EngineSpec(name="host", lanes=1, max_channel_multiplier=2, **_SMALL, **_SIZES),
        on_registers,
        axil=True,
    ),
    Build("tap_serial", SERIAL, serial_streams),
    Build("copied_rings", replace(SERIAL, name="copied", rings="copied"), serial_streams),
)
