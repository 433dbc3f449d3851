"""The canonical TOML text of a spec, and its hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields

from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec

_LEFT_OUT = {"number_format": "integer", "rings": "shared"}
"""Defaults that stay out of the text, so that an engine keeps the hash that it had before there
were other formats and rings."""


def toml_table(name: str, spec: EngineSpec | LayerSpec) -> str:
    """A spec as a TOML table of all its fields, in their order.

    Fields that are ``None``, and the defaults in ``_LEFT_OUT``, are left out.
    """
    lines = [f"[{name}]"]
    for field in fields(spec):
        value = getattr(spec, field.name)
        if value is not None and value != _LEFT_OUT.get(field.name):
            # JSON writes integers, booleans and escaped strings as TOML does.
            lines.append(f"{field.name} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def canonical_toml(engine: EngineSpec, layers: tuple[LayerSpec, ...] = ()) -> str:
    """An engine and its layers as TOML text that ``read_spec`` reads back."""
    tables = [toml_table("engine", engine)]
    tables += [toml_table("[layer]", layer) for layer in layers]
    return "\n".join(tables)


def spec_hash(engine: EngineSpec, layers: tuple[LayerSpec, ...] = ()) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical_toml(engine, layers).encode()).hexdigest()
