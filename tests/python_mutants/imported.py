"""A pytest plugin that imports one module as a mutant: for changes outside functions."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType

from tests.python_mutants.mutants import VARIABLE, all_mutants, mutated


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles the mutant in the place of the file's text."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._mutant = code

    def get_code(self, fullname: str) -> CodeType:
        return self._mutant


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, name: str, code: CodeType) -> None:
        self._name, self._code = name, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        found = importlib.machinery.PathFinder.find_spec(fullname, path)
        assert found is not None
        assert found.origin is not None
        found.loader = _Loader(fullname, found.origin, self._code)
        return found


def _install() -> None:
    file, _, number = os.environ[VARIABLE].rpartition(":")
    mutant = next(m for m in all_mutants() if (m.file, m.number) == (file, int(number)))
    name = file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    assert name not in sys.modules, f"{name} is imported too early"
    sys.meta_path.insert(0, _Finder(name, compile(mutated(mutant), file, "exec")))


_install()
