"""Each fault that is put into the RTL must make the cosimulation fail.

The faults run in Icarus Verilog, where a build takes a fifth of a second and not five; the
sound RTL passes the same jobs in both simulators.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.codegen.verilog import bench_verilog
from dwsim.errors import MismatchError
from dwsim.rtlsim import failure
from dwsim.rtlsim.cosim import build_bench, run_jobs
from tests.cosim import control_faults, data_faults
from tests.cosim.fault import ENGINE, IN_PASSES, Fault
from tests.cosim.mutation_jobs import jobs

FAULTS = (*control_faults.FAULTS, *data_faults.FAULTS)


@pytest.mark.parametrize("engine", [ENGINE, IN_PASSES], ids=lambda engine: engine.name)
@pytest.mark.parametrize("simulator", ["verilator", "icarus"])
def test_the_sound_rtl_passes(simulator: str, engine: EngineSpec) -> None:
    build = build_bench(engine, simulator=simulator)
    run_jobs(engine, jobs(engine), build=build, simulator=simulator)


def test_the_faults_differ() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40
    files = {engine.name: bench_verilog(engine) for engine in (ENGINE, IN_PASSES)}
    texts = [fault.edit(files[fault.engine.name])[fault.file] for fault in FAULTS]
    assert len(set(texts)) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure, "FAILURES", tmp_path)
    # A fault that does not build is not found: that is a ToolError.
    build = build_bench(fault.engine, simulator="icarus", edit=fault.edit)
    with pytest.raises(MismatchError) as caught:
        run_jobs(fault.engine, jobs(fault.engine), build=build, simulator="icarus")
    message = str(caught.value)
    assert "RTL and model differ in cycle" in message
    assert re.search(fault.seen, message.split("\nin job")[0]), message
