"""The figures of the trust page and the README, as text made from the records of the last runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.code_coverage.figures import share
from tests.code_coverage.points import KINDS
from tests.functional.axes import AXES
from tests.functional.crosses import CROSSES
from tests.functional.table import all_goals, excluded
from tests.mutation.__main__ import totals

TESTS = Path(__file__).parents[1]
FORMAL: dict[str, Any] = json.loads((TESTS / "formal" / "record.json").read_text())
SOAK: dict[str, int] = json.loads((TESTS / "soak" / "record.json").read_text())
MUTATION: dict[str, Any] = json.loads((TESTS / "mutation" / "record.json").read_text())
COVERAGE: dict[str, int] = json.loads((TESTS / "code_coverage" / "record.json").read_text())

EXHAUSTIVE: dict[str, dict[str, int]] = json.loads(
    (TESTS / "exhaustive" / "record.json").read_text()
)

PYTHON_MUTANTS: dict[str, Any] = json.loads((TESTS / "python_mutants" / "record.json").read_text())


def python_mutation_line() -> str:
    """The sentence on the mutants of Python."""
    packages = PYTHON_MUTANTS["packages"].values()
    total = sum(package["mutants"] for package in packages)
    dead = sum(package["killed"] + package["timed_out"] for package in packages)
    return (
        f"{dead:,} of {total:,} random mutants of {len(packages)} Python packages are killed by the"
        f" quick tests: {100 * dead / total:.1f} %."
    )


def python_mutation_table() -> list[str]:
    """The mutants of each package."""
    lines = [
        "| package | mutants | killed by a failure | by time | survived | not reached | score |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, package in PYTHON_MUTANTS["packages"].items():
        share = 100 * (package["killed"] + package["timed_out"]) / package["mutants"]
        lines.append(f"| dwsim/{name} | {' | '.join(map(str, package.values()))} | {share:.1f} % |")
    return lines


def exhaustive_line() -> str:
    """The sentence on the geometries of small builds."""
    geometries, cycles = (
        sum(build[key] for build in EXHAUSTIVE.values()) for key in ("geometries", "cycles")
    )
    return (
        f"All {geometries:,} geometries of {len(EXHAUSTIVE)} small builds end as the law says, in"
        f" {cycles:,} cycles; none hangs."
    )


def exhaustive_table() -> list[str]:
    """The geometries of each build."""
    lines = ["| build | geometries | cycles | ofmap beats |", "|---|---|---|---|"]
    for name, build in EXHAUSTIVE.items():
        lines.append(f"| {name} | {' | '.join(f'{number:,}' for number in build.values())} |")
    return lines


def formal_line() -> str:
    """The sentence on the proofs."""
    return (
        f"{FORMAL['promises']} properties of {FORMAL['modules']} parts are proven;"
        f" {FORMAL['faults']} faults break them, one for each property."
    )


def soak_line() -> str:
    """The sentence on the soak."""
    cycles = SOAK["ports"] + SOAK["values"] + SOAK["lockstep"]
    builds = SOAK["build"] + (SOAK["pool"] > 0)
    return (
        f"{cycles:,} cycles of {SOAK['streams']:,} streams are compared, on {builds} random"
        f" build{'s' if builds != 1 else ''}; none differs."
    )


def soak_table() -> list[str]:
    """The cycles by the way in which they were compared, and the faults in their streams."""
    return [
        "| compared | cycles |",
        "|---|---|",
        f"| tap-parallel: every port, with the model in C++ | {SOAK['ports']:,} |",
        f"| tap-serial: every beat with golden, and the rules of the port | {SOAK['values']:,} |",
        f"| tap-serial: every signal, with the model in cocotb | {SOAK['lockstep']:,} |",
        "",
        f"In them: {SOAK['beats']:,} ofmap beats, {SOAK['resets']:,} resets, {SOAK['wrong']:,}"
        f" streams that a source stopped or gave a wrong length; seed {SOAK['seed']}.",
    ]


def functional_line() -> str:
    """The sentence on functional coverage, which a test holds for every seed."""
    bins = sum(map(len, AXES.values()))
    return (
        f"All {bins} bins of {len(AXES)} axes and all {len(all_goals()) - bins} reachable"
        f" combinations of {len(CROSSES)} crosses are met;"
        f" {len(excluded())} combinations cannot be."
    )


def coverage_line() -> str:
    """The sentence on the coverage of the Verilog."""
    shares = [share(COVERAGE, f"{kind}_points", f"{kind}_reached") for kind in KINDS]
    return (
        f"{shares[0]} of the blocks, {shares[1]} of the branches and {shares[2]} of the toggles of"
        f" {COVERAGE['builds']} builds are reached, in {COVERAGE['cycles']:,} cycles."
    )


def coverage_table() -> list[str]:
    """The points of the Verilog, and the lines and branches of the package."""
    rows = [(f"Verilog: {kind}", f"{kind}_points", f"{kind}_reached") for kind in KINDS]
    rows.append(("Python: lines", "python_lines", "python_lines_run"))
    rows.append(("Python: branches", "python_branches", "python_branches_taken"))
    lines = ["| points | all | reached | share |", "|---|---|---|---|"]
    for name, total, reached in rows:
        figures = f"{COVERAGE[total]:,} | {COVERAGE[reached]:,} | {share(COVERAGE, total, reached)}"
        lines.append(f"| {name} | {figures} |")
    return lines


def mutation_line() -> str:
    """The sentence on the mutants."""
    total = totals(MUTATION)
    return (
        f"{total.killed:,} of {total.mutants:,} mutants of {len(MUTATION)} builds are killed by the"
        f" ports; {total.equivalent} are proven equivalent, {total.unreachable} unreachable;"
        f" {total.explained} more are explained: {total.share:.1f} %."
    )


def mutation_table() -> list[str]:
    """The table of the builds."""
    lines = [
        "| build | mutants | killed by value | by cycle | equivalent | unreachable | explained |"
        " alive | score |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, build in MUTATION.items():
        keys = ("mutants", "by_value", "by_cycle", "equivalent", "unreachable")
        keys = (*keys, "explained", "alive")
        figures = [build[key] for key in keys]
        lines.append(f"| {name} | {' | '.join(map(str, figures))} | {build['share']} % |")
    return lines
