"""Verifies one_mult.v, an engine that dwsim did not make: ``pytest examples/foreign_engine``."""

from pathlib import Path

import numpy as np

from dwsim import bench

DESIGN = bench.Design(
    "one_mult",
    (Path(__file__).with_name("one_mult.v"),),
    clock="ck",
    reset="nrst",
    reset_high=False,
)
PAD = 256  # bit 8 of a pixel: padding
LAYERS = bench.LayerSpace(
    {
        "ifmap_h": (1, 8),
        "ifmap_w": (1, 8),
        "channels": (1, 4),
        "batch": (1, 2),
        "kernel_h": (3, 3),
        "kernel_w": (3, 3),
        "stride_h": (1, 3),
        "stride_w": (1, 3),
        **{f"pad_{side}": (0, 2) for side in ("top", "bottom", "left", "right")},
    },
    accept=lambda layer: layer.stride_h == layer.stride_w,
)


def by_columns(shape: tuple[int, ...]) -> np.ndarray:
    """The engine's order: images, channels from the last to the first, columns, rows."""
    return bench.positions(shape).transpose(0, 3, 2, 1, 4)[:, ::-1].reshape(-1, 1, 4)


def words(case: bench.Case) -> dict[int, int]:
    """The words of the write port: parameters by slot, then the registers."""
    layer, q = case.layer, case.quantisation
    written = {}
    for slot, channel in enumerate(reversed(range(layer.channels))):
        taps = case.weight[:, :, channel, 0].reshape(-1).tolist()
        scale = [q.bias[channel], q.multiplier[channel], 31 - q.shift[channel]]
        written.update(enumerate([*taps, *scale], start=16 * slot))
    rows = layer.ifmap_h + layer.pad_top + layer.pad_bottom
    columns = layer.ifmap_w + layer.pad_left + layer.pad_right
    sizes = [rows, columns, layer.channels, layer.stride_h]
    limits = [q.ifmap_zero_point, q.ofmap_zero_point, q.act_min, q.act_max]
    return written | dict(enumerate([*sizes, *limits], start=256))


def coverage() -> bench.Coverage:
    """Strides, remainders of the stride and pads, each with and without stalls."""
    stride = {str(n): lambda case, n=n: case.layer.stride_h == n for n in (1, 2, 3)}
    stalls = {n: lambda case, n=n: case.stalls.name == n for n in ("none", "long")}
    pads = {"none": lambda case: not case.layer.pad_top, "top": lambda case: case.layer.pad_top > 0}
    axes = [bench.Axis("stride", stride), bench.Axis("stalls", stalls), bench.Axis("pads", pads)]
    return bench.Coverage(axes, [bench.Cross("stride x stalls", ("stride", "stalls"))])


@bench.test(
    DESIGN,
    LAYERS,
    formats=bench.NumberFormats(roundings=("single",)),
    stalls=("none", bench.StallProfile("long", source=0.3, sink=0.5, burst=20)),
    count=12,
    coverage=coverage,
)
async def test_values(run: bench.Run) -> None:
    port = run.write_port("wrAddr", "wrData", "wr")
    source = run.source("pix", "pixEn", "pixAck")
    sink = run.sink("res", "resEn", "resAck")
    await run.reset()
    for case in run.cases():
        await port.write(words(case))
        pixels = bench.padded(case.ifmap.view(np.uint8), case.layer, PAD)
        source.send(bench.pack(pixels, by_columns, width=9))
        await run.compare(sink, case, by_columns, width=8)
