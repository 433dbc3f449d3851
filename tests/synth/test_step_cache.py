"""Steps are cached by content: made once, made again after any change; failures are not cached."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from dwsim.errors import ToolError
from dwsim.synth.step_cache import cached_step
from dwsim.synth.tools import ToolFailureError


class Maker:
    """Fills a directory, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, folder: Path) -> None:
        self.made += 1
        (folder / "number").write_text(str(self.made))


def test_the_same_identity_is_made_once() -> None:
    make = Maker()
    first = cached_step("step", {"text": "a"}, make)
    assert cached_step("step", {"text": "a"}, make) == first
    assert make.made == 1
    assert (first / "number").read_text() == "1"


def test_another_identity_or_step_is_made_again() -> None:
    make = Maker()
    places = {
        cached_step("step", {"text": "a"}, make),
        cached_step("step", {"text": "b"}, make),
        cached_step("other", {"text": "a"}, make),
    }
    assert len(places) == make.made == 3


def test_threads_that_want_the_same_wait_for_one() -> None:
    make = Maker()
    start = threading.Barrier(4)

    def want() -> None:
        start.wait()
        cached_step("step", {}, make)

    threads = [threading.Thread(target=want) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert make.made == 1


def test_a_failure_keeps_its_log_and_is_tried_again(cache: Path) -> None:
    make = Maker()

    def fail(folder: Path) -> None:
        make(folder)
        (folder / "tool.log").write_text("all that it said")
        raise ToolFailureError("tool ended with 1", "tool.log")

    for attempt in (1, 2):
        with pytest.raises(ToolError, match="^tool ended with 1\nsee ") as caught:
            cached_step("step", {}, fail)
        log = Path(str(caught.value).split("see ")[1])
        assert log.read_text() == "all that it said"
        assert log.is_relative_to(cache)
        assert make.made == attempt
    assert cached_step("step", {}, make).is_dir()


def test_what_was_interrupted_leaves_nothing(cache: Path) -> None:
    def stop(folder: Path) -> None:
        (folder / "half").write_text("")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_step("step", {}, stop)
    assert list((cache / "synth").iterdir()) == []
