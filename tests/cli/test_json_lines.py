"""``--json-lines``: a line for each event, which together are the document of ``--json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dwsim.cli import main, simulate
from dwsim.support.json_lines import EVENTS, REST
from dwsim.version import __version__
from tests.cli.helpers import ROOT, break_golden
from tests.exploration.spaces import write

Event = dict[str, Any]


def events_of(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> list[Event]:
    """The events of a command, after a check of their members."""
    assert main([*argv, "--json-lines"]) == code
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for event in events:
        members = EVENTS[event["event"]]
        assert REST in members or event.keys() == {"event", *members}
    assert events[0] == {
        "event": "start",
        "format": 1,
        "dwsim": __version__,
        "command": argv[0],
    }
    assert events[-1]["event"] == "end"
    assert events[-1]["exit_code"] == code
    return events


def document_of(events: list[Event]) -> dict[str, Any]:
    """The document that the events make together."""
    document: dict[str, Any] = {}
    for event in events:
        kind = event.pop("event")
        if kind == "layer":
            document.setdefault("layers", []).append(event)
        elif kind == "result":
            document |= event
    return document


def _same_as_the_document(capsys: pytest.CaptureFixture[str], *argv: str) -> list[Event]:
    events = events_of(capsys, *argv)
    assert main([*argv, "--json"]) == 0
    assert document_of([dict(event) for event in events]) == json.loads(capsys.readouterr().out)
    return events


def test_simulate(capsys: pytest.CaptureFixture[str]) -> None:
    events = _same_as_the_document(capsys, "simulate", "tiny")
    assert [event["event"] for event in events] == ["start", *["layer"] * 3, "result", "end"]
    argv = ("simulate", "tiny", "--model", "steppable", "--stalls", "both")
    events = _same_as_the_document(capsys, *argv)
    steps = [event["step"] for event in events if event["event"] == "progress"]
    assert steps == [event["layer"] for event in events if event["event"] == "layer"]


@pytest.mark.simulator
def test_verify_a_spec(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    argv = ("verify", "tiny", "--layer", "same", "valid")
    events = _same_as_the_document(capsys, *argv)
    kinds = [event["event"] for event in events if event["event"] != "progress"]
    assert kinds == ["start", "layer", "layer", "end"]
    # The verdict on a layer comes before the next layer begins.
    order = [(event["event"], event.get("step", event.get("layer"))) for event in events]
    assert order.index(("layer", "same")) < order.index(("progress", "valid"))
    monkeypatch.chdir(tmp_path)
    break_golden(monkeypatch)
    broken = events_of(capsys, *argv, code=1)
    assert "RTL and golden differ in 1 of" in broken[-1]["message"]


@pytest.mark.simulator
def test_verify_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    model = str(ROOT / "tests" / "tflite_files" / "per_tensor.tflite")
    argv = ("verify", model, "--lanes", "4")
    assert main(argv) == 0
    capsys.readouterr()
    events = _same_as_the_document(capsys, *argv)
    steps = [event["step"] for event in events if event["event"] == "progress"]
    assert steps == ["interpreting the model", "building the simulator"]
    assert [event["kept"] for event in events if event["event"] == "layer"] == [True, True]


def test_explore(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(elsewhere)
    (result,) = [
        event
        for event in events_of(capsys, "explore", "small.toml", "--workers", "1")
        if event["event"] == "result"
    ]
    assert result["directory"] == "dwsim-explore/small"
    assert result["counts"]["engines"] == 24
    costs = [engine["objectives"][0] for engine in result["front"]]
    assert costs == sorted(costs)
    assert len(costs) > 3


def test_an_error_is_in_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    events = events_of(capsys, "simulate", "no-such-spec", code=2)
    assert [event["event"] for event in events] == ["start", "end"]
    assert "no-such-spec" in events[-1]["message"]


def test_ctrl_c_is_in_the_last_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(simulate, "simulate_plans", interrupted)
    events = events_of(capsys, "simulate", "tiny", code=130)
    assert events[-1]["message"] == "interrupted"


def test_the_three_forms_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "tiny", "--json", "--json-lines"]) == 2
    assert "not allowed with argument" in capsys.readouterr().err
