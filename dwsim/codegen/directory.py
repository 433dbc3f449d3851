"""Writes a delivered directory in one step, and never overwrites edits by hand unasked."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from dwsim.errors import Rules, SpecError, Violation

MANIFEST = "manifest.sha256"
"""Name of the file with the SHA-256 of every other file, as ``sha256sum --check`` reads it."""

_TITLE = "# Written by dwsim: the SHA-256 of every file. Check: sha256sum --check manifest.sha256"
_SHOWN = 8


def manifest(files: Mapping[str, str]) -> str:
    """The text of the manifest: one line a file, sorted by name."""
    lines = [f"{_digest(files[name].encode())}  {name}\n" for name in sorted(files)]
    return f"# SPDX-License-Identifier: 0BSD\n{_TITLE}\n{''.join(lines)}"


def write_directory(files: Mapping[str, str], target: Path, force: bool = False) -> None:
    """Writes files and their manifest into a directory, which is replaced in one step.

    The directory may exist if every file in it is as its manifest says. Anything else is refused:
    files that were edited, and files that dwsim did not write.

    Args:
        files: text by name; a name may have directories, separated by ``/``.
        target: the directory.
        force: overwrite edited files, and keep files that dwsim did not write.

    Raises:
        SpecError: when the target is refused; the message names the files.
        OSError: when it cannot be written; nothing is left behind then.
    """
    target = target.resolve()
    files = {**files, MANIFEST: manifest(files)}
    foreign, edited = _held(target)
    if not force:
        _refuse(target, foreign, edited)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the move is a rename; not mkdtemp, whose mode is 0700.
    staging = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        staging.mkdir()
        for name, text in files.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_text(text, encoding="utf-8", newline="\n")
        for name in foreign - files.keys():
            _copy(target / name, staging / name)
        _replace(target, staging)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """Copies a file or a link."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)


def _replace(target: Path, staging: Path) -> None:
    """Puts ``staging`` in the place of ``target``."""
    if not target.exists():
        staging.rename(target)
        return
    old = staging.with_name(f"{staging.name}.old")
    target.rename(old)
    try:
        staging.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old)


def _held(target: Path) -> tuple[set[str], set[str]]:
    """The files in a directory that dwsim did not write, and those that were edited since."""
    if not target.exists():
        return set(), set()
    if not target.is_dir():
        raise SpecError(
            "output directory", [Violation("output", str(target), "is not a directory")]
        )
    held = {
        path.relative_to(target).as_posix()
        for path in target.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    listed = _read_manifest(target / MANIFEST)
    if not listed:
        return held, set()
    edited = {
        name
        for name in held & listed.keys()
        if (target / name).is_symlink() or _digest((target / name).read_bytes()) != listed[name]
    }
    return held - listed.keys() - {MANIFEST}, edited


def _read_manifest(path: Path) -> dict[str, str]:
    """Digests by file name; empty if the file is no manifest of dwsim."""
    if not path.is_file():
        return {}
    lines = path.read_text(errors="replace").splitlines()
    if _TITLE not in lines:
        return {}
    pairs = (line.split("  ", 1) for line in lines if not line.startswith("#") and "  " in line)
    return {name: digest for digest, name in pairs}


def _refuse(target: Path, foreign: set[str], edited: set[str]) -> None:
    rules = Rules("output directory")
    rules.require(
        not edited,
        "output",
        str(target),
        f"has files that were edited after dwsim wrote them ({_some(edited)}): keep the edits"
        " elsewhere, or overwrite them with force",
    )
    rules.require(
        not foreign,
        "output",
        str(target),
        f"has files that dwsim did not write ({_some(foreign)}): choose another directory, or keep"
        " them beside the engine with force",
    )
    rules.raise_if_any()


def _some(names: Iterable[str]) -> str:
    """The first of the names, for a message."""
    listed = sorted(names)
    return ", ".join(listed[:_SHOWN]) + (", ..." if len(listed) > _SHOWN else "")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
