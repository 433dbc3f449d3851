"""The figures of a run, which the record keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.code_coverage.measure import Measured
from tests.code_coverage.points import KINDS, Point
from tests.code_coverage.python import PythonFile
from tests.functional.table import Table, all_goals


def figures_of(
    counts: Counter[Point], made: Sequence[Measured], files: Sequence[PythonFile], table: Table
) -> dict[str, int]:
    """The record: for each kind, how many points there are, and how many were reached."""
    figures = {"builds": len(made), "cycles": sum(build.cycles for build in made)}
    for kind in KINDS:
        of_kind = [count for point, count in counts.items() if point.kind == kind]
        figures |= {f"{kind}_points": len(of_kind), f"{kind}_reached": sum(map(bool, of_kind))}
    figures["python_lines"] = sum(file.lines for file in files)
    figures["python_lines_run"] = sum(file.lines - len(file.missing) for file in files)
    figures["python_branches"] = sum(file.branches for file in files)
    figures["python_branches_taken"] = sum(file.branches_taken for file in files)
    figures["goals"] = len(all_goals())
    figures["goals_met"] = len(all_goals()) - len(table.missing())
    return figures


def one_line(figures: Mapping[str, int]) -> str:
    """The figures as text."""
    parts = [f"{kind} {share(figures, f'{kind}_points', f'{kind}_reached')}" for kind in KINDS]
    parts.append(f"Python lines {share(figures, 'python_lines', 'python_lines_run')}")
    parts.append(f"branches {share(figures, 'python_branches', 'python_branches_taken')}")
    return f"{', '.join(parts)}, functional {figures['goals_met']} of {figures['goals']}"


def share(figures: Mapping[str, int], total: str, reached: str) -> str:
    """A share in percent, rounded down: 100 % says that nothing is left."""
    tenths = 1000 * figures[reached] // figures[total]
    return f"{tenths // 10}.{tenths % 10} %"
