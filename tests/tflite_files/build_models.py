"""Builds the test models: seeded random networks, quantised by TFLite's converter.

The same TensorFlow on the same type of machine builds the same bytes. Nothing is downloaded.
"""

from __future__ import annotations

import os

# Before TensorFlow is imported: oneDNN rounds floats in an order of its own.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import argparse
import contextlib
import hashlib
import importlib.metadata
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.workloads.tflite import inference, read_model

HERE = Path(__file__).resolve().parent
SMALL = "mobilenet_v1_025_96"

_LEAST_DISTINCT = 64
"""Values that each layer's ofmap must take, or the model tests little."""

_SEED = 1
_CALIBRATION_BATCH = 8
_REPRESENTATIVE_INPUTS = 4


@dataclass(frozen=True)
class Recipe:
    """The recipe of a model: the Keras network, the input's range, the activations' width.

    Activations of 32 bits are float32, and the model is not quantised.
    """

    network: Callable[[Any], Any]
    low: float = -1.0
    high: float = 1.0
    activation_bits: int = 8
    per_channel: bool = True

    @property
    def in_floats(self) -> bool:
        """True if the model is not quantised."""
        return self.activation_bits == 32


def _application(name: str, size: int, **arguments: Any) -> Callable[[Any], Any]:
    def network(keras: Any) -> Any:
        make = getattr(keras.applications, name)
        # weights=None: nothing is downloaded.
        return make(input_shape=(size, size, 3), weights=None, **arguments)

    return network


def _one_layer(shape: tuple[int, int, int], *layers: tuple[str, dict[str, Any]]) -> Any:
    def network(keras: Any) -> Any:
        made = [getattr(keras.layers, kind)(**arguments) for kind, arguments in layers]
        return keras.Sequential([keras.layers.Input(shape, batch_size=1), *made])

    return network


NETWORKS: dict[str, Recipe] = {
    "mobilenet_v1_224": Recipe(_application("MobileNet", 224)),
    "mobilenet_v2_224": Recipe(_application("MobileNetV2", 224)),
    "mobilenet_v3_small_224": Recipe(_application("MobileNetV3Small", 224), 0.0, 255.0),
    "mobilenet_v3_large_224": Recipe(_application("MobileNetV3Large", 224), 0.0, 255.0),
    "efficientnet_b0_224": Recipe(_application("EfficientNetB0", 224), 0.0, 255.0),
    "nasnet_mobile_224": Recipe(_application("NASNetMobile", 224)),
    "xception_299": Recipe(_application("Xception", 299)),
    "convnext_tiny_224": Recipe(_application("ConvNeXtTiny", 224), 0.0, 255.0),
    "mobilenet_v1_224_float32": Recipe(_application("MobileNet", 224), activation_bits=32),
}
"""The full-size networks, built when asked for."""

_DEPTHWISE = partial(dict, kernel_size=3, bias_initializer="random_normal")

TINY: dict[str, Recipe] = {
    "dilated": Recipe(
        _one_layer(
            (12, 11, 5),
            ("DepthwiseConv2D", _DEPTHWISE(dilation_rate=2, padding="same", activation="relu")),
        )
    ),
    "dilated_valid": Recipe(
        _one_layer((12, 11, 5), ("DepthwiseConv2D", _DEPTHWISE(dilation_rate=(3, 3))))
    ),
    "multiplier": Recipe(
        _one_layer(
            (9, 10, 3),
            ("DepthwiseConv2D", _DEPTHWISE(depth_multiplier=4, padding="same", strides=2)),
        )
    ),
    "int16": Recipe(
        _one_layer((9, 10, 6), ("DepthwiseConv2D", _DEPTHWISE(padding="same"))),
        activation_bits=16,
    ),
    "per_tensor": Recipe(
        _one_layer((9, 10, 6), ("DepthwiseConv2D", _DEPTHWISE(activation="relu6"))),
        per_channel=False,
    ),
    "padded": Recipe(
        _one_layer(
            (9, 10, 6),
            ("ZeroPadding2D", {"padding": ((2, 1), (0, 3))}),
            ("DepthwiseConv2D", _DEPTHWISE(strides=2)),
        )
    ),
}
"""One depthwise layer each, a few KiB."""

COMMITTED: dict[str, Recipe] = {
    SMALL: Recipe(_application("MobileNet", 96, alpha=0.25, classes=10)),
    **TINY,
}
"""The models that stand beside this file."""

RECIPES: dict[str, Recipe] = {**COMMITTED, **NETWORKS}


def model_path(name: str) -> Path:
    """The path of a model: in the directory of this file, or in the cache.

    The cache is ``$DWSIM_CACHE/models``, or else in the user's cache. It has one directory for
    each version of this file and of TensorFlow.
    """
    if name in COMMITTED:
        return HERE / f"{name}.tflite"
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path(os.environ.get("DWSIM_CACHE") or user / "dwsim")
    key = hashlib.sha256(Path(__file__).read_bytes())
    key.update(importlib.metadata.version("tensorflow-cpu").encode())
    return cache / "models" / key.hexdigest()[:16] / f"{name}.tflite"


def model(name: str) -> Path:
    """The model of this name, built unless it is there.

    Raises:
        KeyError: for a name that is not in ``RECIPES``.
    """
    path = model_path(name)
    if not path.is_file():
        write_atomically(path, build(RECIPES[name]))
        require_variety(path)
    return path


def require_variety(path: Path) -> None:
    """Fails unless every depthwise layer runs and makes many different values."""
    read = read_model(path)
    for layer in read.layers:
        if not layer.runs:
            raise RuntimeError(f"{path}: {layer.name}: {'; '.join(map(str, layer.reasons))}")
    for name, tensors in inference.infer(read, "double").items():
        distinct = len(np.unique(tensors.ofmap))
        if distinct < _LEAST_DISTINCT:
            raise RuntimeError(f"{path}: {name} takes {distinct} values only: it is degenerate")


def write_atomically(path: Path, data: bytes) -> None:
    """Writes a file that others see whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)
    path.chmod(0o644)


def build(recipe: Recipe) -> bytes:
    """The ``.tflite`` file of a recipe."""
    import tensorflow as tf

    tf.keras.backend.clear_session()
    tf.config.experimental.enable_op_determinism()
    tf.keras.utils.set_random_seed(_SEED)
    network = recipe.network(tf.keras)
    rng = np.random.default_rng(_SEED)
    _randomise(network, rng)
    shape = network.input_shape[1:]
    _calibrate(tf, network, _inputs(recipe, rng, _CALIBRATION_BATCH, shape), rng)
    examples = [_inputs(recipe, rng, 1, shape) for _ in range(_REPRESENTATIVE_INPUTS)]
    return _convert(tf, network, recipe, examples)


def _inputs(
    recipe: Recipe, rng: np.random.Generator, count: int, shape: Sequence[int]
) -> np.ndarray:
    return rng.uniform(recipe.low, recipe.high, (count, *shape)).astype(np.float32)


def _randomise(network: Any, rng: np.random.Generator) -> None:
    """Random weights, biases, scales and offsets that keep the signal's size from layer to layer.

    Kernels have the variance 2 / fan-in (He et al. 2015, https://arxiv.org/abs/1502.01852).
    """
    for variable in network.trainable_variables:
        kind, shape = variable.path.rsplit("/", 1)[-1], variable.shape
        if kind == "gamma":
            value = rng.uniform(0.5, 1.5, shape)
        elif kind in ("beta", "bias"):
            value = rng.normal(0.0, 0.3, shape)
        else:
            # A depthwise kernel is (h, w, channels, multiplier), any other (..., in, out).
            depthwise = "dw" in variable.path or "depthwise" in variable.path
            fan_in = np.prod(shape[:2] if depthwise else shape[:-1])
            value = rng.normal(0.0, np.sqrt(2.0 / fan_in), shape)
        variable.assign(value.astype(np.float32))


def _calibrate(tf: Any, network: Any, batch: np.ndarray, rng: np.random.Generator) -> None:
    """Batch-norm statistics near those of random inputs, so that nothing saturates or dies."""
    norms = [
        layer for layer in network.layers if isinstance(layer, tf.keras.layers.BatchNormalization)
    ]
    for layer in network.layers:
        if isinstance(layer, tf.keras.layers.Dropout):
            layer.rate = 0.0
    for norm in norms:
        norm.momentum = 0.0
    if norms:
        network(batch, training=True)
    for norm in norms:
        mean, variance = norm.moving_mean.numpy(), norm.moving_variance.numpy()
        shift = rng.normal(0.0, 0.1, mean.shape) * np.sqrt(variance)
        norm.moving_mean.assign((mean + shift).astype(np.float32))
        norm.moving_variance.assign(
            (variance * rng.uniform(0.7, 1.4, variance.shape)).astype(np.float32)
        )


def _convert(tf: Any, network: Any, recipe: Recipe, examples: list[np.ndarray]) -> bytes:
    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    if not recipe.in_floats:
        _quantise(tf, converter, recipe, examples)
    with _quiet():
        return bytes(converter.convert())


def _quantise(tf: Any, converter: Any, recipe: Recipe, examples: list[np.ndarray]) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([example] for example in examples)
    if recipe.activation_bits == 16:
        wanted = "EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8"
        dtype = tf.int16
    else:
        wanted, dtype = "TFLITE_BUILTINS_INT8", tf.int8
    converter.target_spec.supported_ops = [getattr(tf.lite.OpsSet, wanted)]
    converter.inference_input_type = converter.inference_output_type = dtype
    converter._experimental_disable_per_channel = not recipe.per_channel


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the converter's notes, some of them from C++, out of the terminal."""
    kept = [os.dup(1), os.dup(2)]
    with warnings.catch_warnings(), tempfile.TemporaryFile() as sink:
        warnings.simplefilter("ignore")
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            os.dup2(sink.fileno(), 1)
            os.dup2(sink.fileno(), 2)
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, copy in enumerate(kept, start=1):
                os.dup2(copy, number)
                os.close(copy)


def main(argv: Sequence[str] | None = None) -> int:
    """Builds models by name, also those that are there already."""
    parser = argparse.ArgumentParser(prog="make_test_models.py", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="MODEL",
        help=f"committed (the default: {', '.join(COMMITTED)}), networks ({', '.join(NETWORKS)}),"
        " or any of these names",
    )
    names: list[str] = []
    for name in parser.parse_args(argv).names or ["committed"]:
        names += {"committed": list(COMMITTED), "networks": list(NETWORKS)}.get(name, [name])
    unknown = [name for name in names if name not in RECIPES]
    if unknown:
        parser.error(f"no model is called {', '.join(unknown)}: there are {', '.join(RECIPES)}")
    for name in names:
        begin = time.monotonic()
        data = build(RECIPES[name])
        path = model_path(name)
        write_atomically(path, data)
        require_variety(path)
        print(
            f"{name}: {len(data):,} bytes in {time.monotonic() - begin:.0f} s, {path}", flush=True
        )
    return 0
