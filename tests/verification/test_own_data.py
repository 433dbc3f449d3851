"""One's own arrays in place of random data, in Python and from files of NumPy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec, Quantisation, SpecError, depthwise_conv2d, verify
from dwsim.cli import main
from dwsim.golden.quantised import depthwise_quantised
from dwsim.spec.canonical import canonical_toml

LAYER = LayerSpec(5, 6, 3, 3, 3, pad_top=1, pad_left=2, channel_multiplier=2, name="own")
SUMS = EngineSpec.smallest([LAYER], lanes=2)
INT8 = EngineSpec.smallest([LAYER], lanes=2, requantise="both", name="own_int8")
RNG = np.random.default_rng(3)
IFMAP = RNG.integers(-128, 128, LAYER.ifmap_shape)
WEIGHT = RNG.integers(-128, 128, LAYER.weight_shape)
QUANTISATION = Quantisation.from_scales(
    0.02, [0.01], 0.3, channels=6, bias=tuple(range(6)), ifmap_zero_point=4, activation="relu"
)


def test_sums_and_integers_are_those_of_the_data(tmp_path: Path) -> None:
    (done,) = verify(LAYER, SUMS, ifmap=IFMAP, weight=WEIGHT)
    pads = [[0, 0], [1, 0], [2, 0], [0, 0]]
    assert np.array_equal(done.ofmap, depthwise_conv2d(IFMAP, WEIGHT, [1] * 4, pads))

    spec = tmp_path / "own.toml"
    spec.write_text(canonical_toml(INT8, [LAYER]))
    np.save(tmp_path / "x.npy", IFMAP)
    np.savez(tmp_path / "w.npz", kernel=WEIGHT)
    bias = np.arange(6) * 1000
    np.savez(tmp_path / "b.npz", bias=bias, other=bias)
    numbers = {name: np.asarray(value) for name, value in vars(QUANTISATION).items()}
    np.savez(tmp_path / "q.npz", **numbers)
    options = ["--ifmap", "x.npy", "--weight", "w.npz", "--bias", "b.npz", "--ofmap", "y.npy"]
    files = [word if word.startswith("--") else str(tmp_path / word) for word in options]
    quantisation = ["--quantisation", str(tmp_path / "q.npz")]
    assert main(["verify", str(spec), *files, *quantisation]) == 0
    changed = Quantisation(**{**vars(QUANTISATION), "bias": tuple(bias.tolist())})
    expected = depthwise_quantised(IFMAP.astype(np.int8), WEIGHT.astype(np.int8), LAYER, changed)
    assert np.array_equal(np.load(tmp_path / "y.npy"), expected)
    assert len(np.unique(expected)) > 20


@pytest.mark.parametrize(
    ("engine", "data", "message"),
    [
        (SUMS, {"ifmap": IFMAP[0]}, r"ifmap.shape = \(5, 6, 3\): must be \(1, 5, 6, 3\)"),
        (SUMS, {"weight": WEIGHT * 1.0}, "weight.dtype = 'float64': must be integers"),
        (SUMS, {"ifmap": IFMAP + 200}, r"ifmap values = \(\d+, \d+\): must be from -128 to 127"),
        (SUMS, {"bias": np.arange(6)}, "bias = 'given': is for engines that requantise"),
        (SUMS, {"quantisation": QUANTISATION}, "is for engines that requantise"),
        (INT8, {"quantisation": {"bias": 1}}, "must be a Quantisation"),
        (INT8, {"bias": np.arange(5)}, r"bias.shape = \(5,\): must be \(6,\)"),
        (INT8, {"bias": np.ones(6)}, "bias.dtype = 'float64': must be integers"),
    ],
)
def test_refusals(engine: EngineSpec, data: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        verify(LAYER, engine, **data)


def test_data_are_of_one_layer() -> None:
    with pytest.raises(SpecError, match="must be one layer with ifmap"):
        verify([LAYER, LAYER], SUMS, ifmap=IFMAP)


@pytest.mark.parametrize(
    ("name", "content", "option", "message"),
    [
        ("x.npy", b"noise", "--ifmap", "cannot be read"),
        ("x.npz", b"PK\x03\x04", "--ifmap", "cannot be read"),
        ("missing.npy", None, "--weight", "cannot be read"),
        ("x.npz", {"a": 1, "b": 2}, "--bias", "must have an array bias, or one array only"),
        ("q.npz", {"bias": [0], "scale": 1}, "--quantisation", "scale = .*must be one of bias"),
    ],
)
def test_files_that_are_refused(
    tmp_path: Path,
    name: str,
    content: Any,
    option: str,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    elif content is not None:
        np.savez(tmp_path / name, **{key: np.asarray(value) for key, value in content.items()})
    assert main(["verify", "tiny", "--layer", "same", option, str(tmp_path / name)]) == 2
    assert re.search(message, capsys.readouterr().err)


def test_options_for_several_layers_and_for_model_files(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["verify", "tiny", "--ofmap", "y.npy"]) == 2
    assert "choose one with --layer" in capsys.readouterr().err
    assert main(["verify", "model.tflite", "--ifmap", "x.npy"]) == 2
    assert "is for specs, not for model files" in capsys.readouterr().err
