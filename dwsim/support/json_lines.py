"""The events of a long command as JSON Lines on stdout, for programs."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

FORMAT = 1
"""The version of the events; it changes if a member changes its meaning or goes."""

REST = "..."
"""In place of a member: members that depend on the command."""

EVENTS: dict[str, dict[str, str]] = {
    "start": {
        "format": "the version of the events: 1",
        "dwsim": "the version of dwsim",
        "command": "the name of the command",
    },
    "progress": {
        "step": "the present step, such as the name of a layer; may be empty",
        "done": "units that are done",
        "total": "all units; null while their number is not known",
        "unit": "beat, engine or run",
        "seconds": "time since the work began",
        "remaining_seconds": "an estimate; null while nothing is done or the total is not known",
    },
    "layer": {REST: "an entry of `layers` in the document"},
    "result": {REST: "the other members of the document"},
    "end": {
        "exit_code": "the exit code of the command",
        "message": "the error; empty if there is none",
    },
}
"""The members of each event besides ``event``, and their meanings, as in the documentation."""

INTERVAL_SECONDS = 1.0
"""Between two progress events of a step."""


class JsonLines:
    """Writes events to the present stdout; any thread may call it."""

    def __init__(self) -> None:
        self._out = sys.stdout
        self._lock = threading.Lock()

    def emit(self, event: str, **members: Any) -> None:
        """Writes one line at once.

        Args:
            event: a key of ``EVENTS``.
            members: its members.
        """
        with self._lock:
            print(json.dumps({"event": event, **members}), file=self._out, flush=True)

    def layers(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Writes a ``layer`` event for each row."""
        for row in rows:
            self.emit("layer", **row)

    def document(self, document: Mapping[str, Any]) -> None:
        """Writes a document in pieces: its ``layers``, if it has any, and its other members."""
        self.layers(document.get("layers", ()))
        self.emit("result", **{key: value for key, value in document.items() if key != "layers"})


class LinesBar:
    """A progress bar of events: one for each step, then one a second at most."""

    def __init__(
        self,
        lines: JsonLines,
        total: int,
        unit: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lines = lines
        self._unit = unit
        self._clock = clock
        self._step = ""
        self._done, self._total = 0, total
        self._began = self._total_began = self._written = clock()
        self._done_before = 0

    def describe(self, text: str) -> None:
        """Begins a step."""
        if text != self._step:
            self._step = text
            self._write()

    def advance(self, count: int = 1) -> None:
        """Adds ``count`` units to those that are done."""
        self.show(self._done + count, self._total)

    def show(self, done: int, total: int) -> None:
        """Sets the units that are done and their total."""
        if total != self._total:
            self._total, self._total_began, self._done_before = total, self._clock(), done
        self._done = done
        if self._clock() - self._written >= INTERVAL_SECONDS:
            self._write()

    def _write(self) -> None:
        self._written = self._clock()
        left = self._remaining()
        self._lines.emit(
            "progress",
            step=self._step,
            done=self._done,
            total=self._total or None,
            unit=self._unit,
            seconds=round(self._written - self._began, 1),
            remaining_seconds=None if left is None else round(left, 1),
        )

    def _remaining(self) -> float | None:
        """Seconds until the total at the speed since the total is known."""
        new = self._done - self._done_before
        if not self._total or new <= 0:
            return None
        return (self._written - self._total_began) / new * (self._total - self._done)
