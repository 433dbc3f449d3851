"""Runs the jobs of layers through RTL, all on one engine or each layer on its static engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dwsim.rtlsim.cosim import Verified, build_bench, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.rtlsim.tiled_jobs import run_layers
from dwsim.spec.engine_spec import EngineSpec
from dwsim.verification.kept_verdicts import KeptVerdicts, Pending


def run_layer_jobs(
    engine: EngineSpec,
    jobs: Sequence[Sequence[Job]],
    *,
    static: bool = False,
    simulator: str = "verilator",
    waves: Path | None = None,
    verdicts: KeptVerdicts | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Verified]:
    """Runs the jobs of each layer; returns them in order.

    Args:
        engine: the engine.
        jobs: for each layer its jobs, which are regular and load their parameters.
        static: run each layer on its static engine, instead of all back to back on one.
        simulator: "verilator" or "icarus".
        waves: an FST file for the waveform.
        verdicts: take over verdicts of earlier runs, and keep those of this run; not with waves.
        progress: called several times a second with the ofmap beats of all jobs so far.

    Raises:
        SpecError, MismatchError, ToolError: as ``run_layers``.
    """
    runs = list(jobs) if static else [[job for of_layer in jobs for job in of_layer]]
    done: list[Verified] = []
    for run in runs:
        tied = run[0].layer if static else None
        build = build_bench(engine, tied, simulator, waves=waves is not None)
        if verdicts is None or waves is not None:
            pending = Pending.everything(run)
        else:
            pending = verdicts.pending(engine, build.name, run)
        options: dict[str, Any] = {"simulator": simulator, "waves": waves, "build": build}
        options["progress"] = _after(done, progress)
        verified: list[Verified] = []
        if pending.rest and static:
            verified = run_jobs(engine, pending.rest, static=tied, **options)
        elif pending.rest:
            verified = run_layers(engine, pending.rest, **options)
        done += pending.join(verified)
    return done


def _after(
    done: Sequence[Verified], progress: Callable[[int], None] | None
) -> Callable[[int], None] | None:
    """The progress of a run that follows other runs."""
    if progress is None:
        return None
    before = sum(verified.plan.ofmap_beats for verified in done)
    return lambda beats: progress(before + beats)
