"""The picture of the engine's stages, with the cycles that each stage takes in one engine."""

from __future__ import annotations

from dataclasses import dataclass

import svgwrite

from dwsim.derive import EngineNumbers
from dwsim.derive.stages import (
    FIFO_CYCLES,
    MASK_CYCLES,
    SLOT_CYCLES,
    START_CYCLES,
    WINDOW_CYCLES,
)
from dwsim.spec.spec_file import read_spec

SPEC = "mobilenet_v1_int8"
"""The ready spec whose cycles the picture shows: an engine that requantises."""

COLUMN, ROW, WIDTH, HEIGHT, MARGIN = 140, 96, 112, 52, 24
PORT, CONTROL, DATA = "#ffffff", "#e8e8e8", "#d6e9ff"
LINE = "#333333"


@dataclass(frozen=True)
class Stage:
    """A box: a stem that the model and the Verilog share, or a port; at a column and a row."""

    stem: str
    column: int
    row: int
    text: str
    colour: str = DATA
    cycles: int = 0

    @property
    def x(self) -> int:
        """Left edge."""
        return MARGIN + self.column * COLUMN

    @property
    def y(self) -> int:
        """Upper edge."""
        return MARGIN + self.row * ROW


def stages(numbers: EngineNumbers) -> tuple[Stage, ...]:
    """The boxes. The cycles of all of them add up to the latency."""
    timing = numbers.timing
    return (
        Stage("cfg_*", 0, 0, "geometry", PORT),
        Stage("control", 1, 0, "starts a stream", CONTROL, START_CYCLES),
        Stage("credit", 2, 0, "room in the FIFO", CONTROL),
        Stage("slot_raster", 3, 0, "counts the slots", CONTROL, SLOT_CYCLES),
        Stage("group_tag", 4, 0, "channel group", CONTROL),
        Stage("s_axis_ifmap", 0, 1, "ifmap beats", PORT),
        Stage("skid_buffer", 1, 1, "registers tready"),
        Stage("ifmap_port", 2, 1, "checks the length"),
        Stage("window", 3, 1, "line buffers", cycles=WINDOW_CYCLES),
        Stage("tap_mask", 4, 1, "padding", cycles=MASK_CYCLES),
        Stage("kernel_row", 4, 2, "multiply, add", cycles=timing.row_cycles),
        Stage("row_tree", 3, 2, "adds the rows", cycles=timing.tree_cycles),
        Stage("requantise", 2, 2, "acc to int8", cycles=timing.requantise_cycles),
        Stage("output_fifo", 1, 2, "waits for the sink", cycles=FIFO_CYCLES),
        Stage("m_axis_ofmap", 0, 2, "ofmap beats", PORT),
        Stage("s_axis_param", 0, 3, "parameter beats", PORT),
        Stage("param_loader", 1, 3, "fills a bank"),
        Stage("scale_store", 2, 3, "two banks"),
        Stage("weight_store", 4, 3, "two banks"),
    )


ARROWS = (
    ("cfg_*", "control"),
    ("credit", "slot_raster"),
    ("slot_raster", "group_tag"),
    ("slot_raster", "window"),
    ("s_axis_ifmap", "skid_buffer"),
    ("skid_buffer", "ifmap_port"),
    ("ifmap_port", "window"),
    ("window", "tap_mask"),
    ("tap_mask", "kernel_row"),
    ("kernel_row", "row_tree"),
    ("row_tree", "requantise"),
    ("requantise", "output_fifo"),
    ("output_fifo", "m_axis_ofmap"),
    ("s_axis_param", "param_loader"),
    ("param_loader", "scale_store"),
    ("scale_store", "requantise"),
    ("weight_store", "kernel_row"),
)
"""Straight arrows between neighbours."""


def svg() -> str:
    """The picture as the text of an SVG file.

    Raises:
        ValueError: when the cycles of the boxes do not add up to the engine's latency.
    """
    engine = read_spec(SPEC).engine
    numbers = EngineNumbers(engine)
    boxes = {stage.stem: stage for stage in stages(numbers)}
    total = sum(stage.cycles for stage in boxes.values())
    if total != numbers.timing.latency:
        raise ValueError(f"the stages take {total} cycles, the latency is {numbers.timing.latency}")
    size = (MARGIN * 2 + COLUMN * 4 + WIDTH + 12, MARGIN * 2 + ROW * 3 + HEIGHT + 24)
    drawing = svgwrite.Drawing(size=size, viewBox=f"0 0 {size[0]} {size[1]}")
    drawing.add(drawing.style("text{font-family:sans-serif;text-anchor:middle;fill:#111}"))
    head = drawing.marker((8, 4), (8, 8), orient="auto", id="head")
    head.add(drawing.path("M0,0 L8,4 L0,8 z", fill=LINE))
    drawing.defs.add(head)
    for start, end in ARROWS:
        _line(drawing, _ends(boxes[start], boxes[end]))
    _line(drawing, _over(boxes["control"], boxes["slot_raster"]))
    _line(drawing, _under(boxes["param_loader"], boxes["weight_store"]))
    _line(drawing, _around(boxes["group_tag"], boxes["weight_store"]), dashed=True)
    for stage in boxes.values():
        _box(drawing, stage)
    law = " + ".join(str(stage.cycles) for stage in boxes.values() if stage.cycles)
    foot = f"{engine.name}: latency = {law} = {total} cycles"
    drawing.add(drawing.text(foot, (size[0] / 2, size[1] - 12), font_size=12))
    return str(drawing.tostring())


def _box(drawing: svgwrite.Drawing, stage: Stage) -> None:
    drawing.add(
        drawing.rect((stage.x, stage.y), (WIDTH, HEIGHT), rx=4, fill=stage.colour, stroke=LINE)
    )
    lines = [(stage.stem, 12, "bold"), (stage.text, 10, "normal")]
    if stage.cycles:
        lines.append((f"{stage.cycles} cycle{'s' if stage.cycles > 1 else ''}", 10, "normal"))
    top = stage.y + (17 if len(lines) == 3 else 23)
    for index, (text, size, weight) in enumerate(lines):
        place = (stage.x + WIDTH / 2, top + 14 * index)
        drawing.add(drawing.text(text, place, font_size=size, font_weight=weight))


def _line(
    drawing: svgwrite.Drawing, points: list[tuple[float, float]], dashed: bool = False
) -> None:
    style = {"stroke_dasharray": "4,3"} if dashed else {}
    line = drawing.polyline(points, fill="none", stroke=LINE, **style)
    line["marker-end"] = "url(#head)"
    drawing.add(line)


def _ends(start: Stage, end: Stage) -> list[tuple[float, float]]:
    """From edge to edge, along a row or a column."""
    if start.row == end.row:
        y = start.y + HEIGHT / 2
        right = start.column < end.column
        return [(start.x + WIDTH * right, y), (end.x + WIDTH * (not right), y)]
    x = start.x + WIDTH / 2
    down = start.row < end.row
    return [(x, start.y + HEIGHT * down), (x, end.y + HEIGHT * (not down))]


def _over(start: Stage, end: Stage) -> list[tuple[float, float]]:
    """From the upper edge of a box to that of another, above the boxes between them."""
    x, y = start.x + WIDTH / 2, start.y - 12
    other = end.x + WIDTH / 2
    return [(x, start.y), (x, y), (other, y), (other, end.y)]


def _under(start: Stage, end: Stage) -> list[tuple[float, float]]:
    """From the lower edge of a box to that of another, below the boxes between them."""
    x, y = start.x + WIDTH / 2, start.y + HEIGHT + 12
    other = end.x + WIDTH / 2
    return [(x, start.y + HEIGHT), (x, y), (other, y), (other, end.y + HEIGHT)]


def _around(start: Stage, end: Stage) -> list[tuple[float, float]]:
    """From the right edge of a box to that of a box below it."""
    x = start.x + WIDTH + 18
    y, other = start.y + HEIGHT / 2, end.y + HEIGHT / 2
    return [(start.x + WIDTH, y), (x, y), (x, other), (end.x + WIDTH, other)]
