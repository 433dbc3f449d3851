"""The leaf benches in Icarus, where a register that was never set is X and must not be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.leaf.leaf_instances import BENCHES, LEAVES, leaves_of
from tests.leaf.leaf_runner import build_wrapper, chosen_seed, failed_leaves, run_leaves

CYCLES = 300


@pytest.mark.parametrize(("bench", "wrapper"), BENCHES)
def test_leaves_agree_without_an_x(bench: str, wrapper: str, seed: int, tmp_path: Path) -> None:
    seed = chosen_seed(seed)
    print(f"DWSIM_SEED={seed}")
    build = build_wrapper("icarus", wrapper, leaves_of(wrapper))
    result = run_leaves(build, wrapper, [bench], seed, tmp_path / "run.log", cycles=CYCLES)
    assert result.passed, failed_leaves(result)
    assert result.tests == len(LEAVES[bench])
