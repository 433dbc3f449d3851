"""The files of a failed run, which ``dwsim replay`` repeats."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from dwsim.errors import MismatchError, ToolError
from dwsim.rtlsim.job import Job, read_jobs, write_jobs
from dwsim.rtlsim.simulator_run import FAILURES


def raise_failure(
    folder: Path, message: str, jobs: Sequence[Job], simulator: str, index: int | None = None
) -> None:
    """Keeps the files of a run in lock step for a replay, and raises.

    Args:
        folder: has the files of ``write_jobs`` and simulation.log, and failure.json if the bench
            found the difference.
        message: the difference.
        jobs: all jobs of the run.
        simulator: that of the run.
        index: the job that failed; None: failure.json knows.

    Raises:
        MismatchError: with the difference, and the command that replays it.
        ToolError: if the bench failed without a difference.
    """
    report = folder / "failure.json"
    if report.is_file():
        known = json.loads(report.read_text())
        message, index = known["message"], known["job"]
    elif index is None:
        log = (folder / "simulation.log").read_text(errors="replace")
        raise ToolError(f"the bench failed: {message}\n{log[-4000:]}")
    keep_failure(folder, message, jobs, index, simulator)


def keep_failure(
    folder: Path, message: str, jobs: Sequence[Job], index: int, simulator: str = "verilator"
) -> None:
    """Keeps the files of a run for a replay in lock step, and raises.

    Args:
        folder: has the files of ``write_jobs`` and simulation.log.
        message: the difference.
        jobs: all jobs of the run.
        index: the job that failed.
        simulator: in which the command replays it.

    Raises:
        MismatchError: with the message and the command.
    """
    engine, all_jobs, static = read_jobs(folder)
    # Earlier jobs change the state, so the replay runs all jobs up to the one that failed.
    failed = jobs[index]
    name = failed.layer.name or f"job{index}"
    kept = FAILURES / f"{engine.name}-{name}-{failed.stalls}-seed{failed.seed}"
    kept.mkdir(parents=True, exist_ok=True)
    write_jobs(kept, engine, all_jobs[: index + 1], static)
    shutil.copy(folder / "simulation.log", kept)
    command = f"dwsim replay {kept} --sim {simulator} --waves {kept}/waves.fst"
    raise MismatchError(f"{message}\nreplay with a waveform: {command}")
