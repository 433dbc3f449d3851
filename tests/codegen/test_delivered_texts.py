"""The texts of whole deliveries: registers, wrappers, testbenches, and the vectors of all layers.

Simulators run these deliveries (tests/packaging, tests/codegen/test_testbench.py), which takes
minutes. Here a digest of each file says in seconds that it is still the file that they ran. After a
change that is wanted, run those tests, then ``pytest tests/codegen --update-snapshots``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dwsim.codegen.register_files import axil_verilog
from dwsim.codegen.verilog import bench_verilog
from dwsim.support.cache import digest
from dwsim.support.resources import rtl_dir
from tests.codegen.delivered import CASES, write_case

DIGESTS = Path(__file__).with_name("delivered_digests.json")
BENCH = ".bench"


def digests_of(folder: Path) -> dict[str, str]:
    """The digest of each file of a delivery that no hand-written module is, by its path."""
    by_hand = {path.name for path in rtl_dir().rglob("*.v")}
    return {
        str(path.relative_to(folder)): digest(path.read_bytes().decode())[:16]
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in by_hand
    }


@pytest.mark.parametrize("name", CASES)
def test_a_delivery_is_that_which_simulators_ran(
    name: str, tmp_path: Path, update_snapshots: bool
) -> None:
    write_case(name, tmp_path)
    _hold(name, digests_of(tmp_path), update_snapshots)


@pytest.mark.parametrize("name", CASES)
def test_a_bench_is_that_which_simulators_ran(name: str, update_snapshots: bool) -> None:
    """The benches of lock step: around the engine, its static engine, and its registers."""
    engine, layers, _ = CASES[name]
    made = bench_verilog(engine) | bench_verilog(engine, layers[-1])
    for in_bytes in (False, True):
        for file, text in axil_verilog(engine, in_bytes=in_bytes).items():
            made[f"{file}, {'bytes' if in_bytes else 'lanes'}"] = text
    digests = {file: digest(text)[:16] for file, text in made.items() if file[:3] != "dw_"}
    _hold(f"{name}{BENCH}", digests, update_snapshots)


def test_no_digest_is_left_over() -> None:
    wanted = {f"{name}{kind}" for name in CASES for kind in ("", BENCH)}
    assert json.loads(DIGESTS.read_text()).keys() == wanted


def _hold(key: str, made: dict[str, str], update_snapshots: bool) -> None:
    kept = json.loads(DIGESTS.read_text()) if DIGESTS.is_file() else {}
    if update_snapshots:
        kept[key] = made
        DIGESTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    assert made.keys() == kept[key].keys()
    changed = [file for file in made if made[file] != kept[key][file]]
    assert not changed, f"{key}: {', '.join(changed)}: see the docstring of this file"
