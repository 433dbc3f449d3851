"""Layers on three arrays with the same multipliers: GEMM, tap-parallel and tap-serial."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dwsim.derive import Plan
from dwsim.derive.gemm import gemm_cycles, gemm_shape
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.support.text_table import Column, text_table

IFMAP_PIXELS = 4
"""Pixels of a beat of the tap-serial engine."""

COLUMNS = [
    Column("array", "array", "text"),
    Column("multipliers", "multipliers"),
    Column("cycles", "cycles"),
    Column("ideal", "ideal"),
    Column("bound", "own bound"),
    Column("bound_share", "bound/cycles", "share"),
    Column("utilisation", "utilisation", "share"),
]


def array_rows(layers: Sequence[LayerSpec], engine: EngineSpec) -> Iterator[dict[str, Any]]:
    """The figures of each array, by the keys of ``COLUMNS``.

    The GEMM array is that of ``gemm_shape``; a tap-serial engine has the engine's lanes and
    multipliers.
    """
    macs = sum(layer.macs for layer in layers)
    rows, cols = gemm_shape(engine)
    gemm = sum(gemm_cycles(layer, rows, cols) for layer in layers)
    yield {
        "array": f"GEMM, weight-stationary {rows}x{cols}, by formula",
        "multipliers": rows * cols,
        "cycles": gemm,
        "ideal": -(-macs // (rows * cols)),
        "utilisation": macs / (rows * cols * gemm),
    }
    serial = EngineSpec.smallest(
        layers,
        engine.lanes,
        dataflow="tap_serial",
        pixels=engine.lane_multipliers,
        ifmap_pixels=IFMAP_PIXELS,
    )
    for one in (engine, serial):
        plans = [Plan(layer, one) for layer in layers]
        cycles, bound = (sum(getattr(plan, name) for plan in plans) for name in ("cycles", "bound"))
        shape = f"{one.lanes} lanes x {one.lane_multipliers}"
        yield {
            "array": f"{one.dataflow.replace('_', '-')}, {shape}",
            "multipliers": one.multipliers,
            "cycles": cycles,
            "ideal": -(-macs // one.multipliers),
            "bound": bound,
            "bound_share": bound / cycles,
            "utilisation": macs / (one.multipliers * cycles),
        }


def array_table(layers: Sequence[LayerSpec], engine: EngineSpec) -> str:
    """The table of ``array_rows``."""
    return text_table(COLUMNS, list(array_rows(layers, engine)))
