"""Cosimulation: compares the generated Verilog with the cycle model, cycle by cycle."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dwsim.codegen.verilog import bench_name, bench_verilog
from dwsim.derive import AnyPlan, Plan
from dwsim.derive.requantise_domain import check_domain
from dwsim.errors import Rules
from dwsim.golden.ofmap import golden_ofmap
from dwsim.rtlsim.build import build_simulator
from dwsim.rtlsim.failure import raise_failure
from dwsim.rtlsim.job import PROGRESS_FILE, Job, JobResult, read_results, write_jobs
from dwsim.rtlsim.simulator_run import random_reset, run_simulator
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.stream.layout import keep_words, unpack_ofmap
from dwsim.support.compiled import INTERPRETED

BENCH_MODULE = "dwsim.rtlsim.bench"
POLL_SECONDS = 0.2
NOTHING = np.zeros(0, np.int64)
SIGNALS = "signals"
"""Every port and probe was compared in every cycle."""


@dataclass(frozen=True)
class Verified:
    """One job on which RTL, model and golden agree in every value and every cycle.

    ``started`` is the cycle of the cfg handshake, counted over all jobs; ``transfers`` has the
    cycle of the transfer of each ofmap beat, counted from the handshake; ``ofmap`` is empty for a
    job that is not regular. The figures of a layer in several streams go from the first handshake
    to the last transfer. ``compared`` is ``SIGNALS``, or "ports" if the signals inside the engine
    were not compared (``dwsim.rtlsim.port_runs``). ``kept``: an earlier run with the same inputs
    gave this verdict. ``transfers`` is empty in both cases.
    """

    job: Job
    plan: AnyPlan
    started: int
    cycles: int
    error: int
    transfers: np.ndarray
    ofmap: np.ndarray
    compared: str = SIGNALS
    kept: bool = False


def build_bench(
    engine: EngineSpec,
    static: LayerSpec | None = None,
    simulator: str = "verilator",
    waves: bool = False,
    edit: Callable[[dict[str, str]], dict[str, str]] | None = None,
) -> Path:
    """The simulator of an engine in its bench, from the cache or newly built.

    Args:
        engine: the engine.
        static: a layer, if the geometry ports of the engine are tied to it.
        simulator: ``"verilator"`` or ``"icarus"``.
        waves: the simulator can write a waveform.
        edit: changes the texts of the Verilog files, by file name; tests break the RTL with it.
    """
    files = bench_verilog(engine, static)
    if edit is not None:
        files = edit(files)
    with tempfile.TemporaryDirectory(prefix="dwsim-rtl-") as folder:
        sources = []
        for name, text in files.items():
            path = Path(folder) / name
            path.write_text(text)
            sources.append(path)
        return build_simulator(simulator, sources[-1].stem, sources, waves=waves)


def run_jobs(
    engine: EngineSpec,
    jobs: Sequence[Job],
    *,
    static: LayerSpec | None = None,
    simulator: str = "verilator",
    waves: Path | None = None,
    build: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Verified]:
    """Runs jobs through the RTL, in lock step with the model, and compares them with golden.

    If the streams of a job have the right lengths, its ofmap is compared with the golden model.
    The cycles of a job without stalls (``runs_unstalled``) are compared with the timing law.
    ``progress`` is called several times a second with the number of ofmap beats of all jobs so far.

    Raises:
        MismatchError: with the first difference, and the command that replays it with a
            waveform.
        SpecError: if a job keeps parameters but not their quantisation or epilogue, has parameters
            outside of TFLite's definition, or interleaves on a static engine.
        ToolError: if the simulator is missing or crashes.
    """
    _check_jobs(engine, static, jobs)
    build = build or build_bench(engine, static, simulator, waves=waves is not None)
    toplevel = bench_name(engine, static)
    with tempfile.TemporaryDirectory(prefix="dwsim-jobs-") as name:
        folder = Path(name)
        write_jobs(folder, engine, jobs, static is not None)
        # Registers and memories start with random values: no result may depend on them.
        plusargs = random_reset(jobs[0].seed) if simulator == "verilator" else ()
        with _reporting(folder, progress):
            outcome = run_simulator(
                build,
                BENCH_MODULE,
                toplevel=toplevel,
                log=folder / "simulation.log",
                # The bench only makes plans, which takes less time than numba's start.
                environment={"DWSIM_JOBS": str(folder), INTERPRETED: "1"},
                plusargs=plusargs,
                waves=waves,
            )
        if not outcome.passed:
            raise_failure(folder, outcome.failures[0].message, jobs, simulator)
        return _verify(engine, jobs, folder, simulator)


def _check_jobs(engine: EngineSpec, static: LayerSpec | None, jobs: Sequence[Job]) -> None:
    """Raises the SpecErrors of ``run_jobs``."""
    _check_kept_parameters(jobs)
    _check_static(static, jobs)
    for job in jobs:
        if job.load and job.quantisation is not None:
            plan = Plan(job.layer, engine, job.quantisation)
            check_domain(job.weight, plan.layer, job.quantisation)


@contextmanager
def _reporting(folder: Path, progress: Callable[[int], None] | None) -> Iterator[None]:
    """Polls the progress file of the simulator process while it runs."""
    if progress is None:
        yield
        return
    finished = threading.Event()

    def report() -> None:
        while not finished.wait(POLL_SECONDS):
            with suppress(OSError, ValueError):  # not written yet, or incomplete
                progress(int((folder / PROGRESS_FILE).read_text()))

    thread = threading.Thread(target=report)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()


def _verify(
    engine: EngineSpec, jobs: Sequence[Job], folder: Path, simulator: str
) -> list[Verified]:
    """Compares the results of a simulation without mismatches with golden and the timing law."""
    verified = []
    for index, (job, result) in enumerate(zip(jobs, read_results(folder), strict=True)):
        plan = job.plan(engine)
        complaint = ""
        if job.is_regular:
            complaint = _values_complaint(plan, job, result, _parameters_used(jobs, index))
            complaint = complaint or _port_complaint(plan, result, jobs, index)
        if complaint:
            message = f"{complaint}\nin job {index}: {job}"
            raise_failure(folder, message, jobs, simulator, index)
        ofmap = unpack_ofmap(result.ofmap_beats, plan) if job.is_regular else NOTHING
        seen = (result.started, result.cycles, result.error, result.transfers)
        verified.append(Verified(job, plan, *seen, ofmap))
    return verified


def _check_kept_parameters(jobs: Sequence[Job]) -> None:
    """A job that keeps parameters also keeps their scales or biases, so it must have the same."""
    rules = Rules("jobs")
    for index, job in enumerate(jobs):
        if not rules.require(
            job.load or index > 0, f"jobs[{index}].load", job.load, "must be true in the first job"
        ):
            continue
        for name in ("quantisation", "epilogue"):
            own = getattr(job, name)
            rules.require(
                own == getattr(_parameters_used(jobs, index), name),
                f"jobs[{index}].{name}",
                own,
                "must equal that of the job whose parameters it keeps",
            )
    rules.raise_if_any()


def _check_static(static: LayerSpec | None, jobs: Sequence[Job]) -> None:
    """A static engine has a plane-major geometry."""
    rules = Rules("jobs")
    for index, job in enumerate(jobs):
        rules.require(
            static is None or job.interleave == 1,
            f"jobs[{index}].interleave",
            job.interleave,
            "must be 1 on a static engine, which is plane-major",
        )
    rules.raise_if_any()


def _parameters_used(jobs: Sequence[Job], index: int) -> Job:
    """The job whose parameters job ``index`` uses: itself, or the last job that loaded any."""
    while not jobs[index].load:
        index -= 1
    return jobs[index]


def _since_reset(jobs: Sequence[Job], index: int) -> Sequence[Job]:
    """The jobs that ran before job ``index`` since the last reset."""
    first = index
    while first > 0 and jobs[first - 1].reset_after is None:
        first -= 1
    return jobs[first:index]


def _next_loading(jobs: Sequence[Job], index: int) -> int:
    """The job after job ``index`` that loads parameters, or the last one."""
    later = range(index + 1, len(jobs))
    return next((other for other in later if jobs[other].load), len(jobs) - 1)


def runs_unstalled(jobs: Sequence[Job], index: int) -> bool:
    """True if job ``index`` and all jobs before it, since the last reset, have no stalls.

    A stalled sink leaves beats in the FIFO, and a stream that is too long leaves beats at the port.
    Both delay the next job.
    """
    jobs = [*_since_reset(jobs, index), jobs[index]]
    return jobs[-1].stalls == "none" and all(
        job.stalls == "none" and job.is_regular for job in jobs[:-1]
    )


def _values_complaint(plan: Plan, job: Job, result: JobResult, loaded: Job) -> str:
    """The first difference in the values of a job; empty if there is none."""
    if len(result.ofmap_beats) != plan.ofmap_beats:
        return f"{len(result.ofmap_beats)} ofmap beats, expected {plan.ofmap_beats}"
    wanted_keep = [f"{word:x}" for word in keep_words(plan)]
    for beat, (got, want) in enumerate(zip(result.keep, wanted_keep, strict=True)):
        if got != want:
            return f"tkeep of ofmap beat {beat} is {got}, expected {want} (hexadecimal)"
    ofmap = unpack_ofmap(result.ofmap_beats, plan)
    wanted = golden_ofmap(
        job.ifmap,
        loaded.weight,
        job.layer,
        loaded.quantisation,
        plan.engine.float_sums,
        loaded.epilogue,
    )
    wrong = np.argwhere(ofmap != wanted)
    if not len(wrong):
        return ""
    where = tuple(int(i) for i in wrong[0])
    return (
        f"RTL and golden differ in {len(wrong)} of {ofmap.size} values, first at (batch,"
        f" row, column, channel) = {where}: RTL {ofmap[where]}, golden {wanted[where]}"
    )


def _port_complaint(plan: Plan, result: JobResult, jobs: Sequence[Job], index: int) -> str:
    """The fault in the error port or the cycles of job ``index``; empty if there is none."""
    # The error flags are sticky, so they are checked only while every stream has been right. The
    # next parameter tensor arrives while this job runs, so its job counts too.
    seen = [*_since_reset(jobs, index), *jobs[index + 1 : _next_loading(jobs, index) + 1]]
    if result.error and all(job.is_regular for job in seen):
        return (
            f"error = {result.error:03b} (binary), expected 000: every stream had the right length"
        )
    if runs_unstalled(jobs, index) and result.cycles != plan.cycles:
        return f"{result.cycles} cycles in RTL, expected {plan.cycles} by the timing law"
    return ""
