"""Reads the depthwise layers of Keras models; the committed tables are its output.

Needs TensorFlow. The networks are built without weights, so nothing is downloaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from importlib import metadata
from typing import Any

from dwsim.errors import SpecError, ToolError, Violation
from dwsim.spec.layer_spec import LayerSpec, same_pads
from dwsim.workloads.network import Network

COMMAND = "python scripts/network_tables.py"


@dataclass(frozen=True)
class Application:
    """A network of ``keras.applications`` with its default input size in pixels."""

    function: str
    size: int
    source: str


APPLICATIONS = {
    "mobilenet_v1": Application("MobileNet", 224, "https://arxiv.org/abs/1704.04861"),
    "mobilenet_v2": Application("MobileNetV2", 224, "https://arxiv.org/abs/1801.04381"),
    "mobilenet_v3_small": Application("MobileNetV3Small", 224, "https://arxiv.org/abs/1905.02244"),
    "mobilenet_v3_large": Application("MobileNetV3Large", 224, "https://arxiv.org/abs/1905.02244"),
    "efficientnet_b0": Application("EfficientNetB0", 224, "https://arxiv.org/abs/1905.11946"),
    "nasnet_mobile": Application("NASNetMobile", 224, "https://arxiv.org/abs/1707.07012"),
    "xception": Application("Xception", 299, "https://arxiv.org/abs/1610.02357"),
    "convnext_tiny": Application("ConvNeXtTiny", 224, "https://arxiv.org/abs/2201.03545"),
}
"""The networks by the names of their tables."""


def table_text(name: str) -> str:
    """The table of a network as text: a TOML file with one layer in each line."""
    application = APPLICATIONS[name]
    layers = network_layers(application)
    kinds = {field.name: field.default for field in fields(LayerSpec)}
    lines = [
        f"# The depthwise layers of keras.applications.{application.function}"
        f" at {application.size}x{application.size}: {len(layers)},"
        f" {sum(layer.macs for layer in layers):,} multiply-adds.",
        f"# {application.source}",
        f"# Made by `{COMMAND} {name}` with {_versions()}.",
        "# Fields are LayerSpec's; those left out have its defaults.",
        "",
        "layer = [",
    ]
    for layer in layers:
        given = {key: getattr(layer, key) for key in ("name", *kinds)}
        entries = [
            f"{key} = {json.dumps(value)}"
            for key, value in given.items()
            if key == "name" or kinds[key] is MISSING or value != kinds[key]
        ]
        lines.append(f"  {{ {', '.join(entries)} }},")
    return "\n".join([*lines, "]", ""])


def from_keras(model: Any) -> Network:
    """The depthwise layers of a Keras model, in the order in which Keras lists them.

    Args:
        model: a functional or sequential model whose input shape is known. A separable convolution
            gives its depthwise half; a ZeroPadding2D before a layer becomes its padding.

    Raises:
        SpecError: for a layer that is grouped but not depthwise, and for a model without layers.
        ToolError: if Keras is not installed.
    """
    try:
        import keras
    except ModuleNotFoundError:
        how = "python -m pip install tensorflow-cpu"
        raise ToolError(f"from_keras needs Keras: {how}") from None
    layers = tuple(_layer(keras, layer) for layer in _depthwise(keras, model))
    if not layers:
        rule = "must be at least one depthwise layer"
        raise SpecError(f"model {model.name}", [Violation("layers", 0, rule)])
    return Network(str(model.name), layers, "keras")


def network_layers(application: Application) -> tuple[LayerSpec, ...]:
    """The network's depthwise layers in the order in which Keras lists them.

    A separable convolution gives its depthwise half. A grouped convolution with one input channel
    in each group is a depthwise layer. A ZeroPadding2D before a layer becomes its padding.

    Raises:
        SpecError: for a grouped convolution that is not depthwise, and for a layer with SAME
            padding after a ZeroPadding2D.
    """
    # Here and not at the top: only the tables' maker needs TensorFlow.
    import keras

    make = getattr(keras.applications, application.function)
    model = make(input_shape=(application.size, application.size, 3), weights=None)
    return tuple(_layer(keras, layer) for layer in _depthwise(keras, model))


def _versions() -> str:
    names = ("keras", "tensorflow-cpu")
    return " and ".join(f"{name} {metadata.version(name)}" for name in names)


def _depthwise(keras: Any, model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _depthwise(keras, layer)
        elif isinstance(layer, (keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)) or (
            isinstance(layer, keras.layers.Conv2D) and layer.groups > 1
        ):
            yield layer


def _layer(keras: Any, layer: Any) -> LayerSpec:
    _, height, width, channels = layer.input.shape
    if isinstance(layer, keras.layers.Conv2D):
        multiplier = layer.filters // layer.groups
        _refuse(layer.groups != channels, layer, "groups", layer.groups, f"not {channels} channels")
    else:
        multiplier = layer.depth_multiplier
    pads = [0, 0, 0, 0]
    before = layer.input._keras_history.operation
    if isinstance(before, keras.layers.ZeroPadding2D):
        _refuse(layer.padding != "valid", layer, "padding", layer.padding, "after a ZeroPadding2D")
        pads = [pad for axis in before.padding for pad in axis]
        _, height, width, _ = before.input.shape
    elif layer.padding == "same":
        for axis, size in enumerate((height, width)):
            sizes = (layer.kernel_size[axis], layer.strides[axis], layer.dilation_rate[axis])
            pads[2 * axis : 2 * axis + 2] = same_pads(size, *sizes)
    return LayerSpec(
        ifmap_h=height,
        ifmap_w=width,
        channels=channels,
        kernel_h=layer.kernel_size[0],
        kernel_w=layer.kernel_size[1],
        channel_multiplier=multiplier,
        stride_h=layer.strides[0],
        stride_w=layer.strides[1],
        dilation_h=layer.dilation_rate[0],
        dilation_w=layer.dilation_rate[1],
        pad_top=pads[0],
        pad_bottom=pads[1],
        pad_left=pads[2],
        pad_right=pads[3],
        name=re.sub(r"[^A-Za-z0-9_]", "_", layer.name),
    )


def _refuse(broken: bool, layer: Any, field: str, value: Any, why: str) -> None:
    if broken:
        raise SpecError(f"layer {layer.name}", [Violation(field, value, f"is not read: {why}")])
