"""Events for programs: their members, their times, and the page that documents them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dwsim.support.json_lines import EVENTS, JsonLines, LinesBar
from dwsim.support.progress import progress

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "json-lines.md"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_step_is_told_at_once_and_then_once_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    bar = LinesBar(JsonLines(), 0, "beat", clock)
    bar.describe("building")
    clock.now += 3
    bar.describe("running")
    bar.show(0, 400)
    for done in range(100, 400, 100):
        clock.now += 0.5
        bar.show(done, 400)
        bar.describe("running")
    told = _events(capsys)
    assert all(event.keys() == {"event", *EVENTS["progress"]} for event in told)
    keys = ("step", "done", "total", "seconds", "remaining_seconds")
    assert [tuple(event[key] for key in keys) for event in told] == [
        ("building", 0, None, 0.0, None),
        ("running", 0, None, 3.0, None),
        # The clock of the estimate starts with the total: 200 beats in 1 s, 200 are left.
        ("running", 200, 400, 4.0, 1.0),
    ]


def test_with_lines_no_bar_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(2, "layer", JsonLines()) as bar:
        bar.describe("dw1")
        bar.advance()
    out, err = capsys.readouterr()
    assert json.loads(out)["step"] == "dw1"
    assert err == ""


def test_a_document_in_pieces(capsys: pytest.CaptureFixture[str]) -> None:
    JsonLines().document({"layers": [{"layer": "a"}, {"layer": "b"}], "total": 2})
    assert _events(capsys) == [
        {"event": "layer", "layer": "a"},
        {"event": "layer", "layer": "b"},
        {"event": "result", "total": 2},
    ]


def test_the_page_has_every_member_of_every_event() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("|")
    ]
    wanted = [
        [event, member, meaning]
        for event, members in EVENTS.items()
        for member, meaning in members.items()
    ]
    assert rows[2:] == wanted
