"""TensorFlow as the outside judge: its plain CPU kernel, and a failure when it is missing."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest

# oneDNN's kernels round and refuse differently; the switch is read once, at the import.
_IMPORTED_TOO_EARLY = "tensorflow" in sys.modules and os.environ.get("TF_ENABLE_ONEDNN_OPTS") != "0"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow
except ImportError as error:
    tensorflow, _MISSING = None, str(error)


def require_tensorflow() -> None:
    """Fail, never skip: without its judge the golden model is not tested at all."""
    if tensorflow is None:
        pytest.fail(
            "TensorFlow is the oracle of these tests and cannot be imported"
            f" ({_MISSING}): install the test dependencies, pip install tensorflow-cpu"
        )
    if _IMPORTED_TOO_EARLY:
        pytest.fail("TensorFlow was imported before TF_ENABLE_ONEDNN_OPTS=0 could be set")


def depthwise(input: np.ndarray, filter: np.ndarray, **arguments: object) -> np.ndarray | None:
    """``tf.nn.depthwise_conv2d`` (NHWC); None when TensorFlow refuses the call."""
    try:
        return tensorflow.nn.depthwise_conv2d(input, filter, **arguments).numpy()
    except tensorflow.errors.InvalidArgumentError:
        return None


def after_sums(
    sums: np.ndarray, bias: np.ndarray, activation: str | tuple[float, float]
) -> np.ndarray:
    """``tf.nn.bias_add``, and then the function that an activation names, or a pair of limits."""
    functions = {
        "none": tensorflow.identity,
        "relu": tensorflow.nn.relu,
        "relu6": tensorflow.nn.relu6,
        "relu_n1_to_1": lambda x: tensorflow.clip_by_value(x, -1.0, 1.0),
    }
    biased = tensorflow.nn.bias_add(sums, bias)
    if isinstance(activation, tuple):
        return tensorflow.clip_by_value(biased, *activation).numpy()
    return functions[activation](biased).numpy()
