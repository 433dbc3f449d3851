"""Jobs of layers that exceed the engine: each runs as the streams of its tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dwsim.derive import AnyPlan, TiledPlan, plan_of
from dwsim.errors import MismatchError
from dwsim.golden.ofmap import golden_ofmap
from dwsim.rtlsim.cosim import Verified, run_jobs, runs_unstalled
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.stream.tile_tensors import join_ofmaps, tile_ifmap, tile_weight


def run_layers(engine: EngineSpec, jobs: Sequence[Job], **options: Any) -> list[Verified]:
    """Runs jobs as ``run_jobs`` does, and cuts those whose layer exceeds the engine into tiles.

    The ofmap of the tiles together is compared with the golden model of the whole layer, and their
    cycles without stalls with ``TiledPlan.cycles``.

    Args:
        engine: the engine.
        jobs: regular jobs that load their parameters.
        options: as for ``run_jobs``.

    Raises:
        SpecError: if a layer cannot be cut so that it fits, and as ``run_jobs``.
        MismatchError: as ``run_jobs``; or if the tiles together differ from the whole.
        ToolError: as ``run_jobs``.
    """
    plans = [
        plan_of(job.layer, engine, job.quantisation, job.interleave, job.epilogue) for job in jobs
    ]
    streams = [stream_jobs(job, plan) for job, plan in zip(jobs, plans, strict=True)]
    flat = [stream for of_layer in streams for stream in of_layer]
    done = iter(run_jobs(engine, flat, **options))
    verified = []
    ran = 0
    for job, plan, of_layer in zip(jobs, plans, streams, strict=True):
        parts = [next(done) for _ in of_layer]
        ran += len(parts)
        if isinstance(plan, TiledPlan):
            verified.append(_joined(job, plan, parts, runs_unstalled(flat, ran - 1)))
        else:
            verified.extend(parts)
    return verified


def stream_jobs(job: Job, plan: AnyPlan) -> list[Job]:
    """The job itself, or those of its tiles, each with its part of the data."""
    if not isinstance(plan, TiledPlan):
        return [job]
    return [
        replace(
            job,
            layer=stream.layer,
            ifmap=tile_ifmap(job.ifmap, tile),
            weight=tile_weight(job.weight, tile),
            seed=job.seed + index,
            load=tile.load,
            quantisation=stream.quantisation,
            epilogue=stream.epilogue,
        )
        for index, (tile, stream) in enumerate(zip(plan.tiles, plan.plans, strict=True))
    ]


def _joined(job: Job, plan: TiledPlan, parts: Sequence[Verified], unstalled: bool) -> Verified:
    """The tiles of a layer as one result.

    Raises:
        MismatchError: if their values or cycles are not those of the layer.
    """
    where = f"layer {job.layer.name} in {len(parts)} streams, stalls {job.stalls}, seed {job.seed}"
    ofmap = join_ofmaps([part.ofmap for part in parts], plan)
    wanted = golden_ofmap(
        job.ifmap, job.weight, job.layer, job.quantisation, plan.engine.float_sums, job.epilogue
    )
    wrong = np.argwhere(ofmap != wanted)
    if len(wrong):
        at = tuple(int(i) for i in wrong[0])
        raise MismatchError(
            f"{where}: the streams together and golden differ in {len(wrong)} of {ofmap.size}"
            f" values, first at (batch, row, column, channel) = {at}: streams {ofmap[at]}, golden"
            f" {wanted[at]}"
        )
    first, last = parts[0], parts[-1]
    cycles = last.started + last.cycles - first.started
    if unstalled and cycles != plan.cycles:
        raise MismatchError(
            f"{where}: {cycles} cycles in RTL, expected {plan.cycles} by the sum of the streams"
        )
    transfers = [part.started - first.started + part.transfers for part in parts]
    error = last.error
    return Verified(job, plan, first.started, cycles, error, np.concatenate(transfers), ofmap)
