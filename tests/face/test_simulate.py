"""``dwsim.simulate``: cycles, values, and every rule of its arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dwsim
from dwsim import EngineSpec, LayerSpec, Plan
from dwsim.errors import MismatchError
from dwsim.stream.stalls import PROFILES
from tests.cli.helpers import break_golden
from tests.face.helpers import ENGINE, SAME, STRIDED, violations


def test_cycles_without_stalls_are_the_law() -> None:
    result = dwsim.simulate([SAME, STRIDED], ENGINE)
    plans = [Plan(layer, ENGINE) for layer in (SAME, STRIDED)]
    assert [run.cycles for run in result.runs] == [plan.cycles for plan in plans]
    assert result.cycles == sum(plan.cycles for plan in plans)
    for run, plan in zip(result.runs, plans, strict=True):
        assert sum(run.activity.values()) == run.cycles
        assert run.utilisation == plan.utilisation(plan.cycles)
    macs = SAME.macs + STRIDED.macs
    assert result.utilisation == pytest.approx(macs / (18 * result.cycles))


@pytest.mark.parametrize("interleave", [1, "all"])
@pytest.mark.parametrize("stalls", PROFILES)
def test_both_models_agree(stalls: str, interleave: int | str, seed: int) -> None:
    options: dict[str, Any] = {"stalls": stalls, "seed": seed, "interleave": interleave}
    fast, stepped = (
        dwsim.simulate([SAME, STRIDED], ENGINE, model=model, **options)
        for model in ("fast", "steppable")
    )
    assert fast.rows() == stepped.rows()
    assert fast.total() == stepped.total()
    groups = {run.plan.interleave for run in fast.runs}
    assert groups == ({1} if interleave == 1 else {2})


def test_the_steppable_model_keeps_its_ofmaps() -> None:
    (run,) = dwsim.simulate(SAME, ENGINE, model="steppable").runs
    assert run.ofmap is not None
    assert run.ofmap.shape == SAME.ofmap_shape
    assert run.ofmap.dtype == np.int64


def test_print_shows_a_table() -> None:
    lines = str(dwsim.simulate([SAME, STRIDED], ENGINE, stalls="both", seed=7)).splitlines()
    shown = "depthwise_engine: 2 lanes, 3x3 taps, 18 multipliers; stalls both, seed 7"
    assert lines[0] == shown
    assert [lines[i].split()[0] for i in (1, 3, 4, 6)] == ["layer", "same", "strided", "total"]
    assert len({len(line) for line in lines[1:7]}) == 1


def test_an_engine_that_requantises_is_simulated(seed: int) -> None:
    engine = EngineSpec.smallest([SAME, STRIDED], lanes=2, requantise="double")
    fast, stepped = (
        dwsim.simulate([SAME, STRIDED], engine, stalls="both", seed=seed, model=model)
        for model in ("fast", "steppable")
    )
    assert fast.rows() == stepped.rows()


def test_a_waveform_is_written(tmp_path: Path) -> None:
    path = tmp_path / "same.fst"
    dwsim.simulate(SAME, ENGINE, model="steppable", waves=path)
    assert path.stat().st_size > 0


def test_a_value_off_golden_is_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    break_golden(monkeypatch)
    with pytest.raises(MismatchError, match=r"model and golden differ in 1 of 120 values"):
        dwsim.simulate(SAME, ENGINE, model="steppable")


def test_simulate_refuses_all_at_once(tmp_path: Path) -> None:
    waves = tmp_path / "w.vcd"
    found = violations(
        dwsim.simulate, [SAME, STRIDED], ENGINE, stalls="slow", seed=-1, model="quick", waves=waves
    )
    assert found["stalls"][1].startswith("must be one of none, slow-source,")
    assert found["seed"] == (-1, "must be an integer of at least 0")
    assert found["model"] == ("quick", "must be one of fast, steppable")
    assert found["waves"][1] == 'needs model="steppable": the fast model has no signals'
    assert not waves.exists()


@pytest.mark.parametrize(
    ("options", "field", "rule"),
    [
        ({"waves": "w.fst"}, "waves", 'needs model="steppable"'),
        ({"waves": "w.vcd", "model": "steppable"}, "waves", "must be named *.fst"),
        ({"interleave": 0}, "interleave", "must be an integer of at least 1"),
        ({"interleave": "some"}, "interleave", "must be an integer of at least 1"),
        ({"seed": 1.5}, "seed", "must be an integer of at least 0"),
    ],
)
def test_simulate_refuses(options: dict[str, Any], field: str, rule: str) -> None:
    assert violations(dwsim.simulate, SAME, ENGINE, **options)[field][1].startswith(rule)


def test_a_waveform_shows_one_layer() -> None:
    found = violations(dwsim.simulate, [SAME, STRIDED], ENGINE, waves="w.fst", model="steppable")
    assert found == {"waves": ("w.fst", "shows one layer: give one layer")}


@pytest.mark.parametrize("function", [dwsim.simulate, dwsim.verify])
def test_layers_and_engine_have_their_types(function: Any) -> None:
    assert "layers" in violations(function, 3, ENGINE)
    assert "layers" in violations(function, "same", ENGINE)
    assert "layers" in violations(function, [], ENGINE)
    assert list(violations(function, [SAME, "same", 3], ENGINE)) == ["layers[1]", "layers[2]"]
    assert violations(function, SAME, "engine") == {"engine": ("engine", "must be an EngineSpec")}


@pytest.mark.parametrize("function", [dwsim.simulate, dwsim.verify])
def test_all_layers_that_do_not_fit_are_named(function: Any) -> None:
    engine = EngineSpec.smallest([SAME], lanes=2)
    larger = LayerSpec(9, 8, 40, 3, 3, name="larger")
    deep = LayerSpec(9, 6, 2, 4, 3, name="deep")
    wide = LayerSpec(5, 12, 40, 3, 5, dilation_w=2)
    found = violations(function, [SAME, larger, deep, wide], engine)
    assert list(found) == [
        "layers[2] (deep): kernel_h",
        "layers[3]: kernel_w",
        "layers[3]: max_row_pitch",
        "layers[3]: max_dilation_w",
    ]
    assert found["layers[3]: max_row_pitch"][0] == 6
