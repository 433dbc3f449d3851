"""The lines and branches of whole engines that every run of the tests measures again.

``not_reached.json`` has those that the regression does not reach, of one engine of each array; all
others it reaches. Other builds reach these, so that `make coverage` has them in no list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.code_coverage.builds import BUILDS
from tests.code_coverage.excluded import split
from tests.code_coverage.measure import LINES, measure
from tests.code_coverage.points import Point
from tests.mutation.builds import Build

RECORD = Path(__file__).parent / "not_reached.json"
ENGINES = tuple(build for build in BUILDS if build.name in ("axil", "serial_parts"))
"""One engine of each array; that of the tap-parallel one is behind its registers."""


def not_reached(build: Build, folder: Path) -> tuple[list[str], int]:
    """The lines and branches that the streams of a build do not reach, and how many it has."""
    made = measure(build, folder, LINES)
    counts, _ = split(made.counts, made.files)
    missed = sorted(point for point, count in counts.items() if not count)
    return [_described(point, made.files) for point in missed], len(counts)


def recorded() -> dict[str, list[str]]:
    """What ``not_reached`` said when the record was written, by the name of the build."""
    content: dict[str, list[str]] = json.loads(RECORD.read_text())
    return content


def record(name: str, missed: list[str]) -> None:
    """Writes the record of one build."""
    kept = recorded() if RECORD.is_file() else {}
    RECORD.write_text(json.dumps(kept | {name: missed}, indent=1, sort_keys=True) + "\n")


def _described(point: Point, verilog: Mapping[str, str]) -> str:
    """A point by the text of its line, which stays when lines above it change."""
    line = verilog[point.file].splitlines()[point.line - 1]
    return f"{point.file}: {point.kind} {point.name}: {' '.join(line.split())}"
