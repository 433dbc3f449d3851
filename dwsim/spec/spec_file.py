"""Reads spec files: an engine and the layers that it runs, as TOML tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dwsim.errors import Rules
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.spec_tables import check_table_names, engine_of_table, layers_of_tables
from dwsim.spec.toml_text import parse_toml, read_text, unknown
from dwsim.support.ready_files import find_file, ready_names
from dwsim.support.resources import spec_dir


@dataclass(frozen=True)
class SpecFile:
    """The contents of a spec file: an engine, its layers in the file's order, and the path."""

    engine: EngineSpec
    layers: tuple[LayerSpec, ...]
    path: Path

    def select(self, names: Sequence[str], option: str) -> tuple[LayerSpec, ...]:
        """The layers with these names, in the order of ``names``, each once.

        Raises:
            SpecError: for every name that no layer has; its field is ``option``.
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
    return ready_names(spec_dir())


def read_spec(path_or_name: str | Path) -> SpecFile:
    """Reads a spec file, or the ready-made spec of that name.

    A file has one table ``[engine]`` with the fields of ``EngineSpec`` and any number of tables
    ``[[layer]]`` with the fields of ``LayerSpec``; ``name`` is required. In place of its four
    pads a layer may have ``padding = "SAME"`` or ``"VALID"``, as TensorFlow defines them. The
    text that ``canonical_toml`` writes gives the same engine and layers again.

    Raises:
        SpecError: with every violated rule of the whole file, fields named ``engine.lanes`` and
            ``layer[0].stride_h`` (the first layer); or with the line of a TOML error.
    """
    path = find_file(Path(path_or_name), str(path_or_name), spec_dir(), kind="spec", field="SPEC")
    return parse_spec(read_text(path, "spec file", "SPEC"), path)


def parse_spec(text: str, path: Path) -> SpecFile:
    """The spec of a text, as ``read_spec`` gives it; messages name ``path``."""
    tables = parse_toml(text, path)
    rules = Rules(str(path))
    check_table_names(rules, tables)
    engine = engine_of_table(rules, tables.get("engine"))
    layers = layers_of_tables(rules, tables.get("layer", []))
    return SpecFile(rules.checked(engine), layers, path)


def parse_layers(text: str, path: Path) -> tuple[LayerSpec, ...]:
    """The layers of a file that may have no engine: ``[[layer]]`` tables, at least one.

    Raises:
        SpecError: as ``read_spec``.
    """
    tables = parse_toml(text, path)
    rules = Rules(str(path))
    check_table_names(rules, tables)
    if "engine" in tables:
        engine_of_table(rules, tables["engine"])
    layers = layers_of_tables(rules, tables.get("layer", []))
    rules.require(tables.get("layer", []) != [], "layer", None, "is required: [[layer]] tables")
    rules.raise_if_any()
    return layers
