"""Threads that wait for commands, and Ctrl-C that reaches them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from dwsim.support.processes import WAKE_SECONDS, stop_running

T = TypeVar("T")
R = TypeVar("R")


class _StoppedError(Exception):
    """The call did not begin, because its threads are to end."""


class CommandThreads:
    """Threads for calls that run commands (``run_command``).

    It is a context. If an exception leaves it, Ctrl-C too, then all commands of this process have
    been killed, and the calls have ended and removed their files; those that had not begun do not
    begin.

    Args:
        threads: calls that run at a time.
    """

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads)
        self._lock = threading.Lock()
        self._calls = 0
        self._stopped = False

    def submit(self, call: Callable[..., R], *args: Any, **kwargs: Any) -> Future[R]:
        """Runs a call in the next free thread."""
        return self._pool.submit(self._run, call, *args, **kwargs)

    def map(self, call: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """The results of a call for each item; the first exception is raised at once."""
        return results([self.submit(call, item) for item in items])

    def __enter__(self) -> CommandThreads:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._pool.shutdown()
            return
        with self._lock:
            self._stopped = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        # A call may be between two commands, so that one attempt is not enough.
        while self._calls:
            stop_running()
            time.sleep(WAKE_SECONDS)

    def _run(self, call: Callable[..., R], *args: Any, **kwargs: Any) -> R:
        with self._lock:
            if self._stopped:
                raise _StoppedError
            self._calls += 1
        try:
            return call(*args, **kwargs)
        finally:
            with self._lock:
                self._calls -= 1


def results(futures: Collection[Future[R]]) -> list[R]:
    """The results in order, when all are done; the first exception is raised at once."""
    done = wait_for(futures, FIRST_EXCEPTION)
    for future in done:
        future.result()
    return [future.result() for future in futures]


def wait_for(futures: Collection[Future[R]], until: str) -> set[Future[R]]:
    """``concurrent.futures.wait`` for the main thread: Ctrl-C always ends it.

    Args:
        futures: at least one.
        until: ``FIRST_EXCEPTION`` or ``FIRST_COMPLETED``.

    Returns:
        Those that are done.
    """
    while True:
        done, left = wait(futures, WAKE_SECONDS, until)
        failed = any(future.cancelled() or future.exception() for future in done)
        if not left or failed or (done and until != FIRST_EXCEPTION):
            return done
