"""Each leaf module against its model component and its own promises, in Verilator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.leaf.leaf_instances import BENCHES, LEAVES, leaves_of
from tests.leaf.leaf_runner import build_wrapper, chosen_seed, failed_leaves, run_leaves


# Starting a simulator takes longer than most leaves run, so those of a file share one run.
@pytest.mark.parametrize(("bench", "wrapper"), BENCHES)
def test_leaves_agree_with_their_models_and_keep_their_promises(
    bench: str, wrapper: str, seed: int, tmp_path: Path
) -> None:
    seed = chosen_seed(seed)
    print(f"DWSIM_SEED={seed}")
    build = build_wrapper("verilator", wrapper, leaves_of(wrapper))
    result = run_leaves(build, wrapper, [bench], seed, tmp_path / "run.log")
    assert result.passed, failed_leaves(result)
    assert result.tests == len(LEAVES[bench])
