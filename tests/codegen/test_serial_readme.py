"""The README of a tap-serial engine, followed by itself: ports, streams, parameters, cycles."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from dwsim.codegen.config_formulas import example_layer
from dwsim.codegen.readme import readme
from dwsim.derive import Plan, SerialPlan
from dwsim.derive.config_values import register_words
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation import Quantisation
from dwsim.stream.epilogue_values import epilogue_of
from dwsim.stream.layout import keep_words, pack_ofmap, pack_parameters
from dwsim.stream.pixel_layout import pack_pixels
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data
from tests.codegen.delivered import FINISHED_LAYERS, SERIAL_RAW, SERIAL_SCALED
from tests.tap_serial.cases import random_layer

POINT = replace(SERIAL_RAW, kernel_h=1, kernel_w=1, pixels=1, ofmap_pixels=1, name="point")
WIDE = replace(SERIAL_RAW, requantisers=6, name="wide")
ENGINES = [SERIAL_RAW, SERIAL_SCALED, WIDE]
EVERY = [*ENGINES, POINT]
FUNCTIONS = {"min": min, "max": max, "ceil": math.ceil}
LINE = re.compile(r"^    (\w+) = (.+)$", re.MULTILINE)


def by_name(engine: EngineSpec) -> str:
    return engine.name


def plans(engine: EngineSpec, seed: int, count: int) -> Iterator[SerialPlan]:
    rng = random.Random(f"{engine.name} {seed}")
    for number in range(count):
        layer = random_layer(rng, engine)
        plan = Plan(layer, engine, random_quantisation(layer, engine, seed + number))
        assert isinstance(plan, SerialPlan)
        yield plan


def names_of(plan: Plan) -> dict[str, object]:
    """The layer, by the names that the README uses."""
    values: dict[str, object] = dict(vars(plan.layer)) | {"M": plan.layer.channel_multiplier}
    if plan.quantisation is not None:
        values |= vars(plan.quantisation)
    return values


def follow(text: str, values: dict[str, object]) -> dict[str, object]:
    """All names that the section Configuration defines, from its lines and its program alone."""
    section = text.split("## Configuration\n")[1].split("\n### Worked example")[0]
    before, program, after = re.split(r"```(?:python)?\n", section)
    names: dict[str, object] = FUNCTIONS | values
    for name, expression in LINE.findall(before):
        names[name] = eval(expression, dict(names))
    exec(program, names)
    for name, expression in LINE.findall(after):
        names[name] = eval(expression, dict(names))
    return names


@pytest.mark.parametrize("engine", ENGINES, ids=by_name)
def test_its_formulas_alone_give_the_values_of_the_ports(engine: EngineSpec, seed: int) -> None:
    print(f"seed {seed}")
    text, walks = readme(engine, ()), set()
    for plan in plans(engine, seed, 500):
        found = follow(text, names_of(plan))
        ports = {name[4:]: value for name, value in found.items() if name.startswith("cfg_")}
        assert {"load": 1} | ports == plan.config, plan.layer
        walks.add((plan.walk.tap_segments, plan.walk.cells))
    assert len(walks) >= engine.pixels + 2


@pytest.mark.parametrize("engine", ENGINES, ids=by_name)
def test_no_stream_is_faster_than_it_says(engine: EngineSpec, seed: int) -> None:
    text, limits = readme(engine, ()), set()
    law = text.split("\n## Timing\n")[1]
    for plan in plans(engine, seed, 100):
        names = follow(text, names_of(plan))
        least = {name: eval(expression, dict(names)) for name, expression in LINE.findall(law)}
        assert len(least) == 4
        assert least["ifmap_cycles"] == plan.ifmap_beats
        assert least["ofmap_cycles"] == plan.ofmap_beats
        assert plan.cycles > max(least.values()), plan.layer
        limits.add(max(least, key=lambda name: least[name]))
    assert limits >= {"ifmap_cycles", "tap_cycles", "drain_cycles"}


@pytest.mark.parametrize("engine", EVERY, ids=by_name)
def test_the_worked_example_is_right(engine: EngineSpec) -> None:
    section = readme(engine, ()).split("### Worked example\n")[1].split("\n## ")[0]
    plan = Plan(example_layer(engine), engine)
    assert isinstance(plan, SerialPlan)
    found: dict[str, int] = {}
    for name, rest in LINE.findall(section):
        expression, _, result = rest.rpartition(" = ")
        found[name] = int(result)
        if expression:
            assert eval(expression, dict(FUNCTIONS)) == int(result), f"{name} = {rest}"
    assert {f"cfg_{name}": value for name, value in plan.geometry.items() if name != "load"} == {
        name: value for name, value in found.items() if name.startswith("cfg_")
    }
    assert f"cells = {plan.walk.cells}, tap_segments = {int(plan.walk.tap_segments)}" in section
    layer = plan.layer
    assert f"{layer.channels} channels, kernel {layer.kernel_h}x{layer.kernel_w}" in section
    assert f"takes {plan.cycles} cycles" in " ".join(section.split())


@pytest.mark.parametrize(
    "layer",
    [
        LayerSpec(3, 9, 1, 3, 1, pad_top=40, pad_bottom=40, stride_h=9, name="far above"),
        LayerSpec(1, 9, 1, 3, 1, dilation_h=10, pad_top=29, name="far apart"),
        LayerSpec(30, 20, 1, 1, 1, stride_h=30, stride_w=20, name="one window"),
    ],
    ids=lambda layer: layer.name,
)
def test_an_address_fits_its_port(layer: LayerSpec) -> None:
    engine = EngineSpec.smallest([layer], 1, dataflow="tap_serial", pixels=1)
    plan = Plan(layer, engine)
    addresses = [f for f in plan.numbers.config_fields if f.name.endswith("_address")]
    assert len(addresses) == 4
    for field in addresses:
        value = plan.geometry[field.name]
        (word,) = register_words(field, value)
        assert word - (word >> 31 << 32) == value, field.name
        low, high = value_range(field.width, field.signed)
        assert isinstance(value, int)
        assert low <= value <= high, field.name


def stream_order(plan: SerialPlan) -> Iterator[tuple[int, int, int]]:
    """Row, column and weight set of the ofmap pixels of a plane, in the text's words."""
    walk, layer = plan.walk, plan.layer
    for group in range(0, walk.places, walk.cells):
        for m in range(layer.channel_multiplier):
            for n in range(group, min(group + walk.cells, walk.places)):
                if n % walk.places_w < layer.ofmap_w:
                    yield n // walk.places_w, n % walk.places_w, m


@pytest.mark.parametrize("engine", EVERY, ids=by_name)
def test_the_beats_lie_where_it_says(engine: EngineSpec, seed: int) -> None:
    """Value by value, against the packing that cosimulation uses."""
    rng, lanes = np.random.default_rng(seed), engine.lanes
    for number, plan in enumerate(plans(engine, seed, 12)):
        layer = plan.layer
        ifmap, _ = random_layer_data(layer, engine, seed + number)
        ofmap = rng.integers(-99, 99, layer.ofmap_shape)
        beats, made = pack_pixels(ifmap, plan), pack_ofmap(ofmap, plan)
        keeps, order = keep_words(plan), list(stream_order(plan))
        for image, g in np.ndindex(layer.batch, plan.channel_groups):
            plane = image * plan.channel_groups + g
            for y, x, lane in np.ndindex(layer.ifmap_h, layer.ifmap_w, lanes):
                at, p = divmod(y * layer.ifmap_w + x, plan.numbers.formats.ifmap_pixels)
                channel = lanes * g + lane
                if channel < layer.channels:
                    value = beats[plane * plan.plane_beats + at][p * lanes + lane]
                    assert value == ifmap[image, y, x, channel]
            kept = 0
            for index, (i, j, m) in enumerate(order):
                at, p = divmod(index, plan.numbers.formats.ofmap_pixels)
                beat = plane * plan.plane_ofmap_beats + at
                for lane in range(lanes):
                    channel = lanes * g + lane
                    keep = keeps[beat] >> (p * lanes + lane) & 1
                    assert keep == (channel < layer.channels)
                    kept += keep
                    if keep:
                        value = made[beat][p * lanes + lane]
                        q = channel * layer.channel_multiplier + m
                        assert value == ofmap[image, i, j, q]
            first = plane * plan.plane_ofmap_beats
            every = keeps[first : first + plan.plane_ofmap_beats]
            assert sum(bin(word).count("1") for word in every) == kept


@pytest.mark.parametrize("engine", EVERY, ids=by_name)
def test_the_weights_lie_where_it_says(engine: EngineSpec, seed: int) -> None:
    raw = replace(engine, requantise="none")
    text, taps = readme(engine, ()), engine.taps
    for number, plan in enumerate(plans(raw, seed, 12)):
        layer, m_count = plan.layer, plan.layer.channel_multiplier
        _, weight = random_layer_data(layer, raw, seed + number)
        sets = pack_parameters(weight, plan).reshape(plan.weight_sets, taps, engine.lanes)
        for g, m, t, lane in np.ndindex(plan.channel_groups, m_count, taps, engine.lanes):
            r, c = divmod(t, layer.kernel_w)
            wanted, channel = 0, engine.lanes * g + lane
            if r < layer.kernel_h and channel < layer.channels:
                wanted = weight[r][c][channel][m]
            assert sets[g * m_count + m][t][lane] == wanted
    words = Plan(LayerSpec(1, 1, 1, 1, 1), engine).numbers.formats.param_words
    assert f"Each set has {words} beats" in text


def test_the_scales_lie_where_it_says() -> None:
    text, engine = readme(SERIAL_SCALED, ()), SERIAL_SCALED
    (shown,) = re.findall(r"has the bytes\n([0-9a-f ]+) \(hex", text)
    layer = LayerSpec(3, 3, 2, 1, 1)
    quantisation = Quantisation(
        bias=(5, -1000), multiplier=(1 << 30, 1518500250), shift=(-3, -7), act_min=-128,
        act_max=127, ifmap_zero_point=0, ofmap_zero_point=0, rounding="double",
    )  # fmt: skip
    beats = pack_parameters(np.ones((1, 1, 2, 1), np.int8), Plan(layer, engine, quantisation))
    (row,) = re.findall(r"byte k of the scale is in lane (k % \d+) of beat (.+) \|", text)
    scale = bytes.fromhex(shown)
    for k, octet in enumerate(scale):
        lane, beat = (eval(expression, {"k": k, "l": 1}) for expression in row)
        assert beats[beat, lane] & 0xFF == octet
    assert "| 0 to 3 | bias, 32 bits |\n| 4 to 7 | multiplier, 32 bits |\n| 8 |" in text


@pytest.mark.parametrize("lanes", [1, 3])
def test_biases_of_floats_are_where_it_says(lanes: int) -> None:
    engine = EngineSpec.smallest(
        FINISHED_LAYERS, lanes, number_format="bfloat16", epilogue="bias_clamp",
        dataflow="tap_serial", pixels=1, max_channel_groups=3,
    )  # fmt: skip
    text = readme(engine, ())
    said = re.search(
        r"^\| (\d+) to \d+ \| for each lane l from 0 on (\d) beats? with the bias of its channel, a"
        r" number of float32: bits 16\*k to 16\*k \+ 15 of the bias are in lane k % (\d) of beat"
        r" (\d+) \+ (\d)\*l \+ k // (\d) \|$",
        text,
        re.MULTILINE,
    )
    assert said is not None
    first, beats, modulus, start, step, divisor = map(int, said.groups())
    assert (first, beats, modulus, divisor) == (start, step, lanes, lanes)
    layer = LayerSpec(3, 3, lanes, 1, 1)
    bias = np.arange(1, lanes + 1, dtype=np.float32) * np.float32(0.1)
    epilogue = epilogue_of(engine.arithmetic, lanes, bias)
    weight = np.zeros((1, 1, lanes, 1), np.uint16)
    tensor = pack_parameters(weight, Plan(layer, engine, epilogue=epilogue))
    for lane, word in enumerate(bias.view(np.uint32)):
        for k in range(2):
            found = tensor[start + step * lane + k // divisor, k % modulus]
            assert found == int(word) >> 16 * k & 0xFFFF
