"""depthwise_conv2d around the numbers: dtypes, overflow, empty outputs, backends."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import dwsim.golden.depthwise
from dwsim import EngineSpec, LayerSpec, SpecError, depthwise_conv2d
from dwsim.errors import MismatchError
from dwsim.golden.depthwise import result_dtype
from tests.golden import naive
from tests.golden.operator_call import ENGINE, IFMAP, WEIGHT, call
from tests.violations import violations_of


def one_tap_layer(kernel_h: int, kernel_w: int = 1) -> LayerSpec:
    return LayerSpec(kernel_h, kernel_w, 1, kernel_h, kernel_w)


@pytest.fixture
def backends(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Stands in for dwsim.verification.integer_backends; returns the calls that it gets."""
    calls = []

    def record(name: str) -> Any:
        def run(ifmap: Any, weight: Any, layer: LayerSpec, engine: Any) -> np.ndarray:
            calls.append((name, ifmap, weight, layer, engine))
            return np.full(layer.ofmap_shape, 7, np.int64)

        return run

    module = ModuleType("dwsim.verification.integer_backends")
    module.run_on_model, module.run_on_rtl = record("model"), record("rtl")
    monkeypatch.setitem(sys.modules, "dwsim.verification.integer_backends", module)
    return calls


# --- dtypes and exact sums ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ifmap", "weight", "taps", "expected"),
    [
        # 2**31 - 1 is 131071 * 128 * 128 + 16383: one tap more leaves int32.
        ("int8", "int8", 131071, "int32"),
        ("int8", "int8", 131072, "int64"),
        # 65793 * 255 * -128 is the last that fits: -(2**31) + 128.
        ("uint8", "int8", 65793, "int32"),
        ("uint8", "int8", 65794, "int64"),
        ("int8", "uint8", 65793, "int32"),
        ("uint8", "uint8", 33025, "int32"),
        ("uint8", "uint8", 33026, "int64"),
        # 2**30 a product: one fits, two are 2**31.
        ("int16", "int16", 1, "int32"),
        ("int16", "int16", 2, "int64"),
        # -32768 * 65535 is -(2**31) + 32768, and its positive twin 32767 * 65535 fits as well.
        ("int16", "uint16", 1, "int32"),
        ("uint16", "uint16", 1, "int64"),
        ("int32", "int8", 1, "int64"),
        ("uint64", "uint64", 1, "int64"),
        ("float16", "float16", 9, "float16"),
        ("float32", "float32", 9, "float32"),
        (">f8", "<f8", 9, "float64"),
        (">i2", "int8", 9, "int32"),
    ],
)
def test_the_dtype_follows_from_dtypes_and_taps(
    ifmap: str, weight: str, taps: int, expected: str
) -> None:
    layer = one_tap_layer(taps)
    assert result_dtype(ifmap, weight, layer) == np.dtype(expected)
    assert result_dtype(ifmap, weight, layer).isnative


@pytest.mark.parametrize("taps", [1, 2])
def test_extreme_values_are_summed_exactly(taps: int) -> None:
    low = np.full((1, taps, 1, 1), -(2**15), np.int16)
    ofmap = depthwise_conv2d(low, low.reshape(taps, 1, 1, 1), [1] * 4, "VALID")
    assert int(ofmap[0, 0, 0, 0]) == taps * 2**30
    zeros = depthwise_conv2d(0 * low, low.reshape(taps, 1, 1, 1), [1] * 4, "VALID")
    assert zeros.dtype == ofmap.dtype


@pytest.mark.parametrize(
    ("ifmap", "weight", "total"),
    [
        ([(2**63 - 1) // 7] * 7, [1] * 7, 2**63 - 1),
        ([(2**63 - 1) // 7 + 1] * 7, [1] * 7, None),
        # It is the range of the values that counts: this sum would fit, its neighbours might not.
        ([2**62, 2**62 - 1], [1, 1], None),
        ([2**62, 2**62], [1, 1], None),
        ([2**62, 2**62], [-1, -1], -(2**63)),
        ([-(2**62), -(2**62) - 1], [1, 1], None),
        ([-(2**63), 0], [1, 0], -(2**63)),
        ([-(2**63), 0], [-1, 0], None),
    ],
)
def test_int64_overflow_is_refused_at_its_edge(
    ifmap: list[int], weight: list[int], total: int | None
) -> None:
    arrays = np.array(ifmap).reshape(1, -1, 1, 1), np.array(weight).reshape(-1, 1, 1, 1)
    if total is None:
        with pytest.raises(SpecError, match=r"ofmap channel 0 = .*must fit in int64"):
            depthwise_conv2d(*arrays, [1] * 4, "VALID")
    else:
        assert depthwise_conv2d(*arrays, [1] * 4, "VALID").item() == total


@pytest.mark.parametrize("value", [2**62 - 1, -(2**62)])
def test_the_overflow_of_a_masked_sum_is_refused(value: int) -> None:
    """Below the image the last weight is masked, and the sum is 3 values instead of 2."""
    ifmap = np.full((1, 4, 1, 1), value)
    weight = np.array([1, 1, 1, -1]).reshape(4, 1, 1, 1)
    with pytest.raises(SpecError, match="must fit in int64"):
        depthwise_conv2d(ifmap, weight, [1] * 4, [[0, 0], [0, 1], [0, 0], [0, 0]])


def test_unsigned_64_bit_values_are_exact_while_their_sums_fit() -> None:
    ifmap = np.array([[2**63 - 1, 5], [0, 2**64 - 1]], np.uint64).reshape(1, 2, 1, 2)
    weight = np.array([[1, 0], [1, 0]], np.int8).reshape(2, 1, 2, 1)
    with pytest.raises(SpecError, match="ofmap channel 0"):
        depthwise_conv2d(ifmap, weight, [1] * 4, "VALID")
    weight[1] = 0
    assert depthwise_conv2d(ifmap, weight, [1] * 4, "VALID").tolist() == [[[[2**63 - 1, 0]]]]


def test_the_overflow_names_its_channel() -> None:
    ifmap, weight = np.ones((1, 1, 1, 2), np.int64), np.ones((1, 1, 2, 3), np.int64)
    ifmap[..., 1], weight[..., 1, 2] = 2**32, 2**31
    with pytest.raises(SpecError, match="ofmap channel 5"):
        depthwise_conv2d(ifmap, weight, [1] * 4, "VALID")


@pytest.mark.parametrize("dtype", ["bool", "complex64", "object", "U1", "longdouble", "M8[s]"])
def test_other_dtypes_are_refused(dtype: str) -> None:
    bad = IFMAP.astype(dtype)
    assert violations_of(call, input=bad) == [("input.dtype", str(bad.dtype))]
    bad = WEIGHT.astype(dtype)
    assert violations_of(call, filter=bad) == [("filter.dtype", str(bad.dtype))]


@pytest.mark.parametrize(
    ("ifmap", "weight"), [("float32", "float64"), ("float32", "int8"), ("int8", "float16")]
)
def test_floats_do_not_mix(ifmap: str, weight: str) -> None:
    found = violations_of(call, input=IFMAP.astype(ifmap), filter=WEIGHT.astype(weight))
    assert found == [("filter.dtype", weight)]


def test_dtypes_of_lists() -> None:
    assert call(input=IFMAP.tolist()).dtype == np.int64
    floats = call(input=(IFMAP + 0.5).tolist(), filter=WEIGHT.astype(float).tolist())
    assert floats.dtype == np.float32
    one = np.float64(1)
    assert call(input=[[[[one]]]], filter=[[[[one]]]]).dtype == np.float64


def test_arguments_are_not_written_to() -> None:
    ifmap, weight = IFMAP.astype(np.int32), WEIGHT.astype(np.int32)
    for array in (ifmap, weight):
        array.flags.writeable = False
    ofmap = call(input=ifmap, filter=weight, padding="SAME")
    assert not np.shares_memory(ofmap, ifmap)
    assert ofmap.flags.writeable


def test_infinite_weights_on_padding_contribute_nothing() -> None:
    weight = np.ones((3, 1, 1, 1), np.float32)
    weight[0] = np.inf
    ofmap = call(input=np.ones((1, 2, 1, 1), np.float32), filter=weight, padding="SAME")
    assert ofmap.ravel().tolist() == [2, np.inf]


@pytest.mark.parametrize("block", [1, 20, 60])
@pytest.mark.parametrize("strides", [(1, 1), (2, 1), (3, 2)])
def test_sums_of_a_few_rows_at_a_time(
    block: int, strides: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dwsim.golden.depthwise, "_BLOCK", block)
    rng = np.random.default_rng(1)
    ifmap, weight = rng.integers(-9, 9, (2, 9, 4, 2)), rng.integers(-9, 9, (3, 2, 2, 2))
    padding = [[0, 0], [2, 1], [1, 0], [0, 0]]
    ofmap = call(input=ifmap, filter=weight, strides=[1, *strides, 1], padding=padding)
    expected = naive.depthwise(ifmap, weight, strides=strides, pads=(2, 1, 1, 0))
    np.testing.assert_array_equal(ofmap, expected)


# --- layouts, empty outputs, backends ----------------------------------------------------------


def test_nchw_is_nhwc_permuted() -> None:
    padding = [[0, 0], [0, 0], [1, 2], [3, 0]]
    ofmap = call(
        input=IFMAP.transpose(0, 3, 1, 2),
        strides=[1, 1, 2, 3],
        padding=padding,
        data_format="NCHW",
        name="named",
    )
    expected = naive.depthwise(IFMAP, WEIGHT, strides=(2, 3), pads=(1, 2, 3, 0))
    np.testing.assert_array_equal(ofmap, expected.transpose(0, 3, 1, 2))
    assert ofmap.flags.c_contiguous


@pytest.mark.parametrize("backend", ["golden", "model", "rtl"])
@pytest.mark.parametrize(
    ("changes", "shape"),
    [
        ({"input": IFMAP[:0]}, (0, 2, 4, 2)),
        ({"filter": np.ones((4, 2, 2, 1), np.int8)}, (1, 0, 4, 2)),
        ({"filter": WEIGHT[..., :0]}, (1, 2, 4, 0)),
        ({"input": IFMAP[..., :0], "filter": WEIGHT[:, :, :0]}, (1, 2, 4, 0)),
        ({"input": np.ones((0, 2, 3, 5), np.int8), "data_format": "NCHW"}, (0, 2, 2, 4)),
    ],
    ids=["batch", "kernel", "multiplier", "channels", "nchw"],
)
def test_empty_outputs_need_no_backend(
    backend: str, changes: dict[str, Any], shape: tuple[int, ...], backends: list[tuple]
) -> None:
    ofmap = call(backend=backend, **changes)
    assert (ofmap.shape, ofmap.dtype) == (shape, np.int32)
    assert not backends


@pytest.mark.parametrize("engine", [None, ENGINE], ids=["default", "given"])
@pytest.mark.parametrize("backend", ["model", "rtl"])
def test_backends_get_nhwc_and_give_the_golden_dtype(
    backend: str, engine: EngineSpec | None, backends: list[tuple]
) -> None:
    nchw = {"input": IFMAP.transpose(0, 3, 1, 2), "data_format": "NCHW"}
    ofmap = call(backend=backend, engine=engine, **nchw)
    ((name, ifmap, weight, layer, used),) = backends
    assert (name, used) == (backend, engine)
    assert layer == LayerSpec(3, 5, 2, 2, 2)
    np.testing.assert_array_equal(ifmap, IFMAP)
    np.testing.assert_array_equal(weight, WEIGHT)
    np.testing.assert_array_equal(ofmap, np.full((1, 2, 2, 4), 7))
    assert ofmap.dtype == np.int32


def test_backends_are_spared_what_cannot_be_exact(backends: list[tuple]) -> None:
    with pytest.raises(SpecError, match="int64"):
        call(input=IFMAP.astype(np.int64) << 58, filter=WEIGHT, backend="model")
    assert not backends


def test_a_backend_with_a_wrong_shape_is_caught(
    backends: list[tuple], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["dwsim.verification.integer_backends"]
    monkeypatch.setattr(module, "run_on_model", lambda *_: np.zeros((1, 2, 4, 1)))
    with pytest.raises(MismatchError, match=r"\(1, 2, 4, 1\)"):
        call(backend="model")


def test_golden_knows_nothing_of_hardware() -> None:
    """Two independent roads to the numbers: the golden model imports neither model nor schedule."""
    tree = ast.parse(Path(dwsim.golden.depthwise.__file__).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert {m for m in modules if m.startswith("dwsim")} == {
        "dwsim.errors",
        "dwsim.spec.layer_spec",
    }
