"""A user's own arrays in place of the random data of a cosimulation."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.derive import AnyPlan
from dwsim.errors import Rules
from dwsim.rtlsim.job import Job
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.spec.number_range import value_range
from dwsim.spec.quantisation import Quantisation
from dwsim.stream.float_tensors import float_words
from dwsim.verification.own_epilogue import own_epilogue, with_own


@dataclass(frozen=True, eq=False)
class OwnData:
    """The data of one layer; None stands for random data.

    ``ifmap`` is NHWC, ``weight`` (kernel_h, kernel_w, channels, channel_multiplier), ``bias`` has
    one number for each ofmap channel and replaces that of the quantisation or the epilogue.
    ``activation`` is the name of an activation, or a pair of limits, for an engine of floats.
    """

    ifmap: Any = None
    weight: Any = None
    bias: Any = None
    quantisation: Quantisation | None = None
    activation: Any = None

    @property
    def given(self) -> bool:
        """True if any of the data is not random."""
        return any(getattr(self, field.name) is not None for field in fields(self))


def with_own_data(jobs: Sequence[Job], plan: AnyPlan, data: OwnData) -> list[Job]:
    """The jobs of one layer with the user's data.

    Args:
        jobs: with random data.
        plan: the layer on its engine.
        data: any integer arrays whose values fit the engine's number formats, or, for an engine in
            floating point, arrays of its format.

    Raises:
        SpecError: with every violated rule: shape, type or values of an array, or a quantisation
            that does not belong to the layer and its engine.
    """
    engine = plan.engine
    rules = Rules("verify")
    formats = {
        "ifmap": (plan.layer.ifmap_shape, engine.ifmap_width, engine.ifmap_signed),
        "weight": (plan.layer.weight_shape, engine.weight_width, engine.weight_signed),
    }
    arithmetic = engine.arithmetic
    arrays = {
        name: _checked(rules, name, getattr(data, name), *numbers)
        if arithmetic is None
        else _checked_floats(rules, name, getattr(data, name), numbers[0], arithmetic)
        for name, numbers in formats.items()
    }
    quantisation = _checked_quantisation(rules, plan, data)
    epilogue = own_epilogue(rules, plan, data.bias, data.activation)
    bias = None if engine.epilogue is not None else _checked_bias(rules, plan, data.bias)
    rules.raise_if_any()
    changes: dict[str, Any] = {name: array for name, array in arrays.items() if array is not None}
    if quantisation is not None:
        changes["quantisation"] = quantisation
    made = [replace(job, **changes) for job in jobs]
    if epilogue:
        return [replace(job, epilogue=with_own(job.epilogue, epilogue)) for job in made]
    if bias is None:
        return made
    return [
        replace(job, quantisation=replace(job.quantisation, bias=bias))
        for job in made
        if job.quantisation is not None
    ]


def _checked(
    rules: Rules, name: str, value: Any, shape: tuple[int, ...], width: int, signed: bool
) -> np.ndarray | None:
    """The array in the smallest type that holds the engine's format; None if it is bad."""
    if value is None:
        return None
    array = np.asarray(value)
    kind = "signed" if signed else "unsigned"
    low, high = value_range(width, signed)
    good = rules.require(array.shape == shape, f"{name}.shape", array.shape, f"must be {shape}")
    if not rules.require(
        array.dtype.kind in "iu", f"{name}.dtype", str(array.dtype), "must be integers"
    ):
        return None
    if array.size:
        extremes = (int(array.min()), int(array.max()))
        good &= rules.require(
            low <= extremes[0] and extremes[1] <= high,
            f"{name} values",
            extremes,
            f"must be from {low} to {high}: the engine has {width} {kind} bits",
        )
    dtype = np.dtype(f"{'i' if signed else 'u'}{1 if width <= 8 else 2}")
    return array.astype(dtype) if good else None


def _checked_floats(
    rules: Rules, name: str, value: Any, shape: tuple[int, ...], arithmetic: FloatArithmetic
) -> np.ndarray | None:
    """The words of the array; None if it is bad."""
    if value is None:
        return None
    array, wanted = np.asarray(value), arithmetic.number_format
    good = rules.require(array.shape == shape, f"{name}.shape", array.shape, f"must be {shape}")
    rule = f"must be {wanted}, the engine's number_format"
    good &= rules.require(array.dtype.name == wanted, f"{name}.dtype", str(array.dtype), rule)
    return float_words(array) if good else None


def _checked_quantisation(rules: Rules, plan: AnyPlan, data: OwnData) -> Quantisation | None:
    if data.quantisation is None:
        return None
    _require_requantiser(rules, plan, "quantisation", data.quantisation)
    channels = plan.layer.ofmap_channels
    if rules.require(
        isinstance(data.quantisation, Quantisation),
        "quantisation",
        data.quantisation,
        "must be a Quantisation",
    ):
        rules.require(
            data.quantisation.channels == channels,
            "quantisation.channels",
            data.quantisation.channels,
            f"must be {channels}, the layer's ofmap channels",
        )
    return data.quantisation


def _checked_bias(rules: Rules, plan: AnyPlan, value: Any) -> tuple[int, ...] | None:
    if value is None:
        return None
    _require_requantiser(rules, plan, "bias", "given", " or have an epilogue")
    bias = np.asarray(value)
    shape = (plan.layer.ofmap_channels,)
    rules.require(bias.shape == shape, "bias.shape", bias.shape, f"must be {shape}")
    rules.require(bias.dtype.kind in "iu", "bias.dtype", str(bias.dtype), "must be integers")
    return tuple(bias.reshape(-1).tolist())


def _require_requantiser(
    rules: Rules, plan: AnyPlan, field: str, value: Any, others: str = ""
) -> None:
    rules.require(
        plan.engine.requantise != "none",
        field,
        value,
        f"is for engines that requantise{others}: this one has requantise = 'none' and returns"
        " sums",
    )


def read_array(path: Path, name: str) -> np.ndarray:
    """An array from a ``.npy`` file, or from a ``.npz`` file under ``name`` or as its only one.

    Raises:
        SpecError: for a file that NumPy cannot read, or that has no such array.
    """
    rules = Rules(str(path))
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded as archive:
            names = archive.files
            if len(names) == 1 or name in names:
                return np.asarray(archive[name if name in names else names[0]])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        rules.fail(f"--{name}", str(path), f"cannot be read: {error}")
    rules.fail(f"--{name}", names, f"must have an array {name}, or one array only")


def read_quantisation(path: Path) -> Quantisation:
    """A quantisation from a ``.npz`` file with an array for each field of ``Quantisation``.

    Fields with a default may be left out.

    Raises:
        SpecError: for a file that NumPy cannot read, other names, and bad values.
    """
    rules = Rules(str(path))
    try:
        with np.load(path, allow_pickle=False) as archive:
            values = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        rules.fail("--quantisation", str(path), f"cannot be read: {error}")
    known = [field.name for field in fields(Quantisation)]
    required = known[:5]
    for name in values:
        rules.require(name in known, name, values[name], f"must be one of {', '.join(known)}")
    for name in required:
        rules.require(name in values, name, None, "is required")
    rules.raise_if_any()
    return Quantisation(**{name: v if v.ndim else v.item() for name, v in values.items()})
