"""Each leaf is broken on purpose, and its own bench must fail.

Each fault makes a copy of its leaf's module, under a name of its own, so the modules around it stay
sound. All copies of a leaf run beside each other with the same inputs, and several leaves share a
simulation, because its start takes longer than a bench. Icarus, because it builds quickly.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.leaf.leaf_faults import FAULTS
from tests.leaf.leaf_instances import LEAVES, bench_of, instances
from tests.leaf.leaf_runner import build_wrapper, chosen_seed, leaf_sources, run_leaves

CYCLES = 1500
COPIES = 16

GENERATED = {
    "kernel_row": "wide",
    "row_tree": "largest",
    "lane_spread": "spread",
    "config": "square",
    "multiplier_array": "serial",
}
"""The engine spec, of tests.leaf.leaf_specs, whose module of that stem is broken."""


def rounds() -> list[tuple[str, ...]]:
    """The leaves of each simulation, which have about COPIES faults."""
    made, count = [], 0
    for leaf in sorted(FAULTS, key=lambda name: -len(FAULTS[name])):
        if not made or count + len(FAULTS[leaf]) > COPIES:
            made.append(())
            count = 0
        made[-1] += (leaf,)
        count += len(FAULTS[leaf])
    return made


def broken_copies(leaf: str, sources: dict[str, str]) -> dict[str, str]:
    """The files of the copies of a leaf, one for each fault, by name."""
    target = f"{GENERATED[leaf]}_{leaf}" if leaf in GENERATED else leaf
    files = {}
    for copy, (right, wrong) in enumerate(FAULTS[leaf]):
        for module in {instance.module for instance in instances(leaf)}:
            text = sources[f"{module}.v"]
            if module == target:
                assert text.count(right) == 1, f"{module} has changed: {right!r} is not there once"
                text = text.replace(right, wrong)
            text, renamed = re.subn(rf"\bmodule {module}\b", f"module {module}{suffix(copy)}", text)
            assert renamed == 1
            files[f"{module}{suffix(copy)}.v"] = text
    return files


def suffix(copy: int) -> str:
    """What the name of a copy's module adds to that of the leaf's."""
    return f"_broken_{copy}"


@pytest.mark.parametrize("leaves", [pytest.param(r, id=r[0]) for r in rounds()])
def test_broken_leaves_are_noticed(leaves: tuple[str, ...], seed: int, tmp_path: Path) -> None:
    sources = leaf_sources(leaves)
    broken = {k: text for leaf in leaves for k, text in broken_copies(leaf, sources).items()}
    copies = {leaf: [suffix(copy) for copy in range(len(FAULTS[leaf]))] for leaf in leaves}
    build = build_wrapper("icarus", "leaf_broken", leaves, broken, copies)
    result = run_leaves(
        build,
        "leaf_broken",
        sorted({bench_of(leaf) for leaf in leaves}),
        chosen_seed(seed),
        tmp_path / "run.log",
        cycles=CYCLES,
        leaves=leaves,
    )
    # A comparison must fail, not the bench itself.
    noticed = {
        (failure.name.split(".")[-1], int(copy or 0))
        for failure in result.failures
        for copy in re.findall(r"(?:copy (\d+): )?\S.* fails in cycle ", failure.message)
    }
    missed = [
        f"{leaf}: {FAULTS[leaf][copy]}"
        for leaf in leaves
        for copy in range(len(FAULTS[leaf]))
        if (leaf, copy) not in noticed
    ]
    assert not missed, "not noticed: " + "; ".join(missed)


def test_every_leaf_is_broken() -> None:
    assert FAULTS.keys() == {leaf for leaves in LEAVES.values() for leaf in leaves}
    assert all(FAULTS.values())


def test_every_leaf_is_in_one_round() -> None:
    assert sorted(leaf for leaves in rounds() for leaf in leaves) == sorted(FAULTS)
