"""The words for verdicts of earlier runs, which ``verify`` takes over."""

from __future__ import annotations

from typing import Any

MARK = " (kept)"
"""Behind such a verdict."""


def line(rows: list[dict[str, Any]]) -> str:
    """A line that counts the verdicts of earlier runs; empty if there are none."""
    count = sum(row["kept"] for row in rows)
    if not count:
        return ""
    return f"kept: {count} of {len(rows)} verdicts are of earlier runs; --again repeats them\n"
