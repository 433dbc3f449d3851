"""Layers that bring a tap-serial engine into states which random layers seldom reach."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from dwsim import EngineSpec, LayerSpec
from dwsim.errors import SpecError
from tests.cosim.layers import fits

_SPARSE, _NARROW, _CLAIMS, _STEPS = 80, 200, 200, 600


def rare_layers(rng: random.Random, engine: EngineSpec) -> Iterator[LayerSpec]:
    """Layers in padding, streams longer than a lap of the ring's addresses, and narrow ifmaps."""
    yield from _layers_in_padding(engine)
    yield from _long_layers(rng, engine)
    yield from _some(_NARROW, engine, lambda: _narrow(rng, engine))


def _layers_in_padding(engine: EngineSpec) -> Iterator[LayerSpec]:
    """No window has a tap on the ifmap: the fetch goes ahead of the writer by many planes."""
    rows, columns = engine.max_plane_rows, engine.max_row_pitch
    for batch in (9, 17):
        above = LayerSpec(rows - 1, columns, 1, 1, 1, batch=batch, stride_h=rows, pad_top=1)
        beside = LayerSpec(rows, columns - 1, 1, 1, 1, batch=batch, stride_w=columns, pad_left=1)
        yield from (replace(above, name="above"), replace(beside, name="beside"))


def _long_layers(rng: random.Random, engine: EngineSpec) -> Iterator[LayerSpec]:
    """Streams that are longer than a lap of the ring's addresses, of all rows and of a few."""
    rows, columns, taps = engine.max_plane_rows, engine.max_row_pitch, engine.kernel_h
    for batch in (6, 7):
        dense = LayerSpec(rows, columns, 1, taps, engine.kernel_w, batch=batch, name="dense")
        for stride in (1, rows // 2 - 1):
            most = 1 + batch % engine.max_channel_multiplier
            yield replace(dense, channel_multiplier=most, stride_h=stride)
    for _ in range(_SPARSE):
        kernel = rng.randint(1, taps)
        stride = rng.randint(kernel, rows // 2)
        height = (rng.randint(1, rows // stride) - 1) * stride + kernel
        height = min(rows, height + rng.randrange(stride))
        sparse = LayerSpec(height, columns, 1, kernel, 1, batch=12, stride_h=stride, name="sparse")
        yield replace(sparse, stride_w=rng.choice((1, columns)))


def _narrow(rng: random.Random, engine: EngineSpec) -> LayerSpec:
    """An ifmap of one or two columns in wide padding: a segment goes over several raster rows."""
    kernel_h, kernel_w = rng.randint(1, engine.kernel_h), rng.randint(1, engine.kernel_w)
    pads = {f"pad_{side}": rng.randint(0, 4) for side in ("top", "bottom", "left", "right")}
    return LayerSpec(
        rng.randint(1, 8),
        rng.randint(1, 2),
        1,
        kernel_h,
        kernel_w,
        stride_h=rng.randint(1, 3),
        stride_w=rng.randint(1, 2),
        dilation_h=rng.randint(1, engine.max_dilation_h),
        dilation_w=rng.randint(1, engine.max_dilation_w),
        name="narrow",
        **pads,
    )


def rare_claims(rng: random.Random, engine: EngineSpec) -> Iterator[LayerSpec]:
    """Weight sets complete in consecutive cycles, so that each credit of the FIFO counts."""
    rows, columns = engine.max_plane_rows, engine.max_row_pitch
    for _ in range(4):
        yield LayerSpec(rows, columns // 3 * 3, 1, 1, 1, batch=4, stride_w=3, name="one_cell")
    yield from _some(_CLAIMS, engine, lambda: _small_planes(rng, engine))


def _small_planes(rng: random.Random, engine: EngineSpec) -> LayerSpec:
    assert engine.pixels is not None
    shape = rng.randint(1, 2), rng.randint(1, 4 * engine.pixels + 1)
    return LayerSpec(*shape, 1, 1, 1, batch=rng.randint(5, 40), name="small_planes")


def rare_steps(rng: random.Random, engine: EngineSpec) -> Iterator[LayerSpec]:
    """Groups that step over rows, and rows that end far to the right of a narrow ifmap."""
    yield from _some(_STEPS, engine, lambda: _two_columns(rng, engine))
    yield from _some(_STEPS, engine, lambda: _far_right(rng, engine))


def _two_columns(rng: random.Random, engine: EngineSpec) -> LayerSpec:
    """Few ofmap columns: a group of cells goes over more than one row."""
    return LayerSpec(
        rng.randint(3 * engine.max_plane_rows // 5, engine.max_plane_rows),
        rng.randint(3, 8),
        1,
        rng.randint(1, engine.kernel_h),
        rng.randint(1, engine.kernel_w),
        batch=2,
        stride_h=rng.randint(1, 6),
        stride_w=rng.randint(1, 2),
        dilation_w=rng.randint(1, engine.max_dilation_w),
        pad_left=rng.randint(0, 2),
        pad_right=rng.randint(0, 2),
        name="two_columns",
    )


def _far_right(rng: random.Random, engine: EngineSpec) -> LayerSpec:
    """The last taps of a row reach beyond its end, where the ifmap of the next row may be over."""
    return LayerSpec(
        rng.randint(1, 6),
        rng.randint(1, 4),
        1,
        rng.randint(1, engine.kernel_h),
        engine.kernel_w,
        batch=2,
        stride_h=rng.randint(1, 2),
        stride_w=rng.randint(1, 2),
        dilation_w=engine.max_dilation_w,
        pad_left=rng.randint(0, 3),
        pad_right=rng.randint(4, 14),
        name="far_right",
    )


def _some(count: int, engine: EngineSpec, draw: Callable[[], LayerSpec]) -> Iterator[LayerSpec]:
    """Drawn layers that the engine runs in one stream."""
    found = 0
    while found < count:
        try:
            made = draw()
        except SpecError:
            continue
        if fits(made, engine):
            found += 1
            yield made
