"""The engine behind its AXI4-Lite port, and faults in it that the scenarios must catch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from dwsim.codegen.register_files import axil_name, axil_verilog
from dwsim.rtlsim.build import build_simulator
from dwsim.rtlsim.simulator_run import random_reset, run_simulator
from dwsim.spec.engine_spec import EngineSpec
from tests.codegen.test_lint import ENGINES, elaborate, lint, write
from tests.host.faults import FAULTS, with_faults
from tests.host.layers import FLOAT, QUANTISED, RAW, SERIAL, SERIAL_FLOAT
from tests.host.scenarios import SCENARIOS

BENCH = "tests.host.axil_bench"
# The scenarios that depend on the requantiser, and those that show that the rest does not.
SERIAL_SCENARIOS = """
identity back_to_back stalls larger_layer sink_at_the_end starting_too_often values interrupts
resets kept_weights wrong_streams every_rule any_walk
"""
RAW_SCENARIOS = [name for name in SCENARIOS if name not in ("any_walk", "float_limits")]
QUANTISED_SCENARIOS = ["identity", "back_to_back", "stalls", "values", "every_rule"]
FLOAT_SCENARIOS = [*QUANTISED_SCENARIOS, "larger_layer", "kept_weights", "float_limits"]

WIDEST = """
least one_column all_unsigned most_multiplied wide
scaled_double scaled_both scaled_words scaled_most
"""
MOST_GROUPS = EngineSpec(
    lanes=1,
    kernel_h=1,
    kernel_w=1,
    max_row_pitch=65535,
    max_plane_rows=1,
    max_channel_groups=65535,
    max_interleave=65535,
    max_batch=1,
    name="most_groups",
)
LINTED = [
    RAW,
    QUANTISED,
    FLOAT,
    SERIAL,
    SERIAL_FLOAT,
    MOST_GROUPS,
    *(spec for spec in ENGINES if spec.name in WIDEST.split()),
]

Files = dict[str, str]


def _run(
    engine: EngineSpec,
    folder: Path,
    seed: int,
    scenarios: list[str],
    faults: list[int] | None = None,
    edit: Callable[[Files], Files] = lambda files: files,
) -> None:
    print(f"seed {seed}")
    top = axil_name(engine)
    # The bench also reads handshakes of the engine inside.
    sources = write(edit(axil_verilog(engine)), folder)
    build = build_simulator("verilator", top, sources, levels=2)
    job = {
        "engine": asdict(engine),
        "seed": seed,
        "scenarios": scenarios,
        "faults": faults or [],
    }
    result = run_simulator(
        build,
        BENCH,
        toplevel=top,
        log=folder / "simulation.log",
        environment={"DWSIM_AXIL": json.dumps(job)},
        plusargs=random_reset(seed),
        seed=seed,
    )
    assert result.passed, result.failures[0].message


def test_the_host_drives_raw_accumulators(tmp_path: Path, seed: int) -> None:
    _run(RAW, tmp_path, seed, RAW_SCENARIOS)


def test_the_host_drives_a_requantising_engine(tmp_path: Path, seed: int) -> None:
    _run(QUANTISED, tmp_path, seed, QUANTISED_SCENARIOS)


def test_the_host_drives_an_engine_in_floating_point(tmp_path: Path, seed: int) -> None:
    _run(FLOAT, tmp_path, seed, FLOAT_SCENARIOS)


def test_the_host_drives_a_tap_serial_engine(tmp_path: Path, seed: int) -> None:
    _run(SERIAL, tmp_path, seed, SERIAL_SCENARIOS.split())


def test_the_host_drives_floats_with_taps_in_series(tmp_path: Path, seed: int) -> None:
    _run(SERIAL_FLOAT, tmp_path, seed, ["identity", "stalls", "values", "float_limits"])


def test_every_fault_is_caught(tmp_path: Path, seed: int) -> None:
    """One build has all faults, each behind a switch; without any, the scenarios pass."""
    quiet = sorted({fault.scenario for fault in FAULTS})
    _run(RAW, tmp_path, seed, quiet, [*range(1, len(FAULTS) + 1)], with_faults)


@pytest.mark.parametrize("in_bytes", [True, False], ids=["bytes", "lanes"])
@pytest.mark.parametrize("spec", LINTED, ids=lambda spec: spec.name)
def test_verilator_and_icarus_find_nothing_to_say(
    spec: EngineSpec, in_bytes: bool, tmp_path: Path
) -> None:
    paths = write(axil_verilog(spec, in_bytes=in_bytes), tmp_path)
    assert lint(axil_name(spec), paths) == ""
    assert elaborate(axil_name(spec), paths) == ""
