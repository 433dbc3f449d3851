"""Jobs without stalls on the bench in C++: a hundred times as fast as the lock step in Python.

Every ofmap beat, its tkeep and its tlast are compared with golden, the cycles of every job and its
start with the timing law, and the ports of a tap-parallel engine with a model in every cycle. The
signals inside of the engine are not compared.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dwsim.derive import start_cycles
from dwsim.golden.ofmap import golden_ofmap
from dwsim.rtlsim.cosim import NOTHING, Verified
from dwsim.rtlsim.failure import keep_failure
from dwsim.rtlsim.job import Job, write_jobs
from dwsim.rtlsim.lockstep_pool import PoolLayer
from dwsim.rtlsim.stream_lockstep import NONE, Episode, Lockstep, StreamEnd, Task
from dwsim.spec.engine_spec import EngineSpec

PORTS = "ports"
"""``Verified.compared`` of these jobs."""


def run_on_ports(engine: EngineSpec, jobs: Sequence[Job], executable: Path) -> list[Verified]:
    """Runs jobs back to back from reset, and compares them as the module says.

    Args:
        engine: the engine.
        jobs: regular jobs without stalls that load their parameters.
        executable: from ``build_lockstep``.

    Returns:
        A ``Verified`` for each job, without transfers.

    Raises:
        MismatchError: with the first difference, and the command that replays it in lock step.
        ToolError: if the bench crashes.
    """
    plans = [job.plan(engine) for job in jobs]
    layers = [
        PoolLayer(plan, job.weight, (job.ifmap,), 0) for plan, job in zip(plans, jobs, strict=True)
    ]
    tasks = tuple(whole_task(index, layer, jobs[index].seed) for index, layer in enumerate(layers))
    with tempfile.TemporaryDirectory(prefix="dwsim-ports-") as name:
        folder = Path(name)
        bench = Lockstep(executable, engine, layers, folder)
        ends, difference = bench.streams(Episode(jobs[0].seed, tasks))
        complaint, index = "", 0
        if difference is not None:
            complaint, index = str(difference), min(difference.stream, len(jobs) - 1)
        else:
            complaint, index = _law_complaint(jobs, engine, ends)
        if complaint:
            write_jobs(folder, engine, jobs, static=False)
            (folder / "simulation.log").write_text(f"{complaint}\n")
            keep_failure(folder, f"{complaint}\nin job {index}: {jobs[index]}", jobs, index)
    verified = []
    for job, plan, end in zip(jobs, plans, ends, strict=True):
        # The bench has found each value of the RTL equal to this.
        values = golden_ofmap(
            job.ifmap, job.weight, job.layer, job.quantisation, engine.float_sums, job.epilogue
        ).astype(np.int64)
        seen = (end.started, end.cycles, end.error, NOTHING)
        verified.append(Verified(job, plan, *seen, values, compared=PORTS))
    return verified


def whole_task(index: int, layer: PoolLayer, seed: int) -> Task:
    """A stream of the right length without stalls."""
    beats, param_beats = layer.plan.ifmap_beats, layer.plan.param_beats
    return Task(
        layer=index,
        image=0,
        load=1,
        source=0,
        sink=0,
        burst=1,
        seed=seed & 0x7FFFFFFF,
        cfg_wait=NONE,
        ifmap_sent=beats,
        ifmap_last=beats - 1,
        param_sent=param_beats,
        param_last=param_beats - 1,
        reset_after=0,
    )


def _law_complaint(
    jobs: Sequence[Job], engine: EngineSpec, ends: Sequence[StreamEnd]
) -> tuple[str, int]:
    """The first job whose cycles, start or error port are wrong; an empty text if none is."""
    if len(ends) != len(jobs):
        return f"{len(ends)} streams ended, expected {len(jobs)}", len(ends)
    plans = [job.plan(engine) for job in jobs]
    starts = start_cycles(plans, [True] * len(plans))
    for index, (plan, start, end) in enumerate(zip(plans, starts, ends, strict=True)):
        started = end.started - ends[0].started
        if end.error:
            return f"error = {end.error:03b} (binary), expected 000", index
        if end.cycles != plan.cycles:
            return f"{end.cycles} cycles in RTL, expected {plan.cycles} by the timing law", index
        if started != start:
            return f"starts in cycle {started}, expected {start} by the timing law", index
    return "", 0
