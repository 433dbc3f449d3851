"""The README of a generated engine states the law of its cycles, with computed numbers."""

from __future__ import annotations

import itertools
import math
import random
import re
from dataclasses import replace

import numpy as np
import pytest

from dwsim.codegen.config_formulas import example_layer
from dwsim.codegen.readme import readme
from dwsim.derive import Plan
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.real_scales import ACTIVATIONS
from dwsim.stream.epilogue_values import epilogue_of
from dwsim.stream.layout import pack_parameters
from tests.codegen.delivered import FINISHED, FINISHED_LAYERS
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
    rng, text, interleaves = random.Random(seed), readme(engine, ()), set()
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


def table_rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading."""
    lines = text.split(f"# {heading}\n")[1].splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("|---"))
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[first + 1 :])
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_beats_of_a_weight_set_follow_each_other(engine: EngineSpec) -> None:
    text = readme(engine, ())
    begin = 0
    for beats, _ in table_rows(text, "Parameter tensor"):
        first, last = map(int, beats.split(" to ") if " to " in beats else (beats, beats))
        assert first == begin
        begin = last + 1
    plan = random_work(engine, 1).plan
    assert begin == plan.numbers.formats.param_words == plan.param_beats // plan.weight_sets
    assert f"Each set has {begin} beats" in text


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_weights_lie_where_it_says(engine: EngineSpec, seed: int) -> None:
    """dr, dc, k and q of the text, against the packing that cosimulation uses."""
    assert "`filter[r - dr][c - dc][k][q]`" in readme(engine, ())
    work = random_work(engine, seed)
    plan, layer = work.plan, work.plan.layer
    if plan.quantisation is not None:
        plan = Plan(layer, replace(engine, requantise="none"), interleave=plan.interleave)
    sets = pack_parameters(work.weight, plan).reshape(plan.weight_sets, -1, engine.lanes)
    dr, dc = engine.kernel_h - layer.kernel_h, engine.kernel_w - layer.kernel_w
    for s, r, c, lane in np.ndindex(len(sets), engine.kernel_h, engine.kernel_w, engine.lanes):
        channel, wanted = engine.lanes * s + lane, 0
        if r >= dr and c >= dc and channel < layer.ofmap_channels:
            k, q = divmod(channel, layer.channel_multiplier)
            wanted = work.weight[r - dr][c - dc][k][q]
        assert sets[s][r * engine.kernel_w + c][lane] == wanted


def follow(text: str, layer: dict[str, int | str]) -> dict[str, int | list[int]]:
    """The values of the ports, computed only from the formulas of the section Configuration."""
    section = text.split("## Configuration\n")[1].split("\n### Worked example")[0]
    names: dict[str, object] = {"max": max, "abs": abs, "ceil": math.ceil, **layer}
    for name, expression in re.findall(r"^    (\S+) = (.+)$", section, re.MULTILINE):
        stem, _, index = name.rstrip("]").partition("[")
        if not index:
            names[stem] = eval(expression, dict(names))
            continue
        size = names[{"r": "KERNEL_H", "c": "KERNEL_W"}[index]]
        names[stem] = [eval(expression, {**names, index: at}) for at in range(size)]
    ports = {name.removeprefix("cfg_"): value for name, value in names.items() if "cfg_" in name}
    return ports


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_its_formulas_alone_give_the_values_of_the_ports(engine: EngineSpec, seed: int) -> None:
    print(f"seed {seed}")
    rng, text = random.Random(seed), readme(engine, ())
    small = leads = 0
    for _ in range(500):
        plan = random_work(engine, rng.getrandbits(30)).plan
        layer, q = plan.layer, plan.quantisation
        values = dict(vars(layer)) | {"M": layer.channel_multiplier, "I": plan.interleave}
        if q is not None:
            for name in ("ifmap_zero_point", "ofmap_zero_point", "act_min", "act_max", "rounding"):
                values[name] = getattr(q, name)
        assert {"load": 1} | follow(text, values) == plan.config, layer
        small += layer.kernel_h < engine.kernel_h and layer.kernel_w < engine.kernel_w
        leads += plan.raster.lag < 0
    assert small >= 50
    assert leads >= 10


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_worked_example_is_right(engine: EngineSpec) -> None:
    text = readme(engine, ())
    section = text.split("### Worked example\n")[1].split("\n## ")[0]
    plan = Plan(example_layer(engine), engine)
    found: dict[str, int] = {}
    for name, rest in re.findall(r"^    (\S+) = (.+)$", section, re.MULTILINE):
        expression, _, result = rest.rpartition(" = ")
        found[name] = int(result)
        if expression:
            functions = {"max": max, "abs": abs, "ceil": math.ceil}
            assert eval(expression, functions) == int(result), f"{name} = {rest}"
    for name, value in plan.geometry.items():
        if name == "load":
            continue
        if isinstance(value, int):
            assert found[f"cfg_{name}"] == value
        else:
            assert [found[f"cfg_{name}[{i}]"] for i in range(len(value))] == value
    for name in ("tap_row", "tap_col"):
        (literal,) = re.findall(rf"`cfg_{name}` is `\d+'h(\w+)`", section)
        assert int(literal, 16) == plan.geometry_words()[name]
    layer = plan.layer
    assert layer.kernel_h < engine.kernel_h
    assert f"{layer.channels} channels, kernel {layer.kernel_h}x{layer.kernel_w}" in section
    assert f"takes {plan.cycles} cycles" in section


def test_the_example_of_a_scale_is_what_the_packing_makes() -> None:
    engine = replace(QUANTISED, lanes=1, taps_per_cycle=None)
    (shown,) = re.findall(r"has the bytes ([0-9a-f ]+) \(hex", readme(engine, ()))
    layer = LayerSpec(3, 3, 1, 1, 1)
    quantisation = Quantisation(
        bias=(-1000,), multiplier=(1518500250,), shift=(-7,), act_min=-128, act_max=127,
        ifmap_zero_point=0, ofmap_zero_point=0, rounding="double",
    )  # fmt: skip
    beats = pack_parameters(np.ones((1, 1, 1, 1), np.int8), Plan(layer, engine, quantisation))
    assert bytes.fromhex(shown) == (beats[9:, 0] & 0xFF).astype(np.uint8).tobytes()


def test_float_rounding_is_what_the_packing_makes(seed: int) -> None:
    """The rule for multiplier and right shift, and its example, against ``from_scales``."""
    engine = replace(QUANTISED, lanes=1, taps_per_cycle=None, requantise="float")
    text = " ".join(readme(engine, ()).split())
    rule = "With s = f * 2^e and 1/2 <= f < 1, the multiplier is f * 2^31"
    assert rule in text
    assert "the right shift is 31 - e" in text
    assert "TFLite's Q31 multiplier" not in text
    example = r"So a scale of (\S+) in float32 has the multiplier (\d+) and the right shift (\d+)\."
    (shown,) = re.findall(example, text)
    ends = "below 2^-32 has the multiplier 0 and the right shift 31, one of 2^30 or more has the"
    ((largest, right),) = re.findall(
        re.escape(ends) + r" multiplier (\d+) and the right shift (\d+)\.", text
    )
    rng = np.random.default_rng(seed)
    scales = [float(shown[0]), 2.0**-33, 2.0**31, *np.exp2(rng.uniform(-31, 29, 50)).tolist()]
    said = [(int(shown[1]), int(shown[2])), (0, 31), (int(largest), int(right))]
    layer = LayerSpec(3, 3, 1, 1, 1)
    for index, scale in enumerate(scales):
        f, e = math.frexp(np.float32(scale))
        expected = said[index] if index < len(said) else (int(f * 2**31), 31 - e)
        q = Quantisation.from_scales(scale, [1.0], 1.0, channels=1, rounding="float")
        beats = pack_parameters(np.ones((1, 1, 1, 1), np.int8), Plan(layer, engine, q))
        octets = (beats[9:, 0] & 0xFF).tolist()
        found = (sum(octet << 8 * k for k, octet in enumerate(octets[4:8])), octets[8])
        assert found == expected, f"seed {seed}: scale {scale}"


@pytest.mark.parametrize("accumulate", ["float32", "float16"])
def test_biases_and_limits_are_what_the_packing_makes(accumulate: str) -> None:
    """The beats of a bias and the words of the activations, as the text says."""
    engine = replace(FINISHED, lanes=1, max_channel_groups=3, accumulate=accumulate)
    text = readme(engine, FINISHED_LAYERS)
    assert "It adds a bias to each sum, and keeps the ofmap between two limits." in text
    said = re.findall(
        r"^\| (\d+) \| (?:bits (\d+) to (\d+) of )?"
        rf"the channel's bias, a number of {accumulate} \|$",
        text,
        re.MULTILINE,
    )
    assert len(said) == engine.arithmetic.bias_words
    layer = LayerSpec(3, 3, 1, 1, 1)
    bias = np.array([-1000.1], accumulate)
    word = int(bias.view({2: np.uint16, 4: np.uint32}[bias.itemsize])[0])
    epilogue = epilogue_of(engine.arithmetic, 1, bias)
    weight = np.zeros((1, 1, 1, 1), np.uint16)
    beats = pack_parameters(weight, Plan(layer, engine, epilogue=epilogue))
    assert len(beats) == int(said[-1][0]) + 1
    for beat, first, last in said:
        low, high = int(first or 0), int(last or 15)
        assert beats[int(beat), 0] == word >> low & (1 << high - low + 1) - 1
    rows = re.findall(r"^\| (\w+) \| `16'h(\w+)` \| `16'h(\w+)` \|$", text, re.MULTILINE)
    assert [activation for activation, _, _ in rows] == list(ACTIVATIONS)
    for activation, *words in rows:
        made = epilogue_of(engine.arithmetic, 1, activation=activation)
        assert [int(limit, 16) for limit in words] == [made.act_min, made.act_max]
    assert text.count("from the layer's activation") == 2 * len(FINISHED_LAYERS)


def test_values_of_an_interleaved_layer_follow_from_those_it_lists() -> None:
    """As the text says: some are multiplied, some are divided, the others stay."""
    text = readme(RAW, ())
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
        said = readme(RAW, (layer,)).split("The values are for I = 1.")[1]
        for name in ("interleave", "row_delay", "col_delay", "lag", "planes", "image_planes"):
            assert f"`cfg_{name}`" in said.split("| port |")[0]
    assert found >= 20
