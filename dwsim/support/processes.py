"""Runs commands with a time limit; nothing that they started survives it, or Ctrl-C.

A command stays in the process group of dwsim, so that Ctrl-C in a terminal also reaches it
directly.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from dwsim.errors import ToolError

_DRAIN_SECONDS = 2.0
"""Time to collect the output of a command that was killed."""
_TAIL_LINES = 40
WAKE_SECONDS = 0.1
"""The main thread blocks no longer than this. Python handles a signal in this thread between two
steps of its code: if one comes just before the thread blocks, the thread notices it on waking."""

_running: set[subprocess.Popen[str]] = set()
_running_lock = threading.RLock()  # a signal handler may come while this thread holds it
_ended = False


class NotStartedError(ToolError):
    """The operating system cannot start a command."""


class TimeLimitError(ToolError):
    """A command was killed at its time limit."""


@dataclass(frozen=True)
class Finished:
    """The end of a command: its exit code, and its output and its errors as text.

    A negative exit code is the number of the signal that ended the command.
    """

    exit_code: int
    output: str
    errors: str

    @property
    def ending(self) -> str:
        """The exit code as the end of a sentence."""
        if self.exit_code < 0:
            return f"was stopped by {signal.Signals(-self.exit_code).name}"
        return f"ended with exit code {self.exit_code}"

    @property
    def tail(self) -> str:
        """The last lines of output and errors."""
        return tail(self.output + self.errors)


def run_command(
    command: Sequence[str | Path],
    *,
    seconds: float | None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    merge_errors: bool = False,
    log: IO[Any] | None = None,
) -> Finished:
    """Runs a command without input and waits for its end.

    Args:
        command: the program and its arguments.
        seconds: the limit of wall time; None: no limit.
        folder: the working directory.
        environment: the whole environment; None: that of this process.
        merge_errors: append the errors to the output, in the order in which they are written.
        log: a file that gets output and errors; ``Finished`` then has neither.

    Raises:
        NotStartedError: if the program does not exist or is not executable.
        TimeLimitError: at the limit, when the command and its descendants have been killed.
        KeyboardInterrupt: after ``end_commands``.
    """
    _check_not_ended()
    try:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if log is None else log,
            stderr=subprocess.PIPE if log is None and not merge_errors else subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise NotStartedError(f"{command[0]} cannot be started: {error}") from error
    with _running_lock:
        _running.add(process)
    try:
        with process:
            if _ended:  # before it was in the set
                _kill_tree(process)
            output, errors = _communicate(process, seconds, str(command[0]))
    finally:
        with _running_lock:
            _running.discard(process)
    _check_not_ended()
    return Finished(process.returncode, output or "", errors or "")


def cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def stop_running() -> None:
    """Kills every command that this process runs in any thread, with its descendants.

    A thread pool calls this on Ctrl-C, which Python delivers to the main thread only.
    """
    with _running_lock:
        running = list(_running)
    for process in running:
        _kill_tree(process)


def end_commands(*_: object) -> None:
    """A signal handler: kills every command of this process; none starts any more.

    ``run_command`` raises ``KeyboardInterrupt``. Python's own handler raises it anywhere, in an
    import or a finalizer too, which then prints a traceback.
    """
    global _ended
    _ended = True
    stop_running()


def commands_ended() -> bool:
    """True after ``end_commands``."""
    return _ended


def _check_not_ended() -> None:
    if _ended:
        raise KeyboardInterrupt


def tail(text: str) -> str:
    """The last lines of a text, or a remark that there are none."""
    return "\n".join(text.splitlines()[-_TAIL_LINES:]) or "(no output)"


def _communicate(
    process: subprocess.Popen[str], seconds: float | None, name: str
) -> tuple[str | None, str | None]:
    limit = math.inf if seconds is None else time.monotonic() + seconds
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                left = limit - time.monotonic()
                return process.communicate(timeout=max(0.0, min(left, WAKE_SECONDS)))
            if time.monotonic() >= limit:
                break
    except BaseException:
        _kill_tree(process)
        raise
    _kill_tree(process)
    message = f"{name} did not end within {seconds:g} s and was stopped"
    raise TimeLimitError(f"{message}; the end of its output:\n{_drain(process)}")


def _kill_tree(process: subprocess.Popen[str]) -> None:
    """Kills a process and its descendants."""
    try:
        root = psutil.Process(process.pid)
        family = [*root.children(recursive=True), root]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue


def _drain(process: subprocess.Popen[str]) -> str:
    """The output of a killed process, as far as it can be read at once."""
    try:
        output, errors = process.communicate(timeout=_DRAIN_SECONDS)
    except subprocess.TimeoutExpired:
        return "(still held open by a process that was not stopped)"
    return tail((output or "") + (errors or ""))
