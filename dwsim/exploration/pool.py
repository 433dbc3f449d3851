"""Runs work in this process, on the cores of this machine, or on a Dask cluster.

All three are executors in the sense of ``concurrent.futures``, so there is one code path.
"""

from __future__ import annotations

import itertools
import multiprocessing
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
)
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from dwsim.errors import ToolError
from dwsim.exploration.evaluation_store import code_hash
from dwsim.support.command_threads import wait_for
from dwsim.support.processes import commands_ended, cores, end_commands
from dwsim.support.progress import waiting

T = TypeVar("T")
R = TypeVar("R")

CONNECT_SECONDS = 30
_CHUNKS_PER_WORKER = 8
_AHEAD = 3
_INTERRUPT_SECONDS = 1
_KEPT = "finished evaluations are kept, and the same command continues from there"
_DIED = f"a worker process died, perhaps out of memory: {_KEPT} (--workers 1: a single process)"


class _ThisProcess(Executor):
    """Runs each submitted call at once, in this process."""

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _InterruptedWorkError(Exception):
    """Ctrl-C reached a worker process."""


class _Processes(ProcessPoolExecutor):
    """Worker processes. Ctrl-C kills the commands that they run, and no further call begins.

    The processes themselves stay until the executor shuts down. A worker that dies while it sends
    a result leaves half a message in the pipe, and this process waits for the rest without end.
    """

    def __init__(self, workers: int) -> None:
        # A fork would copy the locks that threads of this process hold.
        context = multiprocessing.get_context("spawn")
        super().__init__(workers, context, initializer=_worker_start)

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        # A process that starts here inherits the blocked SIGINT until _worker_start. An earlier
        # SIGINT would make Python print a traceback.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(_work, fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _worker_start() -> None:
    # A command that a script starts in the background ignores SIGINT, as do its processes.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, end_commands)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _work(fn: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    """Runs one call in a worker process."""
    # Calls that wait in the worker's queue do not begin after Ctrl-C.
    if commands_ended():
        raise _InterruptedWorkError
    try:
        return fn(*args, **kwargs)
    except KeyboardInterrupt:
        raise _InterruptedWorkError from None


@dataclass(frozen=True)
class Pool:
    """An executor, the number of calls that it runs at a time, and a name for messages."""

    executor: Executor
    workers: int
    place: str

    def run(
        self,
        work: Callable[[Sequence[T]], Sequence[R]],
        items: Sequence[T],
        most: int = 8,
    ) -> Iterator[tuple[T, R]]:
        """Yields each item with its result when it is done; ``work`` gets at most ``most`` items.

        Raises:
            ToolError: if a worker dies.
        """
        size = max(1, min(most, len(items) // (self.workers * _CHUNKS_PER_WORKER)))
        chunks = (items[i : i + size] for i in range(0, len(items), size))
        pending: dict[Future[Sequence[R]], Sequence[T]] = {}
        try:
            while True:
                # A few chunks in advance keep the workers busy without delaying an interruption.
                for chunk in itertools.islice(chunks, self._ahead - len(pending)):
                    pending[self.executor.submit(work, chunk)] = chunk
                if not pending:
                    return
                for future in wait_for(pending, FIRST_COMPLETED):
                    yield from zip(pending.pop(future), future.result(), strict=True)
        except _InterruptedWorkError:
            # Ctrl-C may reach a worker first. It arrives here now, and not in the clean-up.
            time.sleep(_INTERRUPT_SECONDS)
            raise KeyboardInterrupt from None
        except BrokenExecutor:
            raise ToolError(_DIED) from None
        finally:
            for future in pending:
                future.cancel()

    @property
    def _ahead(self) -> int:
        return 1 if isinstance(self.executor, _ThisProcess) else _AHEAD * self.workers


@contextmanager
def open_pool(workers: int | None = None, scheduler: str | None = None) -> Iterator[Pool]:
    """A pool on the Dask cluster of ``scheduler``, or of ``workers`` processes.

    Args:
        workers: None: one for each core; 1: this process itself.
        scheduler: the address of a Dask scheduler.

    Raises:
        ToolError: if the cluster does not answer, has no workers, or has another version of dwsim.
    """
    if scheduler is not None:
        with _dask(scheduler) as pool:
            yield pool
        return
    count = cores() if workers is None else workers
    if count == 1:
        yield Pool(_ThisProcess(), 1, "this process")
        return
    executor = _Processes(count)
    try:
        yield Pool(executor, count, f"{count} processes")
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def other_code(found: Mapping[str, str]) -> list[str]:
    """The workers whose code differs from that of this process; ``found`` has their hashes."""
    return [worker for worker, code in found.items() if code != code_hash()]


@contextmanager
def _dask(address: str) -> Iterator[Pool]:
    # Not at the top: only a cluster needs Dask.
    from distributed import KilledWorker

    from dwsim.exploration.dask_client import connect, run_within

    try:
        with waiting(f"connecting to {address}, for at most {CONNECT_SECONDS} s"):
            client = connect(address, CONNECT_SECONDS)
    except Exception as error:  # of any kind: another protocol at the port gives a MemoryError
        raise ToolError(f"no Dask scheduler answers at {address}: {error}") from None
    try:
        with waiting(f"asking the workers of {address}, for at most {CONNECT_SECONDS} s"):
            found = run_within(client, code_hash, CONNECT_SECONDS)
        if not found:
            raise ToolError(f"the Dask cluster at {address} has no worker: dask worker {address}")
        other = other_code(found)
        if other:
            message = f"Dask workers with another version of dwsim: {', '.join(other)}"
            raise ToolError(f"{message}; install this version there and restart them")
        threads = sum(client.nthreads().values())
        yield Pool(client.get_executor(), threads, f"{len(found)} Dask workers")
    except (KilledWorker, CancelledError, TimeoutError) as error:
        raise ToolError(f"the Dask cluster at {address} failed: {error}\n{_KEPT}") from None
    finally:
        client.close()
