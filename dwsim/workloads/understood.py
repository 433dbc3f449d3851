"""The table of formats, operators and types that are read, and the roundings in which they run.

``dwsim import --help`` and the documentation show it; a test holds it against the readers.
"""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.support.text_table import Column, text_table

SHAPES = "shapes only"
"""In place of a rounding: a layer is listed and can be explored, but runs on no engine."""


@dataclass(frozen=True)
class Understood:
    """One operator of a format: the types of its activations, and the roundings of each."""

    format: str
    operator: str
    types: tuple[str, ...]
    roundings: tuple[str, ...]
    """Names of roundings, ``sums`` for an ofmap that is the sums, a format of floats, in which each
    product and each sum is rounded, or nothing: shapes only."""


_ALL = ("double", "single", "float")
TABLE = (
    Understood(".tflite", "DEPTHWISE_CONV_2D", ("int8", "uint8"), _ALL),
    Understood(".tflite", "DEPTHWISE_CONV_2D", ("int16",), ("double", "single")),
    Understood(".tflite", "DEPTHWISE_CONV_2D", ("float32",), ("float32",)),
    Understood(".tflite", "DEPTHWISE_CONV_2D", ("float16", "bfloat16"), ()),
    Understood(".tflite", "CONV_2D, grouped", ("int8", "uint8"), _ALL),
    Understood(".tflite", "CONV_2D, grouped", ("int16",), ("double", "single")),
    Understood(".tflite", "CONV_2D, grouped", ("float32",), ("float32",)),
    Understood(".tflite", "CONV_2D, grouped", ("float16", "bfloat16"), ()),
    Understood(".onnx", "Conv, QDQ", ("int8", "uint8"), ("float",)),
    Understood(".onnx", "QLinearConv", ("int8", "uint8"), ("float",)),
    Understood(".onnx", "ConvInteger", ("int8", "uint8"), ("sums",)),
    Understood(".onnx", "Conv", ("float",), ("float32",)),
    Understood(".onnx", "Conv", ("float16",), ("float16",)),
    Understood(".onnx", "Conv", ("bfloat16", "double"), ()),
    Understood("lists", ".toml .csv .yaml", (), ()),
    Understood("from_keras", "any depthwise", (), ()),
    Understood("from_torch", "any depthwise", (), ()),
)

COLUMNS = (
    Column("format", "format", "text"),
    Column("operator", "operator", "text"),
    Column("types", "types", "text"),
    Column("roundings", "rounding", "text"),
)


def understood_text() -> str:
    """The table as text."""
    rows = [
        {
            "format": one.format,
            "operator": one.operator,
            "types": " ".join(one.types) or "any",
            "roundings": " ".join(one.roundings) or SHAPES,
        }
        for one in TABLE
    ]
    return text_table(COLUMNS, rows)
