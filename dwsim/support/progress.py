"""A progress bar on stderr, drawn by rich, or events; silent when stderr is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from dwsim.support.json_lines import JsonLines, LinesBar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar(Protocol):
    """The calls that move a progress bar; they may come from any thread."""

    def describe(self, text: str) -> None:
        """Replaces the text in front of the bar."""

    def advance(self, count: int = 1) -> None:
        """Adds ``count`` units to those that are done."""

    def show(self, done: int, total: int) -> None:
        """Sets the units that are done and their total."""


@contextmanager
def progress(total: int, unit: str, lines: JsonLines | None = None) -> Iterator[Bar]:
    """A bar for ``total`` units of work (0: not known yet); it disappears when it is closed.

    With ``lines``, programs get events, and nothing is drawn.
    """
    if lines is not None:
        yield LinesBar(lines, total, unit)
        return
    if not sys.stderr.isatty():
        yield _NoBar()
        return
    # Not at the top: without a terminal nothing needs rich.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        TextColumn("elapsed,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    # Results go to stdout while the bar is drawn: rich must not redirect them.
    with Progress(
        *columns,
        console=Console(file=sys.stderr),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as drawn:
        yield _RichBar(drawn, drawn.add_task("", total=total or None))


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """A spinner with the elapsed time, for work without units; it disappears at the end."""
    if not sys.stderr.isatty():
        yield
        return
    # Not at the top: without a terminal nothing needs rich.
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(
        *columns,
        console=Console(file=sys.stderr),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as drawn:
        drawn.add_task(text, total=None)
        yield


class _NoBar:
    def describe(self, text: str) -> None: ...

    def advance(self, count: int = 1) -> None: ...

    def show(self, done: int, total: int) -> None: ...


class _RichBar:
    def __init__(self, drawn: Progress, task: TaskID) -> None:
        self._drawn = drawn
        self._task = task

    def describe(self, text: str) -> None:
        self._drawn.update(self._task, description=text)

    def advance(self, count: int = 1) -> None:
        self._drawn.advance(self._task, count)

    def show(self, done: int, total: int) -> None:
        self._drawn.update(self._task, completed=done, total=total)
