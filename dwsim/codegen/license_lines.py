"""The licence of a delivery: an SPDX line in every file, and the text that explains them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

LICENSE = "LICENSE.txt"

GENERATED = "0BSD"
"""SPDX expression of a generated file: no condition at all."""
HAND_WRITTEN = "Apache-2.0 OR 0BSD"
"""SPDX expression of a hand-written module as part of a delivery: the user chooses."""

LIBRARY_PREFIX = "dw_"
"""The first letters of the names of hand-written modules."""

PRIMITIVES = "primitives"
"""The folder of a target's primitives for simulation, hand-written, too."""

LICENSE_TEXT = """\
SPDX-License-Identifier: 0BSD

This directory was generated for its user by dwsim. The engine in it belongs to that user: every
file may be used, changed, synthesised, sold and passed on without any restriction, without
payment, and without naming dwsim.

The SPDX line of each file says this in a form that tools read. (A file list, *.f, has no such
line, because its words are arguments of a simulator.) Generated files are under the licence
0BSD. The hand-written modules, whose names start with dw_ (after the prefix, if there is one),
and those in the folder primitives, if there is one, are under Apache-2.0 in dwsim's repository;
as a part of this directory they are under Apache-2.0 or 0BSD, as the user chooses.

0BSD: Permission to use, copy, modify, and/or distribute this software for any purpose with or
without fee is hereby granted. THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL
WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR
CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS,
WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN
CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
"""

_COMMENTS = {
    ".v": ("// ", ""),
    ".vh": ("// ", ""),
    ".h": ("/* ", " */"),
    ".md": ("<!-- ", " -->"),
    ".toml": ("# ", ""),
    ".sdc": ("# ", ""),
    ".hex": ("// ", ""),
    ".xml": ("<!-- ", " -->"),
    ".core": ("# ", ""),
}
"""The beginning and the end of a comment in each kind of file."""

_WITHOUT = (".f",)
"""Kinds of files without a line: the words of a file list are arguments of a simulator."""

_FIRST_LINES = ("<?xml", "CAPI=2")
"""Lines that must stay the first of their file."""


def with_license_lines(files: Mapping[str, str]) -> dict[str, str]:
    """The files, each with its SPDX line, and ``LICENSE.txt``."""
    marked = {name: _marked(name, text) for name, text in files.items()}
    return marked | {LICENSE: LICENSE_TEXT}


def _marked(name: str, text: str) -> str:
    """A file with its SPDX line, first or after the line that must be first."""
    suffix = PurePosixPath(name).suffix
    if suffix in _WITHOUT:
        return text
    begin, end = _COMMENTS[suffix]
    is_library = name.startswith((LIBRARY_PREFIX, f"{PRIMITIVES}/"))
    expression = HAND_WRITTEN if is_library else GENERATED
    line = f"{begin}SPDX-License-Identifier: {expression}{end}\n"
    if not text.startswith(_FIRST_LINES):
        return line + text
    first, rest = text.split("\n", 1)
    return f"{first}\n{line}{rest}"
