"""A model's depthwise layers as rows of a table, and as files of layer specs and parameters."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.errors import Rules, Violation
from dwsim.spec.canonical import toml_table
from dwsim.support.text_table import Column
from dwsim.workloads.tflite.model import DepthwiseLayer, Model, Parameters

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
"""The columns of ``rows``; ``state`` has the reason why a layer cannot run."""


def rows(
    model: Model,
    reasons: Mapping[str, tuple[Violation, ...]] | None = None,
    partly: Mapping[str, tuple[Violation, ...]] | None = None,
) -> list[dict[str, Any]]:
    """One row for each depthwise layer, in the file's order, for ``COLUMNS``.

    Args:
        model: the file.
        reasons: by a layer's name, why it cannot run; None: the reasons that the file gives.
        partly: for a layer that runs, why it does not run in every rounding.
    """
    if reasons is None:
        reasons = {layer.name: layer.reasons for layer in model.layers}
    return [
        _row(layer, reasons[layer.name], (partly or {}).get(layer.name, ()))
        for layer in model.layers
    ]


def total(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The row of totals: the number of layers that run, and their multiply-adds."""
    running = [row for row in rows if row["runs"]]
    macs = sum(row["macs"] for row in running)
    return {"name": f"{len(running)} of {len(rows)} run", "macs": macs}


def passed_over(model: Model) -> str:
    """Counts of the other operators of the file, such as ``CONV_2D 15, MEAN 1``."""
    rest = Counter(model.operators)
    rest.subtract(layer.operator_name for layer in model.layers)
    folded = sum(layer.pad_operator is not None for layer in model.layers)
    folded += sum(2 for layer in model.layers if layer.dilation_operators is not None)
    counts = [f"{name} {count}" for name, count in rest.items() if count > 0]
    text = ", ".join(counts) or "nothing"
    return f"{text} ({folded} folded into layers)" if folded else text


def _row(
    layer: DepthwiseLayer, reasons: tuple[Violation, ...], partly: tuple[Violation, ...]
) -> dict[str, Any]:
    broken = [*reasons, *partly]
    row: dict[str, Any] = {
        "name": layer.name,
        "tensor": layer.tensor_name,
        "subgraph": layer.subgraph,
        "operator": layer.operator,
        "runs": not reasons,
        "reasons": [str(reason) for reason in broken],
        "state": "; ".join(f"cannot run: {reason}" for reason in broken[:1]),
        "dtype": layer.type,
    }
    if len(broken) > 1:
        row["state"] += f" (and {len(broken) - 1} more)"
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
        row |= {
            "weight_scales": "per channel" if layer.parameters.per_channel else "per tensor",
            "activation": layer.parameters.activation,
        }
    return row


def write_specs(model: Model, directory: str | Path) -> tuple[Path, Path]:
    """Writes the layers that the file lets run: ``layers.toml`` and ``parameters.npz``.

    The TOML has a table ``[[layer]]`` for each layer; under an ``[engine]`` it is a spec file.
    The archive has arrays ``dw1/weight``, ``dw1/bias`` and so on, one for each field of
    ``Parameters``; a layer without bias has none. The same model gives the same bytes.

    Returns:
        The paths of both files.
    """
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    spec_path, parameter_path = directory / SPEC_FILE, directory / PARAMETER_FILE
    source = json.dumps(model.path.name)
    parts = [f"# The depthwise layers of {source}; parameters.npz has their parameters.\n"]
    arrays: dict[str, Any] = {}
    for layer in model.runnable:
        spec, parameters = layer.facts()
        parts.append(f"# {json.dumps(layer.tensor_name)}\n{toml_table('[layer]', spec)}")
        arrays |= _arrays(layer.name, parameters)
    spec_path.write_text("\n".join(parts), encoding="utf-8")
    np.savez(parameter_path, **arrays)
    return spec_path, parameter_path


def read_parameters(path: str | Path) -> dict[str, Parameters]:
    """The parameters of each layer by its name, from an archive that ``write_specs`` wrote.

    Raises:
        SpecError: for an archive of anything else.
    """
    rules = Rules(str(path))
    found: dict[str, dict[str, np.ndarray]] = {}
    try:
        with np.load(path, allow_pickle=False) as archive:
            for key in archive.files:
                layer, _, name = key.rpartition("/")
                found.setdefault(layer, {})[name] = archive[key]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        rules.require(False, "parameters", str(path), f"cannot be read: {error}")
        rules.raise_if_any()
    names = {field.name for field in fields(Parameters)}
    for layer, arrays in found.items():
        rules.require(
            set(arrays) | {"bias"} == names,
            layer,
            sorted(arrays),
            f"must have the arrays {', '.join(sorted(names))}",
        )
    rules.raise_if_any()
    return {layer: _parameters(arrays) for layer, arrays in found.items()}


def _arrays(layer: str, parameters: Parameters) -> dict[str, np.ndarray]:
    values = {field.name: getattr(parameters, field.name) for field in fields(parameters)}
    values["dtype"] = values["dtype"].name
    # Scales are float32 in the file: as such they are kept.
    for name in ("ifmap_scale", "ofmap_scale"):
        values[name] = np.float32(values[name])
    return {
        f"{layer}/{name}": np.asarray(value) for name, value in values.items() if value is not None
    }


def _parameters(arrays: dict[str, np.ndarray]) -> Parameters:
    values: dict[str, Any] = {"bias": None}
    for name, array in arrays.items():
        values[name] = array if array.ndim else array.item()
    values["dtype"] = np.dtype(values["dtype"])
    return Parameters(**values)
