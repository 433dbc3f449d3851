"""Each leaf is broken on purpose, and its own bench must fail.

Several leaves are broken in one simulation, because its start takes longer than a bench. A leaf is
never broken together with one that it contains: if ``dw_raster_axis`` were broken too, the bench of
``dw_raster`` would fail without noticing its own fault. Icarus, because it builds quickly, and
only the broken leaves.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from dwsim.support.resources import rtl_dir
from tests.leaf.leaf_faults import FAULTS
from tests.leaf.leaf_instances import LEAVES, bench_of
from tests.leaf.leaf_runner import build_wrapper, chosen_seed, leaf_sources, run_leaves

CYCLES = 1500

GENERATED = {
    "kernel_row": "wide",
    "row_tree": "largest",
    "lane_spread": "spread",
    "config": "square",
    "multiplier_array": "serial",
}
"""The engine spec, of tests.leaf.leaf_specs, whose module of that stem is broken."""
CONTAINED = {
    "kernel_row": ("dw_mac_cell", "dw_pipeline"),
    "multiplier_array": ("dw_mac_cell", "dw_pipeline", "dw_pass_sum"),
    "ecp5_dw_ram": (),
}
"""The modules in leaves that are no file of ``rtl/``."""

Fault = tuple[str, str]


@cache
def contained(leaf: str) -> frozenset[str]:
    """The hand-written modules in a leaf, and those in them."""
    path = rtl_dir() / f"{leaf}.v"
    if path.is_file():
        direct = set(re.findall(r"^ +(dw_\w+) (?:#\(|u_)", path.read_text(), re.MULTILINE))
        direct = {name for name in direct if (rtl_dir() / f"{name}.v").is_file()}
    else:
        direct = set(CONTAINED.get(leaf, ()))
    return frozenset(direct.union(*(contained(name) for name in direct)))


def rounds() -> list[dict[str, Fault]]:
    """The faults of each simulation, at most one a leaf: few simulations, and every fault once."""
    pending = {leaf: list(faults) for leaf, faults in FAULTS.items()}
    made = []
    while any(pending.values()):
        chosen: dict[str, Fault] = {}
        for leaf in sorted(pending, key=lambda name: -len(pending[name])):
            apart = all(
                leaf not in contained(other) and other not in contained(leaf) for other in chosen
            )
            if pending[leaf] and apart:
                chosen[leaf] = pending[leaf].pop(0)
        made.append(chosen)
    return made


@pytest.mark.parametrize("broken", [pytest.param(r, id=str(i)) for i, r in enumerate(rounds())])
def test_broken_leaves_are_noticed(broken: dict[str, Fault], seed: int, tmp_path: Path) -> None:
    sources = leaf_sources(tuple(broken))
    for leaf, (right, wrong) in broken.items():
        name = f"{GENERATED[leaf]}_{leaf}.v" if leaf in GENERATED else f"{leaf}.v"
        assert sources[name].count(right) == 1, f"{name} has changed: {right!r} is not there once"
        sources[name] = sources[name].replace(right, wrong)
    build = build_wrapper("icarus", "leaf_broken", tuple(broken), sources)
    result = run_leaves(
        build,
        "leaf_broken",
        sorted({bench_of(leaf) for leaf in broken}),
        chosen_seed(seed),
        tmp_path / "run.log",
        cycles=CYCLES,
        leaves=tuple(broken),
    )
    # A comparison must fail, not the bench itself.
    noticed = {f.name.split(".")[-1] for f in result.failures if " fails in cycle " in f.message}
    missed = [f"{leaf}: {broken[leaf]}" for leaf in sorted(broken.keys() - noticed)]
    assert not missed, "not noticed: " + "; ".join(missed)


def test_every_leaf_is_broken() -> None:
    assert FAULTS.keys() == {leaf for leaves in LEAVES.values() for leaf in leaves}
    assert all(FAULTS.values())


def test_every_fault_is_in_one_round() -> None:
    made = rounds()
    faults = [(leaf, fault) for broken in made for leaf, fault in broken.items()]
    assert sorted(faults) == sorted((leaf, one) for leaf in FAULTS for one in FAULTS[leaf])
    for broken in made:
        assert not any(broken.keys() & contained(leaf) for leaf in broken)
