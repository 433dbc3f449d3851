"""Reads the parameters of layers back from the archive of ``dwsim import -o``."""

from __future__ import annotations

import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.errors import Rules
from dwsim.workloads.tflite.model import Parameters


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


def _parameters(arrays: dict[str, np.ndarray]) -> Parameters:
    values: dict[str, Any] = {"bias": None}
    for name, array in arrays.items():
        values[name] = array if array.ndim else array.item()
    values["dtype"] = np.dtype(values["dtype"])
    return Parameters(**values)
