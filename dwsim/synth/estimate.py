"""A quick estimate of an engine's area and clock on an ECP5, for sweeps over many engines.

Multipliers and block RAMs are counted exactly. LUTs, flip-flops and the clock period are weighted
sums of structural counts. Non-negative least squares on relative errors fits the weights to the
tap-parallel engines of role ``fit`` in the committed table. The table has few tap-serial engines:
one factor for each figure fits the same weights to them. The engines of role ``held_out``, which
the fit does not see, measure the error of the estimate, for each array apart.

An engine in floating point has its units as well (``float_structure``), whose cells are measured
one by one. One factor fits its clock period to the engines of role ``measured``; their LUTs and
flip-flops, which no fit sees, measure the error.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.derive.numbers_of import numbers_of
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.number_format import share_text
from dwsim.synth import serial_structure, structure
from dwsim.synth.float_structure import unit_cells
from dwsim.synth.structure import ff_counts, float_cells, lut_counts
from dwsim.synth.table import Measured, outdated, read_table
from dwsim.synth.targets import ECP5

Counts = Mapping[str, float]
Numbers = EngineNumbers | SerialNumbers


@dataclass(frozen=True)
class Errors:
    """The largest relative errors of an estimate on engines that it was not fitted to.

    The clock of engines in floating point is fitted to those engines.
    """

    lut: float
    ff: float
    dsp: float
    bram: float
    fmax: float
    engines: int
    """The number of engines."""
    multipliers: int
    """Multipliers of the largest engine. The error on larger engines is not known."""
    role: str = "held-out"
    """Of the engines: held-out, or measured for those in floating point."""

    def __str__(self) -> str:
        return (
            f"LUT within {share_text(self.lut)}, FF {share_text(self.ff)},"
            f" Fmax {share_text(self.fmax)}, DSP {share_text(self.dsp)},"
            f" block RAM {share_text(self.bram)} on {self.engines} {self.role} engines"
            f" of up to {self.multipliers} multipliers"
        )


@dataclass(frozen=True)
class Estimate:
    """Cells of an ECP5, and the worst nextpnr-reported Fmax of three seeds, in MHz.

    ``errors`` apply to every estimate of an engine with such an array, not to this engine alone.
    """

    lut: int
    ff: int
    dsp: int
    bram: int
    fmax_mhz: float
    errors: Errors


@dataclass(frozen=True)
class Fit:
    """The weights of the counts of LUTs, flip-flops and clock period, by name, for one array."""

    lut: Counts
    ff: Counts
    period: Counts

    def figures(self, numbers: Numbers) -> tuple[float, float, int, int, float]:
        """LUTs, flip-flops, DSP blocks, block RAMs and Fmax in MHz of an engine."""
        part = serial_structure if isinstance(numbers, SerialNumbers) else structure
        counted: Any = part
        extra = (float_cells(numbers), unit_cells(numbers))
        float_lut, float_ff = (sum(cells) for cells in zip(*extra, strict=True))
        return (
            _weighted(self.lut, counted.lut_counts(numbers)) + float_lut,
            _weighted(self.ff, counted.ff_counts(numbers)) + float_ff,
            counted.dsp_blocks(numbers),
            counted.block_rams(numbers),
            1000 / _weighted(self.period, period_counts(numbers)),
        )


def period_counts(numbers: Numbers) -> dict[str, float]:
    """The counts whose weighted sum is the clock period in ns."""
    return {
        "engine": 1,
        "size": math.log2(1 + numbers.spec.multipliers),
        "requantisers": float(numbers.formats.requantises),
    }


def estimate(engine: EngineSpec, numbers: Numbers | None = None) -> Estimate:
    """Area and clock of an engine on the table's ECP5.

    Args:
        engine: the engine.
        numbers: the numbers of the engine, if the caller has them.
    """
    fit, errors = fitted(engine.dataflow, engine.arithmetic is not None)
    lut, ff, dsp, bram, fmax = fit.figures(numbers or numbers_of(engine))
    return Estimate(round(lut), round(ff), dsp, bram, fmax, errors)


@functools.cache
def fitted(dataflow: str = "tap_parallel", in_floats: bool = False) -> tuple[Fit, Errors]:
    """The fit of an array to the committed table, and its errors on the held-out engines.

    ``in_floats``: for engines in floating point. Their errors are those on the measured engines.
    """
    table = [line for line in read_table() if line.target == ECP5.name]
    if in_floats:
        floats = [line for line in table if line.engine.arithmetic is not None]
        parallel = _with_period_of(fitted()[0], floats)
        fit = fitted(dataflow)[0]
        # The table has no tap-serial engine in floating point: the slower of both clocks.
        slower = max(fit.period, parallel.period, key=lambda period: period["engine"])
        errors = replace(errors_of(parallel, floats), role="measured")
        return Fit(fit.lut, fit.ff, slower), errors
    lines = [line for line in table if line.engine.dataflow == dataflow]
    chosen = [line for line in lines if line.role == "fit"]
    fit = fit_to(chosen) if dataflow == "tap_parallel" else scaled_to(fitted()[0], chosen)
    return fit, errors_of(fit, [line for line in lines if line.role == "held_out"])


def _with_period_of(fit: Fit, lines: Sequence[Measured]) -> Fit:
    """The weights of LUTs and flip-flops, and those of the period times a factor for the lines."""
    return Fit(fit.lut, fit.ff, scaled_to(fit, lines).period)


def fit_to(lines: Sequence[Measured]) -> Fit:
    """The weights that fit these lines of a table best."""
    return Fit(
        _fit(lut_counts, lines, [line.lut for line in lines]),
        _fit(ff_counts, lines, [line.ff for line in lines]),
        _fit(period_counts, lines, [1000 / _fmax(line) for line in lines]),
    )


def scaled_to(fit: Fit, lines: Sequence[Measured]) -> Fit:
    """The weights of another array, times the factor of each figure that fits these lines best."""
    ratios = []
    for line in lines:
        lut, ff, _, _, fmax = fit.figures(numbers_of(line.engine))
        ratios.append((lut / line.lut, ff / line.ff, _fmax(line) / fmax))
    # The least squares of the relative errors: the sum of (factor * ratio - 1)**2.
    lut, ff, period = (sum(of) / sum(ratio**2 for ratio in of) for of in zip(*ratios, strict=True))
    return Fit(_scaled(fit.lut, lut), _scaled(fit.ff, ff), _scaled(fit.period, period))


def errors_of(fit: Fit, lines: Sequence[Measured]) -> Errors:
    """The largest relative error of each figure on these lines of a table."""
    errors = []
    for line in lines:
        measured = (line.lut, line.ff, line.dsp, line.bram, _fmax(line))
        estimated = fit.figures(numbers_of(line.engine))
        errors.append([_error(e, m) for e, m in zip(estimated, measured, strict=True)])
    lut, ff, dsp, bram, fmax = (max(column) for column in zip(*errors, strict=True))
    largest = max(line.engine.multipliers for line in lines)
    return Errors(lut, ff, dsp, bram, fmax, engines=len(lines), multipliers=largest)


@functools.cache
def sentence() -> str:
    """The note for every output of the estimate: the part and the errors.

    Cached, because the comparison of the table with the present Verilog takes about 0.1 s.
    """
    part = f"{ECP5.title} {ECP5.default_device}, speed {ECP5.speeds[-1]}"
    said = f"estimate for {part}: {fitted()[1]} (largest errors; dwsim/synth/table.csv)"
    said += f"; of tap-serial engines {fitted('tap_serial')[1]}"
    said += f"; of engines in floating point {fitted(in_floats=True)[1]}, all tap-parallel"
    old = outdated()
    if old:
        said += f"; {len(old)} of {len(read_table())} lines of the table are from another RTL"
    return said


def _fmax(line: Measured) -> float:
    assert line.fmax_worst is not None
    return line.fmax_worst


def _error(estimated: float, measured: float) -> float:
    if measured == 0:
        return 0.0 if estimated == 0 else math.inf
    return abs(estimated - measured) / measured


def _fit(
    counts: Callable[[EngineNumbers], Counts],
    lines: Sequence[Measured],
    measured: Sequence[float],
) -> Counts:
    # Not at the top: the import of SciPy takes longer than most commands.
    from scipy.optimize import nnls

    rows = [counts(EngineNumbers(line.engine)) for line in lines]
    # Each line is divided by its measured value, so that relative errors are minimised.
    matrix = np.array([list(row.values()) for row in rows]) / np.array(measured)[:, None]
    weights, _ = nnls(matrix, np.ones(len(lines)))
    return dict(zip(rows[0], weights.tolist(), strict=True))


def _weighted(weights: Counts, counts: Counts) -> float:
    return sum(weights[name] * count for name, count in counts.items())


def _scaled(weights: Counts, factor: float) -> Counts:
    return {name: factor * weight for name, weight in weights.items()}
