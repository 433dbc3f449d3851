"""``test``: a pytest test whose body runs in a simulator."""

from __future__ import annotations

import json
import os
import shlex
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dwsim.bench.bench_case import Case, NumberFormats, cases
from dwsim.bench.coverage_table import Coverage
from dwsim.bench.design import Design
from dwsim.bench.layer_space import LayerSpace
from dwsim.errors import MismatchError, ToolError
from dwsim.rtlsim.build import build_simulator
from dwsim.rtlsim.simulator_run import (
    FAILURES,
    SimulationResult,
    random_reset,
    run_simulator,
)
from dwsim.stream.stalls import StallProfile

Body = Callable[..., Awaitable[None]]

REQUEST_VARIABLE = "DWSIM_BENCH"
"""The environment variable that names the request's folder to the simulator's process."""
REQUEST_FILE, FAILURE_FILE, COVERAGE_FILE = "request.json", "failure.txt", "coverage.json"
MOST_TIMES = 4
"""A run goes on to this number times its count of cases while a coverage goal has no case."""


@dataclass(frozen=True)
class BenchTest:
    """A test function with everything that it runs on; ``test`` makes it."""

    body: Body
    design: Design
    space: LayerSpace
    formats: NumberFormats
    stalls: tuple[str | StallProfile, ...]
    count: int
    make_coverage: Callable[[], Coverage] | None

    @property
    def name(self) -> str:
        """The name of the test function."""
        return self.body.__name__

    def cases(self, seed: int) -> Iterator[Case]:
        """The cases of a seed; more than ``count``, for a run that still has empty goals."""
        most = self.count if self.make_coverage is None else MOST_TIMES * self.count
        return cases(self.space, self.formats, self.stalls, most, seed)

    def coverage(self) -> Coverage | None:
        """A coverage table without counts, or None."""
        return None if self.make_coverage is None else self.make_coverage()

    def run(
        self, simulator: str, seed: int | None = None, plusargs: Sequence[str] | None = None
    ) -> str:
        """Builds the design, unless it is in the cache, and runs the test.

        Args:
            simulator: "verilator" or "icarus".
            seed: of layers, data and stalls; None: DWSIM_SEED, or 1.
            plusargs: passed to the simulator; None: those in DWSIM_PLUSARGS.

        Returns:
            The coverage table; empty for a test without one.

        Raises:
            MismatchError: with the report, if the test fails or a coverage goal has no case. The
                failing run is repeated with a waveform.
            ToolError: for a missing or failing tool.
        """
        seed = int(os.environ.get("DWSIM_SEED", "1")) if seed is None else seed
        if plusargs is None:
            plusargs = shlex.split(os.environ.get("DWSIM_PLUSARGS", ""))
        design = self.design
        build = build_simulator(
            simulator,
            design.toplevel,
            design.sources,
            parameters=design.parameters,
            waves=True,
        )
        with tempfile.TemporaryDirectory(prefix="dwsim-bench-") as name:
            attempt = _Attempt(self, build, simulator, seed, tuple(plusargs), Path(name))
            return attempt.run()


@dataclass(frozen=True)
class _Attempt:
    """One run of a test."""

    test: BenchTest
    build: Path
    simulator: str
    seed: int
    plusargs: tuple[str, ...]
    folder: Path

    def run(self) -> str:
        """Returns the coverage table, or raises the report of the failure."""
        result = self._simulate(self.folder / "run.log", None)
        if result.passed:
            return self._coverage()
        report = self._report(result)
        kept = FAILURES / f"{self.test.name}-{self.simulator}-seed{self.seed}"
        waves = kept / "waves.fst"
        self._simulate(kept / "run.log", waves)
        raise MismatchError(f"{report}\n{self._replay()}\nwaveform: {waves}")

    def _simulate(self, log: Path, waves: Path | None) -> SimulationResult:
        request = {
            "file": self.test.body.__code__.co_filename,
            "test": self.test.name,
            "seed": self.seed,
        }
        (self.folder / REQUEST_FILE).write_text(json.dumps(request))
        return run_simulator(
            self.build,
            "dwsim.bench.in_simulator",
            toplevel=self.test.design.toplevel,
            log=log,
            environment={REQUEST_VARIABLE: str(self.folder)},
            plusargs=(*self.plusargs, *self._random_reset()),
            waves=waves,
            seed=self.seed,
        )

    def _random_reset(self) -> tuple[str, ...]:
        return random_reset(self.seed) if self.simulator == "verilator" else ()

    def _report(self, result: SimulationResult) -> str:
        """The report that the run wrote, or the message of any other exception."""
        path = self.folder / FAILURE_FILE
        if path.is_file():
            return f"{self.test.name}: {path.read_text()}"
        return f"{self.test.name}: " + "\n".join(one.message for one in result.failures)

    def _replay(self) -> str:
        variables = f"DWSIM_SEED={self.seed} "
        if self.plusargs:
            variables += f"DWSIM_PLUSARGS={shlex.quote(shlex.join(self.plusargs))} "
        path = Path(self.test.body.__code__.co_filename)
        if path.is_relative_to(Path.cwd()):
            path = path.relative_to(Path.cwd())
        node = shlex.quote(f"{path}::{self.test.name}[{self.simulator}]")
        return f"seed:     {self.seed}\nreplay:   {variables}python -m pytest {node}"

    def _coverage(self) -> str:
        coverage = self.test.coverage()
        if coverage is None:
            return ""
        for axis, name, count in json.loads((self.folder / COVERAGE_FILE).read_text()):
            coverage.counts[axis, name] = count
        if missing := coverage.missing():
            raise MismatchError(
                f"{self.test.name}: no case reached these coverage goals:\n  "
                + "\n  ".join(missing)
                + f"\n{coverage.table()}{self._replay()}"
            )
        return coverage.table()


def test(
    design: Design,
    layers: LayerSpace,
    *,
    formats: NumberFormats | None = None,
    stalls: Sequence[str | StallProfile] = ("none", "both"),
    count: int = 20,
    coverage: Callable[[], Coverage] | None = None,
    simulators: Sequence[str] = ("verilator", "icarus"),
) -> Callable[[Body], Callable[[str], None]]:
    """Makes a pytest test of a coroutine function that takes a ``Run``.

    pytest runs it once in each simulator, prints the coverage table, and fails with the report.
    ``function.bench.run(simulator, seed, plusargs)`` runs it without pytest.

    Args:
        design: the design under test.
        layers: the layers to draw.
        formats: the numbers of the engine; the default is int8 with raw sums.
        stalls: the profiles of source and sink; the cases take turns.
        count: the number of cases. While a coverage goal is empty, the run goes on to at most
            ``MOST_TIMES`` this number.
        coverage: makes the coverage table; a goal without a case fails the test.
        simulators: "verilator", "icarus", or both.

    Raises:
        ToolError: if pytest is not installed.
    """

    def decorate(body: Body) -> Callable[[str], None]:
        bench = BenchTest(
            body, design, layers, formats or NumberFormats(), tuple(stalls), count, coverage
        )

        def run_in(simulator: str) -> None:
            __tracebackhide__ = True
            report = ""
            try:
                print(bench.run(simulator), end="")
            except MismatchError as error:
                report = str(error)
            if report:
                _pytest().fail(report, pytrace=False)

        run_in.__name__ = run_in.__qualname__ = body.__name__
        run_in.__doc__, run_in.__module__ = body.__doc__, body.__module__
        run_in.bench = bench  # type: ignore[attr-defined]
        marked: Callable[[str], None] = _pytest().mark.parametrize("simulator", simulators)(run_in)
        return marked

    return decorate


test.__test__ = False  # type: ignore[attr-defined]  # pytest: not itself a test


def _pytest() -> Any:
    try:
        import pytest
    except ImportError:
        raise ToolError("dwsim.bench.test needs pytest: pip install 'dwsim[bench]'") from None
    return pytest
