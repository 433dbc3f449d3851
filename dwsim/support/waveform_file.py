"""Converts waveforms from VCD to FST, which takes a hundredth of the space.

The simulators write VCD. Their own FST writers need the headers of lz4 and zlib at build time;
pylibfst is a wheel with GTKWave's writer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dwsim.errors import ToolError

CLOCK_NS = 10
"""The length of a cycle in simulations and waveforms."""

_KINDS = {"wire": "FST_VT_VCD_WIRE", "reg": "FST_VT_VCD_REG", "integer": "FST_VT_VCD_INTEGER"}
_SCOPES = {"module": "FST_ST_VCD_MODULE", "begin": "FST_ST_VCD_BEGIN"}


def vcd_to_fst(vcd: Path, fst: Path) -> None:
    """Writes the waveform ``vcd`` as ``fst`` with the same scopes, names, times and values.

    Raises:
        ToolError: if pylibfst is not installed.
        OSError: if ``fst`` cannot be written.
    """
    try:
        from pylibfst import ffi, lib
    except ImportError:
        raise ToolError("waveforms need the package pylibfst: pip install 'dwsim[sim]'") from None

    # The writer opens the file without a word about failure.
    fst.open("wb").close()
    context = lib.fstWriterCreate(os.fsencode(fst), 1)
    lib.fstWriterSetPackType(context, lib.FST_WR_PT_LZ4)
    try:
        with vcd.open() as text:
            handles = _declare(lib, ffi, context, text)
            _changes(lib, context, text, handles)
    finally:
        lib.fstWriterClose(context)


def _commands(text: Iterator[str]) -> Iterator[list[str]]:
    """The ``$command ... $end`` entries of a VCD header, as words."""
    words: list[str] = []
    for line in text:
        words += line.split()
        if words and words[-1] == "$end":
            yield words[:-1]
            words = []


def _declare(lib: Any, ffi: Any, context: Any, text: Iterator[str]) -> dict[str, tuple[int, int]]:
    """Writes scopes and variables; returns (handle, width) by VCD identifier."""
    handles: dict[str, tuple[int, int]] = {}
    for words in _commands(text):
        match words[0]:
            case "$timescale":
                lib.fstWriterSetTimescaleFromString(context, "".join(words[1:]).encode())
            case "$scope":
                kind = getattr(lib, _SCOPES.get(words[1], "FST_ST_VCD_MODULE"))
                lib.fstWriterSetScope(context, kind, words[2].encode(), ffi.NULL)
            case "$upscope":
                lib.fstWriterSetUpscope(context)
            case "$var":
                kind, width, code = words[1], int(words[2]), words[3]
                name = " ".join(words[4:]).encode()
                alias = handles.get(code, (0, 0))[0]
                kind = getattr(lib, _KINDS.get(kind, "FST_VT_VCD_WIRE"))
                handle = lib.fstWriterCreateVar(
                    context, kind, lib.FST_VD_IMPLICIT, width, name, alias
                )
                handles.setdefault(code, (handle, width))
            case "$enddefinitions":
                return handles
    return handles


def _changes(
    lib: Any, context: Any, text: Iterator[str], handles: dict[str, tuple[int, int]]
) -> None:
    """Writes the value changes."""
    for line in text:
        first = line[0]
        if first == "#":
            lib.fstWriterEmitTimeChange(context, int(line[1:]))
        elif first in "bB":
            value, code = line[1:].split()
            handle, width = handles[code]
            # VCD omits leading zeros, and leading copies of x and z.
            fill = value[0] if value[0] in "xzXZ" else "0"
            lib.fstWriterEmitValueChange(context, handle, value.rjust(width, fill).encode())
        elif first in "01xzXZ":
            lib.fstWriterEmitValueChange(context, handles[line[1:].strip()][0], first.encode())
