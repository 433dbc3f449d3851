"""Line and branch coverage of the package, from coverage.py, which runs this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coverage import Coverage

PACKAGE = Path(__file__).parents[2] / "dwsim"


@dataclass(frozen=True)
class PythonFile:
    """A file of the package: its numbers, and the lines that did not run."""

    name: str
    lines: int
    missing: tuple[int, ...]
    branches: int
    branches_taken: int


def package_files(coverage: Coverage) -> list[PythonFile]:
    """Every file of the package. One that the process never imported counts with all its lines."""
    files = []
    for path in sorted(PACKAGE.rglob("*.py")):
        _, lines, _, missing, _ = coverage.analysis2(str(path))
        exits = coverage.branch_stats(str(path)).values()
        files.append(
            PythonFile(
                str(path.relative_to(PACKAGE.parent)),
                len(lines),
                tuple(missing),
                sum(total for total, _ in exits),
                sum(taken for _, taken in exits),
            )
        )
    return files
