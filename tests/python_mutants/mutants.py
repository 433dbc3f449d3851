"""The places of a Python file that can be mutated, and what becomes of them.

A mutant changes one operator, constant, condition or returned value. Strings, annotations and
the text of ``raise`` statements are left alone: they change messages only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
VARIABLE = "DWSIM_MUTANT"
"""Environment variable of a process that imports a mutant: its file and its number."""
PACKAGES = ("derive", "golden", "model", "codegen")

_COMPARISONS: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_BOOLEAN: dict[type, type] = {ast.And: ast.Or, ast.Or: ast.And}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_SKIPPED = (ast.Raise, ast.Assert, ast.JoinedStr, ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Mutant:
    """The ``number``-th change of a file; ``line`` and ``text`` tell where and what it is.

    ``first`` and ``last`` are the lines of its statement, without the statements inside.
    """

    file: str
    number: int
    line: int
    text: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"

    @property
    def package(self) -> str:
        """The part of dwsim."""
        return self.file.split("/")[1]


def all_mutants() -> list[Mutant]:
    """Every mutant of the packages."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / "dwsim" / package).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            tree = ast.parse(path.read_text())
            lines = _statements(tree)
            for number, change in enumerate(_changes(tree)):
                first, last = lines[change.line]
                found.append(Mutant(name, number, change.line, change.text, first, last))
    return found


def mutated(mutant: Mutant) -> ast.Module:
    """The tree of the mutant's file with the change."""
    tree = ast.parse((ROOT / mutant.file).read_text())
    for number, change in enumerate(_changes(tree)):
        if number == mutant.number:
            change.apply()
            return ast.fix_missing_locations(tree)
    raise AssertionError(f"{mutant} is not in the file")


def _statements(tree: ast.Module) -> dict[int, tuple[int, int]]:
    """The lines of the innermost statement of each line."""
    found = {}
    for node in ast.walk(tree):  # outer ones first
        if isinstance(node, ast.stmt):
            inside = [child for child in ast.walk(node) if isinstance(child, ast.stmt)][1:]
            last = min((child.lineno - 1 for child in inside), default=node.end_lineno or 0)
            last = max(last, node.lineno)
            found |= dict.fromkeys(range(node.lineno, last + 1), (node.lineno, last))
    return found


@dataclass(frozen=True)
class _Change:
    """Sets an attribute of a node, or an element of a list that is one."""

    node: ast.AST
    name: str
    value: object
    text: str
    index: int | None = None

    @property
    def line(self) -> int:
        return int(getattr(self.node, "lineno", 0))

    def apply(self) -> None:
        if self.index is None:
            setattr(self.node, self.name, self.value)
        else:
            getattr(self.node, self.name)[self.index] = self.value


def _changes(tree: ast.Module) -> Iterator[_Change]:
    for node in _walk(tree):
        yield from _of(node)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that decide values, in the order of the text."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, _SKIPPED):
                yield from _walk(child)


def _of(node: ast.AST) -> Iterator[_Change]:
    """The changes of one node."""
    match node:
        case ast.Compare():
            for index, op in enumerate(node.ops):
                new = _COMPARISONS[type(op)]
                yield _Change(node, "ops", new(), _said(op, new), index)
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in _ARITHMETIC:
            new = _ARITHMETIC[type(op)]
            yield _Change(node, "op", new(), _said(op, new))
        case ast.BoolOp(op=op):
            new = _BOOLEAN[type(op)]
            yield _Change(node, "op", new(), _said(op, new))
        case ast.UnaryOp(op=ast.Not() | ast.USub() as op):
            yield (
                _Change(node, "op", ast.UAdd(), f"{type(op).__name__} removed")
                if isinstance(op, ast.USub)
                else _negated(node)
            )
        case ast.Constant(value=bool() as value):
            yield _Change(node, "value", not value, f"{value} becomes {not value}")
        case ast.Constant(value=int() as value):
            for new in (value + 1, value - 1):
                yield _Change(node, "value", new, f"{value} becomes {new}")
        case ast.If() | ast.IfExp() | ast.While():
            yield _Change(node, "test", ast.UnaryOp(ast.Not(), node.test), "condition negated")
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield _Change(node, "value", ast.Constant(None), "returns None")
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            yield _Change(node.func, "id", _CALLS[name], f"{name} becomes {_CALLS[name]}")


def _negated(node: ast.UnaryOp) -> _Change:
    """``not x`` becomes ``not not x``, the truth of x."""
    return _Change(node, "operand", ast.UnaryOp(ast.Not(), node.operand), "Not removed")


def _said(old: ast.AST, new: type) -> str:
    return f"{type(old).__name__} becomes {new.__name__}"
