"""Layers in floating point of a model file: their jobs, and the comparison with a runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dwsim.golden.order_bound import order_bound
from dwsim.rtlsim.cosim import Verified
from dwsim.rtlsim.job import Job
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.spec.layer_spec import LayerSpec
from dwsim.stream.epilogue_values import epilogue_of
from dwsim.stream.float_tensors import float_values, float_words
from dwsim.verification.float_comparison import FloatComparison, compare_floats
from dwsim.workloads.float_parameters import FloatParameters


def float_job(
    spec: LayerSpec, floats: FloatParameters, ifmap: np.ndarray, stalls: str, seed: int
) -> Job:
    """A layer on an engine with float32 sums and an epilogue.

    Args:
        spec: the geometry.
        floats: the parameters.
        ifmap: of their dtype, shape ``spec.ifmap_shape``.
        stalls: a name among ``dwsim.stream.stalls.PROFILES``.
        seed: of the stalls.
    """
    arithmetic = FloatArithmetic(floats.number_format)
    epilogue = epilogue_of(arithmetic, spec.ofmap_channels, floats.bias, floats.activation)
    words = float_words(ifmap), float_words(floats.weight)
    return Job(spec, *words, stalls, seed, epilogue=epilogue)


@dataclass(frozen=True)
class FloatDifferences:
    """The values of a layer that are not bit-equal to all sources, and those that are right."""

    differing: int
    explained: int
    """Number of those that are within the bound of every order of summation."""
    comparisons: tuple[FloatComparison, ...]


def float_differences(
    done: Verified,
    floats: FloatParameters,
    ifmap: np.ndarray,
    ofmaps: Mapping[str, np.ndarray],
    flush: bool = False,
) -> FloatDifferences:
    """Compares the RTL's ofmap with those of a runtime.

    Args:
        done: the job of ``float_job``.
        floats: the parameters.
        ifmap: NHWC floats.
        ofmaps: the ofmap of each source, by its name.
        flush: a source may take subnormal numbers for zeros.
    """
    ofmap = float_values(done.ofmap, floats.number_format)
    arithmetic = FloatArithmetic(floats.number_format)
    given = (ifmap, floats.weight, done.job.layer, arithmetic, floats.bias, floats.clamp)
    bound = order_bound(*given, flush=flush)
    differs, wrong = np.zeros(ofmap.shape, bool), np.zeros(ofmap.shape, bool)
    comparisons = []
    for source, other in ofmaps.items():
        compared = compare_floats(ofmap, other, bound, source)
        comparisons.append(compared.comparison)
        differs, wrong = differs | compared.differs, wrong | compared.wrong
    explained = int((differs & ~wrong).sum())
    return FloatDifferences(int(differs.sum()), explained, tuple(comparisons))
