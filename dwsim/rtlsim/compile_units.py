"""Compiles the many C++ files that Verilator writes as a few.

Each file reads the same headers, so Verilator's makefile precompiles them, once for the fast and
once for the slow code. That costs as much as all code of a small engine. A few compile units that
include the files read the headers a few times, and need no precompiled ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from dwsim.errors import ToolError

# Some five seconds of a compiler: the units of a large engine keep several cores busy.
_UNIT_BYTES = 4_000_000


def write_compile_units(folder: Path, prefix: str) -> list[str]:
    """Writes the compile units beside Verilator's files.

    Args:
        folder: Verilator's output.
        prefix: the names of its files begin with it.

    Returns:
        The arguments by which ``make`` compiles the units instead of the files.

    Raises:
        ToolError: if the makefile is none of a known Verilator.
    """
    text = (folder / f"{prefix}_classes.mk").read_text().replace("\\\n", " ")
    if _values(text, "VM_PARALLEL_BUILDS") != ["1"]:
        return []  # Verilator's makefile has one unit itself.
    arguments = []
    for kind in ("FAST", "SLOW"):
        names = [*_values(text, f"VM_CLASSES_{kind}"), *_values(text, f"VM_SUPPORT_{kind}")]
        units: list[str] = []
        for group in _groups([folder / f"{name}.cpp" for name in names]):
            units.append(f"{prefix}__{kind.lower()}_{len(units)}")
            lines = [f'#include "{path.name}"\n' for path in group]
            (folder / f"{units[-1]}.cpp").write_text("".join(lines))
        # -o: make takes the precompiled header as made.
        header = f"{prefix}__pch.h.{kind.lower()}.gch"
        arguments += [f"VM_{kind}={' '.join(units)}", f"VK_PCH_I_{kind}=", "-o", header]
    return arguments


def _values(makefile: str, variable: str) -> list[str]:
    found = re.search(rf"^{variable} \+?= *(.*)$", makefile, re.MULTILINE)
    if found is None:
        raise ToolError(f"Verilator's makefile does not set {variable}")
    return found[1].split()


def _groups(paths: Sequence[Path]) -> Iterator[list[Path]]:
    group: list[Path] = []
    size = 0
    for path in paths:
        if group and size + path.stat().st_size > _UNIT_BYTES:
            yield group
            group, size = [], 0
        group.append(path)
        size += path.stat().st_size
    if group:
        yield group
