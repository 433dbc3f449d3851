"""The jobs and the results of a cosimulation, as files between two processes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.derive import Plan
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


@dataclass(frozen=True)
class Job:
    """One job of a cosimulation: a layer, its data, and the stall profile of source and sink.

    ``ifmap_surplus`` and ``param_surplus`` make a stream longer than the layer requires (or
    shorter, if negative), to test the error handling. The ofmap of such a job is not compared with
    the golden model, but RTL and model must still agree. A parameter tensor that is too short
    leaves old weights in its bank; load both banks before, because RTL and model start from
    different memories.

    ``load``: the job sends its parameters; otherwise the engine uses the last ones, which do not
    survive a reset. ``reset_after``: reset the engine this number of cycles after the cfg handshake
    of the job, and continue with the next job. ``interleave``: channel groups that share a plane.
    """

    layer: LayerSpec
    ifmap: np.ndarray = field(repr=False)
    weight: np.ndarray = field(repr=False)
    stalls: str = "none"
    seed: int = 1
    load: bool = True
    ifmap_surplus: int = 0
    param_surplus: int = 0
    reset_after: int | None = None
    quantisation: Quantisation | None = field(default=None, repr=False)
    interleave: int = 1
    epilogue: Epilogue | None = field(default=None, repr=False)

    def plan(self, engine: EngineSpec) -> Plan:
        """The plan of the job on an engine.

        Raises:
            SpecError: if the layer does not fit.
        """
        return Plan(self.layer, engine, self.quantisation, self.interleave, self.epilogue)

    @property
    def is_regular(self) -> bool:
        """True if the streams have the lengths of the layer and no reset ends them."""
        return self.ifmap_surplus == 0 and self.param_surplus == 0 and self.reset_after is None


@dataclass(frozen=True)
class JobResult:
    """The ofmap beats (int64, one value a lane), the cycles, and the error port of the RTL.

    ``started`` is the cycle of the cfg handshake, counted over all jobs. ``cycles`` counts from the
    cfg handshake to the last ofmap transfer, both included. ``transfers`` has the cycle of the
    transfer of each ofmap beat, counted from the cfg handshake. ``keep`` has the tkeep of each
    beat in hexadecimal, because an engine may have more than 64 lanes.
    """

    ofmap_beats: np.ndarray = field(repr=False)
    transfers: np.ndarray = field(repr=False)
    keep: list[str] = field(repr=False)
    started: int
    cycles: int
    error: int


FORMAT = 1
"""The version of the files of ``write_jobs``; users keep those of a failure."""
PROGRESS_FILE = "progress"
"""The file in which the simulator writes the number of ofmap beats so far."""

_PLAIN = ("stalls", "seed", "load", "ifmap_surplus", "param_surplus", "reset_after", "interleave")


def write_jobs(folder: Path, engine: EngineSpec, jobs: Sequence[Job], static: bool) -> None:
    """Writes the jobs for the simulator process."""
    described = [
        {name: getattr(job, name) for name in _PLAIN}
        | {"layer": asdict(job.layer)}
        | {"quantisation": job.quantisation and asdict(job.quantisation)}
        | {"epilogue": job.epilogue and asdict(job.epilogue)}
        for job in jobs
    ]
    content = {"format": FORMAT, "engine": asdict(engine), "static": static, "jobs": described}
    text = json.dumps(content, indent=1)
    (folder / "jobs.json").write_text(text)
    arrays: dict[str, Any] = {f"ifmap_{i}": job.ifmap for i, job in enumerate(jobs)}
    arrays |= {f"weight_{i}": job.weight for i, job in enumerate(jobs)}
    np.savez(folder / "jobs.npz", **arrays)


def read_jobs(folder: Path) -> tuple[EngineSpec, list[Job], bool]:
    """Reads the files of ``write_jobs``: the engine, the jobs, and True if the engine is static.

    Raises:
        ValueError: if another version wrote them.
    """
    described = json.loads((folder / "jobs.json").read_text())
    if described.get("format") != FORMAT:
        raise ValueError(f"it has format {described.get('format')}, this version reads {FORMAT}")
    jobs = []
    with np.load(folder / "jobs.npz") as arrays:
        for i, job in enumerate(described["jobs"]):
            job["layer"] = LayerSpec(**job["layer"])
            if job["quantisation"] is not None:
                job["quantisation"] = Quantisation(**job["quantisation"])
            # Files of versions without epilogues have no such key.
            if job.get("epilogue") is not None:
                job["epilogue"] = Epilogue(**job["epilogue"])
            jobs.append(Job(ifmap=arrays[f"ifmap_{i}"], weight=arrays[f"weight_{i}"], **job))
    return EngineSpec(**described["engine"]), jobs, described["static"]


def write_results(folder: Path, results: Sequence[JobResult]) -> None:
    """Writes the results of the simulator process."""
    arrays: dict[str, Any] = {f"ofmap_{i}": result.ofmap_beats for i, result in enumerate(results)}
    arrays |= {f"transfers_{i}": result.transfers for i, result in enumerate(results)}
    arrays |= {f"keep_{i}": np.array(result.keep, str) for i, result in enumerate(results)}
    counts = np.array([(r.started, r.cycles, r.error) for r in results], np.int64)
    np.savez(folder / "results.npz", counts=counts, **arrays)


def read_results(folder: Path) -> list[JobResult]:
    """Reads the file of ``write_results``."""
    with np.load(folder / "results.npz") as arrays:
        return [
            JobResult(
                arrays[f"ofmap_{i}"],
                arrays[f"transfers_{i}"],
                arrays[f"keep_{i}"].tolist(),
                *counts,
            )
            for i, counts in enumerate(arrays["counts"].tolist())
        ]
