"""Layers that leave out pixels: the fetch goes over these, far ahead of the writer.

With copied rings, so does the release.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.rtlsim.cosim import run_jobs
from dwsim.spec.dataflow_rules import RINGS
from tests.cosim.layers import fits
from tests.tap_serial.test_cosim import make_job

ENGINE = EngineSpec(
    name="looks_ahead",
    lanes=1,
    kernel_h=3,
    kernel_w=3,
    ifmap_width=4,
    weight_width=4,
    max_row_pitch=20,
    max_plane_rows=200,
    max_batch=40,
    dataflow="tap_serial",
    pixels=2,
    ifmap_pixels=2,
    ring_rows=7,
)
"""The ring holds 12 of the 200 rows."""
USUAL = LayerSpec(9, 9, 1, 3, 3, name="usual")
"""Behind each of the other layers, it shows that the engine goes on."""
STALLS = ("none", "slow-source", "slow-sink", "both")


def sparse_layers(rng: random.Random) -> Iterator[LayerSpec]:
    """Few rows of a tall plane are under a window, or none is."""
    while True:
        stride = rng.randint(20, 199)
        try:
            layer = LayerSpec(
                rng.randint(stride, 200),
                rng.randint(1, 20),
                1,
                rng.randint(1, 3),
                rng.randint(1, 3),
                batch=rng.choice((1, 2, 5)),
                stride_h=stride,
                stride_w=rng.choice((1, 2, rng.randint(1, 20))),
                pad_top=rng.choice((0, rng.randint(0, 60))),
                pad_left=rng.choice((0, rng.randint(0, 3))),
                pad_bottom=rng.choice((0, rng.randint(0, 60))),
                name="sparse",
            )
        except SpecError:
            continue
        if fits(layer, ENGINE):
            yield layer


def layers_in_padding() -> list[LayerSpec]:
    """No window has a tap on the ifmap; the fetch goes ahead of the writer by many planes."""
    return [
        LayerSpec(199, 20, 1, 1, 1, stride_h=200, pad_top=1, batch=30, name="above"),
        LayerSpec(200, 19, 1, 1, 1, stride_w=20, pad_left=1, batch=11, name="beside"),
        LayerSpec(9, 9, 1, 3, 3, stride_h=20, pad_top=5, batch=40, name="small"),
    ]


@pytest.mark.simulator
@pytest.mark.parametrize("rings", RINGS)
def test_rtl_agrees_on_layers_that_leave_out_rows(rings: str, seed: int) -> None:
    print(f"seed {seed}")
    rng = random.Random(seed)
    sparse = [
        LayerSpec(200, 20, 1, 1, 1, stride_h=100, name="far"),
        LayerSpec(200, 20, 1, 1, 1, stride_h=200, stride_w=20, batch=3, name="first pixel"),
        *itertools.islice(sparse_layers(rng), 16),
        *layers_in_padding(),
    ]
    layers = [layer for one in sparse for layer in (one, USUAL)]
    engine = replace(ENGINE, rings=rings)
    jobs = [make_job(layer, engine, n, STALLS[n // 2 % 4]) for n, layer in enumerate(layers)]
    run_jobs(engine, jobs)
