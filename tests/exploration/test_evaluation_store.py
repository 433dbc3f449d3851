"""The store: a run continues where the run before it, or its interruption, has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dwsim.errors import ToolError
from dwsim.exploration.evaluation_store import Store
from tests.cli.helpers import environment
from tests.exploration.spaces import SMALL, run, small, write


def test_a_rerun_evaluates_nothing(tmp_path: Path, evaluated: list[Any]) -> None:
    first = run(small(tmp_path), tmp_path / "out")
    kept = {name: (tmp_path / "out" / name).read_bytes() for name in ("points.csv", "layers.csv")}
    assert len(evaluated) == 24
    assert first.counts["reused"] == 0
    evaluated.clear()
    again = run(small(tmp_path), tmp_path / "out")
    assert evaluated == []
    assert again.counts["reused"] == 48
    for name, content in kept.items():
        assert (tmp_path / "out" / name).read_bytes() == content


def test_a_changed_space_keeps_valid_points(tmp_path: Path, evaluated: list[Any]) -> None:
    run(small(tmp_path), tmp_path / "out")
    evaluated.clear()
    # More lanes give other engines; other objectives and constraints do not.
    text = SMALL.replace("[2, 4]", "[4, 3, 2]").replace('"multipliers"', '"lut"')
    outcome = run(small(tmp_path, text + "[constraints]\nlut = { min = 1 }\n"), tmp_path / "out")
    new = {name for name, point in outcome.points.items() if point.engine.lanes == 3}
    assert {name for name, _ in evaluated} == new
    assert len(outcome.points) == 36
    fresh = run(small(tmp_path, outcome.space.text), tmp_path / "fresh")
    assert fresh.front == outcome.front
    points = [(tmp_path / name / "points.csv").read_bytes() for name in ("out", "fresh")]
    assert points[0] == points[1]


def test_a_changed_network_is_evaluated_again(tmp_path: Path, evaluated: list[Any]) -> None:
    text = SMALL.replace("kernel = [3, 5]", "kernel = 5\nmax_row_pitch = 99\nmax_plane_rows = 99")
    run(small(tmp_path, text), tmp_path / "out")
    evaluated.clear()
    space = small(tmp_path, text)
    first = tmp_path / "first.toml"
    first.write_text(first.read_text().replace("ifmap_h = 6", "ifmap_h = 7"))
    from dwsim.exploration.space import parse_space

    run(parse_space(text, space.path), tmp_path / "out")
    assert {networks for _, networks in evaluated} == {("first",)}
    assert len(evaluated) == 12


def test_changed_code_evaluates_again(
    tmp_path: Path, evaluated: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(small(tmp_path), tmp_path / "out")
    evaluated.clear()
    monkeypatch.setattr("dwsim.exploration.evaluation_store.code_hash", lambda: "other")
    run(small(tmp_path), tmp_path / "out")
    assert len(evaluated) == 24


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_a_store_that_was_cut_off_is_gone_on_from(
    tmp_path: Path, evaluated: list[Any], cut: int
) -> None:
    """The machine may stop in the middle of a line."""
    run(small(tmp_path), tmp_path / "out")
    store = tmp_path / "out" / "store.jsonl"
    content = store.read_bytes()
    wanted = (tmp_path / "out" / "points.csv").read_bytes()
    lines = content.splitlines(keepends=True)
    store.write_bytes(b"".join(lines[:31]) + lines[31][:-cut])
    evaluated.clear()
    outcome = run(small(tmp_path), tmp_path / "out")
    # If only the newline is lost, the record is complete.
    assert outcome.counts["reused"] == (32 if cut == 1 else 31)
    assert (tmp_path / "out" / "points.csv").read_bytes() == wanted
    evaluated.clear()
    run(small(tmp_path), tmp_path / "out")
    assert evaluated == []


def test_two_runs_do_not_share_a_directory(tmp_path: Path) -> None:
    with Store(tmp_path / "out"), pytest.raises(ToolError, match="another run writes to"):
        run(small(tmp_path), tmp_path / "out")
    assert run(small(tmp_path), tmp_path / "out").counts["failed"] == 0


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    """After Ctrl-C, finished evaluations are kept, and a message tells how to continue."""
    text = SMALL.replace("[2, 4]", "{ from = 2, to = 200 }").replace("[3, 5]", "5")
    space = write(tmp_path, text)
    command = [sys.executable, "-m", "dwsim", "explore", str(space), "-o", "out", "--workers", "2"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # If the tests run in the background, SIGINT is ignored by default.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    store = tmp_path / "out" / "store.jsonl"
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if store.is_file() and store.stat().st_size > 20_000:
            break
        time.sleep(0.01)
    # A terminal sends SIGINT to every process of its foreground group.
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert (
        "interrupted: out/store.jsonl keeps the finished engines; the same command continues"
        in said
    )
    assert "Traceback" not in said
    finished = len(store.read_text().splitlines())
    assert 0 < finished < 199 * 2 * 3 * 2
    outcome = run(small(tmp_path, text), tmp_path / "out")
    assert outcome.counts["reused"] >= finished - 1
    assert outcome.counts["engines"] == 199 * 6
