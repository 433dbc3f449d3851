"""Reference pages that have their source elsewhere: command line, registers and words."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from dwsim.cli import main, parser

COLUMNS = "88"
"""Width of the help texts: argparse takes it from the environment."""

REGISTERS_OF = {"Registers": "mobilenet_v1_int8", "Serial registers": "mobilenet_v1_serial"}
"""A page's title, and the ready spec whose registers it shows: one that requantises has all."""


CONTRACT = Path(__file__).resolve().parents[2] / "rtl" / "README.md"


def command_line() -> str:
    """The page of all commands: the output of ``--help``, command by command."""
    page = ["# Command line\n", "Each section shows the output of `--help`.\n"]
    with mock.patch.dict(os.environ, {"COLUMNS": COLUMNS, "NO_COLOR": "1"}):
        for name, command in _commands(parser()):
            page.append(f"## {name}\n\n```text\n{command.format_help().rstrip()}\n```\n")
    return "\n".join(page)


def _commands(top: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The program and its commands, by the names that a user types."""
    yield top.prog, top
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield f"{top.prog} {name}", command


def registers(title: str) -> str:
    """A page of the AXI4-Lite registers: ``REGISTERS.md`` of a generated engine.

    Args:
        title: of the page, one of ``REGISTERS_OF``.

    Raises:
        RuntimeError: when the engine cannot be generated.
    """
    spec = REGISTERS_OF[title]
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        directory = Path(folder) / "engine"
        if main(["generate", spec, "--axil", "-o", str(directory)]) != 0:
            raise RuntimeError(f"dwsim generate {spec} --axil failed")
        text = (directory / "REGISTERS.md").read_text()
    _, rest = text.split("\n", 1)
    note = (
        f"This page is the `REGISTERS.md` that `dwsim generate {spec} --axil` writes. Each"
        " engine brings its own: offsets are always the same, widths and constants differ.\n"
    )
    return f"# {title}\n\n{note}\n{rest.lstrip()}"


def words() -> str:
    """The page of the words: the section "Words" of the contract of the modules.

    Raises:
        RuntimeError: when the section is not there.
    """
    text = CONTRACT.read_text()
    found = re.search(r"^## Words\n+(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise RuntimeError(f'{CONTRACT} has no section "Words"')
    return f"# Words\n\n{found[1].rstrip()}\n"
