"""TensorFlow's default kernels, oneDNN's, add in another order: golden is near, by a bound."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

from dwsim import depthwise_conv2d
from tests.golden.configurations import random_configuration

DTYPES = ("float16", ml_dtypes.bfloat16, "float32", "float64")
_WORKER = """
import sys
import ml_dtypes, numpy as np, tensorflow as tf
from tests.golden.configurations import random_configuration
from tests.golden.test_floats_with_onednn import data
found = {}
for seed in map(int, sys.argv[2:]):
    configuration = random_configuration(seed, for_tensorflow=True)
    if not configuration.has_negative_size:
        arguments = configuration.arguments("NHWC")
        ofmap = tf.nn.depthwise_conv2d(*data(seed), **arguments).numpy()
        found[str(seed)] = ofmap.astype(np.float64)
np.savez(sys.argv[1], **found)
"""


def data(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Normal ifmap and weight of one of the dtypes."""
    configuration = random_configuration(seed, for_tensorflow=True)
    rng = np.random.default_rng([seed, 1])
    dtype = np.dtype(DTYPES[seed % len(DTYPES)])
    ifmap = rng.standard_normal(configuration.input_shape).astype(dtype)
    return ifmap, rng.standard_normal(configuration.filter_shape).astype(dtype)


def test_floats_are_as_close_as_rounding_lets_them(tmp_path: Path) -> None:
    seeds = range(5000, 5060)
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", _WORKER, str(tmp_path / "found.npz"), *map(str, seeds)]
    subprocess.run(command, env=environment, check=True, cwd=Path(__file__).parents[2])
    different = 0
    with np.load(tmp_path / "found.npz") as found:
        for key in found.files:
            seed = int(key)
            configuration = random_configuration(seed, for_tensorflow=True)
            ifmap, weight = data(seed)
            arguments: dict[str, Any] = configuration.arguments("NHWC")
            ofmap = depthwise_conv2d(ifmap, weight, **arguments)
            if ofmap.size == 0:
                continue  # oneDNN returns other shapes for empty tensors
            # Either sum of n rounded products is within n*eps/2 * sum|x*w| of the true one (Higham,
            # Accuracy and Stability of Numerical Algorithms, section 3.1), plus underflow.
            magnitude = depthwise_conv2d(
                np.abs(ifmap).astype(np.float64), np.abs(weight).astype(np.float64), **arguments
            )
            info = ml_dtypes.finfo(ofmap.dtype)
            taps = weight.shape[0] * weight.shape[1]
            bound = (taps + 1) * (float(info.eps) * magnitude + float(info.smallest_subnormal))
            error = np.abs(ofmap.astype(np.float64) - found[key])
            assert (error <= bound).all(), f"{configuration} {ofmap.dtype}: {error.max()}"
            different += int((error > 0).any())
    print(f"{different} of {len(found.files)} results differ in a bit")
    assert len(found.files) > 30
