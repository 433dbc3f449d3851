"""Runs models in LiteRT's interpreter; a model that it refuses does not stop the others."""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.errors import ToolError
from dwsim.support.processes import TimeLimitError, run_command
from dwsim.workloads.tflite.flatbuffer import Content

TIMEOUT_SECONDS = 900
"""Wall time of all jobs of a call together."""
_WORKER = Path(__file__).with_name("worker.py")
_INSTALL = "running .tflite models needs LiteRT: pip install 'dwsim[tflite]'"


@dataclass(frozen=True, eq=False)
class Job:
    """One run of a model: LiteRT's name of the resolver, the inputs, and the outputs to keep.

    Without outputs the tensors are only allocated. ``shapes`` resizes inputs before that.
    """

    model: Content | Path
    resolver: str
    inputs: Mapping[int, np.ndarray] = field(default_factory=dict)
    outputs: Sequence[int] = ()
    shapes: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The end of a job: why the interpreter refused it, or its tensors by index.

    ``delegated`` are the outputs that a delegate (XNNPACK) computed.
    """

    refusal: str | None = None
    tensors: Mapping[int, np.ndarray] = field(default_factory=dict)
    delegated: frozenset[int] = frozenset()
    shapes: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def run_jobs(jobs: Sequence[Job], subject: str) -> list[Outcome]:
    """Runs every job; a job that the interpreter refuses, or that aborts it, has a refusal.

    Raises:
        ToolError: when LiteRT is not installed, or needs longer than ``TIMEOUT_SECONDS``.
    """
    if importlib.util.find_spec("ai_edge_litert") is None:
        raise ToolError(_INSTALL)
    with tempfile.TemporaryDirectory(prefix="dwsim-") as name:
        directory = Path(name)
        for number, job in enumerate(jobs):
            _write(directory, number, job)
        aborted: dict[int, str] = {}
        waiting = list(range(len(jobs)))
        while waiting:
            ending = _run_worker(directory, waiting, subject)
            left = [n for n in waiting if not (directory / f"{n}.done.json").is_file()]
            if ending is not None and left:
                # The interpreter ended the process in the first job that is not done.
                aborted[left[0]] = ending
                left = left[1:]
            waiting = left
        return [
            Outcome(aborted[number]) if number in aborted else _read(directory, number)
            for number in range(len(jobs))
        ]


def _write(directory: Path, number: int, job: Job) -> None:
    path = job.model if isinstance(job.model, Path) else directory / f"{number}.tflite"
    if not isinstance(job.model, Path):
        path.write_bytes(job.model)
    request = {
        "model": str(path.absolute()),
        "resolver": job.resolver,
        "shapes": {index: list(shape) for index, shape in job.shapes.items()},
        "inputs": {index: str(index) for index in job.inputs},
        "outputs": {index: str(index) for index in job.outputs},
    }
    (directory / f"{number}.job.json").write_text(json.dumps(request), encoding="utf-8")
    arrays: dict[str, Any] = {str(index): array for index, array in job.inputs.items()}
    np.savez(directory / f"{number}.inputs.npz", **arrays)


def _run_worker(directory: Path, numbers: list[int], subject: str) -> str | None:
    """Runs jobs in one process; its ending when it did not get to the end."""
    # -P: the worker's directory must not shadow the modules that LiteRT imports.
    command: list[str | Path] = [sys.executable, "-P", _WORKER, directory, *map(str, numbers)]
    try:
        done = run_command(command, seconds=TIMEOUT_SECONDS)
    except TimeLimitError:
        raise ToolError(
            f"{subject}: the interpreter did not end within {TIMEOUT_SECONDS} s"
        ) from None
    if done.exit_code == 0:
        return None
    last = done.errors.strip().splitlines()[-1:]
    return f"{done.ending}: {' '.join(last)}".strip(": ")


def _read(directory: Path, number: int) -> Outcome:
    done = json.loads((directory / f"{number}.done.json").read_text(encoding="utf-8"))
    if done["error"] is not None:
        return Outcome(f"refuses the model: {done['error']}")
    tensors: dict[int, np.ndarray] = {}
    path = directory / f"{number}.outputs.npz"
    if path.is_file():
        with np.load(path, allow_pickle=False) as outputs:
            tensors = {int(key): outputs[key] for key in outputs.files}
    return Outcome(
        None,
        tensors,
        frozenset(int(key) for key in done["delegated"]),
        {int(index): tuple(shape) for index, shape in done["shapes"].items()},
    )
