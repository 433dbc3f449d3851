"""Reads the fenced blocks of a documentation page. A block that has no rule here is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ELISION = "[...]"
"""A line of shown output that stands for any number of lines, also none."""

FILE_LANGUAGES = ("toml", "verilog")
"""A block in one of these with a file name as its title is a file that the reader writes."""

_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>.*)$")
_INFO = re.compile(r'^(?P<language>\w+)(?: title="(?P<title>[^"]*)")?$')
_EXIT = re.compile(r"^exit code (\d+)$")
_INLINE_COMMAND = re.compile(r"`(?:dwsim \w+|python|pip|iverilog|vvp) [^`]+`")
"""A command with arguments in the text; `dwsim verify` without arguments is a name."""
_OUTPUT_TITLE = "Output"


class PageError(Exception):
    """A block that cannot be tested: page, line and rule."""


@dataclass
class Step:
    """Something that a reader does: a command, Python code, or a file to write.

    ``shown`` is the output on the page, or None; ``line`` is where it begins (counted from 1;
    for no output: where it would begin), ``end`` the line after it.
    """

    kind: str
    text: str
    line: int
    end: int
    shown: list[str] | None = None
    file_name: str = ""
    exit_code: int = 0


@dataclass
class _Fence:
    language: str
    title: str
    line: int
    body: list[str] = field(default_factory=list)


def steps(path: Path) -> list[Step]:
    """The steps of a page in their order.

    Raises:
        PageError: for a block that the tests would pass over.
    """
    found: list[Step] = []
    for fence in _fences(path):
        where = f"{path.name}:{fence.line}"
        if fence.language == "console":
            found += _console(fence, where)
        elif fence.language == "python" and not fence.title:
            after = fence.line + len(fence.body) + 2
            found.append(Step("python", "\n".join(fence.body), after, after))
        elif fence.language == "text" and fence.title == _OUTPUT_TITLE:
            _attach_output(found, fence, where)
        elif fence.language in FILE_LANGUAGES and fence.title:
            text = "\n".join(fence.body) + "\n"
            found.append(Step("file", text, fence.line, fence.line, file_name=fence.title))
        else:
            raise PageError(
                f"{where}: ```{fence.language} title={fence.title!r}: must be console, python,"
                f' text with the title "{_OUTPUT_TITLE}", or {" or ".join(FILE_LANGUAGES)} with a'
                " file name as its title"
            )
    return found


def _fences(path: Path) -> Iterator[_Fence]:
    fence: _Fence | None = None
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        where = f"{path.name}:{number}"
        found = _FENCE.match(line)
        if fence is None and found:
            info = _INFO.match(found["info"])
            if info is None or found["indent"]:
                raise PageError(
                    f'{where}: {line!r}: must be ```language or ```language title="..."'
                    " at the start of a line"
                )
            fence = _Fence(info["language"], info["title"] or "", number)
        elif fence is not None and line == "```":
            yield fence
            fence = None
        elif fence is not None:
            fence.body.append(line)
        elif re.match(r"^(\t| {4,})(\$|>>>) ", line):
            raise PageError(f"{where}: {line!r}: a command must stand in a fenced block")
        elif inline := _INLINE_COMMAND.search(line):
            raise PageError(f"{where}: {inline[0]}: a command must stand in a fenced block")
    if fence is not None:
        raise PageError(f"{path.name}:{fence.line}: the block has no end")


def _console(fence: _Fence, where: str) -> list[Step]:
    """A step for each line with a prompt; the lines after it are its output."""
    found: list[Step] = []
    exit_code = 0
    if fence.title:
        title = _EXIT.match(fence.title)
        if title is None:
            raise PageError(f'{where}: title={fence.title!r}: must be "exit code N"')
        exit_code = int(title[1])
    for number, line in enumerate(fence.body, start=fence.line + 1):
        if line.startswith("$ "):
            found.append(Step("console", line[2:], number + 1, number + 1, []))
        elif not found:
            raise PageError(f"{where}: the block must begin with a prompt: $ command")
        else:
            found[-1].shown.append(line)
            found[-1].end = number + 1
    if not found:
        raise PageError(f"{where}: the block is empty")
    # Only the last command of a block may fail: the title tells its exit code.
    found[-1].exit_code = exit_code
    return found


def _attach_output(found: Sequence[Step], fence: _Fence, where: str) -> None:
    if not found or found[-1].kind != "python" or found[-1].shown is not None:
        raise PageError(f"{where}: an output must follow the Python block that prints it")
    found[-1].shown = fence.body
    found[-1].line = fence.line + 1
    found[-1].end = fence.line + 1 + len(fence.body)


def matches(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """True if the output on a page is the printed one, line by line; elisions match any lines."""
    if not shown:
        return not printed
    if shown[0] == ELISION:
        return any(matches(shown[1:], printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and matches(shown[1:], printed[1:])


def refreshed(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    """The output to show in place of ``shown``: an elision keeps its distance from both ends.

    Raises:
        ValueError: when there are several elisions: the author has to place them.
    """
    if ELISION not in shown:
        return list(printed)
    if list(shown).count(ELISION) > 1:
        raise ValueError(f"the output has several {ELISION}: edit it by hand")
    head = list(shown).index(ELISION)
    tail = len(shown) - head - 1
    return [*printed[:head], ELISION, *printed[max(head, len(printed) - tail) :]]
