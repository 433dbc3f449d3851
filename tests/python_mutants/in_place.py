"""Puts a mutant into a process that has already imported everything."""

from __future__ import annotations

import ast
import functools
import gc
from collections.abc import Iterator
from types import CodeType, FunctionType

from tests.python_mutants.mutants import ROOT, Mutant, mutated

Place = tuple[str, int]
"""The qualified name and the first line of a function."""


def put(mutant: Mutant) -> bool:
    """Exchanges the code of the mutant's function; false if the change is outside functions.

    Results that functions keep from before are forgotten.
    """
    path = str(ROOT / mutant.file)
    old = _functions(compile(ast.parse((ROOT / mutant.file).read_text()), path, "exec"))
    new = _functions(compile(mutated(mutant), path, "exec"))
    changed = [place for place in old if _differs(old[place], new[place])]
    if not changed:
        return False
    exchanged = False
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename == path:
            place = (thing.__code__.co_qualname, thing.__code__.co_firstlineno)
            if place in changed:
                thing.__code__ = new[place]
                exchanged = True
        elif isinstance(thing, functools._lru_cache_wrapper):
            thing.cache_clear()
    return exchanged


def _functions(module: CodeType) -> dict[Place, CodeType]:
    """The outermost functions of a module, and the methods of its classes."""
    return {(code.co_qualname, code.co_firstlineno): code for code in _outermost(module)}


def _outermost(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            # The body of a class has no optimised locals.
            if constant.co_flags & 1:
                yield constant
            else:
                yield from _outermost(constant)


def _differs(old: CodeType, new: CodeType) -> bool:
    """The instructions or the constants differ, also those of functions inside."""
    if old.co_code != new.co_code or old.co_names != new.co_names:
        return True
    if len(old.co_consts) != len(new.co_consts):
        return True
    for one, other in zip(old.co_consts, new.co_consts, strict=True):
        if isinstance(one, CodeType) and isinstance(other, CodeType):
            if _differs(one, other):
                return True
        elif type(one) is not type(other) or one != other:
            return True
    return False
