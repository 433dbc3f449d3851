"""Jobs on the bench in C++: the figures of the lock step, and every kind of difference is found."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dwsim.derive import Plan
from dwsim.errors import MismatchError
from dwsim.golden.ofmap import golden_ofmap
from dwsim.rtlsim import lockstep_pool
from dwsim.rtlsim.cosim import run_jobs
from dwsim.rtlsim.job import Job, read_jobs
from dwsim.rtlsim.port_runs import PORTS, run_on_ports
from dwsim.rtlsim.simulator_run import FAILURES
from dwsim.rtlsim.stream_lockstep import Episode, Lockstep, StreamEnd, build_lockstep
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.verification.random_jobs import random_jobs
from tests.cosim.fault import ENGINE

LAYERS = (
    LayerSpec(ifmap_h=7, ifmap_w=9, channels=6, kernel_h=3, kernel_w=3, pad_top=1, name="one"),
    LayerSpec(ifmap_h=8, ifmap_w=8, channels=3, kernel_h=3, kernel_w=3, stride_h=2, stride_w=2),
    LayerSpec(ifmap_h=5, ifmap_w=6, channels=8, kernel_h=2, kernel_w=3, name="three"),
)
# Other tests build this engine, under both names.
PARALLEL = ENGINE
PORTS_OF_PARALLEL = replace(ENGINE, name="lockstep")
SERIAL = EngineSpec.smallest(
    LAYERS,
    lanes=2,
    requantise="double",
    dataflow="tap_serial",
    pixels=2,
    ifmap_pixels=2,
    name="ports_serial",
)


def _jobs(engine: EngineSpec, seed: int) -> list[Job]:
    plans = [Plan(layer, engine) for layer in LAYERS]
    return [job for plan in plans for job in random_jobs(plan, ("none",), seed)]


def test_the_figures_are_those_of_the_lock_step(seed: int) -> None:
    jobs = _jobs(PARALLEL, seed)
    quick = run_on_ports(PORTS_OF_PARALLEL, jobs, build_lockstep(PORTS_OF_PARALLEL))
    slow = run_jobs(PARALLEL, jobs)
    for one, other in zip(quick, slow, strict=True):
        assert one.compared == PORTS
        assert one.started - quick[0].started == other.started - slow[0].started
        assert (one.cycles, one.error) == (other.cycles, other.error)
        assert one.ofmap.dtype == other.ofmap.dtype == np.int64
        assert np.array_equal(one.ofmap, other.ofmap)


def test_the_taps_in_series(seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Cycles and starts by the law, values by golden, in a build for short runs."""
    jobs = _jobs(SERIAL, seed)
    bench = build_lockstep(SERIAL, quick=True)
    done = run_on_ports(SERIAL, jobs, bench)
    assert [one.cycles for one in done] == [job.plan(SERIAL).cycles for job in jobs]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lockstep_pool, "golden_ofmap", _last_value_of_the_second)
    with pytest.raises(MismatchError, match="m_axis_ofmap_tdata is .*, stream 1 of 3"):
        run_on_ports(SERIAL, jobs, bench)


def _last_value_of_the_second(ifmap: np.ndarray, *arguments: Any) -> np.ndarray:
    """Golden, but for one value of the second layer."""
    ofmap = golden_ofmap(ifmap, *arguments).copy()
    ofmap.flat[-1] ^= ifmap.shape[1] == LAYERS[1].ifmap_h
    return ofmap


@pytest.fixture
def parallel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bench of the tap-parallel engine, in an empty folder for failures."""
    monkeypatch.chdir(tmp_path)
    return build_lockstep(PORTS_OF_PARALLEL)


def _complaint(executable: Path, seed: int) -> str:
    with pytest.raises(MismatchError) as raised:
        run_on_ports(PORTS_OF_PARALLEL, _jobs(PARALLEL, seed), executable)
    return str(raised.value)


def test_a_wrong_value_is_found_and_can_be_replayed(
    parallel: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(lockstep_pool, "golden_ofmap", _last_value_of_the_second)
    said = _complaint(parallel, seed)
    assert re.search(r"m_axis_ofmap_tdata is .*, stream 1 of 3\nin job 1: ", said)
    assert f"replay with a waveform: dwsim replay {FAILURES}/" in said
    (kept,) = FAILURES.iterdir()
    assert [job.layer for job in read_jobs(kept)[1]] == list(LAYERS[:2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cycles": 1}, r"\d+ cycles in RTL, expected \d+ by the timing law\nin job 1: "),
        ({"started": 1}, r"starts in cycle \d+, expected \d+ by the timing law\nin job 1: "),
        ({"error": 2}, r"error = 010 \(binary\), expected 000\nin job 1: "),
        (None, r"2 streams ended, expected 3\nin job 2: "),
    ],
)
def test_wrong_figures_are_found(
    change: dict[str, int] | None,
    message: str,
    parallel: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    streams = Lockstep.streams

    def wrong(bench: Lockstep, episode: Episode) -> tuple[list[StreamEnd], None]:
        ends, _ = streams(bench, episode)
        if change is None:
            return ends[:2], None
        more = {name: getattr(ends[1], name) + value for name, value in change.items()}
        return [ends[0], replace(ends[1], **more), ends[2]], None

    monkeypatch.setattr(Lockstep, "streams", wrong)
    assert re.search(message, _complaint(parallel, seed))
