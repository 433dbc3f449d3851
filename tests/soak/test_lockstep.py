"""The lockstep bench in C++ compares every port in every cycle, and notices what is wrong."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dwsim.derive.parallel_plan import ParallelPlan
from dwsim.errors import ToolError
from dwsim.fast.event_inputs import slots_that_take
from dwsim.golden.ofmap import golden_ofmap
from dwsim.rtlsim import lockstep_pool
from dwsim.rtlsim.lockstep_pool import beat_words, short_ifmap
from dwsim.rtlsim.stream_lockstep import Lockstep, build_lockstep
from dwsim.stream.layout import keep_words
from tests.cosim.fault import ENGINE
from tests.cosim.layers import layer
from tests.soak.draw import pool, pool_layer

CYCLES = 1_000_000
BUILT = replace(ENGINE, name="lockstep")


@pytest.fixture(scope="module")
def executable() -> Path:
    return build_lockstep(BUILT)


def test_a_million_cycles_agree(executable: Path, seed: int, tmp_path: Path) -> None:
    """With stalls, kept parameters, resets, wrong lengths and sources that stop."""
    bench = Lockstep(executable, BUILT, pool(BUILT, seed, 0), tmp_path)
    figures, difference = bench.random(seed, cycles=CYCLES)
    assert difference is None, f"seed {seed}: {difference}"
    assert figures.cycles >= CYCLES
    assert min(figures.resets, figures.wrong, figures.beats // 50) > 100, figures


def test_a_run_goes_on_with_the_next_episode(executable: Path, seed: int, tmp_path: Path) -> None:
    bench = Lockstep(executable, BUILT, pool(BUILT, seed, 0), tmp_path)
    whole, _ = bench.random(seed, cycles=30_000)
    half, _ = bench.random(seed, cycles=15_000)
    rest, _ = bench.random(seed, half.next, cycles=whole.cycles - half.cycles)
    assert (half.cycles + rest.cycles, rest.next) == (whole.cycles, whole.next)


def _one_more(*arguments: object) -> np.ndarray:
    ofmap = golden_ofmap(*arguments).copy()
    ofmap.flat[-1] += 1
    return ofmap


def _one_slot_late(plan: ParallelPlan) -> np.ndarray:
    return np.roll(slots_that_take(plan), plan.layer.ifmap_w != 1)


TRACE_FAULTS = {
    "golden_ofmap": (_one_more, "m_axis_ofmap_tdata"),
    "slots_that_take": (_one_slot_late, ""),
    "keep_words": (lambda plan: [word | 2 for word in keep_words(plan)], "m_axis_ofmap_tkeep"),
}


@pytest.mark.parametrize("name", TRACE_FAULTS)
def test_a_wrong_trace_is_noticed(
    name: str, executable: Path, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault, port = TRACE_FAULTS[name]
    monkeypatch.setattr(lockstep_pool, name, fault)
    bench = Lockstep(executable, BUILT, pool(BUILT, seed, 0), tmp_path)
    _, difference = bench.random(seed, cycles=CYCLES)
    assert difference is not None
    assert not port or difference.port == port, difference
    again = bench.episode(difference.episode)
    assert again is not None
    assert str(again) == str(difference)


def test_beats_are_words() -> None:
    beats = np.array([[1, -1, 3], [0, 2, -8]])
    assert beat_words(beats, 4).tolist() == [[0x3F1], [0x820]]
    assert beat_words(np.array([[5] * 9]), 4).tolist() == [[0x55555555, 5]]


def test_the_engine_sees_zeros_behind_an_early_end() -> None:
    made = pool_layer(layer("small", (2, 2), (1, 1), 3), BUILT, 1, random.Random(1), interleave=1)
    seen = short_ifmap(replace(made, short=3))[0]
    # Beats are pixels, first those of channels 0 and 1, then those of channel 2.
    wanted = made.ifmaps[0][0].copy()
    wanted[1, 1] = wanted[:, :, 2] = 0
    assert np.array_equal(seen, wanted)


def test_a_bench_that_crashes_is_an_error(executable: Path, tmp_path: Path) -> None:
    bench = Lockstep(executable, BUILT, pool(BUILT, 1, 0), tmp_path)
    (tmp_path / "pool.bin").write_bytes(b"")
    with pytest.raises(ToolError, match="stream_lockstep"):
        bench.random(1, cycles=1)
