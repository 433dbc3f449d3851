"""Keeps a reduced failure as a case that ``dwsim replay`` and this soak repeat."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from dwsim import EngineSpec
from dwsim.errors import MismatchError, SpecError, Violation
from dwsim.rtlsim.cosim import build_bench, run_jobs
from dwsim.rtlsim.job import Job, read_jobs, write_jobs
from dwsim.rtlsim.lockstep_pool import PoolLayer
from dwsim.rtlsim.simulator_run import FAILURES
from dwsim.rtlsim.stream_lockstep import Episode, Lockstep, Task
from tests.soak.reduce import Case

EPISODE = "episode.json"
FORMAT = 1
Edit = Callable[[dict[str, str]], dict[str, str]]
STALLS = {
    (False, False): "none",
    (True, False): "slow-source",
    (False, True): "slow-sink",
    (True, True): "both",
}


def keep(case: Case, engine: EngineSpec) -> Path:
    """Writes the jobs of a case as ``dwsim verify`` keeps them, and its episode beside them."""
    seed = case.difference.episode.seed
    folder = FAILURES / f"{engine.name}-soak-seed{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    write_jobs(folder, engine, jobs_of(case), static=False)
    content = {
        "format": FORMAT,
        "seed": seed,
        "difference": str(case.difference),
        "short": [layer.short for layer in case.layers],
        "tasks": [asdict(_plain_image(case, place)) for place in range(len(case.tasks))],
    }
    (folder / EPISODE).write_text(json.dumps(content, indent=1) + "\n")
    return folder


def jobs_of(case: Case) -> list[Job]:
    """The streams as jobs for cocotb, whose stalls are those of the nearest profile.

    A source that stops becomes a whole stream that the same reset ends.
    """
    jobs = []
    for task, layer in zip(case.tasks, case.layers, strict=True):
        plan = layer.plan
        image = 0 if task.image == len(layer.ifmaps) else task.image
        ends = task.ifmap_last + 1 == task.ifmap_sent
        whole = task.load == 0 or task.param_last + 1 != task.param_sent
        jobs.append(
            Job(
                plan.layer,
                layer.ifmaps[image],
                layer.weight,
                stalls=STALLS[task.source > 0, task.sink > 0],
                seed=task.seed,
                load=bool(task.load),
                ifmap_surplus=task.ifmap_sent - plan.ifmap_beats if ends else 0,
                param_surplus=0 if whole else task.param_sent - plan.param_beats,
                reset_after=task.reset_after or None,
                quantisation=plan.quantisation,
                interleave=plan.interleave,
            )
        )
    return jobs


def shows_in_cocotb(
    case: Case, engine: EngineSpec, edit: Edit | None = None, simulator: str = "verilator"
) -> bool:
    """True if the lock step of ``dwsim replay`` sees the failure too; it keeps its own files."""
    build = build_bench(engine, simulator=simulator, edit=edit)
    try:
        run_jobs(engine, jobs_of(case), build=build, simulator=simulator)
    except MismatchError:
        return True
    return False


def read_episode(folder: Path) -> tuple[EngineSpec, list[PoolLayer], Episode]:
    """Reads a folder of ``keep``.

    Raises:
        SpecError: if another version wrote it.
    """
    content = json.loads((folder / EPISODE).read_text())
    if content.get("format") != FORMAT:
        rule = f"must have format {FORMAT}, which this version reads"
        raise SpecError("soak", [Violation("replay", str(folder / EPISODE), rule)])
    engine, jobs, _ = read_jobs(folder)
    tasks = [Task(**task) for task in content["tasks"]]
    layers = [
        PoolLayer(job.plan(engine), job.weight, (job.ifmap,), short)
        for job, short in zip(jobs, content["short"], strict=True)
    ]
    return engine, layers, Episode(content["seed"], tuple(tasks))


def _plain_image(case: Case, place: int) -> Task:
    """The task with its own image as image 0, and the one without its end as image 1."""
    task = case.tasks[place]
    return replace(task, image=int(task.image == len(case.layers[place].ifmaps)))


def replay(executable: Path, folder: Path, scratch: Path) -> str:
    """Repeats a kept episode; returns its difference, or nothing."""
    engine, layers, episode = read_episode(folder)
    difference = Lockstep(executable, engine, layers, scratch).episode(episode)
    return "" if difference is None else str(difference)
