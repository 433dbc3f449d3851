"""Images per second: no engine that fits is faster, and each clock has its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dwsim import EngineSpec, SpecError
from dwsim.derive import Plan, interval_cycles, start_cycles
from dwsim.peers import image_rates
from dwsim.peers.image_rates import COLUMNS, IFMAP_PIXELS, Clocked, fastest, main, network_interval
from dwsim.synth.estimate import estimate, fitted
from dwsim.synth.table import read_table
from dwsim.workloads.network import read_network

README = Path(__file__).resolve().parents[2] / "README.md"
NETWORK = read_network("mobilenet_v3_small")
PART = replace(NETWORK, layers=NETWORK.layers[:4])
DSP = 17
"""Multiplier blocks of a part on which fewer requantisers than outputs pay."""


@pytest.fixture
def small_part(monkeypatch: pytest.MonkeyPatch) -> None:
    def beyond(target: str, cells: dict[str, int]) -> str:
        return "dsp" if cells["dsp"] > DSP else ""

    monkeypatch.setattr(image_rates, "beyond", beyond)
    monkeypatch.setattr(image_rates, "MULTIPLIERS", DSP)


def every_engine(dataflow: str, rings: str) -> Iterator[EngineSpec]:
    """All engines for ``PART`` with up to ``DSP`` blocks."""
    for lanes in range(1, DSP + 1):
        for each in range(1, DSP // lanes + 1):
            arrays: list[dict[str, object]] = [{"taps_per_cycle": each}]
            if dataflow == "tap_serial":
                array = {
                    "dataflow": dataflow,
                    "pixels": each,
                    "ifmap_pixels": IFMAP_PIXELS,
                    "rings": rings,
                }
                arrays = [array | {"requantisers": count} for count in range(1, DSP)]
            for array in arrays:
                fields = {"lanes": lanes, "requantise": "double", **array}
                try:
                    engine = EngineSpec.smallest(PART.layers, **fields)
                    if estimate(engine).dsp <= DSP:
                        yield engine
                except SpecError:
                    continue


@pytest.mark.usefixtures("small_part")
@pytest.mark.parametrize(("dataflow", "rings"), image_rates.KINDS)
def test_no_engine_that_fits_is_faster(dataflow: str, rings: str) -> None:
    (best,) = fastest(PART, dataflow, rings)
    engines = list(every_engine(dataflow, rings))
    assert len(engines) > 10
    rates = [estimate(e).fmax_mhz * 1e6 / network_interval(PART, e) for e in engines]
    assert best.images_per_s == max(rates)
    assert (best.clocked.engine.dataflow, best.clocked.engine.rings) == (dataflow, rings)
    assert best.row["array"].endswith(", copied rings") == (rings == "copied")
    assert best.clocked.cells["dsp"] == estimate(best.clocked.engine).dsp <= DSP
    assert not best.clocked.measured
    assert best.row.keys() == {column.key for column in COLUMNS} | {"lut", "ff"}


def test_no_engine_has_rings_that_its_array_does_not_know() -> None:
    assert fastest(PART, "tap_parallel", "copied") == []


def test_an_interval_is_that_of_repetitions() -> None:
    """A short layer waits for the parameters of a large one in every repetition."""
    engine = EngineSpec.smallest(PART.layers, lanes=8)
    plans = [Plan(layer, engine) for layer in PART.layers]
    starts = start_cycles(plans * 5, [True] * 20)
    interval = interval_cycles([plan.times for plan in plans])
    assert interval == starts[16] - starts[12] == network_interval(PART, engine)


def test_a_measured_engine_stands_beside_a_faster_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    network = read_network("mobilenet_v1")
    (line,) = (x for x in read_table() if x.engine.name == "lanes_8_double" and x.target == "ecp5")
    estimated, measured = fastest(network, "tap_parallel")
    assert measured.clocked.engine == line.engine
    assert measured.row["source"] == "nextpnr (lanes_8_double)"
    assert measured.row["dsp"] == line.dsp
    assert line.fmax_worst is not None
    cycles = sum(Plan(layer, line.engine).cycles for layer in network.layers)
    assert measured.images_per_s == pytest.approx(line.fmax_worst * 1e6 / cycles, rel=1e-3)
    assert measured.images_per_s < estimated.images_per_s
    assert estimated.row["source"] == f"fit, within {fitted()[1].fmax:.1%}".replace("%", " %")

    # A clock of another RTL is no measurement.
    image_rates.measured_lines.cache_clear()
    monkeypatch.setattr(image_rates, "outdated", lambda: ("lanes_8_double (ecp5)",))
    assert [rate.clocked.measured for rate in fastest(network, "tap_parallel")] == [False]
    image_rates.measured_lines.cache_clear()


def test_a_clock_beyond_the_held_out_engines_is_an_extrapolation() -> None:
    largest = fitted("tap_serial")[1].multipliers
    for lanes, source in ((largest // 4, "fit, within"), (largest // 4 + 1, "fit, extrapolated")):
        engine = EngineSpec.smallest(PART.layers, lanes=lanes, dataflow="tap_serial", pixels=4)
        assert Clocked(engine, {}, 100.0, measured=False).source.startswith(source)


@pytest.mark.usefixtures("small_part")
def test_the_table_has_the_errors(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(image_rates, "read_network", lambda name: PART)
    assert main(["some"]) == 0
    out = capsys.readouterr().out
    assert out.count("\nmobilenet_v3_small  taps ") == len(image_rates.KINDS)
    for dataflow in ("tap_parallel", "tap_serial"):
        known = fitted(dataflow)[1]
        assert f"{known.fmax:.1%}".replace("%", " %") in out
        assert f"of up to {known.multipliers} multipliers" in out


def test_the_readme_has_the_rates_of_mobilenet_v1() -> None:
    """The table of the README follows ``dwsim/synth/table.csv``."""
    network = read_network("mobilenet_v1")
    rates = [rate for kind in image_rates.KINDS for rate in fastest(network, *kind)]
    lines = [
        f"| {row['array']} | {row['engine']} | {row['dsp']} | {row['cycles']:,} | {row['fmax']:.1f}"
        f" | {row['source']} | {row['rate']:,.1f} |\n"
        for row in (rate.row for rate in rates)
    ]
    assert "".join(lines) in README.read_text(encoding="utf-8")


def test_an_unknown_network_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mobilenet_v9"]) == 2
    assert "mobilenet_v9" in capsys.readouterr().err
