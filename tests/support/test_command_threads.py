"""Ctrl-C ends commands in threads, also if it comes just before the main thread blocks."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future

import pytest

from dwsim.errors import ToolError
from dwsim.support.command_threads import CommandThreads, results, wait_for
from dwsim.support.processes import run_command
from tests.support.test_processes import python

SLEEP = python("import time; time.sleep(60)")
LONG = 20.0


def unnoticed_interrupt(ended: threading.Event) -> bool:
    """Sends SIGINT to its own thread: like a late one, it does not wake the main thread.

    Returns True if the main thread went on before the long wait was over.
    """
    time.sleep(0.3)  # until the main thread is blocked
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    return ended.wait(LONG)


@pytest.mark.parametrize("waiting", [results, lambda f: wait_for(f, FIRST_COMPLETED)])
def test_an_unnoticed_interrupt(waiting: Callable[[list[Future[bool]]], object]) -> None:
    ended = threading.Event()
    with CommandThreads(1) as threads:
        call = threads.submit(unnoticed_interrupt, ended)
        with pytest.raises(KeyboardInterrupt):
            waiting([call])
        ended.set()
        assert call.result(), "Ctrl-C was noticed when the call ended"


@pytest.mark.parametrize("seconds", [None, 60.0])
def test_an_unnoticed_interrupt_of_a_command(seconds: float | None) -> None:
    ended = threading.Event()
    noticed: list[bool] = []
    thread = threading.Thread(target=lambda: noticed.append(unnoticed_interrupt(ended)))
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run_command(python("import time; time.sleep(30)"), seconds=seconds)
    ended.set()
    thread.join()
    assert noticed == [True]


def test_results_are_in_order() -> None:
    with CommandThreads(3) as threads:
        assert threads.map(lambda n: (time.sleep((3 - n) / 100), n)[1], range(3)) == [0, 1, 2]
        assert threads.map(str, []) == []


def test_the_first_failure_ends_all_calls() -> None:
    begun, exit_codes, calls = threading.Event(), [], []

    def sleep() -> None:
        begun.set()
        exit_codes.append(run_command(SLEEP, seconds=None).exit_code)

    def fail() -> None:
        begun.wait()
        run_command(["no-such-program"], seconds=1)

    def run_all() -> None:
        with CommandThreads(2) as threads:
            calls.extend(threads.submit(call) for call in (sleep, fail, sleep, sleep))
            results(calls)

    with pytest.raises(ToolError, match="no-such-program"):
        run_all()
    # At most the call that took the place of the failed one had begun, too.
    assert set(exit_codes) == {-signal.SIGKILL}
    assert 1 <= len(exit_codes) <= 2
    assert calls[3].cancelled()


def test_a_call_between_two_commands_ends() -> None:
    begun, exit_codes = threading.Event(), []

    def call() -> None:
        begun.set()
        time.sleep(0.3)
        exit_codes.append(run_command(SLEEP, seconds=None).exit_code)

    def interrupted() -> None:
        with CommandThreads(1) as threads:
            threads.submit(call)
            begun.wait()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert exit_codes == [-signal.SIGKILL]
