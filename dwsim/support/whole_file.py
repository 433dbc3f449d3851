"""Writes a file in one step, so that a full disk or a signal leaves no half file."""

from __future__ import annotations

import secrets
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Writes ``content``; after an error the file is as it was before, or is not there.

    A device or a pipe, such as ``/dev/stdout``, is written in place.

    Raises:
        OSError: if the file cannot be written.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    # Beside the target, so that the move is a rename; a short name, because the target's may be
    # as long as the file system allows.
    part = path.with_name(f".{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
