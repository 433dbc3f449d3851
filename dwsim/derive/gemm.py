"""The cycles of a layer on a weight-stationary GEMM array, by im2col: the dense baseline."""

from __future__ import annotations

from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec


def gemm_shape(engine: EngineSpec) -> tuple[int, int]:
    """Rows and columns of a GEMM array with at most the multipliers of an engine.

    The rows are the taps of the engine's kernel, or its multipliers if these are fewer; the columns
    are the multipliers divided by the rows, rounded down. A depthwise channel fills one column.
    """
    rows = min(engine.taps, engine.multipliers)
    return rows, engine.multipliers // rows


def gemm_cycles(layer: LayerSpec, rows: int, cols: int) -> int:
    """Cycles of a layer on a weight-stationary array of rows x cols multipliers, by im2col.

    Each ifmap channel is a product of its own: its taps lie along the rows, its filters along the
    columns, and the ofmap's pixels stream through. A fold takes ``2*rows + cols + pixels - 2``
    cycles (A. Samajdar et al., A systematic methodology for characterizing scalability of DNN
    accelerators using SCALE-Sim, ISPASS 2020, equation 4); folds do not overlap.
    """
    pixels = layer.batch * layer.ofmap_h * layer.ofmap_w
    folds = -(-layer.kernel_h * layer.kernel_w // rows) * -(-layer.channel_multiplier // cols)
    return layer.channels * folds * (2 * rows + cols + pixels - 2)
