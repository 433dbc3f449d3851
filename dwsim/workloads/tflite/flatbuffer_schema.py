"""The one door to LiteRT: the generated classes of the ``.tflite`` format, and its names."""

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
    """Value to name of one of the schema's enumerations, such as ``TensorType``."""
    members = vars(getattr(schema(), enumeration))
    return {value: name for name, value in members.items() if isinstance(value, int)}


def code(enumeration: str, name: str) -> int:
    """The value of a name of one of the schema's enumerations."""
    return int(getattr(getattr(schema(), enumeration), name))
