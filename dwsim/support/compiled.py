"""Functions that numba compiles where it is installed."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

from dwsim.errors import ToolError
from dwsim.support.cache import cache_folder, hash_files
from dwsim.support.resources import package_dir

F = TypeVar("F", bound=Callable[..., Any])


INTERPRETED = "DWSIM_INTERPRETED"
"""Environment variable. A process that has it does not load numba, which takes 1.5 s to start."""


def compiled(function: F) -> F:
    """The function compiled by numba, or the function itself without numba."""
    if INTERPRETED in os.environ:
        return function
    try:
        from numba import config, njit
    except ImportError:
        return function
    folder = compiled_folder()
    setattr(config, "CACHE_DIR", folder)  # noqa: B010  # mypy does not know the name
    return cast(F, njit(cache=bool(folder), nogil=True)(function))


@cache
def compiled_folder() -> str:
    """The folder for the compiled functions of these sources; empty if the cache is of no use.

    numba compiles constants and functions of other modules into a function, but sees a change
    of its own file only. So each state of the sources has a folder.
    """
    try:
        return str(cache_folder(f"compiled/{hash_files([package_dir()], {'.py'})[:16]}"))
    except ToolError:
        return ""
