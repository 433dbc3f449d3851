"""Builds simulators with cocotb's runner, and caches them by content."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dwsim.errors import ToolError
from dwsim.rtlsim import toolchain
from dwsim.rtlsim.cocotb_runner import make_runner
from dwsim.support.cache import cache_root, digest, digest_bytes, locked
from dwsim.support.processes import tail

# Registers and X literals start at values that +verilator+rand+reset chooses at run time.
_VERILATOR_ARGS = ("--x-initial", "unique", "--x-assign", "unique")
# dwsim.support.waveform_file reads VCD: Verilator's FST writer needs the headers of lz4 and zlib.
_VERILATOR_WAVES = ("--trace-vcd", "--trace-structs")
# For 4,500 lines, -O1 takes two thirds of the build time of Verilator's default -Os, and its code
# runs faster. -O0 builds faster still, but its code runs at less than half the speed.
_MAKE_VARIABLES = {"OPT_FAST": "-O1"}
_TIMESCALE = ("1ns", "1ps")
_STAMP = "build.json"
_CACHE_FORMAT = 2
_BUILD_SECONDS = 3600.0
_FULL_BYTES = 1 << 20


def build_simulator(
    simulator: str,
    toplevel: str,
    sources: Sequence[Path],
    *,
    parameters: Mapping[str, int] | None = None,
    waves: bool = False,
    levels: int = 1,
) -> Path:
    """Builds ``toplevel`` for "verilator" or "icarus", unless the same build is in the cache.

    Builds are the same if simulator, sources (names and contents), parameters and options are.
    Several processes may call this at once. Returns the directory of the build, for
    ``run_simulator``.

    Without ``waves``, Verilator optimises the signals that cocotb need not reach: those more than
    ``levels`` deep, where ``toplevel`` is the first level.

    Raises:
        ToolError: with the end of the log, if the build fails. A Verilator warning fails it.
    """
    toolchain.require(simulator)
    sources = [Path(source).resolve() for source in sources]
    identity = _identity(simulator, toplevel, sources, dict(parameters or {}), waves, levels)
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


def _identity(
    simulator: str,
    toplevel: str,
    sources: Sequence[Path],
    parameters: dict[str, int],
    waves: bool,
    levels: int,
) -> dict[str, Any]:
    identity: dict[str, Any] = {
        "format": _CACHE_FORMAT,
        "simulator": simulator,
        "toplevel": toplevel,
        "sources": [(path.name, digest_bytes(path.read_bytes())) for path in sources],
        "parameters": parameters,
        "waves": waves,
        "levels": levels,
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
    runner = make_runner(simulator, {}, identity["waves"], _BUILD_SECONDS, identity["levels"])
    args: tuple[str, ...] = ()
    if simulator == "verilator":
        runner.overrides = toolchain.verilator_environment(_MAKE_VARIABLES)
        args = _VERILATOR_ARGS + (_VERILATOR_WAVES if identity["waves"] else ())
        lend_runtime(identity["runtime"], scratch)
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
            raise tool_error(f"{simulator} cannot build {toplevel}", log)
        if simulator == "verilator":
            keep_runtime(identity["runtime"], scratch)
        # The other files are not needed to run.
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


def read_stamp(build: Path) -> dict[str, Any]:
    """The identity of a finished build: its simulator, sources and options."""
    stamp: dict[str, Any] = json.loads((build / _STAMP).read_text())
    return stamp


def lend_runtime(runtime: Mapping[str, Any], scratch: Path) -> None:
    """Copies the compiled run-time library of Verilator, which saves a third of the build time."""
    # The objects must be newer than the makefile, which Verilator has not written yet.
    later = time.time() + 3600
    for path in _runtime_dir(runtime).glob("*.o"):
        shutil.copyfile(path, scratch / path.name)
        os.utime(scratch / path.name, (later, later))


def keep_runtime(runtime: Mapping[str, Any], scratch: Path) -> None:
    """Keeps the run-time library that a build has compiled, for ``lend_runtime``."""
    directory = _runtime_dir(runtime)
    directory.mkdir(parents=True, exist_ok=True)
    for path in scratch.glob("verilated*.o"):
        if not (directory / path.name).exists():
            with tempfile.NamedTemporaryFile(dir=directory, delete=False) as part:
                part.write(path.read_bytes())
            Path(part.name).replace(directory / path.name)


def _runtime_dir(runtime: Mapping[str, Any]) -> Path:
    return cache_root() / "runtime" / digest(runtime)


def tool_error(message: str, log: Path) -> ToolError:
    """The error of a tool that failed, with the end of its log."""
    full = shutil.disk_usage(log.parent).free < _FULL_BYTES
    where = f" (the disk of {log.parent} is full)" if full else ""
    return ToolError(f"{message}{where}; the end of {log}:\n{log_end(log)}")


def log_end(log: Path) -> str:
    """The end of a log; empty if there is none."""
    return tail(log.read_text(errors="replace") if log.is_file() else "")
