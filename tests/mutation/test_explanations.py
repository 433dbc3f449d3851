"""Each survivor in the record has an explanation, and each explanation a survivor.

The counters of the AXI4-Lite port and the laps of the ring's writer have bits that no simulation
of the regression reaches. Their mutants are put into the module, as text, and the induction that
proves the module must fail.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.formal.proofs import PROOFS
from tests.formal.prover import closes
from tests.mutation.__main__ import RECORD
from tests.mutation.builds import BUILDS
from tests.mutation.explanations import BEYOND, EXPLANATIONS, explanation_of

RECORDED: dict[str, dict[str, Any]] = json.loads(RECORD.read_text())
COUNTERS, WRITER = "dw_stream_counters", "dw_ring_writer"
LAPS = f"const0 B[6] of u_ring_writer.laps_behind[6], {WRITER}.v: laps_behind"
PROOF = replace(next(p for p in PROOFS if p.file == COUNTERS), parameters={"WIDTH": 32})


def survivors() -> list[tuple[str, str, str]]:
    """Build, label, and the name of the explanation in the record."""
    return [
        (build, label, name)
        for build, figures in RECORDED.items()
        for label, name in figures["survivors"]
    ]


def test_each_survivor_is_explained() -> None:
    for build, label, name in survivors():
        found = explanation_of(build, label)
        assert found is not None, f"{build}: {label}"
        assert name == found.name, f"{build}: {label}"


def test_each_explanation_has_a_survivor() -> None:
    alive = {(build, label) for build, label, _ in survivors()}
    explained = [(b, label) for e in EXPLANATIONS for b, ls in e.mutants.items() for label in ls]
    assert set(explained) <= alive, set(explained) - alive
    assert max(Counter(explained).values()) == 1


def test_an_explanation_has_a_reason() -> None:
    assert {build for e in EXPLANATIONS for build in e.mutants} <= {b.name for b in BUILDS}
    for explanation in EXPLANATIONS:
        assert explanation.reason.endswith(".")


def test_the_record_counts_its_survivors() -> None:
    for figures in RECORDED.values():
        explained = [name for _, name in figures["survivors"] if name]
        assert figures["explained"] == len(explained)
        assert figures["alive"] == len(figures["survivors"]) - len(explained)


def _next(name: str) -> str:
    return f"(was_{name} && !(&{name})) ? {name} + ONE : {name}"


def _masked(text: str, bit: int) -> str:
    return f"~(32'd1 << {bit}) & ({text})"


def _next_label(name: str, bit: int) -> str:
    wire = f"u_stream_counters.{name}_now[{bit}]"
    return f"const0 Y[{bit}] of {wire}, {COUNTERS}.v: {name}_now"


def counter_bits() -> dict[str, tuple[str, str]]:
    """For the label of each mutant: a text of the module, and the one that is like the mutant."""
    now = {name: _next(name) for name in ("starved", "backpressured")}
    return {
        _next_label("starved", 23): (now["starved"], _masked(now["starved"], 23)),
        _next_label("backpressured", 30): (now["backpressured"], _masked(now["backpressured"], 30)),
        "const0 Q[20] of cycles[21], host_axil.v: cycles": (
            "cycles <= cycles_now;\n      starved",
            "cycles <= cycles_now & ~(32'd1 << 21);\n      starved",
        ),
        "const0 Q[25] of last_cycles[25], host_axil.v: last_cycles": (
            "last_cycles <= cycles_now;",
            "last_cycles <= cycles_now & ~(32'd1 << 25);",
        ),
        "cnot1 Q[31] if Q[20] is 1 of starved[31], host_axil.v: starved": (
            "starved <= starved_now;\n      backpressured",
            "starved <= starved_now ^ (starved_now[20] << 31);\n      backpressured",
        ),
        f"const0 A[14] in u_stream_counters, {COUNTERS}.v: &cycles": (
            "(&cycles) ?",
            "(&(cycles & ~(32'd1 << 14))) ?",
        ),
        f"cnot1 A[19] if A[30] is 1 in u_stream_counters, {COUNTERS}.v: &starved": (
            "!(&starved)",
            "!(&(starved ^ (starved[30] << 19)))",
        ),
    }


def test_the_bits_beyond_simulation_are_those_with_a_fault() -> None:
    beyond = [e.mutants for e in EXPLANATIONS if e.name == BEYOND]
    explained = {label for mutants in beyond for labels in mutants.values() for label in labels}
    assert explained == {*counter_bits(), LAPS}


def test_the_proof_of_the_counters_closes_for_all_bits(tmp_path: Path) -> None:
    assert closes(PROOF, PROOF.texts(), tmp_path)


@pytest.mark.parametrize("label", counter_bits())
def test_the_proof_of_the_counters_holds_a_bit(label: str, tmp_path: Path) -> None:
    old, new = counter_bits()[label]
    text = PROOF.texts()[f"{COUNTERS}.v"]
    assert text.count(old) == 1
    assert not closes(PROOF, {f"{COUNTERS}.v": text.replace(old, new)}, tmp_path)


def test_the_proof_of_the_writer_closes_and_holds_the_laps(tmp_path: Path) -> None:
    proof = next(p for p in PROOFS if p.file == WRITER)
    text = proof.texts()[f"{WRITER}.v"]
    laps = "laps - {{(LAPS_W - 1) {1'b0}}, beat_wraps}"
    assert text.count(laps) == 1
    assert closes(proof, proof.texts(), tmp_path)
    without = text.replace(laps, f"({laps}) & ~({{LAPS_W{{1'b0}}}} | (1 << (LAPS_W - 1)))")
    assert not closes(proof, {f"{WRITER}.v": without}, tmp_path)
