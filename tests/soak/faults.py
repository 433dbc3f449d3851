"""Puts each fault of tests/cosim and tests/tap_serial into the Verilog: the soak must find it.

``python -m tests.soak.faults`` prints a line a fault, and ends with one line of figures;
``python -m tests.soak.faults NAME ...`` tries only these.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence

from dwsim import EngineSpec
from tests.cosim import control_faults, data_faults
from tests.soak import draw
from tests.soak.keep import Edit
from tests.soak.soak import Soak, State
from tests.tap_serial import test_cosim as serial

SECONDS = 40.0


def faults() -> Iterator[tuple[str, EngineSpec, Edit]]:
    """Each fault: its name, the engine that shows it, and the edit."""
    for fault in (*control_faults.FAULTS, *data_faults.FAULTS):
        yield fault.name, fault.engine, fault.edit
    for name in serial.FAULTS:
        engine = serial.engine_named(serial.BROKEN_ENGINES.get(name, "tight"))
        yield name, engine, serial.broken(name)


def main(argv: Sequence[str] | None = None) -> int:
    """Tries the faults; returns 1 if one is not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.faults", description=__doc__)
    parser.add_argument("names", nargs="*", help="faults (default: all)")
    names = parser.parse_args(argv).names
    tried = found = 0
    for name, engine, edit in faults():
        if names and name not in names:
            continue
        tried += 1
        found += _is_found(name, engine, edit)
    print(f"soak: {found} of {tried} faults found, reduced and kept")
    return 0 if found == tried else 1


def _is_found(name: str, engine: EngineSpec, edit: Edit) -> bool:
    draw.build = lambda seed, number: engine
    soak = Soak(State(1), lambda line: None, edit, simulator="icarus")
    agrees = soak.run(time.monotonic() + SECONDS, lambda state: None)
    reduced = [line for line in soak.failure.splitlines() if line.startswith("reduced")]
    print(f"{name}: {'not found' if agrees else (reduced or [soak.failure])[0]}", flush=True)
    return not agrees


if __name__ == "__main__":
    sys.exit(main())
