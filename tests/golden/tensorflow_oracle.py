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
