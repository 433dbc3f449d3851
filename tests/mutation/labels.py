"""Names for mutants that stay the same when lines move or other cells come and go.

A label has the instance, the kind of mutation, the port and bit of the cell, and the text of the
sources from which the cell was made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.mutation.netlist import Mutant

_LONGEST = 60
_SPAN = re.compile(r"([^:|]+):(\d+)\.(\d+)-(\d+)\.(\d+)")


def label(mutant: Mutant, files: Mapping[str, str]) -> str:
    """The label of a mutant; ``files`` is the Verilog of its build, by name."""
    told = f"{mutant.mode} {mutant.port}"
    if mutant.control:
        told += f" if {mutant.control} is {mutant.mode[-1]}"
    if mutant.wire:
        told += f" of {mutant.wire}"
    elif mutant.instance:
        told += f" in {mutant.instance}"
    return f"{told}, {_text(mutant, files)}"


def _text(mutant: Mutant, files: Mapping[str, str]) -> str:
    """The file and the text of the first place of the sources."""
    found = _SPAN.match(mutant.source)
    if found is None:
        return "no source"
    name, (first, left, last, right) = found[1], map(int, found.groups()[1:])
    lines = files[name].splitlines()[first - 1 : last]
    lines[-1] = lines[-1][: right - 1]
    lines[0] = lines[0][left - 1 :]
    text = " ".join(" ".join(lines).split())
    if not text:  # Yosys gives the place before the label of a case
        text = "".join(files[name].splitlines()[first : first + 1]).partition(":")[0].strip()
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
    return f"{name}: {short}"
