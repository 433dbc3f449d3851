"""The proofs close, their covers are reached, and no module is forgotten.

``make formal`` also breaks each promise by its fault; here that would take a minute.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formal.proofs import NOT_PROVEN, PARTS, PROOFS
from tests.formal.prover import PROPERTIES, RTL, Proof, prove


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_the_promises_hold(proof: Proof, tmp_path: Path) -> None:
    assert prove(proof, tmp_path, with_faults=False).failures == ()


def test_an_injected_fault_is_found(tmp_path: Path) -> None:
    proof = next(proof for proof in PROOFS if proof.module == "dw_credit")
    outcome = prove(proof, tmp_path)
    assert (outcome.faults, outcome.failures) == (len(proof.promises()), ())


def test_every_module_is_proven_or_named() -> None:
    modules = {path.stem for path in RTL.glob("*.v")}
    whole = {proof.module for proof in PROOFS if proof.engine is None}
    assert set(PARTS.values()) <= whole
    proven = whole | set(PARTS)
    assert proven | set(NOT_PROVEN) == modules
    assert proven & set(NOT_PROVEN) == set()


def test_every_promise_has_a_fault() -> None:
    for properties in sorted(PROPERTIES.glob("*.sv")):
        proofs = [proof for proof in PROOFS if proof.file == properties.stem]
        assert proofs, f"{properties.name} is in no proof"
        broken = {label for proof in proofs for label in proof.faults}
        assert broken == set(proofs[0].promises()), properties.name
