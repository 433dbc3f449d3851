"""Seeded random layers within the limits of an engine."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from dwsim.errors import Rules, SpecError, is_integer
from dwsim.spec.layer_spec import LayerSpec

Range = tuple[int, int]
_END_SHARE = 0.4
"""Share of the fields at an end of their range, where engines break, unless it is short."""
_SHORT = 3
_TRIES = 10_000
_POINT = LayerSpec(1, 1, 1, 1, 1)
_NAMES = tuple(f.name for f in fields(LayerSpec) if f.name != "name")


@dataclass(frozen=True)
class LayerSpace:
    """The layers that an engine runs: a range (first, last) for each field of ``LayerSpec``.

    A field without a range has its default value in ``LayerSpec``. ``accept`` refuses layers
    whose fields do not go together.

    Raises:
        SpecError: for an unknown field, a range that is none, and a field without value.
    """

    ranges: Mapping[str, Range]
    accept: Callable[[LayerSpec], bool] = field(default=lambda _layer: True)

    def __post_init__(self) -> None:
        rules = Rules("layer space")
        for name, limits in self.ranges.items():
            rules.require(name in _NAMES, name, limits, f"is not known: {', '.join(_NAMES)}")
            good = isinstance(limits, tuple) and len(limits) == 2
            good = good and is_integer(limits[0], 0) and is_integer(limits[1], limits[0])
            rules.require(good, name, limits, "must be (first, last), two ordered integers")
        for name in ("ifmap_h", "ifmap_w", "channels", "kernel_h", "kernel_w"):
            rules.require(name in self.ranges, name, None, "needs a range")
        rules.raise_if_any()

    def layers(self, seed: int) -> Iterator[LayerSpec]:
        """Random layers without end, none of them empty; the same seed gives the same layers.

        Raises:
            SpecError: if the space has no layer, or so few that random draws do not find one.
        """
        rng = random.Random(seed)
        while True:
            yield self._layer(rng)

    def _layer(self, rng: random.Random) -> LayerSpec:
        for _ in range(_TRIES):
            sizes: dict[str, Any] = {
                name: _draw(rng, *limits) for name, limits in self.ranges.items()
            }
            try:
                layer = replace(_POINT, **sizes)
            except SpecError:
                continue  # the kernel does not fit into the ifmap
            if not layer.is_empty and self.accept(layer):
                return layer
        Rules("layer space").fail(
            "ranges",
            dict(self.ranges),
            f"none of {_TRIES} random draws is an accepted layer",
        )


def _draw(rng: random.Random, low: int, high: int) -> int:
    if high - low >= _SHORT and rng.random() < _END_SHARE:
        return rng.choice((low, high))
    return rng.randint(low, high)
