"""Engines in floating point in a space: their rows, their energy, and one of them in RTL."""

from __future__ import annotations

from pathlib import Path

import pytest

from dwsim import EngineSpec
from dwsim.derive import Plan
from dwsim.errors import SpecError
from dwsim.exploration import energy
from dwsim.exploration.confirm import confirm
from dwsim.exploration.results import read_results
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.spec_file import read_spec
from dwsim.synth.estimate import estimate
from tests.exploration.spaces import SMALL, run, small

SPACE = (
    SMALL.replace("[2, 4]", "1")
    .replace("[3, 5]", "3")
    .replace('["all", "row", 1]', '["all", 1]')
    .replace('["plane", "nhwc"]', '"plane"')
    .replace('requantise = "none"', "{}")
    .replace(', "second.toml"', "")
)
FORMATS = 'number_format = ["integer", "bfloat16", "float32"]\nepilogue = ["none"]'


def test_formats_are_an_axis(tmp_path: Path) -> None:
    outcome = run(small(tmp_path, SPACE.format(FORMATS)), tmp_path / "out")
    rows = read_results(tmp_path / "out").pairs
    assert len(rows) == 6
    by_format = {(row["number_format"], row["taps_per_cycle"]): row for row in rows}
    integer, half, single = (by_format[name, None] for name in ("integer", "bfloat16", "float32"))
    assert integer["requantise"] == "double"
    assert half["requantise"] == single["requantise"] == "none"
    assert [row["ifmap_width"] for row in (integer, half, single)] == [8, 16, 32]
    assert [row["dsp"] for row in (integer, half, single)] == [9 + 4, 9, 36]
    assert integer["lut"] < half["lut"] < single["lut"]
    assert integer["energy_multiply_uj"] < half["energy_multiply_uj"] < single["energy_multiply_uj"]
    assert half["energy_add_uj"] == single["energy_add_uj"] > integer["energy_add_uj"]
    # The units of both formats take the same cycles.
    assert half["cycles"] == single["cycles"]
    for name, made in outcome.points.items():
        found = estimate(made.engine)
        assert outcome.rows[name]["first"]["lut"] == found.lut
        assert outcome.rows[name]["first"]["fmax_mhz"] == found.fmax_mhz
    assert {row["epilogue"] for row in rows} == {None}


@pytest.mark.simulator
def test_a_float_engine_of_a_front_runs_in_rtl(tmp_path: Path) -> None:
    axes = 'number_format = "bfloat16"\nepilogue = "bias_clamp"'
    text = SPACE.format(axes).replace('["all", 1]', "1")
    outcome = run(small(tmp_path, text), tmp_path / "out")
    (done,) = confirm(outcome, 1, 1)
    assert done.point.engine.arithmetic is not None
    assert [row["cycles"] for row in done.rows] == [row["rtl_cycles"] for row in done.rows]
    spec = read_spec(next((tmp_path / "out" / "engines").glob("*.toml"))).engine
    assert (spec.number_format, spec.epilogue) == ("bfloat16", "bias_clamp")


def test_prices_of_floats() -> None:
    """Horowitz: 1.1 and 3.7 pJ a multiplication, 0.4 and 0.9 pJ an addition."""
    layer = LayerSpec(4, 4, 1, 2, 2)
    for fields, prices in (
        ({"number_format": "bfloat16"}, (1.1, 0.9)),
        ({"number_format": "float16", "accumulate": "float16"}, (1.1, 0.4)),
        ({"number_format": "float32"}, (3.7, 0.9)),
    ):
        plan = Plan(layer, EngineSpec.smallest([layer], lanes=1, **fields))
        products = 9 * 4
        spent = energy.stream_pj(plan)
        assert (spent["multiply"], spent["add"]) == pytest.approx(
            tuple(products * price for price in prices)
        )


@pytest.mark.parametrize(
    ("axes", "rule"),
    [
        ('number_format = "float8"', 'must be "integer" or "float32"'),
        ("accumulate = 32", 'must be "auto" or "float32"'),
        ('epilogue = "relu"', 'must be "none" or "bias_clamp"'),
    ],
)
def test_a_value_that_no_engine_has(axes: str, rule: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        small(tmp_path, SPACE.format(axes))
    assert rule in str(caught.value)


def test_formats_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    axes = 'number_format = "bfloat16"\naccumulate = ["auto", "float16"]'
    outcome = run(small(tmp_path, SPACE.format(axes)), tmp_path / "out")
    assert len(outcome.points) == 2
    assert len(outcome.refused) == 2
    assert "accumulate = 'float16': must be float32 or bfloat16" in str(outcome.refused[0])
