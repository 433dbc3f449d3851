"""The README of a generated engine states the law of its cycles: what it prints is computed."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from dwsim.codegen.readme import readme
from dwsim.derive import Plan
from tests.host.layers import QUANTISED, RAW, random_work

ENGINES = [
    RAW,
    replace(RAW, taps_per_cycle=3, name="rows"),
    replace(RAW, taps_per_cycle=2, max_interleave=1, name="pairs"),
    replace(QUANTISED, taps_per_cycle=2, max_interleave=2, name="spare"),
]


def law(text: str, name: str, values: dict[str, int]) -> int:
    """The value of a formula of the README, an indented line ``name = ...``."""
    (formula,) = re.findall(rf"^    {name} = (.+)$", text, re.MULTILINE)
    return eval(formula.replace("emitting slots", "emitting"), {"max": max}, values)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_law_that_it_prints_gives_the_cycles(engine: object, seed: int) -> None:
    rng, text, interleaves = random.Random(seed), readme(engine, (), {}), set()
    for _ in range(50):
        plan = random_work(engine, rng.getrandbits(30)).plan
        values = {k: v for k, v in plan.geometry.items() if isinstance(v, int)}
        values |= {"I": plan.interleave, "M": values["channel_multiplier"], "lag": plan.raster.lag}
        values |= {"R": values["row_pitch"], "F": plan.raster.plane_pitch}
        assert law(text, "slots", values) == plan.slots, plan.layer
        values |= {"slots": plan.slots}
        values |= {"emitting": plan.ofmap_beats // values["channel_multiplier"]}
        assert law(text, "cycles", values) == plan.cycles, plan.layer
        interleaves.add(plan.interleave)
    assert len(interleaves) == {1: 1, 2: 2, 4: 4}[engine.max_interleave]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_beats_of_a_weight_set_add_up(engine: object) -> None:
    text = readme(engine, (), {})
    beats = engine.kernel_h * engine.kernel_w
    beats += sum(int(count) for count in re.findall(r"^  Then (\d+) beats? ", text, re.MULTILINE))
    plan = random_work(engine, 1).plan
    assert beats == plan.numbers.formats.param_words == plan.param_beats // plan.weight_sets


def test_values_of_an_interleaved_layer_follow_from_those_it_lists() -> None:
    """As the text says: some are multiplied, some are divided, the others stay."""
    text = readme(RAW, (), {})
    assert "All numbers are for I = 1" not in text  # no layer, no numbers
    found = 0
    for seed in range(200):
        plan = random_work(RAW, seed).plan
        layer, interleave = plan.layer, plan.interleave
        if interleave == 1 or 1 in (layer.kernel_h, layer.kernel_w):
            continue
        found += 1
        plain = Plan(layer, RAW).geometry
        wanted = dict(plain) | {"interleave": interleave}
        for name in ("row_delay", "col_delay", "lag"):
            wanted[name] *= interleave
        for name in ("planes", "image_planes"):
            wanted[name] //= interleave
        assert plan.geometry == wanted
        said = readme(RAW, (layer,), {}).split("The values are for I = 1.")[1]
        for name in ("interleave", "row_delay", "col_delay", "lag", "planes", "image_planes"):
            assert f"`cfg_{name}`" in said.split("| port |")[0]
    assert found >= 20
