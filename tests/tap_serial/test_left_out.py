"""Layers that leave out pixels: the fetch looks over these, ahead of the writer, up to a limit."""

from __future__ import annotations

import itertools
import random

import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive.left_out import most_left_out
from dwsim.derive.plan import Plan
from dwsim.rtlsim.cosim import run_jobs
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
    dataflow="tap_serial",
    pixels=2,
    ifmap_pixels=2,
    ring_rows=7,
)
LIMIT = 512
"""Pixels: twice those of the ring, whose 128 beats hold the seven rows of 20 pixels."""


def rows_under_taps(layer: LayerSpec) -> dict[int, list[int]]:
    """The columns under taps of each row that has some, by going through all taps."""
    found: dict[int, set[int]] = {}
    for window in itertools.product(range(layer.ofmap_h), range(layer.ofmap_w)):
        for tap in itertools.product(range(layer.kernel_h), range(layer.kernel_w)):
            y = window[0] * layer.stride_h + tap[0] * layer.dilation_h - layer.pad_top
            x = window[1] * layer.stride_w + tap[1] * layer.dilation_w - layer.pad_left
            if 0 <= y < layer.ifmap_h and 0 <= x < layer.ifmap_w:
                found.setdefault(y, set()).add(x)
    return {y: sorted(found[y]) for y in sorted(found)}


def random_layer(rng: random.Random) -> LayerSpec:
    small = {
        f"{name}_{axis}": rng.randint(1, most)
        for name, most in (("ifmap", 9), ("stride", 9), ("kernel", 3), ("dilation", 3))
        for axis in "hw"
    }
    pads = {f"pad_{side}": rng.randint(0, 4) for side in ("top", "bottom", "left", "right")}
    return LayerSpec(channels=1, **small, **pads)


def test_the_count_is_that_of_a_walk_over_all_taps(seed: int) -> None:
    print(f"seed {seed}")
    rng = random.Random(seed)
    in_padding = 0
    for _ in range(1000):
        try:
            layer = random_layer(rng)
        except SpecError:  # the kernel is larger than the padded ifmap
            continue
        if not layer.ofmap_h or not layer.ofmap_w:
            continue
        plane = -(-layer.ifmap_h * layer.ifmap_w // 2) * 2
        rows = rows_under_taps(layer)
        counted = most_left_out(layer, 3, plane)
        if not rows:
            in_padding += 1
            assert counted == 3 * plane, layer
            continue
        ends = [
            (n * plane + y * layer.ifmap_w + row[0], n * plane + y * layer.ifmap_w + row[-1])
            for n in range(3)
            for y, row in rows.items()
        ]
        steps = [after[0] - before[1] for before, after in itertools.pairwise(ends)]
        assert counted == max(steps), layer
    assert in_padding > 0


@pytest.mark.parametrize("stride", [27, 40, 80])
def test_a_layer_that_leaves_out_too_much_is_refused(stride: int) -> None:
    layer = LayerSpec(stride + 1, 20, 1, 1, 1, stride_h=stride, name="sparse")
    with pytest.raises(SpecError, match="ring_rows = 7: lets the fetch look 512 pixels ahead"):
        Plan(layer, ENGINE)


def test_windows_in_the_padding_leave_out_everything() -> None:
    layer = LayerSpec(20, 20, 1, 1, 1, batch=9, stride_h=30, pad_top=1, name="padding")
    with pytest.raises(SpecError, match="it would look 3606 ahead"):
        Plan(layer, ENGINE)


@pytest.mark.simulator
def test_rtl_agrees_up_to_the_limit() -> None:
    """Behind each of these layers, a usual one shows that the engine goes on."""
    sparse = [
        LayerSpec(27, 20, 1, 1, 1, stride_h=26, name="rows"),
        LayerSpec(26, 19, 1, 1, 1, stride_h=26, stride_w=19, batch=3, name="planes"),
        LayerSpec(26, 19, 1, 3, 3, stride_h=30, batch=3, name="kernel"),
        LayerSpec(25, 20, 1, 1, 1, stride_h=30, pad_top=1, name="padding"),
    ]
    usual = LayerSpec(9, 9, 1, 3, 3, name="usual")
    layers = [layer for one in sparse for layer in (one, usual)]
    stalls = ("none", "slow-source", "both")
    jobs = [make_job(layer, ENGINE, n, stalls[n % 3]) for n, layer in enumerate(layers)]
    for layer in sparse:
        plane = -(-layer.ifmap_h * layer.ifmap_w // 2) * 2
        assert LIMIT - 80 < most_left_out(layer, layer.batch, plane) <= LIMIT
    run_jobs(ENGINE, jobs)
