"""A user's own floats on an engine in floating point: taken as words, or refused."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec, depthwise_conv2d
from dwsim.cli import main
from dwsim.cli.data_options import save_ofmap
from dwsim.derive import Plan
from dwsim.errors import SpecError
from dwsim.spec.canonical import canonical_toml
from dwsim.stream.float_tensors import float_values, float_words
from dwsim.verification.own_data import OwnData, with_own_data
from dwsim.verification.random_jobs import random_jobs

LAYER = LayerSpec(3, 3, channels=2, kernel_h=2, kernel_w=2)
ENGINE = EngineSpec.smallest([LAYER], lanes=2, number_format="bfloat16")


def test_words_are_the_bits_of_the_floats() -> None:
    values = np.array([[1.0, -0.0], [np.inf, 2.0**-133]], ml_dtypes.bfloat16)
    words = float_words(values)
    assert words.tolist() == [[0x3F80, 0x8000], [0x7F80, 1]]
    np.testing.assert_array_equal(float_values(words.astype(np.int64), "bfloat16"), values)
    assert float_words(np.array([1.0], ">f4")).tolist() == [0x3F800000]
    assert float_values(np.array([0x3C00]), "float16").dtype == np.float16


def test_own_arrays_become_words() -> None:
    plan = Plan(LAYER, ENGINE)
    ifmap = np.full(LAYER.ifmap_shape, 1.5, ml_dtypes.bfloat16)
    weight = np.full(LAYER.weight_shape, -2.0, ml_dtypes.bfloat16)
    (job,) = with_own_data(random_jobs(plan, ["none"], 1), plan, OwnData(ifmap, weight))
    assert (job.ifmap == 0x3FC0).all()
    assert (job.weight == 0xC000).all()


@pytest.mark.parametrize(
    ("ifmap", "rule"),
    [
        (np.ones(LAYER.ifmap_shape, np.float16), "ifmap.dtype = 'float16': must be bfloat16"),
        (np.ones(LAYER.ifmap_shape, np.int8), "ifmap.dtype = 'int8': must be bfloat16"),
        (np.ones((1, 2, 3, 2), ml_dtypes.bfloat16), "ifmap.shape = .* must be "),
    ],
)
def test_other_arrays_are_refused(ifmap: np.ndarray, rule: str) -> None:
    plan = Plan(LAYER, ENGINE)
    with pytest.raises(SpecError, match=rule):
        with_own_data(random_jobs(plan, ["none"], 1), plan, OwnData(ifmap))


@pytest.mark.parametrize(
    ("number_format", "words", "dtype", "values"),
    [
        ("integer", [-3, 4], np.int64, [-3, 4]),
        ("float16", [0x3E00, 0x8000], np.float16, [1.5, -0.0]),
        ("bfloat16", [0x3FC0, 0x7F80], np.float32, [1.5, np.inf]),
    ],
)
def test_a_file_has_the_floats_of_the_ofmap(
    number_format: str, words: list[int], dtype: type, values: list[float], tmp_path: Path
) -> None:
    path = tmp_path / "y.npy"
    save_ofmap(Namespace(ofmap=path), np.array(words, np.int64), number_format)
    written = np.load(path)
    assert written.dtype == dtype
    np.testing.assert_array_equal(written, values)


def test_integers_are_refused_on_an_engine_of_floats() -> None:
    ifmap = np.ones(LAYER.ifmap_shape, np.int8)
    weight = np.ones(LAYER.weight_shape, np.int8)
    rule = "engine.number_format = 'bfloat16': must be 'integer'"
    with pytest.raises(SpecError, match=rule):
        depthwise_conv2d(ifmap, weight, (1, 1, 1, 1), "VALID", backend="model", engine=ENGINE)


WITH_EPILOGUE = replace(ENGINE, epilogue="bias_clamp")


def test_own_bias_and_activation_replace_the_random_ones() -> None:
    plan = Plan(LAYER, WITH_EPILOGUE)
    (random,) = random_jobs(plan, ["none"], 1)
    assert random.epilogue is not None
    bias = np.array([1.0, -np.inf], np.float32)
    (biased,) = with_own_data([random], plan, OwnData(bias=bias))
    assert biased.epilogue == replace(random.epilogue, bias=(0x3F800000, 0xFF800000))
    (clamped,) = with_own_data([random], plan, OwnData(activation=(-1.0, 6.0)))
    assert clamped.epilogue == replace(random.epilogue, act_min=0xBF80, act_max=0x40C0)
    (neither,) = with_own_data([random], plan, OwnData())
    assert neither.epilogue == random.epilogue


@pytest.mark.parametrize(
    ("engine", "data", "rule"),
    [
        (ENGINE, {"activation": "relu"}, "activation = 'relu': is for engines in floating point"),
        (ENGINE, {"bias": np.ones(2, np.float32)}, "bias = 'given': is for engines that requant"),
        (WITH_EPILOGUE, {"bias": np.ones(2)}, "bias.dtype = 'float64': must be float32 or bfloat"),
        (WITH_EPILOGUE, {"bias": np.ones(3, np.float32)}, r"bias.shape = \(3,\): must be \(2,\)"),
        (WITH_EPILOGUE, {"activation": (0, 0.1)}, r"activation\[1\] = 0.1: must be a number that"),
    ],
)
def test_bad_biases_and_activations_are_refused(
    engine: EngineSpec, data: dict[str, object], rule: str
) -> None:
    plan = Plan(LAYER, engine)
    with pytest.raises(SpecError, match=rule):
        with_own_data(random_jobs(plan, ["none"], 1), plan, OwnData(**data))


def test_the_command_takes_bias_and_activation(tmp_path: Path) -> None:
    layer = LayerSpec(2, 3, channels=2, kernel_h=1, kernel_w=1, name="own")
    engine = EngineSpec.smallest([layer], 2, number_format="float16", epilogue="bias_clamp")
    spec = tmp_path / "own.toml"
    spec.write_text(canonical_toml(engine, [layer]))
    ifmap = np.arange(12, dtype=np.float16).reshape(layer.ifmap_shape)
    np.savez(tmp_path / "data.npz", ifmap=ifmap, bias=np.array([0.5, -20.0], np.float32),
             weight=np.ones(layer.weight_shape, np.float16))  # fmt: skip
    files = [f"--{name}={tmp_path / 'data.npz'}" for name in ("ifmap", "weight", "bias")]
    options = ["--activation=-12,6.5", f"--ofmap={tmp_path / 'y.npy'}", "--sim", "icarus"]
    assert main(["verify", str(spec), *files, *options]) == 0
    expected = np.clip(ifmap + np.array([0.5, -20.0]), -12, 6.5)
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), expected)


def test_an_activation_that_is_no_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "tiny", "--activation", "relu,6"]) == 2
    assert "or two limits as in -1,6, not 'relu,6'" in capsys.readouterr().err
