"""Layers that bring a tap-serial engine into states which random layers seldom reach."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from dwsim import EngineSpec, LayerSpec
from dwsim.errors import SpecError
from tests.cosim.layers import fits

_SPARSE, _NARROW = 80, 200


def rare_layers(rng: random.Random, engine: EngineSpec) -> Iterator[LayerSpec]:
    """The layers of this file."""
    yield from _layers_in_padding(engine)
    yield from _long_layers(rng, engine)
    yield from _narrow_layers(rng, engine)


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


def _narrow_layers(rng: random.Random, engine: EngineSpec) -> Iterator[LayerSpec]:
    """Ifmaps of one or two columns in wide padding: a segment goes over several raster rows."""
    found = 0
    while found < _NARROW:
        kernel_h, kernel_w = rng.randint(1, engine.kernel_h), rng.randint(1, engine.kernel_w)
        pads = {f"pad_{side}": rng.randint(0, 4) for side in ("top", "bottom", "left", "right")}
        try:
            made = LayerSpec(
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
        except SpecError:
            continue
        if fits(made, engine):
            found += 1
            yield made
