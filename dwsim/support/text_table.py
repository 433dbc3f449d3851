"""Rows of numbers as an aligned table, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column: the key of its values in a row, its title, and how a table writes them.

    ``count`` is an integer, ``share`` a fraction that a table writes in percent, ``number`` one
    of which it writes four digits, or all before the point.
    """

    key: str
    title: str
    kind: Literal["text", "count", "share", "number"] = "count"

    def cell(self, row: Row) -> str:
        """The row's value as a table writes it; empty when it has none."""
        value = row.get(self.key)
        if value is None:
            return ""
        if self.kind == "share":
            return f"{100 * value:.1f} %"
        if self.kind == "number":
            return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
        return f"{value:,}" if self.kind == "count" else str(value)


def text_table(columns: Sequence[Column], rows: Sequence[Row], total: Row | None = None) -> str:
    """An aligned table with a title line, and a total under a rule; numbers flush right."""
    lines = [[column.title for column in columns]]
    lines += [[column.cell(row) for column in columns] for row in rows]
    if total is not None:
        lines.append([column.cell(total) for column in columns])
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]

    def aligned(cells: list[str]) -> str:
        parts = [
            cell.ljust(width) if column.kind == "text" else cell.rjust(width)
            for column, cell, width in zip(columns, cells, widths, strict=True)
        ]
        return "  ".join(parts).rstrip()

    out = [aligned(line) for line in lines]
    rule = "  ".join("-" * width for width in widths)
    out.insert(1, rule)
    if total is not None:
        out.insert(-1, rule)
    return "".join(f"{line}\n" for line in out)


def csv_text(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """The rows as CSV: keys as titles, plain numbers, shares as fractions."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    for row in rows:
        writer.writerow([row.get(column.key) for column in columns])
    return out.getvalue()


def json_text(document: Any) -> str:
    """A document as JSON."""
    return json.dumps(document, indent=2) + "\n"
