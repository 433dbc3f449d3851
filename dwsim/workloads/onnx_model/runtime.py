"""Runs models in ONNX Runtime; a model that it refuses does not stop the others."""

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

TIMEOUT_SECONDS = 900
"""Wall time of all jobs of a call together."""
_WORKER = Path(__file__).with_name("ort_worker.py")
_INSTALL = "running .onnx models needs ONNX Runtime: pip install 'dwsim[onnx]'"


@dataclass(frozen=True, eq=False)
class OrtJob:
    """One run of a model: its inputs, and the names of the outputs to keep.

    ``optimise`` lets ONNX Runtime fuse operators; ``folder`` has the model's external weights.
    """

    model: bytes = field(repr=False)
    inputs: Mapping[str, np.ndarray]
    outputs: Sequence[str]
    optimise: bool = False
    folder: Path = Path()


@dataclass(frozen=True, eq=False)
class OrtOutcome:
    """The end of a job: why ONNX Runtime refused it, or its outputs by name."""

    refusal: str | None = None
    tensors: Mapping[str, np.ndarray] = field(default_factory=dict)


def run_in_ort(jobs: Sequence[OrtJob], subject: str) -> list[OrtOutcome]:
    """Runs every job; a job that ONNX Runtime refuses, or that aborts it, has a refusal.

    Raises:
        ToolError: when ONNX Runtime is not installed, or needs longer than ``TIMEOUT_SECONDS``.
    """
    if importlib.util.find_spec("onnxruntime") is None:
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
                # The runtime ended the process in the first job that is not done.
                aborted[left[0]] = ending
                left = left[1:]
            waiting = left
        return [
            OrtOutcome(aborted[number]) if number in aborted else _read(directory, number, job)
            for number, job in enumerate(jobs)
        ]


def _write(directory: Path, number: int, job: OrtJob) -> None:
    path = directory / f"{number}.onnx"
    path.write_bytes(job.model)
    request = {
        "model": str(path.absolute()),
        "folder": str(job.folder.absolute()),
        "optimise": job.optimise,
        "inputs": {name: str(key) for key, name in enumerate(job.inputs)},
        "outputs": {name: str(key) for key, name in enumerate(job.outputs)},
    }
    (directory / f"{number}.job.json").write_text(json.dumps(request), encoding="utf-8")
    arrays: dict[str, Any] = {str(key): array for key, array in enumerate(job.inputs.values())}
    np.savez(directory / f"{number}.inputs.npz", **arrays)


def _run_worker(directory: Path, numbers: list[int], subject: str) -> str | None:
    """Runs jobs in one process; its ending when it did not get to the end."""
    # -P: the worker's directory must not shadow the modules that ONNX Runtime imports.
    command: list[str | Path] = [sys.executable, "-P", _WORKER, directory, *map(str, numbers)]
    try:
        done = run_command(command, seconds=TIMEOUT_SECONDS)
    except TimeLimitError:
        raise ToolError(f"{subject}: ONNX Runtime did not end within {TIMEOUT_SECONDS} s") from None
    if done.exit_code == 0:
        return None
    last = done.errors.strip().splitlines()[-1:]
    return f"{done.ending}: {' '.join(last)}".strip(": ")


def _read(directory: Path, number: int, job: OrtJob) -> OrtOutcome:
    done = json.loads((directory / f"{number}.done.json").read_text(encoding="utf-8"))
    if done["error"] is not None:
        return OrtOutcome(f"refuses the model: {done['error'][:300]}")
    with np.load(directory / f"{number}.outputs.npz", allow_pickle=False) as outputs:
        return OrtOutcome(None, {name: outputs[str(key)] for key, name in enumerate(job.outputs)})
