"""The cocotb test that runs the body of a ``dwsim.bench`` test in the simulator's process."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

import cocotb

from dwsim.bench.bench_run import Run
from dwsim.bench.bench_test import (
    COVERAGE_FILE,
    FAILURE_FILE,
    REQUEST_FILE,
    REQUEST_VARIABLE,
    BenchTest,
)
from dwsim.errors import MismatchError


@cocotb.test()
async def body(dut: Any) -> None:
    """Runs the body, and writes the report of a failure and the counts of the coverage."""
    folder = Path(os.environ[REQUEST_VARIABLE])
    request = json.loads((folder / REQUEST_FILE).read_text())
    bench = _load(Path(request["file"]), request["test"])
    seed, coverage = request["seed"], bench.coverage()
    run = Run(dut, bench.design, bench.cases(seed), seed, coverage, bench.count)
    await run.start()
    try:
        await bench.body(run)
    except MismatchError as error:
        (folder / FAILURE_FILE).write_text(str(error))
        raise
    if coverage is not None:
        counts = [(axis, name, count) for (axis, name), count in coverage.counts.items()]
        (folder / COVERAGE_FILE).write_text(json.dumps(counts))


def _load(path: Path, name: str) -> BenchTest:
    """The test of this name in a file, which may import the modules beside it."""
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    bench: BenchTest = getattr(module, name).bench
    return bench
