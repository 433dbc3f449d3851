"""Follows the steps of a documentation page, as a reader does, in one directory."""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

from tests.docs.page import Step

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300
"""A command that takes longer than this hangs."""


class Reader:
    """Runs steps in a directory. Python blocks of a page share their names."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.names: dict[str, Any] = {"__name__": "__main__"}

    def run(self, step: Step) -> tuple[list[str], int]:
        """Runs a step; returns the lines that it prints and its exit code."""
        if step.kind == "file":
            (self.directory / step.file_name).write_text(step.text)
            return [], 0
        text, code = self._python(step) if step.kind == "python" else self._console(step)
        return [line.rstrip() for line in text.splitlines()], code

    def _python(self, step: Step) -> tuple[str, int]:
        printed = io.StringIO()
        with contextlib.chdir(self.directory), contextlib.redirect_stdout(printed):
            try:
                exec(compile(step.text, f"<block before line {step.line}>", "exec"), self.names)
            except Exception:
                return printed.getvalue() + traceback.format_exc(), 1
        return printed.getvalue(), 0

    def _console(self, step: Step) -> tuple[str, int]:
        process = subprocess.run(
            ["bash", "-c", step.text],
            cwd=self.directory,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return process.stdout, process.returncode

    def _environment(self) -> dict[str, str]:
        scripts = Path(sys.executable).parent
        paths = (str(scripts), os.environ.get("PATH", os.defpath))
        return os.environ | {
            "PATH": os.pathsep.join(paths),
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "100",
            "NO_COLOR": "1",
        }


def difference(shown: list[str], printed: list[str]) -> str:
    """The difference between the output on a page and the printed output."""
    return "\n".join(difflib.unified_diff(shown, printed, "page", "printed", lineterm="", n=2))
