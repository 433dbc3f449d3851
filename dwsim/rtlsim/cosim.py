"""Cosimulation: the generated Verilog and the cycle model, cycle by cycle, on many layers."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dwsim import golden
from dwsim.codegen.verilog import bench_name, bench_verilog
from dwsim.derive import Plan
from dwsim.errors import MismatchError, ToolError
from dwsim.layout import keep_counts, unpack_ofmap
from dwsim.rtlsim.build import build_simulator, random_reset, run_simulator
from dwsim.rtlsim.job import Job, JobResult, read_jobs, read_results, write_jobs
from dwsim.spec.engine import EngineSpec
from dwsim.spec.layer import LayerSpec

BENCH_MODULE = "dwsim.rtlsim.bench"
FAILURES = Path("dwsim-failures")
"""Where a failed run leaves what its replay needs, in the current directory."""


@dataclass(frozen=True)
class Verified:
    """One job on which RTL, model and golden agree in every value and cycle."""

    job: Job
    plan: Plan
    cycles: int
    error: int
    ofmap: np.ndarray


def build_bench(
    engine: EngineSpec,
    static: LayerSpec | None = None,
    simulator: str = "verilator",
    waves: bool = False,
    edit: Callable[[dict[str, str]], dict[str, str]] | None = None,
) -> Path:
    """The simulator of an engine in its bench, built or from the cache.

    Args:
        engine: what is simulated.
        static: a layer, to simulate the engine with its geometry tied off.
        simulator: ``"verilator"`` or ``"icarus"``.
        waves: make a simulator that can write a waveform.
        edit: changes the Verilog first: file name to text (tests break the RTL with it).
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
) -> list[Verified]:
    """Runs jobs through the RTL, in lock step with the model, and compares with golden.

    The ofmap of a job is compared with the golden model's if its streams have the right
    lengths; the cycles of a job that nothing stalls (``runs_unstalled``) with the timing law.

    Raises:
        MismatchError: with the first difference and the command that replays it with a
            waveform.
        ToolError: when the simulator is missing or crashes.
    """
    build = build or build_bench(engine, static, simulator, waves=waves is not None)
    toplevel = bench_name(engine, static)
    with tempfile.TemporaryDirectory(prefix="dwsim-jobs-") as name:
        folder = Path(name)
        write_jobs(folder, engine, jobs, static is not None)
        # Whatever registers and memories hold at power-up, nothing may depend on it.
        plusargs = random_reset(jobs[0].seed) if simulator == "verilator" else ()
        outcome = run_simulator(
            build,
            BENCH_MODULE,
            toplevel=toplevel,
            log=folder / "simulation.log",
            environment={"DWSIM_JOBS": str(folder)},
            plusargs=plusargs,
            waves=waves,
        )
        if not outcome.passed:
            _raise_failure(folder, outcome.failures[0].message, jobs, simulator)
        results = read_results(folder)
        verified = []
        for index, (job, result) in enumerate(zip(jobs, results, strict=True)):
            weight, unstalled = weight_used(jobs, index), runs_unstalled(jobs, index)
            complaint, done = _judge(engine, job, result, weight, unstalled)
            if complaint:
                message = f"{complaint}\nin job {index}: {job}"
                _raise_failure(folder, message, jobs, simulator, index)
            verified.append(done)
        return verified


def weight_used(jobs: Sequence[Job], index: int) -> np.ndarray:
    """The weights that job ``index`` uses: its own, or the last ones that were loaded."""
    while not jobs[index].load:
        index -= 1
    return jobs[index].weight


def runs_unstalled(jobs: Sequence[Job], index: int) -> bool:
    """Whether nothing stalls job ``index``: not itself, and no job before it since a reset.

    A stalled sink leaves beats in the FIFO, and a stream that is too long leaves beats at the
    port, that the next job has to wait for.
    """
    if jobs[index].stalls != "none":
        return False
    for job in reversed(jobs[:index]):
        if job.reset_after is not None:
            return True
        if job.stalls != "none" or not job.is_regular:
            return False
    return True


def _judge(
    engine: EngineSpec, job: Job, result: JobResult, weight: np.ndarray, unstalled: bool
) -> tuple[str, Verified | None]:
    """What is wrong with a job's result (empty: nothing), and the verified job."""
    plan = Plan(job.layer, engine)
    if not job.is_regular:
        return "", Verified(job, plan, result.cycles, result.error, np.zeros(0, np.int64))
    if len(result.ofmap_beats) != plan.ofmap_beats:
        return f"{len(result.ofmap_beats)} ofmap beats, expected {plan.ofmap_beats}", None
    wanted_keep = [f"{(1 << count) - 1:x}" for count in keep_counts(plan).tolist()]
    for beat, (got, want) in enumerate(zip(result.keep, wanted_keep, strict=True)):
        if got != want:
            return f"tkeep of ofmap beat {beat} is {got}, expected {want} (hexadecimal)", None
    ofmap = unpack_ofmap(result.ofmap_beats, plan)
    wanted = golden.depthwise(job.ifmap, weight, job.layer)
    wrong = np.argwhere(ofmap != wanted)
    if len(wrong):
        where = tuple(int(i) for i in wrong[0])
        return (
            f"RTL and golden differ in {len(wrong)} of {ofmap.size} values, first at (batch,"
            f" row, column, channel) = {where}: RTL {ofmap[where]}, golden {wanted[where]}"
        ), None
    if unstalled and result.cycles != plan.cycles:
        return f"{result.cycles} cycles, the timing law says {plan.cycles}", None
    return "", Verified(job, plan, result.cycles, result.error, ofmap)


def _raise_failure(
    folder: Path, message: str, jobs: Sequence[Job], simulator: str, index: int | None = None
) -> None:
    """Keeps what a replay needs and raises with the command for it."""
    report = folder / "failure.json"
    if report.is_file():
        known = json.loads(report.read_text())
        message, index = known["message"], known["job"]
    elif index is None:
        log = (folder / "simulation.log").read_text(errors="replace")
        raise ToolError(f"the bench failed: {message}\n{log[-4000:]}")
    engine, all_jobs, static = read_jobs(folder)
    # Earlier jobs leave state behind, so the replay runs up to the failing one.
    kept = FAILURES / f"{engine.name}-job{index}-seed{jobs[index].seed}"
    kept.mkdir(parents=True, exist_ok=True)
    write_jobs(kept, engine, all_jobs[: index + 1], static)
    shutil.copy(folder / "simulation.log", kept)
    command = f"dwsim replay {kept} --sim {simulator} --waves {kept}/waves.fst"
    raise MismatchError(f"{message}\nreplay with a waveform: {command}")
