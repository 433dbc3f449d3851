"""The points of a space: the engine of each combination of values of the axes."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dwsim.derive.numbers_of import numbers_of
from dwsim.errors import Rules, SpecError
from dwsim.exploration.axes import (
    AUTO,
    FIT,
    FIT_PARTS,
    FITTED,
    NONE,
    PLANE,
    TAPS_ALL,
    TAPS_ROW,
    Value,
)
from dwsim.exploration.fit import Policy, fit, largest_kernel
from dwsim.exploration.space import Space
from dwsim.spec.canonical import canonical_toml
from dwsim.spec.engine_spec import LIMITS, EngineSpec
from dwsim.spec.float_rules import INTEGER

ID_DIGITS = 12
SERIAL = "tap_serial"
PARALLEL_MAXIMA = ("max_interleave", "max_lead")
"""Maxima that only tap-parallel engines have."""


@dataclass(frozen=True)
class Point:
    """An engine, and the policy that selects the interleave of its streams."""

    engine_id: str
    engine: EngineSpec
    policy: Policy


@dataclass(frozen=True)
class Refused:
    """A combination that is not a valid engine, with every rule that it breaks."""

    axes: Mapping[str, Value]
    reason: str


def all_combinations(space: Space) -> Iterator[dict[str, Value]]:
    """Every combination; the last axis varies fastest."""
    for axes in space.grids:
        for values in itertools.product(*axes.values()):
            yield dict(zip(axes, values, strict=True))


class Resolver:
    """Turns combinations of a space into points; equal fits are computed once."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self._fits: dict[tuple[Any, ...], dict[str, int]] = {}

    def point(self, values: Mapping[str, Value]) -> Point | Refused:
        """The point of a combination, or the reasons against it."""
        try:
            engine, policy = self._engine(values)
            # Some rules depend on derived numbers.
            numbers_of(engine)
        except SpecError as error:
            return Refused(dict(values), "; ".join(map(str, error.violations)))
        engine_id = point_id(engine, policy)
        return Point(engine_id, replace(engine, name=f"explored_{engine_id}"), policy)

    def _engine(self, values: Mapping[str, Value]) -> tuple[EngineSpec, Policy]:
        serial = values.get("dataflow") == SERIAL
        open_maxima = [name for name in FITTED if not (serial and name in PARALLEL_MAXIMA)]
        given: dict[str, Any] = dict.fromkeys(open_maxima, FIT) | {
            "taps_per_cycle": None if serial else TAPS_ALL,
            "interleave": PLANE,
            "requantise": _requantise(values),
        }
        given |= dict(values)
        policy = given.pop("interleave")
        _check_policy(serial, policy)
        kernel = given.pop("kernel", None)
        for axis in ("h", "w"):
            size = given[f"kernel_{axis}"] if kernel is None else kernel
            fitted = largest_kernel(self.space.networks, axis) if size == FIT else size
            given[f"kernel_{axis}"] = fitted
        if any(_part(given[name]) for name in open_maxima):
            given |= self._fit(given, policy)
        given = {name: None if value == AUTO else value for name, value in given.items()}
        if given.get("epilogue") == NONE:
            given["epilogue"] = None
        given["taps_per_cycle"] = _taps(given)
        return EngineSpec(**given), policy

    def _fit(self, given: Mapping[str, Any], policy: Policy) -> dict[str, int]:
        """The values of the maxima that are "fit", or a part of that."""
        kernel = (given["kernel_h"], given["kernel_w"])
        interleave, pitch = given.get("max_interleave", 1), given["max_row_pitch"]
        key = (
            given["lanes"],
            kernel,
            policy,
            None if interleave == FIT else interleave,
            LIMITS["max_row_pitch"][1] if _part(pitch) else pitch,
            given.get("dataflow", "tap_parallel"),
        )
        if key not in self._fits:
            self._fits[key] = fit(self.space.networks, *key)
        maxima = self._fits[key]
        rules = Rules("fit")
        shape = "x".join(map(str, kernel))
        rules.require(
            bool(maxima), "kernel", shape, "must be large enough for at least one network"
        )
        rules.raise_if_any()
        parts = {name: _part(given.get(name)) for name in maxima}
        return {name: -(-value // parts[name]) for name, value in maxima.items() if parts[name]}


def _part(value: Value | None) -> int:
    """1 for "fit", 2 for "fit/2", and so on; 0 for a value that is not fitted."""
    return {FIT: 1, **FIT_PARTS}.get(value, 0) if isinstance(value, str) else 0


def _requantise(values: Mapping[str, Value]) -> str:
    """Deployed engines requantise: the default, if the number formats permit it."""
    if values.get("number_format", INTEGER) != INTEGER:
        return "none"
    formats: dict[str, Value] = {
        "ifmap_width": 8,
        "weight_width": 8,
        "ifmap_signed": True,
        "weight_signed": True,
    }
    formats |= {name: values[name] for name in formats if name in values}
    width = formats.pop("ifmap_width")
    if list(formats.values()) != [8, True, True] or width not in (8, 16):
        return "none"
    return "double" if width == 8 else "single"


def _check_policy(serial: bool, policy: Policy) -> None:
    rules = Rules("engine")
    wanted = "must be plane with dataflow = 'tap_serial': its streams are plane-major"
    rules.require(not serial or policy == PLANE, "interleave", policy, wanted)
    rules.raise_if_any()


def _taps(given: Mapping[str, Any]) -> int | None:
    """EngineSpec's taps_per_cycle, which is None for all taps."""
    taps, row = given["taps_per_cycle"], given["kernel_w"]
    number = row if taps == TAPS_ROW else taps
    return None if number in (TAPS_ALL, given["kernel_h"] * row) else number


def point_id(engine: EngineSpec, policy: Policy) -> str:
    """The name of a point: a hash of everything except the name of the engine."""
    text = canonical_toml(replace(engine, name="engine")) + f"interleave = {policy!r}\n"
    return hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]
