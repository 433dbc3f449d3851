"""A quick estimate of an engine's area and clock on an ECP5, for sweeps over many engines.

Multipliers and block RAMs are counted. LUTs, flip-flops and the period of the clock are sums of
structural counts, weighted by non-negative least squares on relative errors over the engines of
role ``fit`` of the committed table. What the estimate is worth is measured on those of role
``held_out``, which it has not seen.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.spec.engine_spec import EngineSpec
from dwsim.synth.structure import block_rams, dsp_blocks, ff_counts, lut_counts
from dwsim.synth.table import Measured, outdated, read_table
from dwsim.synth.targets import ECP5

Counts = Mapping[str, float]


@dataclass(frozen=True)
class Errors:
    """The largest relative errors of an estimate on engines that it was not fitted to."""

    lut: float
    ff: float
    dsp: float
    bram: float
    fmax: float
    engines: int
    """How many they are."""
    multipliers: int
    """Those of the largest of them: nobody knows how wrong an estimate is beyond."""

    def __str__(self) -> str:
        return (
            f"LUT within {self.lut:.1%}, FF {self.ff:.1%}, Fmax {self.fmax:.1%},"
            f" DSP {self.dsp:.1%}, block RAM {self.bram:.1%} on {self.engines} held-out engines"
            f" of up to {self.multipliers} multipliers"
        )


@dataclass(frozen=True)
class Estimate:
    """What an engine takes of an ECP5, and the worst nextpnr-reported Fmax of three seeds, in MHz.

    ``errors`` are those of every estimate of this table.
    """

    lut: int
    ff: int
    dsp: int
    bram: int
    fmax_mhz: float
    errors: Errors


@dataclass(frozen=True)
class Fit:
    """Weights of the counts, by what they are for."""

    lut: Counts
    ff: Counts
    period: Counts

    def figures(self, numbers: EngineNumbers) -> tuple[float, float, int, int, float]:
        """LUTs, flip-flops, multipliers, block RAMs and Fmax in MHz of an engine."""
        return (
            _weighted(self.lut, lut_counts(numbers)),
            _weighted(self.ff, ff_counts(numbers)),
            dsp_blocks(numbers),
            block_rams(numbers),
            1000 / _weighted(self.period, period_counts(numbers)),
        )


def period_counts(numbers: EngineNumbers) -> dict[str, float]:
    """Counts of which the clock's period is a sum with weights."""
    return {
        "engine": 1,
        "size": math.log2(1 + numbers.spec.multipliers),
        "requantisers": float(numbers.formats.requantises),
    }


def estimate(engine: EngineSpec, numbers: EngineNumbers | None = None) -> Estimate:
    """Area and clock of an engine on the table's ECP5.

    Args:
        engine: the engine.
        numbers: its numbers, where the caller has them.
    """
    fit, errors = fitted()
    lut, ff, dsp, bram, fmax = fit.figures(numbers or EngineNumbers(engine))
    return Estimate(round(lut), round(ff), dsp, bram, fmax, errors)


@functools.cache
def fitted() -> tuple[Fit, Errors]:
    """The fit to the committed table, and its errors on the engines held out."""
    lines = [line for line in read_table() if line.target == ECP5.name]
    fit = fit_to([line for line in lines if line.role == "fit"])
    return fit, errors_of(fit, [line for line in lines if line.role == "held_out"])


def fit_to(lines: Sequence[Measured]) -> Fit:
    """Weights that fit these lines of a table."""
    return Fit(
        _fit(lut_counts, lines, [line.lut for line in lines]),
        _fit(ff_counts, lines, [line.ff for line in lines]),
        _fit(period_counts, lines, [1000 / _fmax(line) for line in lines]),
    )


def errors_of(fit: Fit, lines: Sequence[Measured]) -> Errors:
    """The largest relative error of each figure of a fit over these lines of a table."""
    errors = []
    for line in lines:
        measured = (line.lut, line.ff, line.dsp, line.bram, _fmax(line))
        estimated = fit.figures(EngineNumbers(line.engine))
        errors.append([_error(e, m) for e, m in zip(estimated, measured, strict=True)])
    worst = (max(column) for column in zip(*errors, strict=True))
    return Errors(*worst, len(lines), max(line.engine.multipliers for line in lines))


@functools.cache
def sentence() -> str:
    """What to print wherever the estimate is used: of what it is, and how wrong it can be.

    Said once a process: whether the table is of today's Verilog takes some 0.1 s to find out.
    """
    _, errors = fitted()
    part = f"{ECP5.title} {ECP5.default_device}, speed {ECP5.speeds[-1]}"
    said = f"estimate for {part}: {errors} (largest errors; dwsim/synth/table.csv)"
    old = outdated()
    if old:
        said += f"; the table is of another RTL for {len(old)} of its {len(read_table())} lines"
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
    # Relative errors: each line is divided by what was measured.
    matrix = np.array([list(row.values()) for row in rows]) / np.array(measured)[:, None]
    weights, _ = nnls(matrix, np.ones(len(lines)))
    return dict(zip(rows[0], weights.tolist(), strict=True))


def _weighted(weights: Counts, counts: Counts) -> float:
    return sum(weights[name] * count for name, count in counts.items())
