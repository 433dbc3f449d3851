"""``dwsim.verify``: RTL on each profile and order, and every rule of its arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dwsim
from dwsim import Plan
from dwsim.errors import MismatchError
from dwsim.golden import ofmap as golden
from dwsim.stream.stalls import PROFILES
from tests.face.helpers import ENGINE, SAME, STRIDED, violations


def test_rtl_agrees_on_every_layer_and_profile(seed: int) -> None:
    found = dwsim.verify([SAME, STRIDED], ENGINE, stalls="all", seed=seed)
    assert [(one.job.layer.name, one.job.stalls) for one in found] == [
        (layer.name, stalls) for layer in (SAME, STRIDED) for stalls in PROFILES
    ]
    assert [one.job.seed for one in found] == 2 * list(range(seed, seed + len(PROFILES)))
    assert found[0].cycles == Plan(SAME, ENGINE).cycles
    assert all(one.ofmap.shape == one.job.layer.ofmap_shape for one in found)


def test_static_engines_are_verified_one_by_one() -> None:
    found = dwsim.verify([SAME, STRIDED], ENGINE, static=True, simulator="icarus")
    assert [one.cycles for one in found] == [Plan(x, ENGINE).cycles for x in (SAME, STRIDED)]


def test_interleaved_layers_are_verified(tmp_path: Path) -> None:
    path = tmp_path / "w.fst"
    (one,) = dwsim.verify(SAME, ENGINE, interleave="all", waves=path)
    assert one.plan.interleave == 2
    assert path.stat().st_size > 0


def test_rtl_that_differs_is_a_mismatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = golden.depthwise
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(golden, "depthwise", lambda *args: right(*args) + 1)
    with pytest.raises(MismatchError, match=r"(?s)RTL and golden differ in 120 of .*dwsim replay"):
        dwsim.verify(SAME, ENGINE)
    assert list((tmp_path / "dwsim-failures").iterdir()) != []


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"stalls": "every"}, "stalls"),
        ({"seed": -1}, "seed"),
        ({"simulator": "questa"}, "simulator"),
        ({"interleave": 2, "static": True}, "interleave"),
        ({"waves": "w.vcd"}, "waves"),
    ],
)
def test_verify_refuses(options: dict[str, Any], field: str) -> None:
    assert list(violations(dwsim.verify, SAME, ENGINE, **options)) == [field]
