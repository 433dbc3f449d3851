"""Runs engines of the front in RTL: every layer of a network, in lock step with the model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dwsim.derive import plan_of
from dwsim.errors import MismatchError
from dwsim.exploration.fit import interleave_on
from dwsim.exploration.outcome import Outcome
from dwsim.exploration.points import Point
from dwsim.exploration.result_tables import layers_of
from dwsim.rtlsim.cosim import Verified, build_bench
from dwsim.rtlsim.job import Job
from dwsim.rtlsim.tiled_jobs import run_layers
from dwsim.stream.random_epilogue import random_epilogue
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data
from dwsim.support.command_threads import CommandThreads
from dwsim.workloads import Network

SEED = 1

Progress = Callable[[int, int], None]
"""Called with the number of ofmap beats that have been compared, and their total."""


@dataclass(frozen=True)
class Confirmation:
    """The cycles of a network in RTL, on an engine of the front.

    ``rows`` has one row for each layer, with ``engine_id``, ``network``, ``layer``, its number of
    ``streams``, the ``cycles`` and ``start_cycle`` of the exploration, and the ``rtl_cycles`` and
    ``rtl_start_cycle`` of the RTL. In RTL, one inference takes ``cycles``, and the next one starts
    after ``interval_cycles``.
    """

    point: Point
    network: str
    rows: tuple[dict[str, Any], ...]
    cycles: int
    interval_cycles: int


class _Meter:
    """Adds up the progress of several simulations."""

    def __init__(self, count: int, total: int, progress: Progress) -> None:
        self.done = [0] * count
        self.total = total
        self.progress = progress
        self.lock = threading.Lock()

    def report(self, index: int, done: int) -> None:
        """Sets the number of beats that simulation ``index`` has compared."""
        with self.lock:
            self.done[index] = done
            self.progress(sum(self.done), self.total)


def confirm(
    outcome: Outcome, count: int, workers: int, progress: Progress = lambda done, total: None
) -> list[Confirmation]:
    """Runs the first ``count`` engines of the front with all layers of one network at full size.

    The network is the ``confirm_network`` of the space; by default, it is the network with the
    fewest cycles on the engine. The layers run back to back with random data, followed by the first
    layer again, which shows the start of the next inference. A layer that exceeds the engine runs
    as its streams. RTL, model and golden are compared in every cycle and every value. ``workers``
    simulations run at a time.

    Raises:
        MismatchError: with the first difference, and the command that replays it.
        ToolError: if the simulator is missing.
    """
    points = [outcome.points[name] for name in list(outcome.front)[:count]]
    networks = [_network(outcome, point) for point in points]
    jobs = [_jobs(point, network) for point, network in zip(points, networks, strict=True)]
    beats = [
        sum(_beats(job, point) for job in mine) for point, mine in zip(points, jobs, strict=True)
    ]
    meter = _Meter(len(points), sum(beats), progress)

    def one(index: int) -> Confirmation:
        engine, mine = points[index].engine, jobs[index]
        build = build_bench(engine)
        verified = run_layers(engine, mine, build=build, progress=partial(meter.report, index))
        meter.report(index, beats[index])
        return _compare(outcome, points[index], networks[index], verified)

    with CommandThreads(workers) as threads:
        return threads.map(one, range(len(points)))


def _network(outcome: Outcome, point: Point) -> Network:
    space, rows = outcome.space, outcome.rows[point.engine_id]
    name = space.confirm_network or min(rows, key=lambda name: rows[name]["cycles"])
    return next(network for network in space.networks if network.name == name)


def _jobs(point: Point, network: Network) -> list[Job]:
    """A job for each layer, each with other data, and one more for the first layer."""
    engine = point.engine
    return [
        Job(
            layer,
            *random_layer_data(layer, engine, SEED + index),
            seed=SEED + index,
            quantisation=random_quantisation(layer, engine, SEED + index),
            epilogue=random_epilogue(layer, engine, SEED + index),
            interleave=interleave_on(layer, engine, point.policy),
        )
        for index, layer in enumerate([*network.layers, network.layers[0]])
    ]


def _beats(job: Job, point: Point) -> int:
    """The ofmap beats of a job, in one stream or several."""
    return plan_of(job.layer, point.engine, interleave=job.interleave).ofmap_beats


def _compare(
    outcome: Outcome, point: Point, network: Network, verified: Sequence[Verified]
) -> Confirmation:
    """The cycles of the RTL next to those of the exploration; checks that they are equal."""
    record = outcome.records[point.engine_id][network.name]
    began = verified[0].started
    rows = tuple(
        {
            "engine_id": point.engine_id,
            "network": network.name,
            "layer": layer.name,
            "streams": explored["streams"],
            "start_cycle": explored["start_cycle"],
            "rtl_start_cycle": done.started - began,
            "cycles": explored["cycles"],
            "rtl_cycles": done.cycles,
        }
        for layer, explored, done in zip(
            network.layers, layers_of(network, record), verified, strict=False
        )
    )
    last = verified[len(rows) - 1]
    cycles = last.started - began + last.cycles
    confirmed = Confirmation(point, network.name, rows, cycles, verified[-1].started - began)
    _check(confirmed, record["row"])
    return confirmed


def _check(confirmed: Confirmation, row: dict[str, Any]) -> None:
    where = f"engine {confirmed.point.engine_id} on {confirmed.network}"
    for layer in confirmed.rows:
        for figure in ("start_cycle", "cycles"):
            explored, measured = layer[figure], layer[f"rtl_{figure}"]
            if explored != measured:
                raise MismatchError(
                    f"{where}, layer {layer['layer']}: {figure} is {measured:,} in RTL, but"
                    f" {explored:,} in the exploration"
                )
    for figure in ("cycles", "interval_cycles"):
        measured = getattr(confirmed, figure)
        if row[figure] != measured:
            raise MismatchError(
                f"{where}: {figure} is {measured:,} in RTL, but {row[figure]:,} in the exploration"
            )
