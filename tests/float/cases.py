"""Engines in floating point: one for the ordinary suite, and random ones."""

from __future__ import annotations

import random
from dataclasses import replace

from dwsim import EngineSpec
from dwsim.derive import numbers_of
from dwsim.errors import SpecError
from dwsim.spec.float_arithmetic import FLOAT_FORMATS

ORDINARY = EngineSpec(
    name="ordinary",
    lanes=1,
    kernel_h=2,
    kernel_w=2,
    max_row_pitch=18,
    max_plane_rows=10,
    max_channel_groups=3,
    max_channel_multiplier=2,
    max_interleave=3,
    taps_per_cycle=2,
    number_format="float32",
    epilogue="bias_clamp",
)
"""Two multipliers, three adders: one of a chain, one of two passes, one of the biases."""

PLAIN = replace(ORDINARY, name="plain", epilogue=None)
"""Without an epilogue; it runs in Icarus Verilog, which needs little time to build it."""


SERIAL = EngineSpec(
    name="serial",
    lanes=1,
    kernel_h=3,
    kernel_w=3,
    max_row_pitch=18,
    max_plane_rows=14,
    max_dilation_w=2,
    max_channel_groups=3,
    max_channel_multiplier=2,
    dataflow="tap_serial",
    pixels=3,
    ofmap_pixels=2,
    requantisers=1,
    number_format="bfloat16",
    epilogue="bias_clamp",
)
"""Taps in series: three cells, and one set of adders for their partial sums and their biases."""


FINISHED = EngineSpec(
    name="finished",
    lanes=2,
    kernel_h=1,
    kernel_w=1,
    max_row_pitch=18,
    max_plane_rows=10,
    max_channel_groups=3,
    max_channel_multiplier=2,
    max_interleave=3,
    number_format="bfloat16",
    subnormals="flush",
    epilogue="bias_clamp",
)
"""An epilogue with biases of two words; the faults in its wiring run on it in Icarus Verilog."""


def random_array(rng: random.Random, taps: int) -> dict[str, object]:
    """The fields of one of the two arrays; they may break the rules of an engine."""
    if rng.random() < 0.5:
        return {
            "max_interleave": rng.choice((1, 2)),
            "taps_per_cycle": rng.choice((None, *range(1, taps + 1))),
        }
    return {
        "dataflow": "tap_serial",
        "pixels": rng.randint(1, 5),
        "ifmap_pixels": rng.choice((None, 1, 2, 4)),
        "ofmap_pixels": rng.choice((None, 1, 2, 3)),
        "requantisers": rng.choice((None, None, 1, 2, 3, 4, 6)),
    }


def random_engine(rng: random.Random, name: str, most_units: int = 24) -> EngineSpec:
    """An engine of any format and array, with at most ``most_units`` multipliers: builds take
    long."""
    while True:
        number_format = rng.choice(tuple(FLOAT_FORMATS))
        kernel_h, kernel_w = rng.choice((1, 2, 3, 5)), rng.choice((1, 2, 3, 5))
        try:
            engine = EngineSpec(
                name=name,
                lanes=rng.choice((1, 2, 3)),
                kernel_h=kernel_h,
                kernel_w=kernel_w,
                max_row_pitch=rng.choice((12, 24)),
                max_plane_rows=12,
                max_dilation_h=rng.choice((1, 2)),
                max_dilation_w=rng.choice((1, 3)),
                max_channel_groups=rng.choice((2, 3)),
                max_channel_multiplier=rng.choice((1, 1, 2)),
                **random_array(rng, kernel_h * kernel_w),
                number_format=number_format,
                accumulate=rng.choice((None, number_format)),
                subnormals=rng.choice((None, "flush")),
                epilogue=rng.choice((None, "bias_clamp")),
            )
            numbers_of(engine)
        except SpecError:  # neither whole rows nor part of one, or neither whole pixels
            continue
        if engine.multipliers <= most_units:
            return engine
