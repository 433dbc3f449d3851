"""A network as an exploration sees it: a name, and its depthwise layers in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from dwsim.errors import SpecError, Violation
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.spec_file import parse_layers, read_text
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
    return tuple(sorted(path.stem for path in network_dir().glob("*.toml")))


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
    if path.is_file():
        text = read_text(path, "network", "networks")
        return Network(path.stem, parse_layers(text, path), str(name))
    ready = network_dir() / f"{name}.toml"
    if name not in ready_networks():
        rule = f"is no file, and no network of dwsim: those are {', '.join(ready_networks())}"
        raise SpecError("network", [Violation("networks", name, rule)])
    text = read_text(ready, "network", "networks")
    return Network(name, parse_layers(text, ready), f"dwsim/workloads/networks/{ready.name}")


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
