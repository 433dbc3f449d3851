"""A network: its name and its depthwise layers in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from dwsim.errors import SpecError, Violation
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.spec_file import parse_layers
from dwsim.spec.toml_text import read_text
from dwsim.support.optional_packages import onnx_packages
from dwsim.support.ready_files import find_file, ready_names
from dwsim.support.resources import network_dir
from dwsim.workloads.layer_csv import read_csv
from dwsim.workloads.layer_yaml import read_yaml
from dwsim.workloads.listing import ListedModel


@dataclass(frozen=True)
class Network:
    """The depthwise layers of a network."""

    name: str
    layers: tuple[LayerSpec, ...]
    """In the order in which they run; a layer that occurs twice is listed twice."""
    source: str
    """The file that the layers come from."""

    @property
    def macs(self) -> int:
        """Multiply-adds of one inference, taps on padding included."""
        return sum(layer.macs for layer in self.layers)

    @cached_property
    def shapes(self) -> tuple[LayerSpec, ...]:
        """The layers without their names, so that equal shapes compare equal."""
        return tuple(replace(layer, name="") for layer in self.layers)


def ready_networks() -> tuple[str, ...]:
    """The names of the networks that come with dwsim."""
    return ready_names(network_dir())


def read_network(name: str, folder: Path = Path()) -> Network:
    """Reads a network by its name, or from a file.

    Args:
        name: the name of a ready network (``ready_networks``), or the path of a file: TOML with
            ``[[layer]]`` tables, such as a spec file; ``.tflite`` or ``.onnx``; ``.csv`` with a
            layer in each line, or a topology of SCALE-Sim; ``.yaml``, a workload of ZigZag or a
            problem of Timeloop.
        folder: the directory that relative paths start from.

    Returns:
        The network: ``layers`` in the order in which they run, repeated as often as they occur,
        and ``macs``, the multiply-adds of one inference.

    Raises:
        SpecError: for an unknown name, or with every violated rule of the file.
        ModelError: for a model file that cannot be read.
    """
    path = folder / name
    if path.suffix in _MODELS:
        return _of_model(path, _MODELS[path.suffix](path))
    found = find_file(path, name, network_dir(), kind="network", field="networks")
    text = read_text(found, "network file", "networks")
    if found.suffix in _LISTS:
        return Network(found.stem, _LISTS[found.suffix](text, found), str(name))
    source = str(name) if found == path else f"dwsim/workloads/networks/{found.name}"
    return Network(found.stem, parse_layers(text, found), source)


def _read_tflite(path: Path) -> ListedModel:
    # Here and not at the top: only this needs LiteRT's schema.
    from dwsim.workloads.tflite import read_model

    return read_model(path)


def _read_onnx(path: Path) -> ListedModel:
    with onnx_packages():
        from dwsim.workloads.onnx_model import read_onnx

        return read_onnx(path)


_LISTS = {".csv": read_csv, ".yaml": read_yaml, ".yml": read_yaml}
"""Readers of lists of layers by the suffix of the file; any other is TOML."""

_MODELS: dict[str, Callable[[Path], ListedModel]] = {
    ".tflite": _read_tflite,
    ".onnx": _read_onnx,
}
"""Readers of model files by the suffix of the file."""


def _of_model(path: Path, model: ListedModel) -> Network:
    """Every depthwise layer of a model file; the shapes of all must be readable.

    A layer that cannot run, such as one in floating point, has a shape too.
    """
    violations = [
        Violation(f"{layer.name}.{reason.field}", reason.value, reason.rule)
        for layer in model.layers
        for reason in layer.reasons
        if layer.spec is None
    ]
    if not model.layers:
        violations = [Violation("layers", 0, "must be at least one depthwise layer")]
    if violations:
        raise SpecError(f"{path} as a network", violations)
    shapes = tuple(layer.spec for layer in model.layers if layer.spec is not None)
    return Network(path.stem, shapes, path.name)
