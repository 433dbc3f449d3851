"""The quick estimate: exact counts, and fitted figures with the stated errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.synth import estimate as module
from dwsim.synth.estimate import Errors, estimate, fit_to, fitted, scaled_to, sentence
from dwsim.synth.structure import adders, ff_counts, float_cells, lut_counts
from dwsim.synth.table import Measured, read_table
from tests.synth.engines import SMALL


@pytest.fixture
def fresh() -> Iterator[None]:
    """Clears the cached fit and sentence before and after the test."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    fitted.cache_clear()
    sentence.cache_clear()


def _lines(role: str, dataflow: str = "tap_parallel") -> list[Measured]:
    return [
        line
        for line in read_table()
        if (line.target, line.role, line.engine.dataflow) == ("ecp5", role, dataflow)
    ]


@pytest.mark.parametrize(("dataflow", "least"), [("tap_parallel", 4), ("tap_serial", 2)])
def test_the_errors_are_those_on_the_held_out_engines(dataflow: str, least: int) -> None:
    lines = _lines("held_out", dataflow)
    assert len(lines) >= least
    wrong: dict[str, float] = dict.fromkeys(("lut", "ff", "dsp", "bram", "fmax"), 0.0)
    for line in lines:
        made = estimate(line.engine)
        pairs = {key: (getattr(made, key), getattr(line, key)) for key in wrong if key != "fmax"}
        pairs["fmax"] = (made.fmax_mhz, line.fmax_worst)
        for key, (estimated, measured) in pairs.items():
            error = abs(estimated - measured) / measured if measured else float(estimated != 0)
            wrong[key] = max(wrong[key], error)
    said = estimate(lines[0].engine).errors
    assert said.engines == len(lines)
    assert said.multipliers == max(line.engine.multipliers for line in lines)
    # Estimates are rounded to whole cells.
    for key, error in wrong.items():
        assert getattr(said, key) == pytest.approx(error, abs=2e-3), key


def test_the_held_out_engines_are_not_fitted(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    before, errors = fitted()
    lines = read_table()
    changed = tuple(
        replace(line, lut=2 * line.lut) if line.role == "held_out" else line for line in lines
    )
    monkeypatch.setattr(module, "read_table", lambda: changed)
    fitted.cache_clear()
    after, worse = fitted()
    assert after == before
    assert worse.lut > errors.lut + 0.2
    assert replace(worse, lut=errors.lut) == errors


def test_multipliers_and_block_rams_are_exact() -> None:
    lines = [line for line in read_table() if line.target == "ecp5"]
    assert len(lines) >= 20
    for line in lines:
        made = estimate(line.engine)
        assert (made.dsp, made.bram) == (line.dsp, line.bram), line.engine.name


def test_a_fit_to_what_the_counts_give_is_exact() -> None:
    def made(line: Measured) -> Measured:
        numbers = EngineNumbers(line.engine)
        lut, ff = lut_counts(numbers), ff_counts(numbers)
        return replace(
            line,
            lut=2 * lut["counters"] + 0.5 * lut["logic"] + 3 * lut["requantisers"],
            ff=5 * ff["counters"] + 0.25 * ff["data"],
        )

    lines = [made(line) for line in _lines("fit")]
    fit = fit_to(lines)
    for line in map(made, _lines("held_out")):
        lut, ff, *_ = fit.figures(EngineNumbers(line.engine))
        assert lut == pytest.approx(line.lut, rel=1e-6)
        assert ff == pytest.approx(line.ff, rel=1e-6)


def test_adders_of_a_lane() -> None:
    """3x3 int8, all taps: two adders in each chain, then three sums by two adders."""
    assert adders(EngineNumbers(SMALL)) == [(3, 17), (3, 17), (1, 18), (1, 19)]
    by_row = replace(SMALL, taps_per_cycle=3)
    assert adders(EngineNumbers(by_row)) == [(1, 17), (1, 17), (1, 19)]
    one = replace(SMALL, taps_per_cycle=1)
    assert adders(EngineNumbers(one)) == [(1, 19)]


def test_registers_and_luts_of_a_small_engine() -> None:
    """One lane of 3x3 int8, all taps, rows of 16 pixels, two weight sets: counted by hand."""
    numbers = EngineNumbers(SMALL)
    beats, window, beside_rows, operands, skew = 3 * 8, 9 * 8, 2 * 8, 9 * 8, 3 * 8
    weights, products = 9 * 8, 9 * 16
    sums = 3 * 17 + 3 * 17 + 18 + 17 + 19  # the third chain waits for a level of the tree
    fifo_width = 19 + 1 + 1
    behind_memories = 2 * (9 * 8 + 2 * 8 + 1)  # weights, row delays, marker
    data = beats + window + beside_rows + operands + skew + weights + products + sums
    assert ff_counts(numbers)["data"] == data + 8 + behind_memories + fifo_width

    # A carry cell of two LUTs has two bits of a sum; each end has one more cell.
    carries = 6 * (18 + 4) + (18 + 4) + (20 + 4)
    # Four bits of 16 words take 6 LUTs; the marker has 32 words and a LUT that selects the half.
    memories = 9 * 2 * 6 + 2 * 2 * 6 + (2 * 6 + 1)
    assert numbers.timing.fifo_depth == 16
    fifo = 6 * 6
    assert lut_counts(numbers)["logic"] == carries + 2 * 8 + 2 * 8 + memories + fifo


@pytest.mark.parametrize(
    ("requantise", "lanes", "two"), [("none", 0, 0), ("single", 3, 0), ("both", 3, 3)]
)
def test_requantisers_are_counted_by_lanes(requantise: str, lanes: int, two: int) -> None:
    numbers = EngineNumbers(replace(SMALL, lanes=3, requantise=requantise))
    luts = lut_counts(numbers)
    assert (luts["requantisers"], luts["two_roundings"]) == (lanes, two)
    assert ff_counts(numbers)["requantisers"] == lanes


@pytest.mark.parametrize(
    ("plain", "requantise", "lut", "ff"),
    [("single", "float", 317, 226), ("both", "all", 493, 479), ("both", "double+float", 493, 479)],
)
def test_float_rounding_adds_what_yosys_measures(
    plain: str, requantise: str, lut: int, ff: int
) -> None:
    """tests/synth/test_requantise_size.py has the measurement of one lane."""
    one, other = (EngineNumbers(replace(SMALL, lanes=3, requantise=r)) for r in (plain, requantise))
    assert (float_cells(one), float_cells(other)) == ((0, 0), (3 * lut, 3 * ff))
    without, made = estimate(one.spec), estimate(other.spec)
    # The port that chooses and the output FIFO are larger, too, and counted as in every engine.
    assert 3 * lut <= made.lut - without.lut < 3.5 * lut
    assert 3 * ff <= made.ff - without.ff < 3.5 * ff
    assert made.dsp == without.dsp


def test_the_sentence_tells_the_errors_and_an_old_table(
    monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    said = f"estimate for Lattice ECP5 85k, speed 8: {fitted()[1]} (largest errors; "
    monkeypatch.setattr(module, "outdated", lambda: ())
    now = sentence()
    assert now.startswith(said)
    assert f"; of tap-serial engines {fitted('tap_serial')[1]}" in now
    assert "another RTL" not in now
    sentence.cache_clear()
    monkeypatch.setattr(module, "outdated", lambda: ("one (ecp5)", "two (ecp5)"))
    old = f"; 2 of {len(read_table())} lines of the table are from another RTL"
    assert sentence() == now + old


def test_errors_as_text() -> None:
    text = str(Errors(0.05, 0.04, 0.0, 0.0, 0.1, 6, 108))
    assert text == (
        "LUT within 5.0 %, FF 4.0 %, Fmax 10.0 %, DSP 0.0 %, block RAM 0.0 % on 6 held-out engines"
        " of up to 108 multipliers"
    )


def test_factors_are_those_between_the_arrays() -> None:
    fit = fitted()[0]
    lines = []
    for line in _lines("fit", "tap_serial"):
        lut, ff, _, _, fmax = fit.figures(SerialNumbers(line.engine))
        lines.append(replace(line, lut=3 * lut, ff=0.5 * ff, fmax_worst=fmax / 2))
    scaled = scaled_to(fit, lines)
    for line in lines:
        lut, ff, _, _, fmax = scaled.figures(SerialNumbers(line.engine))
        made = (lut, ff, fmax)
        assert made == pytest.approx((line.lut, line.ff, line.fmax_worst), rel=1e-9)
