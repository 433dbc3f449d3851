"""Verdicts that a later run need not repeat: a file for each job, named by all that it depends on.

A file has no ofmap. The verdict says that the RTL's ofmap is golden's, so it is computed again, and
its hash must be the one in the file. A file that is damaged, or that says anything else, is
ignored, and the job runs.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.derive import AnyPlan, plan_of, start_cycles, streams_of
from dwsim.golden.ofmap import golden_ofmap
from dwsim.rtlsim.cosim import NOTHING, Verified
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.cache import cache_folder, digest, digest_bytes, hash_files
from dwsim.support.resources import package_dir, rtl_dir, template_dir

FOLDER_VARIABLE = "DWSIM_VERDICTS"
"""The environment variable for another folder than ``verdicts`` in the cache folder."""
KEPT_DAYS = 30
"""Days without a use, after which a verdict is removed."""
_COUNTS = ("started", "cycles", "error")


def verdict_folder() -> Path:
    """The folder of the files; it is made if it is missing.

    Raises:
        ToolError: if the cache folder cannot be used.
        OSError: if that of ``$DWSIM_VERDICTS`` cannot.
    """
    chosen = os.environ.get(FOLDER_VARIABLE)
    if not chosen:
        return cache_folder("verdicts")
    folder = Path(chosen).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def _code_hash() -> str:
    """A hash of all files of dwsim and of the versions of Python and NumPy."""
    files = hash_files((package_dir(), rtl_dir(), template_dir()))
    return digest([sys.version, np.__version__, files])


class KeptVerdicts:
    """The verdicts of earlier runs with one seed; those that no run has used for long are removed.

    Args:
        seed: of the run, from which the seeds of its jobs follow.
        again: take over no verdict, and replace those that are there.
    """

    def __init__(self, seed: int, again: bool = False) -> None:
        self._seed = seed
        self._again = again
        _remove_old()

    def pending(self, engine: EngineSpec, build: str, jobs: Sequence[Job]) -> Pending:
        """The jobs of a run that must run, and the verdicts on the others.

        Without stalls a job takes the same cycles after any other job, so each has a verdict of
        its own. Stalls of one job delay the next one, so the verdicts are taken over if there is
        one for each job.

        Args:
            engine: the engine.
            build: a hash of its Verilog and of the tools that run it.
            jobs: regular jobs that load their parameters and run back to back from reset.
        """
        keys = self._keys(build, jobs)
        pairs = zip(keys, jobs, strict=True)
        found = [None if self._again else _read(key, job, engine) for key, job in pairs]
        if not _unstalled(jobs) and None in found:
            found = [None] * len(jobs)
        return Pending(jobs, keys, found)

    def _keys(self, build: str, jobs: Sequence[Job]) -> list[str]:
        own = [digest([_code_hash(), build, self._seed, _content(job)]) for job in jobs]
        if _unstalled(jobs):
            return own
        chain = digest([own, [job.seed for job in jobs]])
        return [digest([index, chain]) for index in range(len(jobs))]


@dataclass(frozen=True, eq=False)
class Pending:
    """Jobs that run back to back; ``found`` has the kept verdict on each, or None.

    Without ``keys``, no verdict is kept.
    """

    jobs: Sequence[Job]
    keys: Sequence[str]
    found: Sequence[Verified | None]

    @classmethod
    def everything(cls, jobs: Sequence[Job]) -> Pending:
        """All jobs must run, and their verdicts are not kept."""
        return cls(jobs, (), [None] * len(jobs))

    @property
    def rest(self) -> list[Job]:
        """The jobs that must run."""
        pairs = zip(self.jobs, self.found, strict=True)
        return [job for job, found in pairs if found is None]

    def join(self, verified: Sequence[Verified]) -> list[Verified]:
        """Keeps the verdicts on ``rest``; returns those on all jobs, in order.

        If kept verdicts are among those of jobs without stalls, all jobs start by the law of
        streams that run back to back.
        """
        ran = iter(verified)
        every = [next(ran) if found is None else found for found in self.found]
        if self.keys:
            for key, found, done in zip(self.keys, self.found, every, strict=True):
                if found is None:
                    _keep(key, done, every[0].started)
        if any(done.kept for done in every) and _unstalled(self.jobs):
            starts = _starts([done.plan for done in every])
            every = [replace(done, started=at) for done, at in zip(every, starts, strict=True)]
        return every


def _starts(plans: Sequence[AnyPlan]) -> list[int]:
    """The start of each layer if all run back to back without stalls, by the law."""
    streams = [streams_of(plan) for plan in plans]
    flat = [stream for of_layer in streams for stream in of_layer]
    starts = start_cycles([plan for plan, _ in flat], [load for _, load in flat])
    firsts = accumulate((len(of_layer) for of_layer in streams[:-1]), initial=0)
    return [starts[first] for first in firsts]


def _unstalled(jobs: Sequence[Job]) -> bool:
    return all(job.stalls == "none" for job in jobs)


def _content(job: Job) -> list[Any]:
    """All of a regular job that can change its verdict; the name of its layer cannot."""
    arrays = [
        [array.shape, str(array.dtype), digest_bytes(np.ascontiguousarray(array).tobytes())]
        for array in (job.ifmap, job.weight)
    ]
    quantisation = job.quantisation and asdict(job.quantisation)
    layer = asdict(replace(job.layer, name=""))
    epilogue = job.epilogue and asdict(job.epilogue)
    return [layer, quantisation, epilogue, job.stalls, job.interleave, arrays]


def _path(key: str) -> Path:
    return verdict_folder() / f"{key}.json"


def _remove_old() -> None:
    """Removes the files that were neither written nor read for ``KEPT_DAYS``."""
    oldest = time.time() - KEPT_DAYS * 24 * 3600
    # Another run may remove a file first, and the folder may be for reading only.
    for path in verdict_folder().glob("*.json"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def _ofmap_hash(ofmap: np.ndarray) -> str:
    return digest_bytes(np.ascontiguousarray(ofmap, np.int64).tobytes())


def _read(key: str, job: Job, engine: EngineSpec) -> Verified | None:
    """The kept verdict on a job; None if there is none that holds."""
    try:
        kept = json.loads(_path(key).read_text())
        facts, seal = kept["verdict"], kept["hash"]
        if seal != digest(facts) or facts["key"] != key:
            return None
        started, cycles, error = (int(facts[name]) for name in _COUNTS)
        compared = str(facts["compared"])
        ofmap_hash = facts["ofmap"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    plan = plan_of(job.layer, engine, job.quantisation, job.interleave, job.epilogue)
    sums = engine.float_sums
    ofmap = golden_ofmap(job.ifmap, job.weight, job.layer, job.quantisation, sums, job.epilogue)
    if ofmap_hash != _ofmap_hash(ofmap):
        return None
    if job.stalls == "none" and cycles != plan.cycles:
        return None
    values = ofmap.astype(np.int64)
    with suppress(OSError):
        os.utime(_path(key))
    return Verified(job, plan, started, cycles, error, NOTHING, values, compared, kept=True)


def _keep(key: str, done: Verified, first: int) -> None:
    """Writes a verdict; its start counts from ``first``, that of the first job of the run."""
    counts = (done.started - first, done.cycles, done.error)
    facts: dict[str, Any] = dict(zip(_COUNTS, map(int, counts), strict=True))
    facts |= {"key": key, "ofmap": _ofmap_hash(done.ofmap), "compared": done.compared}
    text = json.dumps({"verdict": facts, "hash": digest(facts)}) + "\n"
    path = _path(key)
    # A reader sees the whole file or none. A verdict that cannot be written is only repeated.
    with suppress(OSError):
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
