"""The texts that users give, each with a reader that takes it as far as the commands do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dwsim.cli.replay import read_kept
from dwsim.derive import Plan
from dwsim.exploration.results import read_results
from dwsim.exploration.space import read_space
from dwsim.rtlsim.job import write_jobs
from dwsim.spec.spec_file import read_spec
from dwsim.workloads.network import read_network
from tests.cosim.engines import CASES
from tests.exploration.spaces import run, small
from tests.workloads.test_layer_lists import TIMELOOP, ZIGZAG

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = """\
name,ifmap_h,ifmap_w,channels,kernel_h,kernel_w,stride_h,stride_w,padding
first,5,6,3,3,3,1,1,SAME
second,9,9,8,5,5,2,2,VALID
"""
SCALESIM = """\
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
conv, 224, 224, 3, 3, 3, 64, 2,
dw2, 112, 112, 3, 3, 64, 1, 1,
"""


@dataclass(frozen=True)
class Reader:
    """``texts`` makes right files, in a folder that it may use; ``read`` reads a file in there."""

    suffix: str
    texts: Callable[[Path], list[str]]
    read: Callable[[Path], None]


def _ready(folder: str) -> Callable[[Path], list[str]]:
    return lambda place: [path.read_text() for path in sorted((ROOT / folder).glob("*.toml"))]


def _read_spec(path: Path) -> None:
    spec = read_spec(path)
    for layer in spec.layers:
        Plan(layer, spec.engine)


def _kept_failure(place: Path) -> list[str]:
    case = CASES[0]
    (place / "kept").mkdir()
    write_jobs(place / "kept", case.engine, case.jobs(1)[:3], static=False)
    return [(place / "kept" / "jobs.json").read_text()]


def _read_kept(path: Path) -> None:
    shutil.copy(path, path.parent / "kept" / "jobs.json")
    engine, jobs, _ = read_kept(path.parent / "kept")
    for job in jobs:
        job.plan(engine)


def _results(place: Path) -> list[str]:
    run(small(place), place / "out")
    return [(place / "out" / "explore.json").read_text()]


def _read_results(path: Path) -> None:
    shutil.copy(path, path.parent / "out" / "explore.json")
    read_results(path.parent / "out")


def _read_network(path: Path) -> None:
    read_network(str(path))


def _read_space(path: Path) -> None:
    read_space(path)


READERS = {
    "spec": Reader(".toml", _ready("dwsim/spec/ready"), _read_spec),
    "space": Reader(".toml", _ready("dwsim/exploration/spaces"), _read_space),
    "columns": Reader(".csv", lambda place: [COLUMNS, SCALESIM], _read_network),
    "layer list": Reader(".yaml", lambda place: [ZIGZAG, TIMELOOP], _read_network),
    "kept failure": Reader(".json", _kept_failure, _read_kept),
    "results": Reader(".json", _results, _read_results),
}
