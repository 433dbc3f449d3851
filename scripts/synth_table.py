"""`make synth-table`: synthesises the engines of dwsim/synth/engines.toml, writes the table.

The units in floating point are synthesised one by one, for dwsim/synth/float_units.csv.

What was done once is kept, so an interrupted run goes on where it was.
"""

import argparse
import sys

from dwsim.errors import DwsimError
from dwsim.support.progress import progress
from dwsim.synth.float_units import make_units
from dwsim.synth.flow import runs
from dwsim.synth.table import entries, make_table, requests


def main() -> int:
    """Makes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="tools that run at a time (default: 2)")
    parser.add_argument(
        "--units", action="store_true", help="only the units in floating point: float_units.csv"
    )
    arguments = parser.parse_args()
    jobs = arguments.jobs
    try:
        make_units()
        if arguments.units:
            return 0
        with progress(runs(requests(entries())), "run") as bar:
            make_table(jobs, bar.advance)
    except DwsimError as error:
        print(f"synth_table: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
