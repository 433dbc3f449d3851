"""A network as an exploration sees it: a name, and its depthwise layers in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from dwsim.errors import SpecError, Violation
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.spec_file import parse_layers
from dwsim.spec.toml_text import read_text
from dwsim.support.ready_files import find_file, ready_names
from dwsim.support.resources import network_dir


@dataclass(frozen=True)
class Network:
    """The depthwise layers of a network, in the order in which they run; ``source`` says where
    they are from."""

    name: str
    layers: tuple[LayerSpec, ...]
    source: str

    @property
    def macs(self) -> int:
        """Multiply-adds of one inference, taps on padding included."""
        return sum(layer.macs for layer in self.layers)

    @cached_property
    def shapes(self) -> tuple[LayerSpec, ...]:
        """The layer at each place without its name, by which equal ones are found."""
        return tuple(replace(layer, name="") for layer in self.layers)


def ready_networks() -> tuple[str, ...]:
    """Names of the networks that come with dwsim."""
    return ready_names(network_dir())


def read_network(name: str, folder: Path = Path()) -> Network:
    """The network of that name, or of that file.

    Args:
        name: a ready network, a TOML file with ``[[layer]]`` tables (of a spec file the
            layers), or a ``.tflite`` file.
        folder: where relative paths start.

    Raises:
        SpecError: for an unknown name, or with every violated rule of the file.
        ModelError: for a ``.tflite`` file that cannot be read.
    """
    path = folder / name
    if path.suffix == ".tflite":
        return _of_tflite(path)
    found = find_file(path, name, network_dir(), kind="network", field="networks")
    text = read_text(found, "network file", "networks")
    source = str(name) if found == path else f"dwsim/workloads/networks/{found.name}"
    return Network(found.stem, parse_layers(text, found), source)


def _of_tflite(path: Path) -> Network:
    """Every depthwise layer of a ``.tflite`` file, all of which must be readable."""
    # Here and not at the top: only this needs the schema of LiteRT's.
    from dwsim.workloads.tflite import read_model

    model = read_model(path)
    violations = [
        Violation(f"{layer.name}.{reason.field}", reason.value, reason.rule)
        for layer in model.layers
        for reason in layer.reasons
    ]
    if not model.layers:
        violations = [Violation("layers", 0, "must be at least one depthwise layer")]
    if violations:
        raise SpecError(f"{path} as a network", violations)
    return Network(path.stem, tuple(layer.facts()[0] for layer in model.layers), path.name)
