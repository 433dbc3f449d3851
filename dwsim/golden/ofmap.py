"""The ofmap that an engine must produce: golden sums, TFLite integers, or floats."""

from __future__ import annotations

import numpy as np

from dwsim.golden.depthwise import depthwise
from dwsim.golden.float_ofmap import float_ofmap
from dwsim.golden.quantised import depthwise_quantised
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.float_sums import FloatSums
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


def golden_ofmap(
    ifmap: np.ndarray,
    weight: np.ndarray,
    layer: LayerSpec,
    quantisation: Quantisation | None,
    float_sums: FloatSums | None = None,
    epilogue: Epilogue | None = None,
) -> np.ndarray:
    """The golden ofmap of a layer (NHWC).

    It has exact sums, TFLite's integers with a quantisation, or the words of floats if
    ``float_sums`` is given.

    Args:
        ifmap: integers, shape ``layer.ifmap_shape``; with a quantisation, of its dtype; uint16 or
            uint32 for the words of floats.
        weight: integers, shape ``layer.weight_shape``; with a quantisation, int8 or int16.
        layer: the geometry.
        quantisation: the requantiser's parameters; ``None`` for raw accumulators.
        float_sums: of an engine in floating point; ``None`` for integers.
        epilogue: bias and clamp of a layer of floats; ``None`` for neither.
    """
    if float_sums is not None:
        return float_ofmap(ifmap, weight, layer, float_sums, epilogue)
    if quantisation is None:
        return depthwise(ifmap, weight, layer)
    return depthwise_quantised(ifmap, weight, layer, quantisation)
