"""Runs inside pytest: notes which tests reach which lines, and runs the tests of each mutant.

Everything is imported and collected once; each mutant is put into a fork of that process.
"""

from __future__ import annotations

import json
import os
import pickle
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

from tests.python_mutants.in_place import put
from tests.python_mutants.mutants import PACKAGES, ROOT, Mutant

KILLED, SURVIVED, TIMED_OUT, NOT_REACHED = "killed", "survived", "timed out", "not reached"
MOST_SECONDS = 20.0
"""Of a mutant's tests those that take this long together, the fastest ones first, are run."""
_PATIENCE, _LEAST = 8.0, 40.0
"""The tests of a mutant have 8 times their own seconds without it, and at least 40 seconds."""


@dataclass
class Reach:
    """The processor seconds of each test, and the tests that reach each line of a file."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests that reach a mutant's statement, the fastest first, up to the limit."""
        lines = self.lines.get(mutant.file, {})
        statement = range(mutant.first, mutant.last + 1)
        return self._fastest(sorted({test for line in statement for test in lines.get(line, ())}))

    def tests_of_file(self, mutant: Mutant) -> list[str]:
        """The tests that reach any line of its file, or, if none does, of its package."""
        package = mutant.file.rpartition("/")[0] + "/"
        files = [mutant.file] if self.lines.get(mutant.file) else self.lines
        reached = [self.lines[file].values() for file in files if file.startswith(package)]
        return self._fastest(
            sorted({test for lines in reached for tests in lines for test in tests})
        )

    def _fastest(self, tests: Sequence[str]) -> list[str]:
        chosen, total = [], 0.0
        for test in sorted(tests, key=lambda test: (self.seconds[test], test)):
            total += self.seconds[test]
            if total > MOST_SECONDS and chosen:
                break
            chosen.append(test)
        return chosen


class _Outcome:
    """Notes failures."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


class MutantRun:
    """A pytest plugin that replaces the run of the tests."""

    def __init__(self, work: Callable[[MutantRun], None]) -> None:
        self._work = work
        self._folder = ""
        self.session: pytest.Session

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.session = session
        with tempfile.TemporaryDirectory(prefix="dwsim-mutants-") as self._folder:
            self._work(self)
        return True

    # -- reach ----------------------------------------------------------------------------

    def reach(self, parts: int) -> Reach:
        """Runs every test once, in parallel parts."""
        items = self.session.items
        whole = Reach()
        for found in self._in_forks(
            [lambda n=n: self._measure(items[n::parts]) for n in range(parts)], parts, None
        ):
            assert isinstance(found, Reach), found
            whole.seconds |= found.seconds
            for file, lines in found.lines.items():
                for line, tests in lines.items():
                    whole.lines.setdefault(file, {}).setdefault(line, []).extend(tests)
        return whole

    def _measure(self, items: list[pytest.Item]) -> Reach:
        coverage = Coverage(
            data_file=None, source=[str(ROOT / "dwsim" / name) for name in PACKAGES]
        )
        outcome, found = self._listen(), Reach()
        coverage.start()
        for item, following in zip(items, [*items[1:], None], strict=True):
            coverage.switch_context(item.nodeid)
            began = time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            found.seconds[item.nodeid] = time.process_time() - began
        coverage.stop()
        assert not outcome.failed, f"fails without a mutant: {outcome.failed}"
        data = coverage.get_data()
        for path in data.measured_files():
            name = str(Path(path).relative_to(ROOT))
            found.lines[name] = {
                line: [test for test in tests if test]
                for line, tests in data.contexts_by_lineno(path).items()
            }
        return found

    # -- mutants --------------------------------------------------------------------------

    def verdicts(
        self, mutants: Sequence[Mutant], reach: Reach, jobs: int
    ) -> Iterator[tuple[Mutant, str]]:
        """The verdict on each mutant that is inside a function; others give an empty one."""
        for begin in range(0, len(mutants), 64):
            some = mutants[begin : begin + 64]
            calls = [lambda m=mutant: self._verdict(m, reach) for mutant in some]
            limits = [
                _LEAST + _PATIENCE * sum(reach.seconds[t] for t in reach.tests(m)) for m in some
            ]
            for mutant, verdict in zip(some, self._in_forks(calls, jobs, limits), strict=True):
                yield mutant, KILLED if verdict is None else verdict

    def _verdict(self, mutant: Mutant, reach: Reach) -> str:
        tests = reach.tests(mutant)
        if not put(mutant):
            return ""
        return self._run(tests) if tests else NOT_REACHED

    def _run(self, tests: Sequence[str]) -> str:
        outcome = self._listen()
        items = {item.nodeid: item for item in self.session.items}
        chosen = [items[test] for test in tests]
        for item, following in zip(chosen, [*chosen[1:], None], strict=True):
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except BaseException:
                return KILLED  # not a failure that pytest understands
            if outcome.failed:
                return KILLED
        return SURVIVED

    def _listen(self) -> _Outcome:
        config = self.session.config
        outcome = _Outcome()
        config.pluginmanager.unregister(name="terminalreporter")
        config.pluginmanager.register(outcome)
        factory = config._tmp_path_factory  # type: ignore[attr-defined]
        factory._basetemp = Path(tempfile.mkdtemp(dir=self._folder))
        return outcome

    # -- processes ------------------------------------------------------------------------

    def _in_forks(
        self, calls: Sequence[Callable[[], Any]], jobs: int, limits: Sequence[float] | None
    ) -> list[Any]:
        """The results of calls, each in a fork; None for one that crashes."""
        results: list[Any] = [None] * len(calls)
        waiting = list(range(len(calls)))
        running: dict[int, _Fork] = {}
        while waiting or running:
            while waiting and len(running) < jobs:
                index = waiting.pop(0)
                running[index] = _Fork(calls[index], limits[index] if limits else float("inf"))
            select.select([fork.pipe for fork in running.values()], [], [], 0.5)
            for index, fork in list(running.items()):
                if fork.ended():
                    results[index] = fork.result
                    del running[index]
        return results


class _Fork:
    """A call in a process of its own."""

    def __init__(self, call: Callable[[], Any], seconds: float) -> None:
        self.result: Any = None
        self._until = time.monotonic() + seconds
        self._text = b""
        self.pipe, there = os.pipe()
        sys.stdout.flush()
        self._child = os.fork()
        if self._child == 0:
            _child(call, there)
        os.close(there)

    def ended(self) -> bool:
        """Reads what is there; true if the call has ended or was stopped."""
        while select.select([self.pipe], [], [], 0)[0]:
            part = os.read(self.pipe, 1 << 20)
            self._text += part
            if not part:
                self._close()
                self.result = pickle.loads(self._text) if self._text else None
                if isinstance(self.result, BaseException):
                    raise self.result
                return True
        if time.monotonic() < self._until:
            return False
        os.killpg(self._child, signal.SIGKILL)
        self.result = TIMED_OUT
        return self._close()

    def _close(self) -> bool:
        os.close(self.pipe)
        os.waitpid(self._child, 0)
        return True


def _child(call: Callable[[], Any], there: int) -> None:
    """Runs the call in a group of processes of its own, and ends."""
    os.setpgid(0, 0)
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    try:
        result = call()
    except BaseException as error:
        result = RuntimeError(f"{type(error).__name__}: {error}")
    with os.fdopen(there, "wb") as pipe:
        pipe.write(pickle.dumps(result))
    os._exit(0)


def save(reach: Reach, path: Path) -> None:
    """Writes the reach."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([reach.seconds, reach.lines]))


def load(path: Path) -> Reach:
    """Reads the reach."""
    seconds, lines = json.loads(path.read_text())
    return Reach(
        seconds, {file: {int(n): tests for n, tests in of.items()} for file, of in lines.items()}
    )
