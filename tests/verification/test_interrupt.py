"""Ctrl-C in the verification of a network leaves no process, no lock and no half file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from dwsim.support.cache import cache_root, file_lock

MODEL = Path(__file__).resolve().parents[1] / "tflite_files" / "mobilenet_v1_025_96.tflite"
SLOW = ("--stalls", "long-stops")
"""With one lane the run would take minutes, so that only Ctrl-C ends it in time."""


def _building(scratch: Path, cache: Path) -> bool:
    return any((cache / "builds").glob(".new-*/*"))


def _simulating(scratch: Path, cache: Path) -> bool:
    return any(scratch.glob("dwsim-run-*/*")) or len(list(scratch.glob("dwsim-run-*"))) == 2


@pytest.mark.parametrize("step", [_building, _simulating])
def test_ctrl_c_leaves_nothing(step: Callable[[Path, Path], bool], tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    # To interrupt a build takes an empty cache; to reach the simulation, the user's.
    cache = tmp_path / "cache" if step is _building else cache_root()
    process = subprocess.Popen(
        [sys.executable, "-m", "dwsim", "verify", str(MODEL), "--lanes", "1", *SLOW],
        env={**os.environ, "TMPDIR": str(scratch), "DWSIM_CACHE": str(cache)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A terminal would reach the tools, too; here dwsim alone must end them.
        start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    limit = time.monotonic() + 300
    while not step(scratch, cache):
        assert process.poll() is None, f"ended before the step: {process.communicate()[1]}"
        assert time.monotonic() < limit, "the step was not reached in 300 s"
        time.sleep(0.02)
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive, f"left running: {alive}"
    assert list(scratch.iterdir()) == []
    if step is _building:
        assert list((cache / "builds").iterdir()) == []
        for lock in (cache / "locks").iterdir():
            with file_lock(lock).acquire(timeout=1):
                pass
