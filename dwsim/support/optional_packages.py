"""Turns the absence of an optional package into an error that tells how to install it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dwsim.errors import ToolError

EXPLORE = ("distributed", "optuna", "pyarrow")
"""The packages of the extra ``explore``."""


@contextmanager
def exploration_packages() -> Iterator[None]:
    """For code that needs the extra ``explore``.

    Raises:
        ToolError: if the code imports one of its packages, and it is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in EXPLORE:
            raise
        how = "python -m pip install 'dwsim[explore]'"
        raise ToolError(f"dwsim explore needs {error.name}: {how}") from None


ONNX = ("onnx", "onnxruntime")
"""The packages of the extra ``onnx``."""


@contextmanager
def onnx_packages() -> Iterator[None]:
    """For code that needs the extra ``onnx``.

    Raises:
        ToolError: if the code imports one of its packages, and it is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in ONNX:
            raise
        how = "python -m pip install 'dwsim[onnx]'"
        raise ToolError(f"reading .onnx files needs {error.name}: {how}") from None
