"""Reads spec files: an engine and the layers that it is to run, as TOML tables."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from dwsim.errors import Rules, SpecError, Violation
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec, same_pads
from dwsim.support.resources import spec_dir

_ENGINE_KEYS = tuple(field.name for field in fields(EngineSpec))
_LAYER_KEYS = tuple(field.name for field in fields(LayerSpec))
_LAYER_NAME = "must be letters, digits and underscores: it becomes part of file and module names"
_PADS = ("pad_top", "pad_bottom", "pad_left", "pad_right")
# Stands in for a missing size while the other keys are checked: no kernel is too large for it.
_ROOMY = 1 << 30


@dataclass(frozen=True)
class SpecFile:
    """What a spec file says: an engine, its layers in the file's order, and where it is."""

    engine: EngineSpec
    layers: tuple[LayerSpec, ...]
    path: Path

    def select(self, names: Sequence[str], option: str) -> tuple[LayerSpec, ...]:
        """The layers with these names, in the order of ``names``, each once.

        Raises:
            SpecError: for names of no layer; ``option`` is what to call them.
        """
        by_name = {layer.name: layer for layer in self.layers}
        rules = Rules(str(self.path))
        for name in names:
            known = f"the layers of this spec are {', '.join(by_name) or '(none)'}"
            rules.require(name in by_name, option, name, unknown(name, by_name, known))
        rules.raise_if_any()
        return tuple(by_name[name] for name in dict.fromkeys(names))


def ready_specs() -> tuple[str, ...]:
    """Names of the specs that come with dwsim."""
    return tuple(sorted(path.stem for path in spec_dir().glob("*.toml")))


def read_spec(path_or_name: str | Path) -> SpecFile:
    """Reads a spec file, or the ready-made spec of that name.

    A file has one table ``[engine]`` with the fields of ``EngineSpec`` and any number of tables
    ``[[layer]]`` with the fields of ``LayerSpec``, ``name`` among them. In place of its four
    pads a layer may have ``padding = "SAME"`` or ``"VALID"``, as TensorFlow defines them. What
    ``canonical_toml`` writes is read back as it was.

    Raises:
        SpecError: with every violated rule of the whole file, fields named ``engine.lanes`` and
            ``layer[0].stride_h`` (the first layer); or with the line of a TOML error.
    """
    path = _find(path_or_name)
    return parse_spec(read_text(path, "spec file", "SPEC"), path)


def read_text(path: Path, subject: str, field: str) -> str:
    """The text of a file.

    Raises:
        SpecError: of ``subject``, when ``field`` names a file that cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or "is no UTF-8 text"
        raise SpecError(subject, [Violation(field, str(path), str(what))]) from None


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """The tables of a TOML text; ``path`` is for messages.

    Raises:
        SpecError: with the line of a TOML error.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path}:{_line(error, text)}", [_syntax(error)]) from None


def parse_layers(text: str, path: Path) -> tuple[LayerSpec, ...]:
    """The layers of a file that may have no engine: ``[[layer]]`` tables, at least one.

    Raises:
        SpecError: as ``read_spec``.
    """
    tables = parse_toml(text, path)
    rules = Rules(str(path))
    _known_tables(rules, tables)
    if "engine" in tables:
        _engine(rules, tables["engine"])
    layers = _layers(rules, tables.get("layer", []))
    rules.require(tables.get("layer", []) != [], "layer", None, "is required: [[layer]] tables")
    rules.raise_if_any()
    return layers


def _known_tables(rules: Rules, tables: dict[str, Any]) -> None:
    for key in tables:
        if key in ("engine", "layer"):
            continue
        rule = unknown(key, ("engine", "layer"), "a spec has [engine] and [[layer]]")
        rules.require(False, key, brief(tables[key]), rule)


def parse_spec(text: str, path: Path) -> SpecFile:
    """What ``read_spec`` does, of a text that is at hand; ``path`` is for messages."""
    tables = parse_toml(text, path)
    rules = Rules(str(path))
    _known_tables(rules, tables)
    engine = _engine(rules, tables.get("engine"))
    layers = _layers(rules, tables.get("layer", []))
    rules.raise_if_any()
    assert engine is not None  # a rule was broken otherwise
    return SpecFile(engine, layers, path)


def _find(path_or_name: str | Path) -> Path:
    path = Path(path_or_name)
    if path.is_file():
        return path
    ready = ready_specs()
    if str(path_or_name) in ready:
        return spec_dir() / f"{path_or_name}.toml"
    what = "is a directory" if path.is_dir() else "is no file"
    rule = f"{what}, and no ready-made spec: those are {', '.join(ready)}"
    raise SpecError("spec file", [Violation("SPEC", str(path_or_name), rule)])


def _line(error: tomllib.TOMLDecodeError, text: str) -> int:
    # Python 3.14 has error.lineno; before, only the message tells.
    match = re.search(r"at line (\d+)", str(error))
    return int(match[1]) if match else max(1, len(text.splitlines()))


def _syntax(error: tomllib.TOMLDecodeError) -> _SyntaxViolation:
    return _SyntaxViolation("TOML", None, str(error))


class _SyntaxViolation(Violation):
    """A text that is no TOML has no field and no value."""

    def __str__(self) -> str:
        return f"is no TOML: {self.rule}"


def _engine(rules: Rules, table: Any) -> EngineSpec | None:
    if not isinstance(table, dict):
        wanted = "is required: one table [engine]"
        rules.require(False, "engine", brief(table), wanted)
        return None
    values = _known(rules, "engine", table, _ENGINE_KEYS)
    missing = _missing(rules, "engine", values, EngineSpec)
    return _checked(rules, "engine", EngineSpec, values | dict.fromkeys(missing, 1))


def _layers(rules: Rules, tables: Any) -> tuple[LayerSpec, ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        wanted = "must be tables, each under a line [[layer]]"
        rules.require(False, "layer", brief(tables), wanted)
        return ()
    layers = [_layer(rules, f"layer[{i}]", table) for i, table in enumerate(tables)]
    first: dict[str, int] = {}
    for i, table in enumerate(tables):
        name = table.get("name")
        if isinstance(name, str):
            earlier = first.setdefault(name, i)
            taken = f"is the name of layer[{earlier}], too: names must differ"
            rules.require(earlier == i, f"layer[{i}].name", name, taken)
    return tuple(layer for layer in layers if layer is not None)


def _layer(rules: Rules, where: str, table: dict[str, Any]) -> LayerSpec | None:
    values = _known(rules, where, table, (*_LAYER_KEYS, "padding"))
    missing = _missing(rules, where, values, LayerSpec)
    values |= {key: _ROOMY if key.startswith("ifmap") else 1 for key in missing}
    name = values.get("name")
    if name is None:
        rules.require(False, f"{where}.name", None, "is required")
    elif isinstance(name, str):
        good = re.fullmatch(r"[A-Za-z0-9_]+", name) is not None
        rules.require(good, f"{where}.name", name, _LAYER_NAME)
    if "padding" in values:
        values = _padded(rules, where, values)
    return _checked(rules, where, LayerSpec, values)


def _padded(rules: Rules, where: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values with the four pads in the place of ``padding``."""
    padding = values.pop("padding")
    named = rules.require(
        isinstance(padding, str) and padding in ("SAME", "VALID"),
        f"{where}.padding",
        padding,
        f'must be "SAME" or "VALID"; explicit padding is {", ".join(_PADS)}',
    )
    given = [key for key in _PADS if key in values]
    both = f"stands beside {', '.join(given)}: give either padding or pads"
    alone = rules.require(not given, f"{where}.padding", padding, both)
    # Pads that nobody knows must not make the kernel too large.
    pads = _pads(padding, values) if named and alone else dict.fromkeys(_PADS, _ROOMY)
    return pads | values


def _pads(padding: str, values: dict[str, Any]) -> dict[str, int]:
    """The four pads; those of an axis with a bad size are left out, which that size reports."""
    pads: dict[str, int] = {}
    if padding == "VALID":
        return pads
    for axis, names in (("h", _PADS[:2]), ("w", _PADS[2:])):
        keys = ("ifmap", "kernel", "stride", "dilation")
        sizes = [values.get(f"{key}_{axis}", 1) for key in keys]
        if all(
            isinstance(size, int) and size >= low
            for size, low in zip(sizes, (0, 1, 1, 1), strict=True)
        ):
            pads |= zip(names, same_pads(*sizes), strict=True)
    return pads


def _known(
    rules: Rules, where: str, table: dict[str, Any], keys: tuple[str, ...]
) -> dict[str, Any]:
    """The entries with known keys; the others are violations."""
    for key in (key for key in table if key not in keys):
        rule = unknown(key, keys, f"the keys are {', '.join(keys)}")
        rules.require(False, f"{where}.{key}", brief(table[key]), rule)
    return {key: value for key, value in table.items() if key in keys}


def _missing(
    rules: Rules, where: str, values: dict[str, Any], spec: type[EngineSpec] | type[LayerSpec]
) -> list[str]:
    """The keys that are required and not there."""
    required = [field.name for field in fields(spec) if field.default is MISSING]
    missing = [key for key in required if key not in values]
    for key in missing:
        rules.require(False, f"{where}.{key}", None, "is required")
    return missing


def _checked(rules: Rules, where: str, spec: type[Any], values: dict[str, Any]) -> Any:
    """The spec, or None when it broke rules, which then join the others."""
    try:
        return spec(**values)
    except SpecError as error:
        rules.violations += [
            Violation(f"{where}.{found.field}", found.value, found.rule)
            for found in error.violations
        ]
        return None


def unknown(key: str, keys: Any, otherwise: str) -> str:
    """The rule that an unknown key breaks: what was meant, or ``otherwise``."""
    close = difflib.get_close_matches(key, list(keys), n=1)
    return f"is not known: did you mean {close[0]}?" if close else f"is not known: {otherwise}"


def brief(value: Any) -> Any:
    """A value for a message: of tables only the keys."""
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, list):
        return [brief(entry) for entry in value]
    return value
