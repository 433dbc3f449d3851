"""Builds simulators with cocotb's runner, caches them by content, and runs cocotb tests in them."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from dwsim.errors import ToolError
from dwsim.rtlsim import toolchain
from dwsim.rtlsim.cocotb_runner import make_runner
from dwsim.support.cache import cache_root, digest, digest_bytes, locked
from dwsim.support.processes import TimeLimitError, tail
from dwsim.support.waveform_file import vcd_to_fst

# Registers and X literals start at values that +verilator+rand+reset chooses at run time.
_VERILATOR_ARGS = ("--x-initial", "unique", "--x-assign", "unique")
# dwsim.support.waveform_file reads VCD: Verilator's FST writer needs the headers of lz4 and zlib.
_VERILATOR_WAVES = ("--trace-vcd", "--trace-structs")
# For 4,500 lines, -O1 takes two thirds of the build time of Verilator's default -Os, and its code
# runs faster. -O0 builds faster still, but its code runs at less than half the speed.
_MAKE_VARIABLES = {"OPT_FAST": "-O1"}
_TIMESCALE = ("1ns", "1ps")
_STAMP = "build.json"
_CACHE_FORMAT = 1
_BUILD_SECONDS = 3600.0


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


def build_simulator(
    simulator: str,
    toplevel: str,
    sources: Sequence[Path],
    *,
    parameters: Mapping[str, int] | None = None,
    waves: bool = False,
) -> Path:
    """Builds ``toplevel`` for "verilator" or "icarus", unless the same build is in the cache.

    Builds are the same if simulator, sources (names and contents), parameters and options are.
    Several processes may call this at once. Returns the directory of the build, for
    ``run_simulator``.

    Raises:
        ToolError: with the end of the log, if the build fails. A Verilator warning fails it.
    """
    toolchain.require(simulator)
    sources = [Path(source).resolve() for source in sources]
    identity = _identity(simulator, toplevel, sources, dict(parameters or {}), waves)
    key = digest(identity)
    directory = cache_root() / "builds" / key
    if " " in str(directory):
        raise ToolError(
            f"make cannot build in {directory}, because the path has a blank: set DWSIM_CACHE"
        )
    with locked(key):
        if not (directory / _STAMP).is_file():
            _build(identity, sources, directory)
    return directory


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
    stamp = json.loads((build / _STAMP).read_text())
    if waves is not None and not stamp["waves"]:
        raise ToolError(f"{build} was built without waves, so it cannot write {waves}")
    log = _writable(log)
    waves = None if waves is None else _writable(waves)
    runner = make_runner(stamp["simulator"], dict(environment or {}), waves is not None, timeout)
    # Each run has its own directory, so that any number of runs can go on at once.
    with tempfile.TemporaryDirectory(prefix="dwsim-run-") as scratch:
        results = Path(scratch) / "results.xml"
        vcd = Path(scratch) / "waves.vcd" if waves is not None else None
        arguments = {
            "test_module": test_module,
            "hdl_toplevel": toplevel,
            "hdl_toplevel_lang": "verilog",
            "seed": seed,
            "test_args": _trace_args(stamp["simulator"], vcd),
            "plusargs": [*plusargs, *_trace_plusargs(stamp["simulator"], vcd)],
            "build_dir": build,
            "test_dir": scratch,
            "results_xml": str(results),
            "log_file": log,
        }
        try:
            # In pytest, cocotb's runner turns a failed test into SystemExit.
            with suppress(SystemExit):
                runner.test(**arguments)
        except TimeLimitError:
            message = f"the simulation of {toplevel} did not end within {timeout:g} s"
            raise _failure(f"{message} and was stopped", log) from None
        if vcd is not None and waves is not None and vcd.is_file():
            vcd_to_fst(vcd, waves)
        return _read_results(results, runner.exit_code, toplevel, log)


def _writable(path: Path) -> Path:
    """The absolute path, whose directory exists."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _identity(
    simulator: str, toplevel: str, sources: Sequence[Path], parameters: dict[str, int], waves: bool
) -> dict[str, Any]:
    identity: dict[str, Any] = {
        "format": _CACHE_FORMAT,
        "simulator": simulator,
        "toplevel": toplevel,
        "sources": [(path.name, digest_bytes(path.read_bytes())) for path in sources],
        "parameters": parameters,
        "waves": waves,
        "timescale": _TIMESCALE,
    }
    if simulator == "icarus":
        return identity | {"version": toolchain.icarus_version()}
    return identity | {"runtime": _runtime_identity(waves), "args": _VERILATOR_ARGS}


def _runtime_identity(waves: bool) -> dict[str, Any]:
    """Everything that the compiled run-time library of Verilator depends on."""
    import cocotb_tools.config

    tool = toolchain.find_verilator()
    return {
        "version": tool.version,
        "executable": str(tool.executable),
        "cocotb": importlib.metadata.version("cocotb"),
        "cocotb_libs": str(cocotb_tools.config.libs_dir),  # linked by path
        "compiler": toolchain.cxx_compiler(),
        "make": _MAKE_VARIABLES,
        "waves": _VERILATOR_WAVES if waves else (),
    }


def _build(identity: dict[str, Any], sources: Sequence[Path], directory: Path) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=directory.parent))
    log = scratch / "build.log"
    simulator, toplevel = identity["simulator"], identity["toplevel"]
    runner = make_runner(simulator, {}, identity["waves"], _BUILD_SECONDS)
    args: tuple[str, ...] = ()
    if simulator == "verilator":
        runner.overrides = toolchain.verilator_environment(_MAKE_VARIABLES)
        args = _VERILATOR_ARGS + (_VERILATOR_WAVES if identity["waves"] else ())
        _lend_runtime(identity["runtime"], scratch)
    try:
        runner.build(
            sources=sources,
            hdl_toplevel=toplevel,
            parameters=identity["parameters"],
            build_args=args,
            build_dir=scratch,
            timescale=_TIMESCALE,
            log_file=log,
        )
        if runner.exit_code != 0:
            raise _failure(f"{simulator} cannot build {toplevel}", log)
        if simulator == "verilator":
            _keep_runtime(identity["runtime"], scratch)
        # The other files, about 150 MB of precompiled headers and objects, are not needed to run.
        wanted = {toplevel if simulator == "verilator" else "sim.vvp", log.name}
        for path in scratch.iterdir():
            if path.name not in wanted:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        (scratch / _STAMP).write_text(json.dumps(identity, indent=1) + "\n")
        # The simulator does not depend on its path, so the finished build can move in one step.
        shutil.rmtree(directory, ignore_errors=True)
        scratch.rename(directory)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _lend_runtime(runtime: Mapping[str, Any], scratch: Path) -> None:
    """Copies the compiled run-time library of Verilator, which saves a third of the build time."""
    # The objects must be newer than the makefile, which Verilator has not written yet.
    later = time.time() + 3600
    for path in _runtime_dir(runtime).glob("*.o"):
        shutil.copyfile(path, scratch / path.name)
        os.utime(scratch / path.name, (later, later))


def _keep_runtime(runtime: Mapping[str, Any], scratch: Path) -> None:
    directory = _runtime_dir(runtime)
    directory.mkdir(parents=True, exist_ok=True)
    for path in scratch.glob("verilated*.o"):
        if not (directory / path.name).exists():
            with tempfile.NamedTemporaryFile(dir=directory, delete=False) as part:
                part.write(path.read_bytes())
            Path(part.name).replace(directory / path.name)


def _runtime_dir(runtime: Mapping[str, Any]) -> Path:
    return cache_root() / "runtime" / digest(runtime)


def _trace_args(simulator: str, vcd: Path | None) -> list[str]:
    return ["--trace-file", str(vcd)] if vcd and simulator == "verilator" else []


def _trace_plusargs(simulator: str, vcd: Path | None) -> list[str]:
    return [f"+dumpfile_path={vcd}"] if vcd and simulator == "icarus" else []


def _read_results(path: Path, exit_code: int, toplevel: str, log: Path) -> SimulationResult:
    if not path.is_file():
        raise _failure(
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
        raise _failure(f"no cocotb test ran in the simulator of {toplevel}", log)
    if exit_code != 0 and not failures:
        # An $error of the design, or a crash after the results were written.
        message = f"the simulator ended with exit code {exit_code}\n{_tail(log)}"
        failures.append(TestFailure(toplevel, message))
    return SimulationResult(tests, tuple(failures), log)


def _failure(message: str, log: Path) -> ToolError:
    return ToolError(f"{message}; the end of {log}:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return tail(log.read_text(errors="replace") if log.is_file() else "")
