"""A case: a layer with seeded data, its stalls, and the ofmap that the golden model expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from dwsim.bench.layer_space import LayerSpace
from dwsim.errors import Rules
from dwsim.golden.depthwise import depthwise
from dwsim.golden.quantised import requantise
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import IFMAP_WIDTHS, ROUNDINGS
from dwsim.stream.random_quantisation import draw_quantisation
from dwsim.stream.random_tensors import random_values
from dwsim.stream.stalls import PROFILES, StallProfile

Requantise = Callable[[np.ndarray, Quantisation], np.ndarray]


@dataclass(frozen=True)
class NumberFormats:
    """The numbers of an engine.

    ``roundings``: those of its requantisation ("double", "single", "float"), one of which each
    layer gets; empty for an engine that gives raw sums. ``requantise`` computes the ofmap (NHWC)
    from the sums and the quantisation; the default is ``dwsim.golden``'s, as TFLite defines it.

    Raises:
        SpecError: with every violated rule.
    """

    ifmap_width: int = 8
    ifmap_signed: bool = True
    weight_width: int = 8
    weight_signed: bool = True
    roundings: tuple[str, ...] = ()
    requantise: Requantise = requantise

    def __post_init__(self) -> None:
        rules = Rules("number formats")
        for name in ("ifmap_width", "weight_width"):
            rules.integer(name, getattr(self, name), 2, 16)
        unknown = [name for name in self.roundings if name not in ROUNDINGS]
        rules.require(
            not unknown, "roundings", self.roundings, f"must be among {', '.join(ROUNDINGS)}"
        )
        if self.roundings:
            rules.require(
                self.ifmap_width in IFMAP_WIDTHS and self.ifmap_signed,
                "ifmap_width",
                self.ifmap_width,
                "must be 8 or 16, signed, for an engine that requantises",
            )
            rules.require(
                self.weight_signed and self.weight_width <= 8,
                "weight_width",
                self.weight_width,
                "must be at most 8, signed, for an engine that requantises",
            )
        rules.raise_if_any()


@dataclass(frozen=True)
class Case:
    """A layer with its data. The ifmap is NHWC, the weight (kernel_h, kernel_w, channels, M)."""

    index: int
    layer: LayerSpec
    stalls: StallProfile
    ifmap: np.ndarray = field(repr=False)
    weight: np.ndarray = field(repr=False)
    quantisation: Quantisation | None = field(repr=False)
    requantise: Requantise = field(repr=False)

    @cached_property
    def sums(self) -> np.ndarray:
        """The sums of products, NHWC, less the ifmap's zero point."""
        zero_point = 0 if self.quantisation is None else self.quantisation.ifmap_zero_point
        centred = self.ifmap.astype(np.int32) - np.int32(zero_point)
        return depthwise(centred, self.weight, self.layer)

    @cached_property
    def ofmap(self) -> np.ndarray:
        """The expected ofmap, NHWC: the sums, or what the requantisation makes of them."""
        if self.quantisation is None:
            return self.sums
        return self.requantise(self.sums, self.quantisation)


def cases(
    space: LayerSpace,
    formats: NumberFormats,
    stalls: Sequence[str | StallProfile],
    count: int,
    seed: int,
) -> Iterator[Case]:
    """``count`` random cases; the stall profiles take turns.

    Args:
        space: the layers.
        formats: the numbers.
        stalls: names of ``dwsim.stream.stalls.PROFILES``, or profiles. The names stand for the
            stalls of source and sink; a foreign engine has no cfg port to be eager at.
        count: the number of cases.
        seed: not negative; the same seed gives the same cases.

    Raises:
        SpecError: for an unknown profile, or one that this bench cannot drive.
    """
    profiles = [_profile(one) for one in stalls]
    for index, layer in zip(range(count), space.layers(seed), strict=False):
        rng = np.random.default_rng((seed, index))
        ifmap = random_values(rng, layer.ifmap_shape, formats.ifmap_width, formats.ifmap_signed)
        weight = random_values(rng, layer.weight_shape, formats.weight_width, formats.weight_signed)
        quantisation = None
        if formats.roundings:
            widths = (formats.ifmap_width, formats.weight_width)
            quantisation = draw_quantisation(rng, layer, formats.roundings, *widths)
        yield Case(
            index,
            layer,
            profiles[index % len(profiles)],
            ifmap,
            weight,
            quantisation,
            formats.requantise,
        )


def _profile(stalls: str | StallProfile) -> StallProfile:
    rules = Rules("stalls")
    usable = [name for name, one in PROFILES.items() if not one.boundary]
    if isinstance(stalls, str):
        rules.require(stalls in usable, "stalls", stalls, f"must be among {', '.join(usable)}")
        rules.raise_if_any()
        return PROFILES[stalls]
    for name in ("boundary", "eager_cfg"):
        given = getattr(stalls, name)
        rules.require(not given, name, given, "must be False: it is for engines of dwsim")
    rules.raise_if_any()
    return stalls
