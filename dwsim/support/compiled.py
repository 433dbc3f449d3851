"""Functions that numba compiles where it is installed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


INTERPRETED = "DWSIM_INTERPRETED"
"""Environment variable. A process that has it does not load numba, which takes 1.5 s to start."""


def compiled(function: F) -> F:
    """The function compiled by numba, or the function itself without numba."""
    if INTERPRETED in os.environ:
        return function
    try:
        from numba import njit
    except ImportError:
        return function
    return cast(F, njit(cache=True, nogil=True)(function))
