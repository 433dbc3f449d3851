"""The command line: one module for each command, such as ``dwsim generate``."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dwsim.cli import explore, generate, import_model, replay, report, simulate, synth, verify
from dwsim.errors import DwsimError, MismatchError
from dwsim.support.json_lines import FORMAT, JsonLines
from dwsim.version import __version__

EXIT_MISMATCH = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
"""The code that a shell reports for a program that SIGPIPE ended."""

_EPILOG = """\
SPEC is a TOML file, or the name of a ready-made spec. dwsim COMMAND --help shows examples.
Exit codes: 0 success; 1 RTL, model and golden disagree; 2 bad input, or a tool is missing."""


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(
        prog="dwsim",
        description="Depthwise convolution engines: generate, simulate and verify them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"dwsim {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for command in (generate, simulate, verify, replay, import_model, explore, report, synth):
        command.add_parser(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command; returns its exit code. Errors go to stderr, never as a traceback."""
    with _escaping_stdout():
        return _main(argv)


@contextmanager
def _escaping_stdout() -> Iterator[None]:
    """Lets stdout escape a character that its encoding lacks, as stderr does.

    The name of a file need not be text: a byte that is not UTF-8 is a surrogate in Python.
    """
    stdout = sys.stdout
    if not isinstance(stdout, io.TextIOWrapper) or stdout.errors != "strict":
        yield
        return
    stdout.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        stdout.reconfigure(errors="strict")


def _main(argv: Sequence[str] | None) -> int:
    lines: JsonLines | None = None
    try:
        try:
            arguments = parser().parse_args(argv)
            arguments.lines = lines = _json_lines(arguments)
            code: int = arguments.run(arguments)
        except SystemExit as stop:  # argparse: 0 after --help, 2 after a bad argument
            code = stop.code if isinstance(stop.code, int) else EXIT_BAD_INPUT
        _end(lines, code)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _close_stdout()
        return EXIT_BROKEN_PIPE
    except MismatchError as error:
        return _complain(f"mismatch: {error}", EXIT_MISMATCH, lines)
    except (DwsimError, OSError) as error:
        return _complain(f"error: {error}", EXIT_BAD_INPUT, lines)
    except MemoryError:
        message = "error: not enough memory for a layer's tensors"
        return _complain(message, EXIT_BAD_INPUT, lines)
    except KeyboardInterrupt:
        _end(lines, EXIT_INTERRUPTED, "interrupted")
        return EXIT_INTERRUPTED


def _json_lines(arguments: argparse.Namespace) -> JsonLines | None:
    """The events of a command with --json-lines, after the first of them."""
    if not getattr(arguments, "json_lines", False):
        return None
    lines = JsonLines()
    lines.emit("start", format=FORMAT, dwsim=__version__, command=arguments.command)
    return lines


def _complain(message: str, code: int, lines: JsonLines | None) -> int:
    print(f"dwsim: {message}", file=sys.stderr)
    _end(lines, code, message)
    return code


def _end(lines: JsonLines | None, code: int, message: str = "") -> None:
    """The last event, unless its reader is gone."""
    if lines is None:
        return
    try:
        lines.emit("end", exit_code=code, message=message)
    except OSError:
        _close_stdout()


def _close_stdout() -> None:
    """Prevents an error message when the interpreter flushes a pipe without a reader."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
