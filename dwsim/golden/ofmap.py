"""The ofmap that an engine must produce: golden sums, or golden TFLite integers."""

from __future__ import annotations

import numpy as np

from dwsim.golden.depthwise import depthwise
from dwsim.golden.quantised import depthwise_quantised
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


def golden_ofmap(
    ifmap: np.ndarray, weight: np.ndarray, layer: LayerSpec, quantisation: Quantisation | None
) -> np.ndarray:
    """The golden ofmap of a layer (NHWC): exact sums, or TFLite's integers with a quantisation.

    Args:
        ifmap: integers, shape ``layer.ifmap_shape``; with a quantisation, of its dtype.
        weight: integers, shape ``layer.weight_shape``; with a quantisation, int8 or int16.
        layer: the geometry.
        quantisation: the requantiser's parameters; ``None`` for raw accumulators.
    """
    if quantisation is None:
        return depthwise(ifmap, weight, layer)
    return depthwise_quantised(ifmap, weight, layer, quantisation)
