"""Rows of numbers as an aligned table, as JSON and as CSV.

rich.table is not used: it fits a table to the width of the terminal and then wraps or cuts its
cells. These tables are copied, compared and piped, so that every cell stays whole. On a terminal, a
table that is too wide is printed as several tables, each with the first column.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dwsim.support.number_format import count_text, number_text, share_text

Row = Mapping[str, Any]

_FORMATS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "count": count_text,
    "share": share_text,
    "number": number_text,
}


@dataclass(frozen=True)
class Column:
    """One column: the key of its values in a row, its title, and their format.

    ``count`` is an integer, ``share`` a fraction that a table shows in percent, ``number`` a
    number that a table shows with four significant digits. ``text`` is aligned to the left.
    """

    key: str
    title: str
    kind: Literal["text", "count", "share", "number"] = "count"

    def cell(self, row: Row) -> str:
        """The row's value as text; empty if the row has none."""
        value = row.get(self.key)
        return "" if value is None else _FORMATS[self.kind](value)


def text_table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    total: Row | None = None,
    width: int | None = None,
) -> str:
    """An aligned table with a title line, and a total below a rule; numbers align right.

    Args:
        columns: at least one.
        rows: the rows.
        total: the row below the rule.
        width: the largest length of a line; None: that of the terminal, if stdout is one. A wider
            table becomes several, each with the first column and a blank line between them.
    """
    limit = _terminal_width() if width is None else width
    parts = _parts(columns, rows, total, limit)
    return "\n".join(_aligned(part, rows, total) for part in parts)


def _terminal_width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _parts(
    columns: Sequence[Column], rows: Sequence[Row], total: Row | None, limit: int | None
) -> list[list[Column]]:
    """The columns of each table that fits into ``limit``, if any column does."""
    every = [*rows, *([] if total is None else [total])]
    sizes = [max(len(c.title), *(len(c.cell(row)) for row in every), 0) for c in columns]
    first, room = columns[0], sizes[0]
    parts = [[first]]
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        room += 2 + size
        if limit is not None and room > limit and len(parts[-1]) > 1:
            parts.append([first])
            room = sizes[0] + 2 + size
        parts[-1].append(column)
    return parts


def _aligned(columns: Sequence[Column], rows: Sequence[Row], total: Row | None) -> str:
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
    """The rows as CSV: keys as titles, numbers without separators, shares as fractions."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    for row in rows:
        writer.writerow([row.get(column.key) for column in columns])
    return out.getvalue()


def json_text(document: Any) -> str:
    """A document as JSON."""
    return json.dumps(document, indent=2) + "\n"
