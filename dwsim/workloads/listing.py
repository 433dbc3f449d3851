"""A model's depthwise layers as rows of a table, and as files of layer specs and parameters."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from dwsim.errors import Violation
from dwsim.spec.canonical import toml_table
from dwsim.spec.layer_spec import LayerSpec
from dwsim.support.text_table import Column
from dwsim.support.whole_file import write_whole


class ListedParameters(Protocol):
    """A layer's parameters, in any format."""

    @property
    def per_channel(self) -> bool | None:
        """True if each ofmap channel has a weight scale of its own; None without scales."""
        ...

    @property
    def activation(self) -> str:
        """The fused activation."""
        ...


class ListedLayer(Protocol):
    """A depthwise layer of a file, in any format."""

    @property
    def name(self) -> str:
        """dw1, dw2, ..."""
        ...

    @property
    def subgraph(self) -> int:
        """Index of its graph."""
        ...

    @property
    def operator(self) -> int:
        """Index in its graph."""
        ...

    @property
    def operator_name(self) -> str:
        """The file's name of the operator's kind."""
        ...

    @property
    def tensor_name(self) -> str:
        """The file's name of the ofmap."""
        ...

    @property
    def type(self) -> str:
        """Type of the ifmap's elements in the file."""
        ...

    @property
    def folded_operators(self) -> int:
        """Number of operators beside its own that are part of the layer."""
        ...

    @property
    def spec(self) -> LayerSpec | None:
        """The shape, if it is known."""
        ...

    @property
    def parameters(self) -> ListedParameters | None:
        """The parameters of a layer that runs."""
        ...

    @property
    def reasons(self) -> tuple[Violation, ...]:
        """The reasons why it cannot run."""
        ...


class ListedModel(Protocol):
    """A model file, in any format."""

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def operators(self) -> Mapping[str, int]:
        """Number of occurrences of each operator."""
        ...

    @property
    def layers(self) -> Sequence[ListedLayer]:
        """Its depthwise layers."""
        ...


SPEC_FILE = "layers.toml"
PARAMETER_FILE = "parameters.npz"

COLUMNS = (
    Column("name", "layer", "text"),
    Column("ifmap", "ifmap", "text"),
    Column("kernel", "kernel", "text"),
    Column("stride", "stride", "text"),
    Column("dilation", "dilation", "text"),
    Column("pads", "pads t,b,l,r", "text"),
    Column("channel_multiplier", "M"),
    Column("ofmap", "ofmap", "text"),
    Column("dtype", "type", "text"),
    Column("weight_scales", "weight scales", "text"),
    Column("activation", "activation", "text"),
    Column("macs", "MACs"),
    Column("state", "", "text"),
)
"""The columns of ``rows``; ``state`` has the reason why a layer cannot run, or how it runs."""


def rows(
    model: ListedModel,
    reasons: Mapping[str, tuple[Violation, ...]] | None = None,
    partly: Mapping[str, tuple[Violation, ...]] | None = None,
    notes: Mapping[str, tuple[str, ...]] | None = None,
) -> list[dict[str, Any]]:
    """One row for each depthwise layer, in the file's order, for ``COLUMNS``.

    Args:
        model: the file.
        reasons: by a layer's name, why it cannot run; None: the reasons that the file gives.
        partly: for a layer that runs, why it does not run in every rounding.
        notes: for a layer that runs, how.
    """
    if reasons is None:
        reasons = {layer.name: layer.reasons for layer in model.layers}
    return [
        _row(
            layer,
            reasons[layer.name],
            (partly or {}).get(layer.name, ()),
            (notes or {}).get(layer.name, ()),
        )
        for layer in model.layers
    ]


def total(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The row of totals: the number of layers that run, and their multiply-adds."""
    running = [row for row in rows if row["runs"]]
    macs = sum(row["macs"] for row in running)
    return {"name": f"{len(running)} of {len(rows)} run", "macs": macs}


def passed_over(model: ListedModel) -> str:
    """Counts of the other operators of the file, such as ``CONV_2D 15, MEAN 1``."""
    rest = Counter(model.operators)
    rest.subtract(layer.operator_name for layer in model.layers)
    folded = sum(layer.folded_operators for layer in model.layers)
    counts = [f"{name} {count}" for name, count in rest.items() if count > 0]
    text = ", ".join(counts) or "nothing"
    return f"{text} ({folded} folded into layers)" if folded else text


def _row(
    layer: ListedLayer,
    reasons: tuple[Violation, ...],
    partly: tuple[Violation, ...],
    notes: tuple[str, ...],
) -> dict[str, Any]:
    broken = [*reasons, *partly]
    said = [*notes, *(f"cannot run: {reason}" for reason in broken)]
    row: dict[str, Any] = {
        "name": layer.name,
        "tensor": layer.tensor_name,
        "subgraph": layer.subgraph,
        "operator": layer.operator,
        "runs": not reasons,
        "reasons": [str(reason) for reason in broken],
        "notes": list(notes),
        "state": said[0] if said else "",
        "dtype": layer.type,
    }
    if len(said) > 1:
        row["state"] += f" (and {len(said) - 1} more)"
    if layer.spec is not None:
        spec = layer.spec
        row |= {
            "ifmap": "x".join(map(str, spec.ifmap_shape[1:])),
            "ofmap": "x".join(map(str, spec.ofmap_shape[1:])),
            "kernel": f"{spec.kernel_h}x{spec.kernel_w}",
            "stride": f"{spec.stride_h}x{spec.stride_w}",
            "dilation": f"{spec.dilation_h}x{spec.dilation_w}",
            "pads": f"{spec.pad_top},{spec.pad_bottom},{spec.pad_left},{spec.pad_right}",
            "batch": spec.batch,
            "channel_multiplier": spec.channel_multiplier,
            "macs": spec.macs,
        }
    if layer.parameters is not None:
        row["activation"] = layer.parameters.activation
        each = layer.parameters.per_channel
        if each is not None:
            row["weight_scales"] = "per channel" if each else "per tensor"
    return row


def write_specs(model: ListedModel, directory: str | Path) -> tuple[Path, Path]:
    """Writes the layers that the file lets run: ``layers.toml`` and ``parameters.npz``.

    The TOML has a table ``[[layer]]`` for each layer; under an ``[engine]`` it is a spec file.
    The archive has arrays ``dw1/weight``, ``dw1/bias`` and so on, one for each field of the
    layer's parameters; a layer without bias has none. The same model gives the same bytes.

    Returns:
        The paths of both files.
    """
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    spec_path, parameter_path = directory / SPEC_FILE, directory / PARAMETER_FILE
    source = json.dumps(model.path.name)
    parts = [f"# The depthwise layers of {source}; parameters.npz has their parameters.\n"]
    arrays: dict[str, Any] = {}
    for layer in model.layers:
        if layer.spec is None or layer.parameters is None or layer.reasons:
            continue
        parts.append(f"# {json.dumps(layer.tensor_name)}\n{toml_table('[layer]', layer.spec)}")
        arrays |= _arrays(layer.name, layer.parameters)
    archive = io.BytesIO()
    np.savez(archive, **arrays)
    write_whole(spec_path, "\n".join(parts).encode())
    write_whole(parameter_path, archive.getvalue())
    return spec_path, parameter_path


def _arrays(prefix: str, parameters: Any) -> dict[str, np.ndarray]:
    """The fields of a dataclass as arrays; those of a dataclass in it have its name in front."""
    found: dict[str, np.ndarray] = {}
    for field in fields(parameters):
        value = getattr(parameters, field.name)
        key = f"{prefix}/{field.name}"
        if is_dataclass(value):
            found |= _arrays(key, value)
        elif isinstance(value, np.dtype):
            found[key] = np.asarray(value.name)
        elif field.name in ("ifmap_scale", "ofmap_scale"):
            # Scales are float32 in the file: as such they are kept.
            found[key] = np.asarray(np.float32(value))
        elif value is not None:
            found[key] = np.asarray(value)
    return found
