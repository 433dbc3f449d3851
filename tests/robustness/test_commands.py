"""A damaged command line runs or is refused: no traceback, and no file after an error."""

from __future__ import annotations

import errno
import random
import shutil
from argparse import Namespace
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from dwsim.cli.data_options import save_ofmap
from tests.robustness.commands import LINES, STUBS, damaged, place_files, run_line

COUNT = 100
"""Lines of a command."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the lines name; no tool is started."""
    for name, stub in STUBS.items():
        monkeypatch.setattr(name, stub)
    monkeypatch.chdir(tmp_path)
    place_files(tmp_path)
    return tmp_path


def _files(place: Path) -> dict[Path, int]:
    return {path: path.stat().st_size for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", LINES)
def test_damaged_lines_run_or_are_refused(command: str, seed: int, place: Path) -> None:
    rng = random.Random(f"{seed} {command}")
    before = _files(place)
    ends: Counter[int | None] = Counter()
    for number in range(COUNT):
        ended = run_line(damaged(command, rng))
        told = f"seed {seed}, number {number}: {ended}"
        ends[ended.code] += 1
        assert ended.code in (0, 2), told
        assert "Traceback" not in ended.err, told
        after = _files(place)
        if ended.code == 2:
            assert "error: " in ended.err, told
            assert after == before, told
            continue
        assert all(size for path, size in after.items() if path not in before), told
        # Each line begins with the same files, whatever the one before it wrote.
        for path in place.iterdir():
            path.unlink() if path.is_file() else shutil.rmtree(path)
        place_files(place)
    assert ends[2] > 0, ends


@pytest.mark.parametrize(
    "argv",
    [
        ("generate", "tiny", "-o", "a\udcff"),
        ("simulate", "tiny", "--layer", "same", "--waves", "a\udcff.fst"),
        ("simulate", "tiny", "--layer", "same", "--timeline", "a\udcff.svg"),
    ],
)
def test_a_path_may_have_bytes_that_are_not_utf8(argv: tuple[str, ...], place: Path) -> None:
    ended = run_line(argv)
    assert ended.code == 0, ended
    assert (place / argv[-1]).exists()


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("generate tiny -o", "must be a path, not ''"),
        ("explore mobilenet_v1 -o", "must be a path, not ''"),
        ("verify tiny --ofmap", "must be a path, not ''"),
    ],
)
def test_an_empty_path_is_refused(line: str, rule: str) -> None:
    ended = run_line((*line.split(), ""))
    assert ended.code == 2
    assert rule in ended.err


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("verify tiny --layer same --activation a,b", "or two limits as in -1,6, not 'a,b'"),
        ("verify tiny --layer same --activation nan,1", "activation"),
        ("synth tiny --target ecp5 --seeds 4294967296", "must be at most 1000"),
        ("simulate tiny --layer same --waves dir.fst", "Is a directory"),
        ("simulate tiny --layer same --waves a\0.fst", "must be a path"),
        ("generate tiny -o a\0", "must be a path"),
    ],
)
def test_a_bad_argument_is_named(line: str, rule: str) -> None:
    ended = run_line(tuple(line.split(" ")))
    assert ended.code == 2, ended
    assert rule in ended.err, ended


def test_a_failed_write_leaves_the_ofmap_as_it_was(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place / "y.npy"
    path.write_bytes(b"earlier")
    before = _files(place)

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        save_ofmap(Namespace(ofmap=path), np.zeros((1, 2, 2, 3), np.int64), "integer")
    assert _files(place) == before
    assert path.read_bytes() == b"earlier"
