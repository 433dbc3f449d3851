"""`make coverage`: Verilog, Python and functional coverage as one HTML page; ends in one line.

The page is build/coverage.html. With ``--record`` the figures go to
tests/code_coverage/record.json, which the documentation shows.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from coverage import Coverage

from tests.code_coverage.builds import BUILDS, MUTATED
from tests.code_coverage.excluded import split
from tests.code_coverage.figures import figures_of, one_line
from tests.code_coverage.measure import Measured, measure_all
from tests.code_coverage.page import page
from tests.code_coverage.points import Point
from tests.code_coverage.python import package_files
from tests.functional.axes import Sample
from tests.functional.stimulus import aimed_streams, streams
from tests.functional.table import Table

PAGE = Path("build/coverage.html")
QUICK_TESTS = Path("build/python.coverage")
RECORD = Path(__file__).parent / "record.json"
SEED = 1


def main() -> int:
    """Measures; returns 1 if a reachable combination of the functional table is not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.code_coverage", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="builds at a time (default: 2)")
    parser.add_argument("--page", type=Path, default=PAGE, help=f"default: {PAGE}")
    parser.add_argument("--record", action="store_true", help="write the figures")
    arguments = parser.parse_args()
    coverage = Coverage(data_file=str(QUICK_TESTS))
    if not QUICK_TESTS.is_file():
        parser.error(f"there is no {QUICK_TESTS}: call `make coverage`, which runs the quick tests")
    coverage.load()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dwsim-coverage-") as scratch:
        made = measure_all(BUILDS, Path(scratch).resolve(), arguments.jobs)
    files, table = package_files(coverage), functional_table()
    verilog = {name: text for build in made for name, text in build.files.items()}
    counts, excluded = split(merged(made), verilog)
    figures = figures_of(counts, made, files, table)
    figures["excluded"] = len(excluded)
    figures["mutated_cycles"] = sum(
        build.cycles for build in made if build.build in {mutated.name for mutated in MUTATED}
    )
    arguments.page.parent.mkdir(parents=True, exist_ok=True)
    arguments.page.write_text(page(counts, excluded, verilog, files, table, one_line(figures)))
    if arguments.record:
        RECORD.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"page: {arguments.page}")
    print(f"coverage: {one_line(figures)}, {time.monotonic() - began:.0f} s")
    return 1 if table.missing() else 0


def merged(made: list[Measured]) -> Counter[Point]:
    """The counts of all builds."""
    total: Counter[Point] = Counter()
    for build in made:
        total.update(build.counts)
    return total


def functional_table() -> Table:
    """The table after the streams that the ordinary tests cosimulate."""
    table = Table(streams(SEED))
    for engine, jobs in aimed_streams(SEED).items():
        for job in jobs:
            table.add(Sample(engine, job))
    return table


if __name__ == "__main__":
    sys.exit(main())
