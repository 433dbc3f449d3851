"""The trust page and the README show the figures of the records, no others."""

from __future__ import annotations

import re
from pathlib import Path

from tests.code_coverage.builds import FURTHER
from tests.docs.each_run import each_run_table
from tests.docs.runner import ROOT
from tests.docs.trust_tables import (
    COVERAGE,
    MUTATION,
    coverage_line,
    coverage_table,
    exhaustive_line,
    exhaustive_table,
    formal_line,
    functional_line,
    mutation_line,
    mutation_table,
    python_mutation_line,
    python_mutation_table,
    soak_line,
    soak_table,
)
from tests.formal.proofs import PROOFS

PAGE = ROOT / "docs" / "explanation" / "trust.md"


def shown(marker: str, lines: list[str]) -> str:
    """The lines between their markers, as the page has them."""
    return f"<!-- {marker} -->\n" + "\n".join(lines) + "\n<!-- end -->\n"


def refresh(page: Path, marker: str, lines: list[str]) -> None:
    """Puts the lines between their markers."""
    old = re.compile(rf"<!-- {marker} -->\n.*?<!-- end -->\n", re.DOTALL)
    page.write_text(old.sub(lambda _: shown(marker, lines), page.read_text()))


def test_the_figures_are_those_of_the_last_run(update_snapshots: bool) -> None:
    formal = [formal_line()]
    mutation = [mutation_line(), "", *mutation_table()]
    soak = [soak_line(), "", *soak_table()]
    coverage = [coverage_line(), "", *coverage_table()]
    exhaustive = [exhaustive_line(), "", *exhaustive_table()]
    python = [python_mutation_line(), "", *python_mutation_table()]
    if update_snapshots:
        refresh(PAGE, "each-run", each_run_table())
        refresh(PAGE, "coverage", coverage)
        refresh(PAGE, "exhaustive", exhaustive)
        refresh(PAGE, "python-mutation", python)
        refresh(PAGE, "soak", soak)
        refresh(PAGE, "functional", [functional_line()])
        refresh(PAGE, "formal", formal)
        refresh(PAGE, "mutation", mutation)
    text = PAGE.read_text()
    assert shown("each-run", each_run_table()) in text
    assert shown("formal", formal) in text
    assert shown("mutation", mutation) in text
    assert shown("soak", soak) in text
    assert shown("coverage", coverage) in text
    assert shown("exhaustive", exhaustive) in text
    assert shown("python-mutation", python) in text
    assert shown("functional", [functional_line()]) in text
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert formal_line() in readme
    assert mutation_line() in readme
    assert soak_line() in readme
    assert exhaustive_line() in readme
    assert python_mutation_line() in readme
    assert coverage_line() in readme


def test_the_record_is_of_all_proofs() -> None:
    promises = {(proof.file, label) for proof in PROOFS for label in proof.promises()}
    assert f"{len(promises)} properties" in formal_line()


def test_the_coverage_is_that_of_the_streams_that_kill_the_mutants() -> None:
    """Whoever changes the streams of tests/mutation measures both records again."""
    assert COVERAGE["builds"] == len(MUTATION) + len(FURTHER)
    assert COVERAGE["mutated_cycles"] == sum(build["cycles"] for build in MUTATION.values())
