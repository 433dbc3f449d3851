"""Checks the tables of a spec file and makes specs of them: ``[engine]`` and ``[[layer]]``."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from dwsim.errors import Rules, SpecError, Violation, is_integer
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec, same_pads
from dwsim.spec.toml_text import brief, unknown

Spec = TypeVar("Spec", EngineSpec, LayerSpec)

_ENGINE_KEYS = tuple(field.name for field in fields(EngineSpec))
_LAYER_KEYS = tuple(field.name for field in fields(LayerSpec))
_LAYER_NAME = "must be letters, digits and underscores: it becomes part of file and module names"
_PADS = ("pad_top", "pad_bottom", "pad_left", "pad_right")
# Stands in for a missing size while the other keys are checked: every kernel fits it.
_ROOMY = 1 << 30


def check_table_names(rules: Rules, tables: dict[str, Any]) -> None:
    """Notes every top-level key that is neither ``engine`` nor ``layer``."""
    for key in tables:
        if key in ("engine", "layer"):
            continue
        rule = unknown(key, ("engine", "layer"), "a spec has [engine] and [[layer]]")
        rules.require(False, key, brief(tables[key]), rule)


def engine_of_table(rules: Rules, table: Any) -> EngineSpec | None:
    """The engine of a table ``[engine]``; None after a violation."""
    if not isinstance(table, dict):
        wanted = "is required: one table [engine]"
        rules.require(False, "engine", brief(table), wanted)
        return None
    values = _known_entries(rules, "engine", table, _ENGINE_KEYS)
    missing = _missing_keys(rules, "engine", values, EngineSpec)
    return _checked_spec(rules, "engine", EngineSpec, values | dict.fromkeys(missing, 1))


def layers_of_tables(rules: Rules, tables: Any) -> tuple[LayerSpec, ...]:
    """The layers of tables ``[[layer]]``; a layer with a violation is left out."""
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
            taken = f"is already the name of layer[{earlier}]: names must differ"
            rules.require(earlier == i, f"layer[{i}].name", name, taken)
    return tuple(layer for layer in layers if layer is not None)


def _layer(rules: Rules, where: str, table: dict[str, Any]) -> LayerSpec | None:
    values = _known_entries(rules, where, table, (*_LAYER_KEYS, "padding"))
    missing = _missing_keys(rules, where, values, LayerSpec)
    values |= {key: _ROOMY if key.startswith("ifmap") else 1 for key in missing}
    name = values.get("name")
    if name is None:
        rules.require(False, f"{where}.name", None, "is required")
    elif isinstance(name, str):
        good = re.fullmatch(r"[A-Za-z0-9_]+", name) is not None
        rules.require(good, f"{where}.name", name, _LAYER_NAME)
    if "padding" in values:
        values = _with_pads(rules, where, values)
    return _checked_spec(rules, where, LayerSpec, values)


def _with_pads(rules: Rules, where: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values with the four pads in place of ``padding``."""
    padding = values.pop("padding")
    named = rules.require(
        isinstance(padding, str) and padding in ("SAME", "VALID"),
        f"{where}.padding",
        padding,
        f'must be "SAME" or "VALID"; explicit padding is {", ".join(_PADS)}',
    )
    given = [key for key in _PADS if key in values]
    both = f"excludes {', '.join(given)}: give either padding or pads"
    alone = rules.require(not given, f"{where}.padding", padding, both)
    # Unknown pads must not make the kernel too large for the ifmap.
    pads = _pads(padding, values) if named and alone else dict.fromkeys(_PADS, _ROOMY)
    return pads | values


def _pads(padding: str, values: dict[str, Any]) -> dict[str, int]:
    """The four pads, without those of an axis that has a bad size: that size is reported."""
    pads: dict[str, int] = {}
    if padding == "VALID":
        return pads
    for axis, names in (("h", _PADS[:2]), ("w", _PADS[2:])):
        keys = ("ifmap", "kernel", "stride", "dilation")
        sizes = [values.get(f"{key}_{axis}", 1) for key in keys]
        if all(is_integer(size, low) for size, low in zip(sizes, (0, 1, 1, 1), strict=True)):
            pads |= zip(names, same_pads(*sizes), strict=True)
    return pads


def _known_entries(
    rules: Rules, where: str, table: dict[str, Any], keys: tuple[str, ...]
) -> dict[str, Any]:
    """The entries with known keys; the others are violations."""
    for key in (key for key in table if key not in keys):
        rule = unknown(key, keys, f"the keys are {', '.join(keys)}")
        rules.require(False, f"{where}.{key}", brief(table[key]), rule)
    return {key: value for key, value in table.items() if key in keys}


def _missing_keys(
    rules: Rules, where: str, values: dict[str, Any], spec: type[EngineSpec] | type[LayerSpec]
) -> list[str]:
    """The required keys that are missing; each is a violation."""
    required = [field.name for field in fields(spec) if field.default is MISSING]
    missing = [key for key in required if key not in values]
    for key in missing:
        rules.require(False, f"{where}.{key}", None, "is required")
    return missing


def _checked_spec(
    rules: Rules, where: str, spec: type[Spec], values: dict[str, Any]
) -> Spec | None:
    """The spec; None if it has violations, which are then added to ``rules``."""
    try:
        return spec(**values)
    except SpecError as error:
        rules.violations += [
            Violation(f"{where}.{found.field}", found.value, found.rule)
            for found in error.violations
        ]
        return None
