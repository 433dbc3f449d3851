"""Small engines of every kind on the models: values by golden, cycles by the law."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
from dwsim.errors import SpecError
from dwsim.stream.random_epilogue import random_epilogue
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.verification.simulation import step_layer

LAYERS = 6
SMALL = EngineSpec(
    lanes=2,
    kernel_h=3,
    kernel_w=2,
    max_row_pitch=12,
    max_plane_rows=9,
    max_dilation_h=2,
    max_dilation_w=2,
    max_channel_groups=3,
    max_channel_multiplier=2,
    max_batch=2,
)
SERIAL = replace(
    SMALL, dataflow="tap_serial", pixels=3, ifmap_pixels=2, ofmap_pixels=2, requantisers=2
)
FLOATS = {
    "number_format": "bfloat16",
    "ifmap_width": 16,
    "weight_width": 16,
    "epilogue": "bias_clamp",
    "requantise": "none",
}
ENGINES = {
    "all_roundings": replace(SMALL, requantise="all", max_interleave=3),
    "passes": replace(SMALL, requantise="both", taps_per_cycle=1, max_interleave=2),
    "16_bits": replace(SMALL, requantise="single", ifmap_width=16, taps_per_cycle=2),
    "unsigned": replace(SMALL, ifmap_signed=False, weight_signed=False),
    "serial": SERIAL,
    "serial_all_roundings": replace(SERIAL, requantise="all"),
    "serial_lanes_in_parts": replace(SERIAL, lanes=3, requantisers=2, requantise="double"),
    "serial_one_requantiser": replace(SERIAL, lanes=3, requantisers=1, requantise="single"),
    "serial_pixels_together": replace(SERIAL, ofmap_pixels=3, requantisers=6),
    "serial_float": replace(SERIAL, **FLOATS),
}


def random_layer(engine: EngineSpec, rng: random.Random) -> LayerSpec:
    return LayerSpec(
        ifmap_h=rng.randint(1, 7),
        ifmap_w=rng.randint(1, 6),
        channels=rng.randint(1, engine.lanes * engine.max_channel_groups),
        kernel_h=rng.randint(1, 3),
        kernel_w=rng.randint(1, 2),
        batch=rng.randint(1, 2),
        channel_multiplier=rng.randint(1, 2),
        stride_h=rng.randint(1, 3),
        stride_w=rng.randint(1, 3),
        dilation_h=rng.randint(1, 2),
        dilation_w=rng.randint(1, 2),
        **{f"pad_{side}": rng.randint(0, 2) for side in ("top", "bottom", "left", "right")},
    )


@pytest.mark.parametrize("name", ENGINES)
def test_random_layers(name: str, seed: int) -> None:
    """``step_layer`` compares every value and, without stalls, the cycles."""
    engine, rng = ENGINES[name], random.Random(f"{name} {seed}")
    ran = 0
    while ran < LAYERS:
        number = rng.getrandbits(30)
        try:
            layer = random_layer(engine, rng)
            quantisation = random_quantisation(layer, engine, number)
            groups = layer.channel_groups(engine.lanes)
            shared = [n for n in range(1, engine.max_interleave + 1) if groups % n == 0]
            epilogue = random_epilogue(layer, engine, number)
            plan = Plan(layer, engine, quantisation, rng.choice(shared), epilogue=epilogue)
        except SpecError:
            continue
        step_layer(plan, ("none", "both", "boundary")[ran % 3], number)
        ran += 1
