"""Finds a file by its path, or a ready-made one of dwsim by its name."""

from __future__ import annotations

import difflib
from pathlib import Path

from dwsim.errors import SpecError, Violation


def ready_names(directory: Path) -> tuple[str, ...]:
    """Names of the ready-made TOML files in a directory of the package."""
    return tuple(sorted(path.stem for path in directory.glob("*.toml")))


def find_file(path: Path, name: str, directory: Path, *, kind: str, field: str) -> Path:
    """``path`` if it is a file, otherwise the ready-made file called ``name`` in ``directory``.

    Args:
        path: the path that the user may mean.
        name: the name that the user may mean; messages show it.
        directory: one of ``dwsim.support.resources``.
        kind: the contents of such files, for messages: "spec", "space", "network".
        field: the argument that has the value ``name``, for messages.

    Raises:
        SpecError: if there is neither; the rule lists the ready-made names, and the closest one.
    """
    if path.is_file():
        return path
    ready = ready_names(directory)
    if name in ready:
        return directory / f"{name}.toml"
    found = "is a directory" if path.is_dir() else "is not a file"
    rule = f"{found}, and not the name of a ready-made {kind}: {', '.join(ready)}"
    for close in difflib.get_close_matches(name, ready, n=1):
        rule += f"; did you mean {close}?"
    raise SpecError(f"{kind} file", [Violation(field, name, rule)])
