"""Reads TOML text, and words the violations that TOML tables have in common."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dwsim.errors import SpecError, Violation


def read_text(path: Path, subject: str, field: str) -> str:
    """The text of a file.

    Raises:
        SpecError: about ``subject``, if the file that ``field`` names cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        rule = error.strerror or str(error)
    except UnicodeDecodeError:
        rule = "is not UTF-8 text"
    raise SpecError(subject, [Violation(field, str(path), rule)])


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """The tables of a TOML text; messages name ``path``.

    Raises:
        SpecError: with the line of a TOML error.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        violation = _SyntaxViolation("TOML", None, str(error))
        raise SpecError(f"{path}:{_line(error, text)}", [violation]) from None


def _line(error: tomllib.TOMLDecodeError, text: str) -> int:
    # Python 3.14 has error.lineno; older versions have the line in the message only.
    match = re.search(r"at line (\d+)", str(error))
    return int(match[1]) if match else max(1, len(text.splitlines()))


class _SyntaxViolation(Violation):
    """The violation of a text that is not TOML, which has neither field nor value."""

    def __str__(self) -> str:
        return f"is not TOML: {self.rule}"


def unknown(key: str, keys: Iterable[str], otherwise: str) -> str:
    """The rule that an unknown key violates: a similar key as a hint, or ``otherwise``."""
    close = difflib.get_close_matches(key, list(keys), n=1)
    return f"is not known: did you mean {close[0]}?" if close else f"is not known: {otherwise}"


def brief(value: Any) -> Any:
    """A value for a message: a table is reduced to its keys."""
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, list):
        return [brief(entry) for entry in value]
    return value
