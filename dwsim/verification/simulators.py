"""The simulators of a network's engines: built beside other work, and run at the same time."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dwsim.derive import Plan
from dwsim.rtlsim.cosim import Verified, build_bench, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.rtlsim.port_runs import run_on_ports
from dwsim.rtlsim.stream_lockstep import build_lockstep
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.support.command_threads import CommandThreads, results
from dwsim.verification.kept_verdicts import KeptVerdicts, Pending
from dwsim.verification.network_result import RUNNING, Progress

SMALL_CYCLES = 12_000
"""Cycles of all layers of an engine that always run in lock step."""
SAMPLE_CYCLES = 5_000
"""Cycles of the layers of a longer chain that run in lock step, too."""
_BUILDS = 2
"""Builds at a time."""


@dataclass(frozen=True, eq=False)
class Chain:
    """Jobs that run back to back on one of the engines, from reset."""

    engine: EngineSpec
    jobs: Sequence[Job]


class Simulators:
    """Builds simulators while the caller goes on, and runs chains of jobs on them.

    In lock step all signals of all jobs are compared in every cycle. Without ``lockstep``, the
    chains of an engine whose layers take more than ``SMALL_CYCLES`` without stalls run on the
    bench in C++ (``port_runs``), and a sample of their jobs in lock step, too. With ``verdicts``,
    jobs that an earlier run has verified do not run again.

    It is a context, which ends like ``CommandThreads``.

    Args:
        engines: the engines, each with the layers that run on it.
        simulator: "verilator" or "icarus".
        stalls: of all jobs.
        verdicts: those of earlier runs.
        lockstep: run all jobs in lock step.
    """

    def __init__(
        self,
        engines: Sequence[tuple[EngineSpec, Sequence[LayerSpec]]],
        simulator: str,
        stalls: str,
        verdicts: KeptVerdicts | None = None,
        lockstep: bool = True,
    ) -> None:
        self._simulator = simulator
        self._verdicts = verdicts
        fast = not lockstep and simulator == "verilator" and stalls == "none"
        self._threads = ExitStack()
        builder = self._threads.enter_context(CommandThreads(_BUILDS))
        self._builds: dict[EngineSpec, Future[Path]] = {
            engine: builder.submit(build_bench, engine, simulator=simulator)
            for engine, _ in engines
        }
        self._benches: dict[EngineSpec, Future[Path]] = {
            engine: builder.submit(build_lockstep, engine, quick=True)
            for engine, layers in engines
            if fast and sum(Plan(layer, engine).cycles for layer in layers) > SMALL_CYCLES
        }

    def __enter__(self) -> Simulators:
        return self

    def __exit__(self, *failure: Any) -> None:
        self._threads.__exit__(*failure)

    def run(self, chains: Sequence[Chain], workers: int, progress: Progress) -> list[Verified]:
        """Runs the chains, at most ``workers`` at a time; returns all jobs in order.

        Raises:
            MismatchError: if RTL, model and golden disagree in one of them.
            ToolError: if a simulator is missing, cannot be built, or crashes.
        """
        progress("building the simulator", 0, 0)
        results([*self._builds.values(), *self._benches.values()])
        pending = [self._pending(chain) for chain in chains]
        locked = [self._in_lockstep(c, p) for c, p in zip(chains, pending, strict=True)]
        show = _meter(chains, locked, progress)
        runner = self._threads.enter_context(CommandThreads(max(1, min(workers, len(chains)))))
        runs = [
            runner.submit(self._run, chain, left, sample, partial(show, index))
            for index, (chain, left, sample) in enumerate(zip(chains, pending, locked, strict=True))
        ]
        return [verified for done in results(runs) for verified in done]

    def _pending(self, chain: Chain) -> Pending:
        if self._verdicts is None:
            return Pending.everything(chain.jobs)
        build = self._builds[chain.engine].result().name
        if chain.engine in self._benches:
            build += self._benches[chain.engine].result().parent.name
        return self._verdicts.pending(chain.engine, build, chain.jobs)

    def _in_lockstep(self, chain: Chain, pending: Pending) -> list[Job]:
        """The jobs that run in lock step: all that have no verdict, or a sample of them."""
        rest = pending.rest
        if not rest or chain.engine not in self._benches:
            return rest
        return sample(chain, rest)

    def _run(
        self,
        chain: Chain,
        pending: Pending,
        locked: Sequence[Job],
        progress: Callable[[int], None],
    ) -> list[Verified]:
        """Runs the jobs of a chain that have no verdict."""
        if not pending.rest:
            return pending.join([])
        build = self._builds[chain.engine].result()
        done = run_jobs(
            chain.engine, locked, simulator=self._simulator, build=build, progress=progress
        )
        if chain.engine in self._benches:
            bench = self._benches[chain.engine].result()
            done = run_on_ports(chain.engine, pending.rest, bench)
        return pending.join(done)


def sample(chain: Chain, rest: Sequence[Job]) -> list[Job]:
    """Jobs of ``rest`` with at most ``SAMPLE_CYCLES``, drawn by the chain's seed; at least one."""
    cycles = {id(job): job.plan(chain.engine).cycles for job in rest}
    order = list(rest)
    random.Random(chain.jobs[0].seed).shuffle(order)
    chosen, left = [], SAMPLE_CYCLES
    for job in order:
        if cycles[id(job)] <= left:
            chosen.append(job)
            left -= cycles[id(job)]
    return chosen or [min(rest, key=lambda job: cycles[id(job)])]


def _meter(
    chains: Sequence[Chain], locked: Sequence[Sequence[Job]], progress: Progress
) -> Callable[[int, int], None]:
    """Adds up the ofmap beats of chains: it is called with a chain's number and its beats."""
    pairs = zip(chains, locked, strict=True)
    total = sum(job.plan(chain.engine).ofmap_beats for chain, jobs in pairs for job in jobs)
    done = [0] * len(chains)

    def show(index: int, beats: int) -> None:
        done[index] = beats
        progress(RUNNING, sum(done), total)

    return show
