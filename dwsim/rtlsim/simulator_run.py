"""Runs cocotb tests in a built simulator, and reads their results."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from dwsim.errors import ToolError
from dwsim.rtlsim.build import log_end, read_stamp, tool_error
from dwsim.rtlsim.cocotb_runner import make_runner
from dwsim.support.processes import TimeLimitError
from dwsim.support.waveform_file import vcd_to_fst

FAILURES = Path("dwsim-failures")
"""The folder in the current directory that gets the files of a failed run."""


@dataclass(frozen=True)
class TestFailure:
    """One failed cocotb test: its dotted name and its message."""

    __test__ = False  # pytest: not a test class

    name: str
    message: str


@dataclass(frozen=True)
class SimulationResult:
    """The result of a simulation: the number of cocotb tests that ran, and those that failed."""

    tests: int
    failures: tuple[TestFailure, ...]
    log: Path

    @property
    def passed(self) -> bool:
        """True if at least one test ran and none failed."""
        return self.tests > 0 and not self.failures


def random_reset(seed: int) -> tuple[str, ...]:
    """Plusargs that start every register of a Verilator model at a value drawn from ``seed``."""
    # Verilator accepts 1 to 2**31 - 1; at 0 it draws its own seed.
    return ("+verilator+rand+reset+2", f"+verilator+seed+{seed % (2**31 - 1) + 1}")


def run_simulator(
    build: Path,
    test_module: str,
    *,
    toplevel: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
    plusargs: Sequence[str] = (),
    waves: Path | None = None,
    seed: int = 1,
    timeout: float = 1800.0,
) -> SimulationResult:
    """Runs the cocotb tests of ``test_module`` in a simulator from ``build_simulator``.

    Args:
        build: the directory of the build.
        test_module: a dotted name.
        toplevel: the top module of the build.
        log: the file that gets all output.
        environment: added to the environment of the process, with precedence.
        plusargs: passed to the simulator.
        waves: the FST file to write; the build must have been made with waves.
        seed: seeds Python's ``random`` inside the simulator.
        timeout: the limit in seconds of wall time.

    Returns:
        The results of the tests, including those that failed.

    Raises:
        ToolError: with the end of the log, if the simulator ends without results or at the time
            limit, or if no test is found.
    """
    stamp = read_stamp(build)
    if waves is not None and not stamp["waves"]:
        raise ToolError(f"{build} was built without waves, so it cannot write {waves}")
    log = _writable(log)
    waves = None if waves is None else _writable(waves)
    runner = make_runner(stamp["simulator"], dict(environment or {}), waves is not None, timeout)
    # Each run has its own directory, so that any number of runs can go on at once.
    with tempfile.TemporaryDirectory(prefix="dwsim-run-") as scratch:
        results = Path(scratch) / "results.xml"
        vcd = Path(scratch) / "waves.vcd" if waves is not None else None
        try:
            # In pytest, cocotb's runner turns a failed test into SystemExit.
            with suppress(SystemExit):
                runner.test(
                    test_module=test_module,
                    hdl_toplevel=toplevel,
                    hdl_toplevel_lang="verilog",
                    seed=seed,
                    test_args=_trace_args(stamp["simulator"], vcd),
                    plusargs=[*plusargs, *_trace_plusargs(stamp["simulator"], vcd)],
                    build_dir=build,
                    test_dir=scratch,
                    results_xml=str(results),
                    log_file=log,
                )
        except TimeLimitError:
            message = f"the simulation of {toplevel} did not end within {timeout:g} s"
            raise tool_error(f"{message} and was stopped", log) from None
        if vcd is not None and waves is not None and vcd.is_file():
            vcd_to_fst(vcd, waves)
        return _read_results(results, runner.exit_code, toplevel, log)


def _writable(path: Path) -> Path:
    """The absolute path, whose directory exists."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _trace_args(simulator: str, vcd: Path | None) -> list[str]:
    return ["--trace-file", str(vcd)] if vcd and simulator == "verilator" else []


def _trace_plusargs(simulator: str, vcd: Path | None) -> list[str]:
    return [f"+dumpfile_path={vcd}"] if vcd and simulator == "icarus" else []


def _read_results(path: Path, exit_code: int, toplevel: str, log: Path) -> SimulationResult:
    if not path.is_file():
        raise tool_error(
            f"the simulator of {toplevel} ended with exit code {exit_code} and without results", log
        )
    tests = 0
    failures = []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        tests += 1
        # "failure" is a failed assertion, "error" any other exception.
        for kind in ("failure", "error"):
            for element in case.findall(kind):
                name = f"{case.get('classname')}.{case.get('name')}"
                said = (element.get("message"), element.text)
                failures.append(TestFailure(name, "\n".join(text for text in said if text)))
    if tests == 0:
        raise tool_error(f"no cocotb test ran in the simulator of {toplevel}", log)
    if exit_code != 0 and not failures:
        # An $error of the design, or a crash after the results were written.
        message = f"the simulator ended with exit code {exit_code}\n{log_end(log)}"
        failures.append(TestFailure(toplevel, message))
    return SimulationResult(tests, tuple(failures), log)
