"""Networks: the committed tables equal Keras's networks, and other files are read as networks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from dwsim import LayerSpec, SpecError
from dwsim.support.resources import network_dir, spec_dir
from dwsim.workloads import from_keras, read_network, ready_networks
from dwsim.workloads.keras_models import APPLICATIONS, table_text

MODELS = Path(__file__).resolve().parents[1] / "tflite_files"


@pytest.fixture(scope="module")
def keras() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    return keras


def test_every_network_has_a_table() -> None:
    assert ready_networks() == tuple(sorted(APPLICATIONS))
    assert sum(read_network("mobilenet_v1").layers[i].stride_h == 2 for i in range(13)) == 4
    assert read_network("mobilenet_v1").macs == 17_385_984


def test_layers_are_repeated_as_often_as_they_occur() -> None:
    """MobileNetV1 has five equal layers of 14x14x512 (its paper's table 1)."""
    network = read_network("mobilenet_v1")
    assert len(network.layers) == 13
    assert sum(layer.ifmap_shape == (1, 14, 14, 512) for layer in network.layers) == 6
    (most,) = {shape for shape in network.shapes if network.shapes.count(shape) > 1}
    assert (network.shapes.count(most), most.stride_h) == (5, 1)
    assert network.macs == sum(layer.macs for layer in network.layers)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_tables_are_what_keras_has(keras: Any, name: str) -> None:
    kept = (network_dir() / f"{name}.toml").read_text()
    assert without_versions(table_text(name)) == without_versions(kept), (
        f"keras {keras.__version__} gives another table; python scripts/network_tables.py {name}"
    )


def test_any_keras_model(keras: Any) -> None:
    model = keras.Sequential(
        [
            keras.Input((9, 8, 3)),
            keras.layers.ZeroPadding2D(((1, 0), (2, 3))),
            keras.layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2, name="odd-name"),
            keras.layers.SeparableConv2D(5, 3, padding="same"),
        ],
        name="own",
    )
    network = from_keras(model)
    assert (network.name, network.source) == ("own", "keras")
    first, second = network.layers
    expected = LayerSpec(
        9, 8, 3, 3, 3, 1, 2, 2, 2, pad_top=1, pad_left=2, pad_right=3, name="odd_name"
    )
    assert first == expected
    assert second.ifmap_shape == first.ofmap_shape
    with pytest.raises(SpecError, match="must be at least one depthwise layer"):
        from_keras(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))


def without_versions(table: str) -> list[str]:
    return [line for line in table.splitlines() if not line.startswith("# Made by")]


@pytest.mark.parametrize("name", APPLICATIONS)
def test_shapes_follow_from_keras_own(keras: Any, name: str) -> None:
    """The padding was folded right if the ofmaps have Keras's sizes, and the weights its shapes."""
    application = APPLICATIONS[name]
    model = getattr(keras.applications, application.function)(
        input_shape=(application.size, application.size, 3), weights=None
    )
    by_name = {layer.name: layer for layer in read_network(name).layers}
    seen = set()
    for layer in model.layers:
        if "Conv2D" not in type(layer).__name__:
            continue
        kernel = layer.weights[0]
        # A plain convolution is depthwise when each of its kernels sees one channel of several.
        grouped = kernel.shape[2] == 1 and layer.input.shape[-1] > 1
        if type(layer).__name__ == "Conv2D" and not grouped:
            continue
        spec = by_name[layer.name]
        seen.add(layer.name)
        assert (spec.ofmap_h, spec.ofmap_w) == layer.output.shape[1:3], layer.name
        assert spec.weight_shape[:2] == tuple(kernel.shape[:2])
        assert spec.ofmap_channels == kernel.shape[2] * kernel.shape[3]
    assert seen == set(by_name)


def test_ones_own_list_is_a_network(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[[layer]]\nname = "a"\nifmap_h = 4\nifmap_w = 5\nchannels = 6\nkernel_h = 3\n'
        'kernel_w = 3\npadding = "SAME"\n'
    )
    network = read_network("mine.toml", tmp_path)
    layer = LayerSpec(4, 5, 6, 3, 3, pad_top=1, pad_bottom=1, pad_left=1, pad_right=1, name="a")
    assert (network.name, network.layers) == ("mine", (layer,))


def test_the_layers_of_a_spec_are_a_network() -> None:
    spec = spec_dir() / "mobilenet_v1_32.toml"
    mine, keras_own = read_network(str(spec)), read_network("mobilenet_v1")
    shapes = [(layer.ifmap_shape, layer.ofmap_shape, layer.stride_h) for layer in mine.layers]
    assert shapes == [(x.ifmap_shape, x.ofmap_shape, x.stride_h) for x in keras_own.layers]


def test_a_model_file_is_a_network() -> None:
    network = read_network("mobilenet_v1_025_96.tflite", MODELS)
    assert network.name == "mobilenet_v1_025_96"
    assert [layer.name for layer in network.layers] == [f"dw{i}" for i in range(1, 14)]
    assert network.layers[0].ifmap_shape == (1, 48, 48, 8)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "mobilenet",
            None,
            "is not a file, and not the name of a ready-made network: convnext",
        ),
        ("bad.toml", "layer = 1\n", "must be tables, each under a line [[layer]]"),
        ("bad.toml", "", "layer = None: is required: [[layer]] tables"),
        ("bad.toml", "layer = [", "bad.toml:1"),
        ("bad.toml", "[layers]\n", "did you mean layer?"),
        ("bad.toml", '[[layer]]\nname = "a"\nlanes = 2\n', "layer[0].lanes"),
    ],
)
def test_bad_networks_are_refused(
    tmp_path: Path, name: str, text: str | None, expected: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(SpecError) as caught:
        read_network(name, tmp_path)
    assert expected in str(caught.value)


def test_a_model_with_unreadable_layers_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer that no engine can run is not left out."""
    from dwsim.errors import Violation
    from dwsim.workloads.tflite import model as models

    read = models.DepthwiseLayer(
        "dw1", 0, 3, "CONV_2D", "t", 1, 2, reasons=(Violation("type", "float32", "must be int8"),)
    )
    found = models.Model(Path("f.tflite"), {}, (read,), (), b"")
    monkeypatch.setattr("dwsim.workloads.tflite.read_model", lambda path: found)
    with pytest.raises(SpecError, match=r"dw1.type = 'float32': must be int8"):
        read_network("f.tflite")
