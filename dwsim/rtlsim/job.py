"""What a cosimulation is asked to do, and what it answers: files between two processes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from dwsim.derive import Plan
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


@dataclass(frozen=True)
class Job:
    """One stream of a cosimulation: a layer, its data, and when the two ends stall.

    ``ifmap_surplus`` and ``param_surplus`` make a stream longer (or, negative, shorter) than
    the layer's, to see the engine's error handling; such a job's ofmap is not compared with
    the golden model's, but RTL and model still have to agree. ``load``: bring the parameters;
    otherwise the engine uses the last ones, which do not survive a reset. A parameter tensor that
    is too short leaves weights of before in its bank: load both banks first, or the model and
    the RTL start from different memories. ``reset_after``: reset the engine that many cycles
    after the job's cfg handshake and go on with the next job. ``interleave``: channel groups that
    share a plane.
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

    def plan(self, engine: EngineSpec) -> Plan:
        """The job's layer on an engine.

        Raises:
            SpecError: when it does not fit.
        """
        return Plan(self.layer, engine, self.quantisation, self.interleave)

    @property
    def is_regular(self) -> bool:
        """The streams have the layer's lengths and end by themselves."""
        return self.ifmap_surplus == 0 and self.param_surplus == 0 and self.reset_after is None


@dataclass(frozen=True)
class JobResult:
    """What the RTL did: the ofmap beats (int64 lanes), cycles, and the error port after it.

    ``started`` is the cycle of the cfg handshake, counted over all jobs. ``keep`` has each beat's
    tkeep in hexadecimal (an engine may have more than 64 lanes). ``cycles`` counts from the cfg
    handshake to the last ofmap transfer, both included. ``transfers`` has the cycle of each
    ofmap beat's transfer, the cfg handshake being cycle 0.
    """

    ofmap_beats: np.ndarray = field(repr=False)
    transfers: np.ndarray = field(repr=False)
    keep: list[str] = field(repr=False)
    started: int
    cycles: int
    error: int


PROGRESS_FILE = "progress"
"""Where the simulator process says how many ofmap beats it has taken."""

_PLAIN = ("stalls", "seed", "load", "ifmap_surplus", "param_surplus", "reset_after", "interleave")


def write_jobs(folder: Path, engine: EngineSpec, jobs: Sequence[Job], static: bool) -> None:
    """Writes what the simulator process needs to know."""
    described = [
        {name: getattr(job, name) for name in _PLAIN}
        | {"layer": asdict(job.layer)}
        | {"quantisation": job.quantisation and asdict(job.quantisation)}
        for job in jobs
    ]
    text = json.dumps({"engine": asdict(engine), "static": static, "jobs": described}, indent=1)
    (folder / "jobs.json").write_text(text)
    arrays = {f"ifmap_{i}": job.ifmap for i, job in enumerate(jobs)}
    arrays |= {f"weight_{i}": job.weight for i, job in enumerate(jobs)}
    np.savez(folder / "jobs.npz", **arrays)


def read_jobs(folder: Path) -> tuple[EngineSpec, list[Job], bool]:
    """Reads what ``write_jobs`` wrote: engine, jobs, and whether the engine is static."""
    described = json.loads((folder / "jobs.json").read_text())
    jobs = []
    with np.load(folder / "jobs.npz") as arrays:
        for i, job in enumerate(described["jobs"]):
            job["layer"] = LayerSpec(**job["layer"])
            if job["quantisation"] is not None:
                job["quantisation"] = Quantisation(**job["quantisation"])
            jobs.append(Job(ifmap=arrays[f"ifmap_{i}"], weight=arrays[f"weight_{i}"], **job))
    return EngineSpec(**described["engine"]), jobs, described["static"]


def write_results(folder: Path, results: Sequence[JobResult]) -> None:
    """Writes what the simulator process saw."""
    arrays = {f"ofmap_{i}": result.ofmap_beats for i, result in enumerate(results)}
    arrays |= {f"transfers_{i}": result.transfers for i, result in enumerate(results)}
    arrays |= {f"keep_{i}": np.array(result.keep, str) for i, result in enumerate(results)}
    counts = np.array([(r.started, r.cycles, r.error) for r in results], np.int64)
    np.savez(folder / "results.npz", counts=counts, **arrays)


def read_results(folder: Path) -> list[JobResult]:
    """Reads what ``write_results`` wrote."""
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
