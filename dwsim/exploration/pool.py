"""Where work is done: this process, the cores of this machine, or a Dask cluster.

All three are executors as ``concurrent.futures`` has them, so there is one code path.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from dwsim.errors import ToolError
from dwsim.exploration.evaluation_store import code_hash

T = TypeVar("T")
R = TypeVar("R")

CONNECT_SECONDS = 30
_CHUNKS_PER_WORKER = 8
_AHEAD = 3
_INTERRUPT_SECONDS = 1
_KEPT = "what was finished is kept, and the same command goes on from there"
_DIED = f"a worker process died, out of memory perhaps: {_KEPT} (--workers 1: a single process)"


class _Here(Executor):
    """Runs what is submitted at once, in this process."""

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Processes(ProcessPoolExecutor):
    """Worker processes that Ctrl-C ends at once, with the tools that they run."""

    def __init__(self, workers: int) -> None:
        # A fork would copy the threads' locks of whatever runs here.
        context = multiprocessing.get_context("spawn")
        super().__init__(workers, context, initializer=_worker_start)

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        # A process that starts here has it blocked, too, until _worker_start: before that,
        # Python would print a traceback.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _worker_start() -> None:
    # A command that a script starts in the background ignores it, with all its processes.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@dataclass(frozen=True)
class Pool:
    """An executor, and how many calls it runs at a time; ``place`` is what to call it."""

    executor: Executor
    workers: int
    place: str

    def run(
        self,
        work: Callable[[Sequence[T]], Sequence[R]],
        items: Sequence[T],
        most: int = 8,
    ) -> Iterator[tuple[T, R]]:
        """Each item with its result, as they get done; ``work`` takes up to ``most`` at a time.

        Raises:
            ToolError: when a worker dies.
        """
        size = max(1, min(most, len(items) // (self.workers * _CHUNKS_PER_WORKER)))
        chunks = (items[i : i + size] for i in range(0, len(items), size))
        pending: dict[Future[Sequence[R]], Sequence[T]] = {}
        try:
            while True:
                # A few in advance keep the workers busy, and an interruption short.
                for chunk in itertools.islice(chunks, self._ahead - len(pending)):
                    pending[self.executor.submit(work, chunk)] = chunk
                if not pending:
                    return
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from zip(pending.pop(future), future.result(), strict=True)
        except BrokenExecutor:
            # Ctrl-C ends the workers; where they are the first to get it, it comes now.
            time.sleep(_INTERRUPT_SECONDS)
            raise ToolError(_DIED) from None
        finally:
            for future in pending:
                future.cancel()

    @property
    def _ahead(self) -> int:
        return 1 if isinstance(self.executor, _Here) else _AHEAD * self.workers


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def open_pool(workers: int | None = None, scheduler: str | None = None) -> Iterator[Pool]:
    """A pool: ``scheduler`` is a Dask cluster's address; else ``workers`` processes.

    ``None`` workers are as many as this process may use cores; one is this process itself.

    Raises:
        ToolError: when the cluster cannot be reached, is empty, or has another dwsim.
    """
    if scheduler is not None:
        with _dask(scheduler) as pool:
            yield pool
        return
    count = cores() if workers is None else workers
    if count == 1:
        yield Pool(_Here(), 1, "this process")
        return
    executor = _Processes(count)
    try:
        yield Pool(executor, count, f"{count} processes")
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def other_code(found: Mapping[str, str]) -> list[str]:
    """The workers, of these with their code's hash, whose numbers may be others than ours."""
    return [worker for worker, code in found.items() if code != code_hash()]


@contextmanager
def _dask(address: str) -> Iterator[Pool]:
    # Here and not at the top: only this needs Dask.
    from distributed import KilledWorker

    from dwsim.exploration.dask_client import connect

    try:
        client = connect(address, CONNECT_SECONDS)
    except Exception as error:  # of any kind: another protocol at the port gives a MemoryError
        message = f"no Dask scheduler answers at {address} within {CONNECT_SECONDS} s"
        raise ToolError(f"{message}: {error or 'no handshake'}") from None
    try:
        found = client.run(code_hash)
        if not found:
            raise ToolError(f"the Dask cluster at {address} has no worker: dask worker {address}")
        other = other_code(found)
        if other:
            message = f"Dask workers with another version of dwsim: {', '.join(other)}"
            raise ToolError(f"{message}; install this one there and start them again")
        threads = sum(client.nthreads().values())
        yield Pool(client.get_executor(), threads, f"{len(found)} Dask workers")
    except (KilledWorker, CancelledError) as error:
        raise ToolError(f"the Dask cluster at {address} gave up: {error}\n{_KEPT}") from None
    finally:
        client.close()
