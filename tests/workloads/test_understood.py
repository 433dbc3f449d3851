"""The table of what is understood says what the readers do, and so does the documentation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from dwsim.cli import main
from dwsim.spec.quantisation_limits import ROUNDINGS
from dwsim.verification.layer_engine import assess
from dwsim.verification.onnx_engine import assess_onnx
from dwsim.workloads import network
from dwsim.workloads.understood import SHAPES, TABLE, Understood, understood_text
from tests.onnx_files.onnx_builder import Case, OnnxBuilder
from tests.onnx_files.onnx_builder import single as onnx_single
from tests.tflite_files.build_kinds import floats
from tests.tflite_files.model_builder import TYPE, single
from tests.workloads.onnx_model.reference import read as read_onnx
from tests.workloads.tflite.test_kinds import read as read_tflite

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "import-a-network.md"
INTEGERS = ("int8", "uint8", "int16", "int32")
DTYPES = {"bfloat16": ml_dtypes.bfloat16}
FLOATS = ("float16", "bfloat16", "float32")


def tflite(type_: str, grouped: bool) -> tuple[str, ...]:
    """The roundings of a layer of a ``.tflite`` file."""
    if type_ in FLOATS:
        content = floats(getattr(TYPE, type_.upper()), grouped)
    else:
        unsigned = type_ == "uint8"
        numbers = {
            "weight_numbers": ((0.02,), (128,)),
            "ifmap_numbers": ((0.05,), (131,)),
            "ofmap_numbers": ((0.1,), (123,)),
        }
        content = single(
            kind=getattr(TYPE, type_.upper()),
            weight_kind=TYPE.UINT8 if unsigned else TYPE.INT8,
            grouped=grouped,
            **(numbers if unsigned else {}),
        )
    (layer,) = read_tflite(content).layers
    assert layer.spec is not None
    return assess([layer], 4, ROUNDINGS)[0].roundings


def onnx(form: str, type_: str) -> tuple[str, ...]:
    """The roundings of a layer of an ``.onnx`` file."""
    if type_ in ("float16", "float", "double", "bfloat16"):
        dtype = {"float": "float32", "double": "float64"}.get(type_, type_)
        builder = OnnxBuilder()
        builder.input("ifmap", dtype, (1, 4, 7, 8))
        builder.constant("weight", np.ones((4, 1, 3, 3), DTYPES.get(dtype, dtype)))
        builder.node("Conv", ["ifmap", "weight"], "ofmap", group=4)
        builder.output("ofmap", dtype)
        model = builder.model()
    else:
        case = Case(form, dtype=type_, ifmap_zero_point=3)
        model = onnx_single(replace(case, opset=21 if type_ == "int16" else 13))
    (layer,) = read_onnx(model).layers
    assert layer.spec is not None
    return assess_onnx([layer], 4)[0].roundings


READERS: dict[tuple[str, str], Callable[[str], tuple[str, ...]]] = {
    (".tflite", "DEPTHWISE_CONV_2D"): lambda type_: tflite(type_, False),
    (".tflite", "CONV_2D, grouped"): lambda type_: tflite(type_, True),
    (".onnx", "Conv, QDQ"): lambda type_: onnx("qdq", type_),
    (".onnx", "QLinearConv"): lambda type_: onnx("qlinear", type_),
    (".onnx", "ConvInteger"): lambda type_: onnx("integer", type_),
    (".onnx", "Conv"): lambda type_: onnx("float", type_),
}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.format} {row.operator}")
def test_the_types_of_the_table_run_in_its_roundings(row: Understood) -> None:
    if not row.types:
        return
    for type_ in row.types:
        assert READERS[row.format, row.operator](type_) == row.roundings, type_


@pytest.mark.parametrize("key", READERS, ids=lambda key: " ".join(key))
def test_integers_that_are_not_in_the_table_do_not_run(key: tuple[str, str]) -> None:
    listed = {type_ for row in TABLE if (row.format, row.operator) == key for type_ in row.types}
    if key[1] == "Conv":
        return
    known = INTEGERS[:3] if key[0] == ".tflite" else ("int8", "uint8", "int16")
    for type_ in known:
        if type_ not in listed:
            assert READERS[key](type_) == (), type_


def test_every_kind_of_file_is_in_the_table() -> None:
    words = [word for row in TABLE for word in f"{row.format} {row.operator}".split()]
    suffixes = {word for word in words if word.startswith(".")}
    read = {*network._MODELS, *network._LISTS, ".toml"} - {".yml"}
    assert suffixes == read


def test_the_command_and_the_page_show_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "--help"]) == 0
    assert understood_text().rstrip() in capsys.readouterr().out
    page = PAGE.read_text()
    for row in TABLE:
        types = ", ".join(row.types) or "any"
        roundings = ", ".join(row.roundings) or SHAPES
        assert f"| {row.format} | {row.operator} | {types} | {roundings} |" in page
