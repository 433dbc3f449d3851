"""After any accesses of the registers a right layer runs; faults that would prevent that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.host.layers import RAW
from tests.host.random_writes import build, run, write_case

EPISODES = 2000
# In a module, the first text becomes the second while the fault is switched on.
FAULTS = {
    "a_soft_reset_leaves_the_pending_start": (
        "dw_stream_control",
        "      pending <= 1'b0;\n      checking",
        "      pending <= @ && pending;\n      checking",
    ),
    "a_soft_reset_leaves_part_of_a_tensor": (
        "dw_param_loader",
        "      word <= FIRST_WORD;\n      sets",
        "      word <= @ ? word : FIRST_WORD;\n      sets",
    ),
    "a_soft_reset_leaves_the_end_of_a_long_stream": (
        "dw_ifmap_port",
        "if (rst) excess",
        "if (rst && !@) excess",
    ),
    "a_refused_write_is_never_forgotten": (
        "dw_geometry_check",
        "tainted <= refused_write;",
        "tainted <= refused_write || (@ && tainted);",
    ),
    "a_write_changes_the_running_stream": (
        f"{RAW.name}_config",
        "if (capture) begin",
        "if (capture || @) begin",
    ),
    "an_answer_does_not_wait_for_the_host": (
        "dw_axil_port",
        "else if (s_axil_rready) s_axil_rvalid",
        "else if (@ || s_axil_rready) s_axil_rvalid",
    ),
}


def _with_faults(files: dict[str, str]) -> dict[str, str]:
    """The Verilog with every fault in it; an argument of the simulation switches one on."""
    files = dict(files)
    for name, (module, old, new) in FAULTS.items():
        head, end, body = files[f"{module}.v"].partition("\n);\n")
        assert body.count(old) == 1, f"{name}: {body.count(old)} places"
        switch = f'\n  reg {name};\n  initial {name} = $test$plusargs("{name}");\n'
        files[f"{module}.v"] = head + end + switch + body.replace(old, new.replace("@", name))
    return files


@pytest.fixture(scope="module")
def executable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(RAW, tmp_path_factory.mktemp("random_writes"), _with_faults)


@pytest.fixture
def case(seed: int, tmp_path: Path) -> Path:
    write_case(tmp_path / "case.bin", RAW, seed)
    return tmp_path / "case.bin"


def test_a_layer_runs_after_any_accesses(executable: Path, case: Path, seed: int) -> None:
    figures, broken = run(executable, case, seed, EPISODES)
    assert broken == "", f"seed {seed}: {broken}"
    assert figures.episodes == EPISODES
    assert min(figures.begun, figures.soft, figures.hard, figures.none) > EPISODES // 20, figures


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, executable: Path, case: Path, seed: int) -> None:
    _, broken = run(executable, case, seed, EPISODES, fault)
    assert broken.startswith("broken"), f"seed {seed}"
    print(broken)
