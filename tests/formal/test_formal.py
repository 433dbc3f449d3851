"""The proofs close, their covers are reached, and no module is forgotten.

``make formal`` also breaks each promise by its fault; here that would take a minute.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dwsim.derive import numbers_of
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.host.geometry_rules import check_limits, check_width
from tests.formal.proofs import NOT_PROVEN, PARTS, PROOFS
from tests.formal.proofs_host import CHECKED
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


def test_the_rules_of_a_tap_serial_build_are_proven_for_a_whole_build() -> None:
    """Limits, and widths of the registers, are those of the build."""
    numbers = numbers_of(CHECKED)
    assert isinstance(numbers, SerialNumbers)
    text = (PROPERTIES / "dw_serial_rules.sv").read_text()
    sizes = {name: int(value) for name, value in re.findall(r"\b([A-Z]\w+) = (\d+)", text)}
    assert {name: sizes[name] for name in check_limits(numbers)} == check_limits(numbers)
    assert sizes["WIDTH"] == check_width(numbers)
    assert 1 << sizes["BEAT_W"] == numbers.formats.ifmap_pixels
    widths = {}
    ports = text[text.index(") (") : text.index(");")]
    for port in ports.split("input ")[1:]:
        high = re.search(r"\[(.+):0\]", port)
        size = high[1].removesuffix("-1") if high else "1"
        width = sizes[size] if size in sizes else int(size) + (high is not None)
        names = re.findall(r"s_(\w+)", port)
        widths |= {name: (width, port.startswith("signed")) for name in names}
    fields = {f.name: (f.width, f.signed) for f in numbers.config_fields}
    unchecked = {"load", "ifmap_zero_point", "ofmap_zero_point"}
    assert widths.pop("kept_sets") == fields["weight_sets"]
    assert widths == {name: fields[name] for name in fields.keys() - unchecked}
