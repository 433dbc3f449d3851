"""The texts of whole deliveries: registers, wrappers, testbenches, and the vectors of all layers.

Simulators run these deliveries (tests/packaging, tests/codegen/test_testbench.py), which takes
minutes. Here a digest of each file says in seconds that it is still the file that they ran. After a
change that is wanted, run those tests, then ``pytest tests/codegen --update-snapshots``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dwsim.support.cache import digest
from dwsim.support.resources import rtl_dir
from tests.codegen.delivered import CASES, write_case

DIGESTS = Path(__file__).with_name("delivered_digests.json")


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
    made = digests_of(tmp_path)
    kept = json.loads(DIGESTS.read_text()) if DIGESTS.is_file() else {}
    if update_snapshots:
        kept = {case: kept.get(case, {}) for case in CASES} | {name: made}
        DIGESTS.write_text(json.dumps(kept, indent=1) + "\n")
    assert made.keys() == kept[name].keys()
    changed = [file for file in made if made[file] != kept[name][file]]
    assert not changed, f"{name}: {', '.join(changed)}: see the docstring of this file"


def test_no_digest_is_left_over() -> None:
    assert json.loads(DIGESTS.read_text()).keys() == CASES.keys()
