"""Runs of the cycle model, signal by signal, against a record.

Simulators compare such runs with RTL in every cycle (tests/cosim, tests/tap_serial, tests/float),
which takes minutes. Here the record says in seconds that the model still does what they compared,
and that the law, the losses and the activity are those of the runs. After a change that is wanted,
run those tests, then ``pytest tests/model --update-snapshots``, and read the diff.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dwsim.derive import Plan
from dwsim.model.layer_run import run_layer, watchdog_cycles
from dwsim.model.trace import Trace
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.stream.random_epilogue import random_epilogue
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, StallPattern
from dwsim.support.cache import digest
from tests.codegen.delivered import CASES
from tests.derive.laws import law_of

RECORD = Path(__file__).with_name("recorded_runs.json")
SEED = 5
STALLS = ("none", "both", "boundary")
RUNS = {
    f"{engine.name}.{layer.name}": (engine, layer)
    for engine, layers, _ in CASES.values()
    for layer in layers
}


def test_the_runs_are_those_of_the_record(update_snapshots: bool) -> None:
    made = {name: _runs(*run) for name, run in RUNS.items()}
    if update_snapshots:
        RECORD.write_text(json.dumps(made, indent=1) + "\n")
    kept = _record()
    assert made.keys() == kept.keys()
    for name, run in made.items():
        for key, value in run.items():
            assert value == kept[name][key], f"{name}: {key}: see the docstring of this file"


@pytest.mark.parametrize("name", RUNS)
def test_a_recorded_run_without_stalls_keeps_the_law(name: str) -> None:
    run = _record()[name]
    assert run["none"]["cycles"] == run["law"]["cycles"]
    assert sum(run["none"]["activity"].values()) == run["law"]["cycles"]
    engine = RUNS[name][0]
    assert sum(run["law"]["losses"].values()) == run["law"]["cycles"] * engine.multipliers


@cache
def _record() -> dict[str, dict[str, Any]]:
    record: dict[str, dict[str, Any]] = json.loads(RECORD.read_text())
    return record


def _runs(engine: EngineSpec, layer: LayerSpec) -> dict[str, Any]:
    plan = Plan(
        layer,
        engine,
        random_quantisation(layer, engine, SEED),
        epilogue=random_epilogue(layer, engine, SEED),
    )
    quiet = [watchdog_cycles(plan, PROFILES[stalls]) for stalls in STALLS]
    law = law_of(plan) | {"config": plan.config_words(), "watchdog": quiet}
    return {"law": law, **{stalls: _run(plan, stalls) for stalls in STALLS}}


def _run(plan: Plan, stalls: str) -> dict[str, Any]:
    trace = Trace(plan.numbers)
    ifmap, weight = random_layer_data(plan.layer, plan.engine, SEED)
    pattern = StallPattern(PROFILES[stalls], SEED)
    run = run_layer(plan, ifmap, weight, pattern, observe=trace.observe)
    return {
        "cycles": run.cycles,
        "param_cycles": run.param_cycles,
        "activity": run.activity,
        "ofmap": digest(run.ofmap.tolist())[:16],
        "signals": digest(trace.cycles)[:16],
    }
