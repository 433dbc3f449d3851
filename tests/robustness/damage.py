"""Damages texts as users and disks do: values, lines, bytes."""

from __future__ import annotations

import random
import re

VALUES = (
    *("-1", "0", "1", "7", "65536", "4294967296", "9223372036854775808", "1" + "0" * 400),
    *(
        "1e308",
        "-1e400",
        "nan",
        "inf",
        "0.5",
        "1.0",
        "true",
        "null",
        '""',
        '"x"',
        "'a'",
        "[]",
        "{}",
    ),
    *(
        "[1]",
        '["a", 3]',
        "{ a = 1 }",
        '{"a": 1}',
        "1979-05-27",
        "0x7f",
        "1_0",
        "\u0663",
        '"\\u0000"',
    ),
)
"""Values that replace one: the ends of every range, other types, and no value of any format."""

_VALUE = re.compile(r"""(?<==\s)\S.*$|(?<=:\s)[^\n,]+|"[^"]*"|-?\b\d[\d.]*\b""", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_]{2,}")


def damaged(text: str, rng: random.Random) -> bytes:
    """The text with one to three random faults, as the bytes of a file."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        text = rng.choice((_value, _value, _value, _value, _line, _name, _cut, _character))(
            text, rng
        )
    data = text.encode("utf-8", "surrogatepass")
    if rng.random() < 0.1:
        at = rng.randrange(len(data) + 1)
        data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    return data


def _value(text: str, rng: random.Random) -> str:
    found = list(_VALUE.finditer(text))
    if not found:
        return text
    chosen = rng.choice(found)
    return text[: chosen.start()] + rng.choice(VALUES) + text[chosen.end() :]


def _name(text: str, rng: random.Random) -> str:
    names = list(_NAME.finditer(text))
    if not names:
        return text
    chosen, other = rng.choice(names), rng.choice(names)
    return text[: chosen.start()] + other[0] + text[chosen.end() :]


def _line(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    action = rng.randrange(3)
    if action == 0:
        del lines[at]
    elif action == 1:
        lines.insert(rng.randrange(len(lines) + 1), lines[at])
    else:
        other = rng.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    return "\n".join(lines)


def _cut(text: str, rng: random.Random) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _character(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return (
        text[:at] + rng.choice("\0\t\r\n\"'[]{}=#,:-\ufeff\u2028e.") + text[at + rng.randrange(2) :]
    )
