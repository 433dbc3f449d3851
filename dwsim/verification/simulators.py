"""The simulators of a network's engines: built beside other work, and run at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dwsim.rtlsim.cosim import Verified, build_bench, run_jobs
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.processes import stop_running
from dwsim.verification.kept_verdicts import KeptVerdicts, Pending
from dwsim.verification.network_result import RUNNING, Progress

_STOP_SECONDS = 0.1
"""Between two attempts to end the commands of other threads."""


@dataclass(frozen=True, eq=False)
class Chain:
    """Jobs that run back to back on one of the engines, from reset."""

    engine: EngineSpec
    jobs: Sequence[Job]


class Simulators:
    """Builds simulators while the caller goes on, and runs chains of jobs on them.

    With ``verdicts``, jobs that an earlier run has verified do not run again.

    It is a context. If an exception leaves it, Ctrl-C too, then all commands of its threads have
    ended, and the threads have removed their files.
    """

    def __init__(
        self, engines: Sequence[EngineSpec], simulator: str, verdicts: KeptVerdicts | None = None
    ) -> None:
        self._simulator = simulator
        self._verdicts = verdicts
        # Threads suffice, because each waits for the process of a tool.
        self._builder = ThreadPoolExecutor(1)
        self._runner: ThreadPoolExecutor | None = None
        self._builds: dict[EngineSpec, Future[Path]] = {
            engine: self._builder.submit(build_bench, engine, simulator=simulator)
            for engine in engines
        }
        self._futures: list[Future[Any]] = list(self._builds.values())

    def __enter__(self) -> Simulators:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for pool in (self._builder, self._runner):
            if pool is not None:
                pool.shutdown(wait=False, cancel_futures=kind is not None)
        # A thread may be between two commands, so that one attempt is not enough.
        while kind is not None and not all(future.done() for future in self._futures):
            stop_running()
            wait(self._futures, _STOP_SECONDS)

    def run(self, chains: Sequence[Chain], workers: int, progress: Progress) -> list[Verified]:
        """Runs the chains, at most ``workers`` at a time; returns all jobs in order.

        Raises:
            MismatchError: if RTL, model and golden disagree in one of them.
            ToolError: if a simulator is missing, cannot be built, or crashes.
        """
        progress("building the simulator", 0, 0)
        builds = {engine: build.result() for engine, build in self._builds.items()}
        pending = [self._pending(chain, builds[chain.engine]) for chain in chains]
        show = _meter(chains, pending, progress)
        self._runner = ThreadPoolExecutor(max(1, min(workers, len(chains))))
        runs = [
            self._runner.submit(
                self._run, chain.engine, left, builds[chain.engine], partial(show, index)
            )
            for index, (chain, left) in enumerate(zip(chains, pending, strict=True))
        ]
        self._futures += runs
        # The first failure ends the other runs.
        done, _ = wait(runs, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
        return [verified for future in runs for verified in future.result()]

    def _pending(self, chain: Chain, build: Path) -> Pending:
        if self._verdicts is None:
            return Pending.everything(chain.jobs)
        return self._verdicts.pending(chain.engine, build, chain.jobs)

    def _run(
        self, engine: EngineSpec, pending: Pending, build: Path, progress: Callable[[int], None]
    ) -> list[Verified]:
        """Runs the jobs of a chain that have no verdict."""
        rest = pending.rest
        if not rest:
            return pending.join([])
        done = run_jobs(engine, rest, simulator=self._simulator, build=build, progress=progress)
        return pending.join(done)


def _meter(
    chains: Sequence[Chain], pending: Sequence[Pending], progress: Progress
) -> Callable[[int, int], None]:
    """Adds up the ofmap beats of chains: it is called with a chain's number and its beats."""
    pairs = zip(chains, pending, strict=True)
    total = sum(job.plan(chain.engine).ofmap_beats for chain, left in pairs for job in left.rest)
    done = [0] * len(chains)

    def show(index: int, beats: int) -> None:
        done[index] = beats
        progress(RUNNING, sum(done), total)

    return show
