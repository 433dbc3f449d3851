"""The classes that FlatBuffers generated for the ``.tflite`` format, from LiteRT's package."""

from __future__ import annotations

import functools
import importlib
from types import ModuleType

from dwsim.errors import ToolError

IDENTIFIER = b"TFL3"
VERSION = 3

_INSTALL = "reading .tflite files needs LiteRT: pip install 'dwsim[tflite]'"


@functools.cache
def schema() -> ModuleType:
    """LiteRT's classes, generated from its ``schema.fbs`` by the FlatBuffers compiler.

    Raises:
        ToolError: when ``ai-edge-litert`` is not installed.
    """
    try:
        return importlib.import_module("ai_edge_litert.schema_py_generated")
    except ImportError as error:
        raise ToolError(f"{_INSTALL} ({error})") from None


@functools.cache
def names(enumeration: str) -> dict[int, str]:
    """The names of an enumeration of the schema, such as ``TensorType``, by their values."""
    members = vars(getattr(schema(), enumeration))
    return {value: name for name, value in members.items() if isinstance(value, int)}


def code(enumeration: str, name: str) -> int:
    """The value of a name in an enumeration of the schema."""
    return int(getattr(getattr(schema(), enumeration), name))
