"""The soak finds a fault, reduces it to little, keeps it, and repeats it; and it goes on later."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.cli.replay import read_kept
from dwsim.errors import SpecError
from dwsim.rtlsim import failure
from dwsim.rtlsim.stream_lockstep import build_lockstep
from tests.cosim import control_faults
from tests.cosim.fault import ENGINE
from tests.soak import draw, keep, soak
from tests.soak.__main__ import main
from tests.soak.keep import Edit, read_episode, replay
from tests.soak.soak import Soak, State, read_state
from tests.tap_serial.cases import random_engine
from tests.tap_serial.test_cosim import broken

PARALLEL = replace(ENGINE, name="lockstep")
SERIAL = random_engine(
    random.Random(1),
    name="lockstep_serial",
    lanes=2,
    pixels=3,
    ifmap_pixels=2,
    ofmap_pixels=2,
    requantisers=2,
    kernel_h=3,
    kernel_w=3,
    ifmap_width=4,
    weight_width=4,
)
ENGINES = (PARALLEL, SERIAL)
SECONDS = 0.5
MINUTES = 1
CYCLES = 200_000
"""A minute on a busy machine compares many more, of each array."""


def _skipped(self: Soak, engine: EngineSpec) -> bool:
    """Lock step in cocotb, of which tests/tap_serial runs more."""
    return True


def _lost_credit(files: dict[str, str]) -> dict[str, str]:
    faults = {fault.name: fault for fault in control_faults.FAULTS}
    return faults["credit_lost_when_taken_and_given"].edit(files)


FAULTS = {"parallel": (PARALLEL, _lost_credit), "serial": (SERIAL, broken("short segment"))}


@pytest.fixture
def short_soak(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Soak]:
    """Runs a soak of one broken engine for a second; failures go to a folder of the test."""
    monkeypatch.setattr(keep, "FAILURES", tmp_path / "failures")
    monkeypatch.setattr(failure, "FAILURES", tmp_path / "cocotb")
    monkeypatch.setattr(Soak, "_lockstep", _skipped)

    def run(engine: EngineSpec, seed: int, edit: Edit) -> Soak:
        monkeypatch.setattr(draw, "build", lambda seed, number: engine)
        made = Soak(State(seed), lambda line: None, edit, simulator="icarus")
        agrees = made.run(time.monotonic() + SECONDS, lambda state: None)
        assert agrees == (made.failure == ""), made.failure
        return made

    return run


def test_one_minute_of_soak(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make soak MINUTES=1` on one build of each array, two pools of layers for each.

    The builds are those of the other tests here, so that the minute has only streams.
    """
    monkeypatch.setattr(draw, "build", lambda seed, number: ENGINES[number % 2])
    monkeypatch.setattr(Soak, "_lockstep", _skipped)
    for engine in ENGINES:
        build_lockstep(engine)
    state = tmp_path / "state.json"
    arguments = ["--minutes", str(MINUTES), "--seed", str(seed), "--state", str(state)]
    assert main(arguments) == 0, capsys.readouterr().out
    made = read_state(state, seed)
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"{made}, 0 differ, ")
    assert min(made.ports, made.values) > CYCLES, made
    assert min(made.streams, made.resets, made.wrong, made.beats // 50) > 100, made
    assert made.pools >= 3, made
    assert (made.build, made.pool) == divmod(made.pools, soak.POOLS)
    assert read_state(state, seed + 1) == State(seed + 1)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_reduced_kept_and_repeated(
    name: str, short_soak: Callable[..., Soak], seed: int, tmp_path: Path
) -> None:
    engine, edit = FAULTS[name]
    made = short_soak(engine, seed, edit)
    assert "found: " in made.failure, f"seed {seed}"
    (folder,) = (tmp_path / "failures").iterdir()
    _, layers, episode = read_episode(folder)
    beats = sum(task.ifmap_sent + task.param_sent for task in episode.tasks)
    assert len(episode.tasks) <= 3, made.failure
    assert beats <= 150, made.failure
    assert len(layers) == len(episode.tasks)
    assert replay(build_lockstep(engine, edit), folder, tmp_path) in made.failure
    assert replay(build_lockstep(engine), folder, tmp_path) == ""
    kept, jobs, _ = read_kept(folder)
    assert (kept, len(jobs)) == (engine, len(layers))
    assert "dwsim replay" in made.failure


def test_a_case_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / keep.EPISODE).write_text(json.dumps({"format": 0}))
    with pytest.raises(SpecError, match="must have format 1"):
        read_episode(tmp_path)


def test_builds_alternate_between_the_arrays(seed: int) -> None:
    builds = [draw.build(seed, number) for number in range(8)]
    assert [build.dataflow for build in builds] == ["tap_parallel", "tap_serial"] * 4
    assert len({soak.describe(build) for build in builds}) == 8
    assert [draw.build(seed, number) for number in range(8)] == builds
