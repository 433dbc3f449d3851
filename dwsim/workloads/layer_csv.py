"""Reads depthwise layers from CSV files: one's own columns, or a topology of SCALE-Sim."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from dwsim.errors import Rules
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.spec_tables import layers_of_tables

_SCALESIM = ("layer name", "ifmap height", "ifmap width", "filter height", "filter width")
"""The first columns of a SCALE-Sim topology."""
_MARKS = re.compile(r"dp|dw|depthwise", re.IGNORECASE)
"""A depthwise layer of a SCALE-Sim topology has one of these in its name, or ``#dw`` behind it."""
_SIZES = ("ifmap_h", "ifmap_w", "kernel_h", "kernel_w", "channels", "channel_multiplier")


def read_csv(text: str, path: Path) -> tuple[LayerSpec, ...]:
    """The layers of a CSV file, in the file's order.

    The first line names the columns. They are fields of ``LayerSpec``, with ``padding`` ("SAME" or
    "VALID") in place of the pads where wanted; an empty cell leaves a field at its default. Or they
    are those of a SCALE-Sim topology: then only lines that are marked as depthwise are read, their
    ifmap includes its padding, and their filters are those of one channel.

    Raises:
        SpecError: with every violated rule, fields named ``layer[0].stride_h`` (the first layer).
    """
    lines = [[cell.strip() for cell in line] for line in csv.reader(text.splitlines())]
    lines = [line for line in lines if any(line)]
    rules = Rules(str(path))
    if not lines:
        rules.fail("lines", 0, "must be at least two: the names of the columns, and a layer")
    titles = [title.lower() for title in lines[0]]
    if tuple(titles[: len(_SCALESIM)]) == _SCALESIM:
        tables = _topology(rules, lines[1:])
    else:
        tables = _own_columns(rules, titles, lines[1:])
    rules.raise_if_any()
    layers = layers_of_tables(rules, tables)
    rules.require(bool(tables), "layers", 0, "must be at least one depthwise layer")
    rules.raise_if_any()
    return layers


def _own_columns(
    rules: Rules, titles: list[str], lines: list[list[str]]
) -> list[dict[str, object]]:
    tables: list[dict[str, object]] = []
    for index, line in enumerate(lines):
        cells = [*line, *[""] * len(titles)][: max(len(titles), len(line))]
        rules.require(
            len(line) <= len(titles) or not any(line[len(titles) :]),
            f"layer[{index}]",
            len(line),
            f"must have at most {len(titles)} cells, one a column",
        )
        given = {key: cell for key, cell in zip(titles, cells, strict=False) if key and cell}
        table: dict[str, object] = {key: _value(cell) for key, cell in given.items()}
        table.setdefault("name", f"layer{index + 1}")
        tables.append({**table, "name": str(table["name"])})
    return tables


def _value(cell: str) -> object:
    return int(cell) if re.fullmatch(r"[+-]?\d{1,9}", cell) else cell


def _topology(rules: Rules, lines: list[list[str]]) -> list[dict[str, object]]:
    """The lines of a SCALE-Sim topology that are depthwise layers."""
    tables: list[dict[str, object]] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=2):
        comments = [cell for cell in line if cell.startswith("#")]
        cells = [cell for cell in line if cell and not cell.startswith("#")]
        if not any(map(_MARKS.search, [*cells[:1], *comments])):
            continue
        numbers = [_value(cell) for cell in cells[1:]]
        if not rules.require(
            len(numbers) in (7, 8) and all(isinstance(one, int) for one in numbers),
            f"line {number}",
            ", ".join(cells),
            "must be a name and 7 or 8 integers: ifmap height and width, filter height and width,"
            " channels, filters, and one or two strides",
        ):
            continue
        name = re.sub(r"\W", "_", cells[0])
        seen[name] = seen.get(name, 0) + 1
        name = name if seen[name] == 1 else f"{name}_{seen[name]}"
        sizes = dict(zip(_SIZES, numbers, strict=False))
        strides = {"stride_h": numbers[6], "stride_w": numbers[-1]}
        tables.append({"name": name, **sizes, **strides})
    return tables
