"""The derived numbers of engines and the law of layers, against a record.

Simulators hold the law in every cycle, and so does the model in tests/model, tests/tap_serial and
tests/tiling. Here the record says in seconds that it is still that law, for engines and layers of
many shapes and for two networks. After a change that is wanted, run those tests, then
``pytest tests/derive --update-snapshots``, and read the diff.
"""

from __future__ import annotations

import inspect
import json
import random
from pathlib import Path
from typing import Any

import pytest

from dwsim.derive import Plan, numbers_of, plan_of
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.signals import signals
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.workloads.network import read_network
from tests.derive.laws import law_of
from tests.tap_serial.cases import random_engine, random_layer
from tests.tiling.cases import DATAFLOWS, larger_layer, small_engine

RECORD = Path(__file__).with_name("recorded_laws.json")
SEED = 3
ENGINES = 12
"""Of each dataflow."""
NETWORKS = ("mobilenet_v1", "efficientnet_b0")
ARRAYS = ({}, {"dataflow": "tap_serial", "pixels": 7, "ifmap_pixels": 4})


def test_the_laws_are_those_of_the_record(update_snapshots: bool) -> None:
    made = _random_laws() | _network_laws()
    if update_snapshots:
        RECORD.write_text(json.dumps(made, indent=1) + "\n")
    kept = json.loads(RECORD.read_text())
    assert made.keys() == kept.keys()
    for name, law in made.items():
        for key, value in law.items():
            assert value == kept[name][key], f"{name}: {key}: see the docstring of this file"


@pytest.mark.parametrize(
    ("network", "cycles"), [("mobilenet_v1", 155_845), ("efficientnet_b0", 309_044)]
)
def test_the_record_has_the_cycles_that_rtl_took(network: str, cycles: int) -> None:
    """RTL took these cycles for all depthwise layers, each in a run of its own."""
    record = json.loads(RECORD.read_text())
    assert sum(record[f"{network}.tap_serial"]["cycles"]) == cycles


def _random_laws() -> dict[str, dict[str, Any]]:
    rng = random.Random(SEED)
    laws = {}
    for dataflow in DATAFLOWS:
        for index in range(ENGINES):
            engine = small_engine(rng, dataflow)
            layers = [larger_layer(rng, engine) for _ in range(3)]
            laws[f"{dataflow}.{index}"] = _numbers(engine) | _laws(engine, layers)
    for index in range(ENGINES):
        engine = random_engine(rng, name=f"serial_{index}")
        layers = [random_layer(rng, engine) for _ in range(3)]
        laws[f"whole.{index}"] = _numbers(engine) | _laws(engine, layers)
    return laws


def _network_laws() -> dict[str, dict[str, Any]]:
    laws = {}
    for name in NETWORKS:
        layers = read_network(name).layers
        for array in ARRAYS:
            engine = EngineSpec.smallest(layers, lanes=16, requantise="double", **array)
            plans = [Plan(layer, engine) for layer in layers]
            laws[f"{name}.{engine.dataflow}"] = {
                "cycles": [plan.cycles for plan in plans],
                "steady_cycles": [plan.steady_cycles for plan in plans],
            }
    return laws


def _laws(engine: EngineSpec, layers: list[LayerSpec]) -> dict[str, Any]:
    return {f"layer_{index}": law_of(plan_of(made, engine)) for index, made in enumerate(layers)}


def _numbers(engine: EngineSpec) -> dict[str, Any]:
    """The integers of each part of an engine's derived numbers, and the widths of its signals."""
    numbers = numbers_of(engine)
    parts = [numbers.formats, numbers.counters, numbers.timing]
    parts += [numbers.shape] if isinstance(numbers, SerialNumbers) else []
    widths = {type(part).__name__: _integers(part) for part in parts}
    return widths | {"signals": signals(numbers)}


def _integers(part: object) -> dict[str, int]:
    members = inspect.getmembers(type(part), lambda member: isinstance(member, property))
    values = {name: getattr(part, name) for name, _ in members if not name.startswith("_")}
    return {name: value for name, value in values.items() if type(value) in (int, bool)}
