"""Area and clock of explored engines: from real tools, and without them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from dwsim import SpecError
from dwsim.cli import main
from dwsim.errors import ToolError
from dwsim.exploration.explore import explore
from dwsim.exploration.pool import open_pool
from dwsim.exploration.results import read_results
from dwsim.spec.spec_file import read_spec
from dwsim.synth.estimate import estimate, fitted, sentence
from dwsim.synth.flow import synthesise
from dwsim.synth.request import SynthRequest
from tests.exploration.spaces import small, write

SPACE = """
networks = ["loads.toml"]
area = "estimate"
target = "ecp5"

[engine]
lanes = 1
ifmap_width = 2
weight_width = 2

[[objective]]
minimise = "time_ms"
"""
SYNTH = SPACE.replace('"estimate"', '"synth"')


def test_real_tools_say_what_an_engine_takes(tmp_path: Path) -> None:
    with open_pool(1) as pool:
        outcome = explore(small(tmp_path, SYNTH), tmp_path / "out", pool)
    ((engine_id, point),) = outcome.points.items()
    row = outcome.rows[engine_id]["loads"]
    # The result is cached, so this takes no time.
    (said,) = synthesise([SynthRequest(point.engine, "ecp5")])
    assert row["fmax_mhz"] == min(said.fmax.values()) > 0
    assert len(said.fmax) == 3
    assert [row[name] for name in ("lut", "ff", "dsp", "bram")] == [
        said.cells.lut,
        said.cells.ff,
        said.cells.dsp,
        said.cells.bram,
    ]
    assert row["time_ms"] == pytest.approx(row["cycles"] / row["fmax_mhz"] / 1e3)
    area = read_results(tmp_path / "out").description.area
    assert area["source"] == row["area_source"] == "synth"
    assert "Fmax as nextpnr-ecp5 reports it for the worst of its seeds" in area["note"]


def test_a_target_without_a_clock_has_no_times(tmp_path: Path) -> None:
    text = SYNTH.replace("ecp5", "xilinx")
    with pytest.raises(SpecError) as caught:
        small(tmp_path, text + "[constraints]\nfmax_mhz = { min = 100 }\n")
    fields = [violation.field for violation in caught.value.violations]
    assert fields == ["objective[0].minimise", "constraints.fmax_mhz"]
    assert "needs a clock, but this target has no place and route" in str(caught.value)
    space = small(tmp_path, text.replace("time_ms", "lut"))
    assert space.target == "xilinx"


def test_an_estimate_is_for_the_targets_that_it_was_fitted_for(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="target = 'ice40': must be one of ecp5"):
        small(tmp_path, SPACE.replace("ecp5", "ice40"))


def test_an_estimate_is_printed_and_kept_with_its_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, SPACE.replace("lanes = 1", "lanes = 2"))
    arguments = ["explore", str(tmp_path / "small.toml"), "-o", str(tmp_path / "out")]
    assert main([*arguments, "--workers", "1"]) == 0
    engine = read_spec(next((tmp_path / "out" / "engines").glob("*.toml"))).engine
    made = estimate(engine)
    found = read_results(tmp_path / "out")
    (row,) = found.pairs
    for name in ("lut", "ff", "dsp", "bram", "fmax_mhz"):
        assert row[name] == getattr(made, name), name
    assert row["dsp"] == engine.multipliers == 18
    assert len({row[name] for name in ("lut", "ff", "dsp", "bram")}) == 4
    area = found.description.area
    assert area["held_out_error"]["tap_parallel"] == asdict(made.errors)
    assert area["held_out_error"]["tap_serial"] == asdict(fitted("tap_serial")[1])
    assert area["held_out_error"]["tap_serial"] != asdict(made.errors)
    assert area["held_out_error"]["floats"] == asdict(fitted(in_floats=True)[1])
    assert area["source"] == row["area_source"] == "estimate"
    assert area["note"] == f"area and clock: {sentence()}"
    assert str(made.errors) in sentence()
    assert f"\n{area['note']}\n" in capsys.readouterr().out


def test_a_missing_tool_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def missing(name: str) -> None:
        asked.append(name)
        if name != "yosys":
            raise ToolError(f"{name} is missing: pip install it")

    monkeypatch.setattr("dwsim.synth.tools.find_tool", missing)
    write(tmp_path, SYNTH)
    arguments = ["explore", str(tmp_path / "small.toml"), "-o", str(tmp_path / "out")]
    assert main([*arguments, "--workers", "1"]) == 2
    assert capsys.readouterr().err == "dwsim: error: nextpnr-ecp5 is missing: pip install it\n"
    assert asked == ["yosys", "nextpnr-ecp5"]
    assert not (tmp_path / "out").exists()
