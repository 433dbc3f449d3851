"""`make soak MINUTES=n`: random streams on random builds; ends in one line of figures.

``python -m tests.soak --minutes 5 --seed 1`` goes on where the last run of that seed ended;
``python -m tests.soak --replay FOLDER`` repeats a failure that it kept. With ``--record`` the
figures go to tests/soak/record.json, which the documentation shows.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from dwsim.errors import DwsimError
from dwsim.rtlsim.stream_lockstep import build_lockstep
from tests.soak.keep import read_episode, replay
from tests.soak.soak import Soak, State, read_state, write_state

STATE = Path("build/soak.json")
RECORD = Path(__file__).parent / "record.json"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs or replays; returns 1 if something differs, 2 after an error."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="wall time (default: 1)")
    parser.add_argument("--seed", type=int, default=1, help="of everything random (default: 1)")
    parser.add_argument("--state", type=Path, default=STATE, help=f"default: {STATE}")
    parser.add_argument("--again", action="store_true", help="begin the seed again")
    parser.add_argument("--record", action="store_true", help="write the figures of this state")
    parser.add_argument("--replay", type=Path, metavar="FOLDER", help="repeat a kept failure")
    arguments = parser.parse_args(argv)
    try:
        if arguments.replay is not None:
            return _replay(arguments.replay)
        return _soak(arguments)
    except DwsimError as error:
        print(f"soak: error: {error}", file=sys.stderr)
        return 2


def _replay(folder: Path) -> int:
    engine, _, _ = read_episode(folder)
    with tempfile.TemporaryDirectory(prefix="dwsim-soak-") as scratch:
        difference = replay(build_lockstep(engine), folder, Path(scratch))
    print(f"soak: {difference or 'the failure does not show: every port agrees'}")
    return 1 if difference else 0


def _soak(arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    path = arguments.state
    state = State(arguments.seed) if arguments.again else read_state(path, arguments.seed)
    soak = Soak(state, _show)
    agrees = soak.run(began + 60 * arguments.minutes, lambda now: write_state(path, now))
    print()
    if not agrees:
        print(soak.failure)
    elif arguments.record:
        write_state(RECORD, soak.state)
    print(f"{soak.state}, {0 if agrees else 1} differ, {time.monotonic() - began:.0f} s")
    return 0 if agrees else 1


def _show(line: str) -> None:
    """One line of state, which the next one replaces on a terminal."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K{line}", end="", flush=True)
    else:
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
