"""Functions that numba compiles where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The function compiled by numba, or the function itself without numba."""
    try:
        from numba import njit
    except ImportError:
        return function
    return cast(F, njit(cache=True, nogil=True)(function))
