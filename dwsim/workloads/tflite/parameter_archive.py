"""Reads the parameters of layers back from the archive of ``dwsim import -o``."""

from __future__ import annotations

import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.errors import Rules
from dwsim.workloads.float_parameters import FloatParameters
from dwsim.workloads.tflite.model import Parameters

_KINDS = (Parameters, FloatParameters)


def read_parameters(path: str | Path) -> dict[str, Parameters | FloatParameters]:
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
    read = {}
    for layer, arrays in found.items():
        kinds = [kind for kind in _KINDS if set(arrays) | {"bias"} == _names(kind)]
        rule = " or ".join(", ".join(sorted(_names(kind))) for kind in _KINDS)
        if rules.require(bool(kinds), layer, sorted(arrays), f"must have the arrays {rule}"):
            read[layer] = _parameters(kinds[0], arrays)
    rules.raise_if_any()
    return read


def _names(kind: type[Parameters | FloatParameters]) -> set[str]:
    return {field.name for field in fields(kind)}


def _parameters(
    kind: type[Parameters | FloatParameters], arrays: dict[str, np.ndarray]
) -> Parameters | FloatParameters:
    values: dict[str, Any] = {"bias": None}
    for name, array in arrays.items():
        values[name] = array if array.ndim else array.item()
    if "dtype" in values:
        values["dtype"] = np.dtype(values["dtype"])
    return kind(**values)
