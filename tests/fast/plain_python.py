"""Compiled modules as they run where numba is not installed."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest


def without_compiler(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A second copy of a module, whose functions numba does not compile."""
    found = importlib.util.spec_from_file_location("as_it_stands", module.__file__)
    assert found is not None
    assert found.loader is not None
    plain = importlib.util.module_from_spec(found)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "numba", None)
        found.loader.exec_module(plain)
    for name, function in vars(module).items():
        if hasattr(function, "py_func") and function.__module__ == module.__name__:
            assert not hasattr(getattr(plain, name), "py_func"), name
    return plain
