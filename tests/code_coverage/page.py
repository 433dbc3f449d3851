"""The page: figures of each module, and everything that was not reached, with its source line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from tests.code_coverage.excluded import Exclusion
from tests.code_coverage.points import KINDS, Point
from tests.code_coverage.python import PythonFile
from tests.functional.table import Table, all_goals, excluded, named

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { border-bottom: 1px solid #8884; padding: .15rem .8rem; text-align: left }
code { white-space: pre-wrap }
"""


def page(
    counts: Counter[Point],
    left_out: Mapping[Point, Exclusion],
    verilog: Mapping[str, str],
    files: Sequence[PythonFile],
    table: Table,
    line: str,
) -> str:
    """The whole page; it needs no other file.

    Args:
        counts: the points of the Verilog.
        left_out: those that no stream can reach.
        verilog: its text, by file name.
        files: the package.
        table: functional coverage.
        line: the line of figures.
    """
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>dwsim: coverage</title>",
        f"<style>{_STYLE}</style><h1>Coverage</h1><p>{escape(line)}</p>",
        "<h2>Verilog</h2>",
        _module_table(counts),
        "<h2>Verilog points that no stream reached</h2>",
        _missed(counts, verilog),
        "<h2>Verilog points that no stream can reach</h2>",
        _left_out(left_out),
        "<h2>Functional table</h2>",
        _functional(table),
        "<h2>Python that the quick tests run</h2>",
        _python(files),
    ]
    return "\n".join(parts) + "</html>\n"


def _module_table(counts: Counter[Point]) -> str:
    of: dict[str, dict[str, list[int]]] = defaultdict(lambda: {kind: [] for kind in KINDS})
    for point, count in counts.items():
        of[point.file][point.kind].append(count)
    rows = [
        (name, *(f"{sum(map(bool, kinds[kind]))} of {len(kinds[kind])}" for kind in KINDS))
        for name, kinds in sorted(of.items())
    ]
    return _table(("file", *KINDS), rows)


def _missed(counts: Counter[Point], verilog: Mapping[str, str]) -> str:
    """One row for each line and kind, with the names of its points."""
    missed: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for point in sorted(counts):
        if not counts[point]:
            missed[point.file, point.line, point.kind].append(point.name)
    rows = []
    for (file, line, kind), names in missed.items():
        source = verilog[file].splitlines()[line - 1].strip()
        rows.append((f"{file}:{line}", kind, ", ".join(names), source))
    return _table(("place", "kind", "points", "source"), rows) if rows else "<p>None.</p>"


def _left_out(left_out: Mapping[Point, Exclusion]) -> str:
    """One row for each exclusion and file."""
    counts = Counter((found.name, found.reason, point.file) for point, found in left_out.items())
    rows = [(*key, str(count)) for key, count in sorted(counts.items())]
    return _table(("exclusion", "reason", "file", "points"), rows) if rows else "<p>None.</p>"


def _functional(table: Table) -> str:
    rows = [(*goal, str(table.counts[goal]) or "0") for goal in all_goals() if table.counts[goal]]
    empty = [(*goal, "no stream met it") for goal in table.missing()]
    empty += [(cross.name, named(pair), reason) for cross, pair, reason in excluded()]
    return (
        "<h3>Empty</h3>"
        + _table(("axis or cross", "bin or combination", "reason"), empty)
        + f"<details><summary>{len(rows)} met</summary>"
        + _table(("axis or cross", "bin or combination", "streams"), rows)
        + "</details>"
    )


def _python(files: Sequence[PythonFile]) -> str:
    rows = [
        (
            file.name,
            f"{file.lines - len(file.missing)} of {file.lines}",
            f"{file.branches_taken} of {file.branches}",
            ", ".join(map(str, file.missing)),
        )
        for file in files
    ]
    return _table(("file", "lines", "branches", "lines that did not run"), rows)


def _table(head: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    def row(cells: Iterable[str], tag: str) -> str:
        inside = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
        return f"<tr>{inside}</tr>"

    return "<table>" + row(head, "th") + "\n".join(row(cells, "td") for cells in rows) + "</table>"
