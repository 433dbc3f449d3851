"""The progress bar: drawn on a terminal, gone afterwards, and silent anywhere else."""

from __future__ import annotations

import io
import re
import sys
import threading

import pytest

from dwsim.support.progress import progress, waiting


class Terminal(io.StringIO):
    """A text stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_nothing_is_written_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(3, "layer") as bar:
        bar.describe("dw1")
        bar.advance()
        bar.show(3, 3)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_text_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress(0, "beat") as bar:
        bar.describe("[dw1]")
        thread = threading.Thread(target=bar.show, args=(7, 20))
        thread.start()
        thread.join()
        bar.advance(2)
    drawn = terminal.getvalue()
    assert "[dw1]" in drawn
    assert "9/20" in drawn
    assert "beat" in drawn
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn)
    assert re.search(r"beat 0:00:0\d elapsed, (0:00:0\d|-:--:--) left", plain)
    assert drawn.endswith("\x1b[2K")  # the line is erased


def test_results_on_stdout_are_not_redirected(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress(1, "run"):
        print("a result")
    assert capsys.readouterr().out == "a result\n"


def test_waiting_shows_its_text_and_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with waiting("building [1]"):
        pass
    drawn = terminal.getvalue()
    assert "building [1]" in drawn
    assert "0:00:00" in drawn
    assert drawn.endswith("\x1b[2K")  # the line is erased


def test_waiting_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("building"):
        pass
    assert capsys.readouterr() == ("", "")
