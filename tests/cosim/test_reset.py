"""In reset no port of the core and of the AXI4-Lite top accepts anything."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.codegen.register_files import axil_name, axil_verilog
from dwsim.codegen.verilog import bench_name
from dwsim.rtlsim.build import build_simulator
from dwsim.rtlsim.cosim import build_bench
from dwsim.rtlsim.simulator_run import SimulationResult, random_reset, run_simulator
from tests.cosim.layers import layer

ENGINE = EngineSpec(
    name="reset",
    lanes=2,
    kernel_h=2,
    kernel_w=2,
    ifmap_width=4,
    weight_width=4,
    max_row_pitch=6,
    max_plane_rows=4,
    max_channel_groups=2,
)
LAYER = layer("reset", (3, 4), (2, 2), 3, "SAME")


@pytest.mark.parametrize("simulator", ["verilator", "icarus"])
def test_the_core_accepts_nothing_in_reset(simulator: str, seed: int, tmp_path: Path) -> None:
    print(f"seed {seed}")
    build = build_bench(ENGINE, simulator=simulator)
    job = {"engine": asdict(ENGINE), "layer": asdict(LAYER), "seed": seed}
    result = run_simulator(
        build,
        "tests.cosim.reset_bench",
        toplevel=bench_name(ENGINE, None),
        log=tmp_path / "simulation.log",
        environment={"DWSIM_RESET": json.dumps(job)},
        plusargs=random_reset(seed) if simulator == "verilator" else (),
    )
    _expect_passed(result)


@pytest.mark.parametrize("simulator", ["verilator", "icarus"])
def test_the_axi4_lite_top_accepts_nothing_in_reset(
    simulator: str, seed: int, tmp_path: Path
) -> None:
    print(f"seed {seed}")
    sources = []
    for name, text in axil_verilog(ENGINE).items():
        sources.append(tmp_path / name)
        sources[-1].write_text(text)
    top = axil_name(ENGINE)
    result = run_simulator(
        build_simulator(simulator, top, sources),
        "tests.cosim.axil_reset_bench",
        toplevel=top,
        log=tmp_path / "simulation.log",
        plusargs=random_reset(seed) if simulator == "verilator" else (),
    )
    _expect_passed(result)


def _expect_passed(result: SimulationResult) -> None:
    assert result.passed, "\n".join(failure.message for failure in result.failures)
