"""The ordered golden floats beside TensorFlow's and PyTorch's.

``python -m tests.golden.float_frameworks`` prints the table of docs/explanation/float.md. Each
framework adds the taps in its own order and rounds 16-bit floats where it likes, so that only
the distance from the exact sum can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import ml_dtypes
import numpy as np

from dwsim.golden.float_error import errors_in_ulp
from dwsim.golden.ordered_float import depthwise_ordered
from dwsim.golden.summation_order import tap_parallel_order, tap_serial_order
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.spec.layer_spec import LayerSpec

DTYPES = {"float32": np.float32, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}


@dataclass(frozen=True)
class Comparison:
    """One framework, or one order of the golden model, on one layer."""

    number_format: str
    source: str
    equal: float
    """Share of values whose bits are those of the tap-parallel golden model."""
    largest_ulp: float
    """Largest distance from the exact sum, in units of its last place."""
    median_ulp: float


@dataclass(frozen=True)
class Run:
    """A layer with stride 1 and padding SAME on normal data, and what each source makes of it."""

    layer: LayerSpec
    ifmap: np.ndarray
    weight: np.ndarray
    ofmaps: dict[str, np.ndarray]


def run(name: str, size: int, channels: int, kernel: int, seed: int) -> Run:
    """All sources in one of the formats."""
    pad = kernel // 2
    layer = LayerSpec(
        ifmap_h=size,
        ifmap_w=size,
        channels=channels,
        kernel_h=kernel,
        kernel_w=kernel,
        pad_top=pad,
        pad_bottom=pad,
        pad_left=pad,
        pad_right=pad,
    )
    rng = np.random.default_rng(seed)
    ifmap = rng.standard_normal(layer.ifmap_shape).astype(DTYPES[name])
    weight = rng.standard_normal(layer.weight_shape).astype(DTYPES[name])
    ofmaps = _golden(ifmap, weight, layer) | _frameworks(ifmap, weight, pad)
    return Run(layer, ifmap, weight, ofmaps)


def comparisons(size: int, channels: int, kernel: int, seed: int) -> list[Comparison]:
    """Every source in the three formats."""
    found = []
    for name in DTYPES:
        one = run(name, size, channels, kernel, seed)
        first = next(iter(one.ofmaps.values()))
        for source, ofmap in one.ofmaps.items():
            errors = errors_in_ulp(ofmap, one.ifmap, one.weight, one.layer)
            equal = float(np.mean(ofmap == first))
            found.append(
                Comparison(name, source, equal, float(errors.max()), float(np.median(errors)))
            )
    return found


def _golden(ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec) -> dict[str, np.ndarray]:
    name = ifmap.dtype.name
    kernel = layer.kernel_h, layer.kernel_w
    ofmaps = {}
    for accumulate in dict.fromkeys(("float32", name)):
        for array, order in (
            ("taps at once", tap_parallel_order(*kernel)),
            ("tap by tap", tap_serial_order(*kernel)),
        ):
            ofmaps[f"golden, {array}, sums in {accumulate}"] = depthwise_ordered(
                ifmap, weight, layer, FloatArithmetic(name, accumulate), order
            )
    return ofmaps


def _frameworks(ifmap: np.ndarray, weight: np.ndarray, pad: int) -> dict[str, np.ndarray]:
    import torch

    from tests.golden import tensorflow_oracle

    tensorflow_oracle.require_tensorflow()
    by_tensorflow = tensorflow_oracle.depthwise(ifmap, weight, strides=[1, 1, 1, 1], padding="SAME")
    assert by_tensorflow is not None
    dtype = getattr(torch, ifmap.dtype.name)
    # The conversions to float32 and back are exact.
    pixels = torch.from_numpy(np.moveaxis(ifmap.astype(np.float32), -1, 1).copy()).to(dtype)
    kernels = np.moveaxis(weight.astype(np.float32)[..., 0], -1, 0)[:, np.newaxis].copy()
    factors = torch.from_numpy(kernels).to(dtype)
    result = torch.nn.functional.conv2d(pixels, factors, padding=pad, groups=len(kernels))
    by_torch = np.moveaxis(result.float().numpy(), 1, -1).astype(ifmap.dtype)
    return {"TensorFlow, plain CPU kernel": by_tensorflow, "PyTorch, CPU": by_torch}


def table(found: list[Comparison]) -> str:
    """Markdown."""
    lines = [
        "| format | result of | bit-equal to the first | largest ulp | median ulp |",
        "|---|---|---|---|---|",
    ]
    for c in found:
        lines.append(
            f"| {c.number_format} | {c.source} | {100 * c.equal:.1f} %"
            f" | {c.largest_ulp:,.1f} | {c.median_ulp:.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(comparisons(size=56, channels=32, kernel=3, seed=1)))
