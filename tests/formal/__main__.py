"""`make formal`: all proofs, with a fault for each promise; ends in one line of figures.

The figures go to tests/formal/record.json, which the documentation shows.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from dwsim.support.command_threads import CommandThreads
from tests.formal.proofs import NOT_PROVEN, PROOFS
from tests.formal.prover import Outcome, Proof, prove

RECORD = Path(__file__).parent / "record.json"


def main() -> int:
    """Proves everything; returns 1 if a promise does not hold or a fault does not break it."""
    parser = argparse.ArgumentParser(prog="python -m tests.formal", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names of proofs (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="proofs at a time (default: 2)")
    parser.add_argument("--record", action="store_true", help="write the figures to record.json")
    arguments = parser.parse_args()
    wanted = [
        proof
        for proof in PROOFS
        if not arguments.names or any(name in proof.name for name in arguments.names)
    ]
    wanted.sort(key=_effort, reverse=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dwsim-formal-") as folder:
        outcomes = _prove_all(wanted, Path(folder), arguments.jobs)
    seconds = time.monotonic() - began
    failures = [failure for outcome in outcomes for failure in outcome.failures]
    for failure in failures:
        print(failure)
    figures = {
        "modules": len({outcome.proof.module for outcome in outcomes}),
        "not_proven": len(NOT_PROVEN),
        "promises": len({(o.proof.file, name) for o in outcomes for name in o.proof.promises()}),
        "faults": sum(outcome.faults for outcome in outcomes),
        "failures": len(failures),
    }
    if arguments.record and not failures:
        RECORD.write_text(json.dumps(figures, indent=1) + "\n")
    print(
        f"formal: {figures['promises']} promises of {figures['modules']} modules proven,"
        f" {figures['faults']} faults break them, {len(failures)} failures, {seconds:.0f} s"
    )
    return 1 if failures else 0


def _effort(proof: Proof) -> int:
    """Grows with the time of a proof: the longest ones begin first, so that no job ends alone."""
    return (len(proof.faults) + 3) * max(proof.bound, proof.reach)


def _prove_all(proofs: Sequence[Proof], folder: Path, jobs: int) -> list[Outcome]:
    """The outcomes in the order of the proofs; each is printed when it is there."""

    def work(proof: Proof) -> Outcome:
        began = time.monotonic()
        outcome = prove(proof, folder / proof.name)
        state = "proven" if not outcome.failures else "FAILED"
        figures = f"{outcome.promises:3} promises {outcome.faults:3} faults"
        print(f"{proof.name:60} {state} {figures} {time.monotonic() - began:6.1f} s", flush=True)
        return outcome

    with CommandThreads(jobs) as threads:
        return threads.map(work, proofs)


if __name__ == "__main__":
    sys.exit(main())
