"""Arguments that depthwise_conv2d refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dwsim import LayerSpec, SpecError
from dwsim.golden.depthwise import depthwise
from tests.golden.operator_call import ENGINE, IFMAP, WEIGHT, call
from tests.violations import broken_rules, violations_of


class _OnAnotherDevice:
    """As a tensor of PyTorch that needs a gradient, or is on another device."""

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (_OnAnotherDevice(), None),
        ([[1, 2], [3]], "[[1, 2], [3]]"),
        ([[[[2**63, -1]]]], None),
        (np.ma.masked_array(IFMAP, IFMAP > 3), "a masked array"),
    ],
)
def test_what_is_no_array_is_refused(value: Any, shown: str | None) -> None:
    found = violations_of(call, input=value)
    assert [field for field, _ in found] == ["input"]
    assert shown in (None, found[0][1])


@pytest.mark.parametrize("value", [None, {}, object(), [[[[2**64]]]], "text", 3j])
def test_what_numpy_only_wraps_is_refused_by_its_dtype(value: Any) -> None:
    assert ("input.dtype", str(np.asarray(value).dtype)) in violations_of(call, input=value)


def test_the_rank_is_refused_by_shape() -> None:
    assert violations_of(call, input=IFMAP[0]) == [("input.shape", (3, 5, 2))]
    assert violations_of(call, filter=3) == [("filter.shape", ())]


@pytest.mark.parametrize("backend", ["gold", "", None, 1, ["golden"], "RTL"])
def test_unknown_backends_are_refused(backend: Any) -> None:
    assert violations_of(call, backend=backend) == [("backend", backend)]


def test_an_engine_that_would_be_ignored_is_refused() -> None:
    assert violations_of(call, engine=ENGINE) == [("engine", ENGINE)]


@pytest.mark.parametrize("backend", ["model", "rtl"])
def test_an_engine_is_an_engine_spec(backend: str) -> None:
    assert violations_of(call, backend=backend, engine="small") == [("engine", "small")]


@pytest.mark.parametrize("backend", ["model", "rtl"])
def test_double_precision_on_hardware_says_what_to_do(backend: str) -> None:
    floats = {"input": IFMAP.astype(np.float64), "filter": WEIGHT.astype(np.float64)}
    assert violations_of(call, backend=backend, **floats) == [("input.dtype", "float64")]
    with pytest.raises(SpecError, match='float32, .* convert .* or choose backend="golden"'):
        call(backend=backend, **floats)


def test_all_violations_come_together() -> None:
    found = violations_of(
        call,
        input=IFMAP.astype(np.float64),
        filter=WEIGHT.astype(bool)[:, :, :1],
        strides=[1, 2, 1],
        padding="FULL",
        dilations=[0, 1],
        name=1,
        backend="rtl",
        engine="small",
    )
    assert found == [
        ("engine", "small"),
        ("filter.dtype", "bool"),
        ("input.dtype", "float64"),
        ("strides", [1, 2, 1]),
        ("dilations[0]", 0),
        ("padding", "FULL"),
        ("name", 1),
        ("filter.shape[2]", 1),
    ]


def test_golden_refuses_arrays_that_are_not_the_layers() -> None:
    layer = LayerSpec(3, 5, 2, 2, 2)
    with pytest.raises(SpecError) as caught:
        depthwise(IFMAP[:, 1:], WEIGHT.astype(bool)[1:], layer)
    fields = [violation.field for violation in caught.value.violations]
    assert fields == ["ifmap.shape", "weight.shape", "weight.dtype"]


FLOATS = {"input": IFMAP.astype(np.float32), "filter": WEIGHT.astype(np.float32)}
HALF = {"input": IFMAP.astype(np.float16), "filter": WEIGHT.astype(np.float16)}


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"bias": [1.0, 2.0]}, "bias", "is for floats: the bias of integers is in a Quantisation"),
        ({"activation": "relu"}, "activation", "is for floats: the bias of integers is in a"),
        (FLOATS | {"bias": [1.0]}, "bias.shape", "must be (2,): one number for each ofmap channel"),
        (FLOATS | {"bias": np.zeros(2)}, "bias.dtype", "must be input.dtype = 'float32'"),
        (FLOATS | {"bias": [1, 2]}, "bias.dtype", "must be input.dtype = 'float32'"),
        (FLOATS | {"bias": [[1.0], [1.0, 2.0]]}, "bias", "must be a 1-D array: "),
        (FLOATS | {"activation": "tanh"}, "activation", "must be one of none, relu, relu6"),
        (FLOATS | {"activation": 6}, "activation", "must be the name of an activation, or two"),
        (FLOATS | {"activation": (1, 0)}, "activation", "must have the smallest result first"),
        (FLOATS | {"activation": (0, 10**400)}, "activation[1]", "must be a number that float32"),
        (HALF | {"activation": (0, 0.1)}, "activation[1]", "must be a number that float16 has"),
    ],
)
@pytest.mark.parametrize("backend", ["golden", "model"])
def test_a_bad_bias_or_activation_is_refused(
    changes: dict[str, Any], field: str, rule: str, backend: str
) -> None:
    ((found, _, why),) = broken_rules(call, **changes, backend=backend)
    assert found == field
    assert why.startswith(rule)
