"""The cache folder and its locks: exclusive for threads and processes, free after a death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import dwsim.support.cache as cache_module
from dwsim.errors import ToolError
from dwsim.support.cache import cache_root, locked

HOLD = """
import time
from dwsim.support.cache import locked
with locked("key"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DWSIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_environment_chooses_the_folder(cache: Path) -> None:
    assert cache_root() == cache


def test_without_a_choice_it_is_in_the_cache_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a system keeps the caches of a user is platformdirs' to know."""
    monkeypatch.delenv("DWSIM_CACHE")
    folder = tmp_path / "of the user"
    monkeypatch.setattr(cache_module, "user_cache_path", lambda name, appauthor: folder / name)
    assert cache_root() == folder.resolve() / "dwsim"


def test_threads_exclude_each_other() -> None:
    inside = threading.Event()
    entered: list[str] = []

    def wait_and_enter() -> None:
        with locked("key"):
            entered.append("second")
            inside.set()

    with locked("key"):
        thread = threading.Thread(target=wait_and_enter)
        thread.start()
        assert not inside.wait(0.3)
        entered.append("first")
    assert inside.wait(10)
    thread.join()
    assert entered == ["first", "second"]


def test_keys_are_independent() -> None:
    entered = threading.Event()

    def enter() -> None:
        with locked("other"):
            entered.set()

    with locked("key"):
        threading.Thread(target=enter, daemon=True).start()
        assert entered.wait(10)


def test_the_lock_of_a_killed_process_is_free() -> None:
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env=os.environ | {"PYTHONPATH": root},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    entered = threading.Event()

    def enter() -> None:
        with locked("key"):
            entered.set()

    threading.Thread(target=enter, daemon=True).start()
    assert not entered.wait(0.3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert entered.wait(10)


def test_a_cache_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DWSIM_CACHE", str(tmp_path / "file" / "cache"))
    rule = r"the cache folder \S+/file/cache cannot be used \(Not a directory\): set DWSIM_CACHE"
    with pytest.raises(ToolError, match=rule), locked("key"):
        pytest.fail("the lock is held")
