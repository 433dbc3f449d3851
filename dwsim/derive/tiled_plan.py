"""TiledPlan: a layer that exceeds its engine's maxima, as several streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from dwsim.derive.back_to_back import LayerTimes, StreamCycles, layer_times, start_cycles
from dwsim.derive.fit_rules import values_rules
from dwsim.derive.plan import Plan
from dwsim.derive.tile import Tile
from dwsim.derive.tile_search import choose_tiles
from dwsim.errors import SpecError, is_integer
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


class Gaps(NamedTuple):
    """Cycles between the streams of a layer."""

    switching: int
    """The sum of ``Plan.switch_cycles``."""
    waiting: int
    """Those in which a stream waits for its parameters."""


class TiledPlan:
    """A layer as streams that an engine runs back to back, and the sums of their figures.

    The layer is cut by channel groups, weight sets, images, and strips of ofmap rows and columns,
    whose ifmap rows and columns overlap. ``choose_tiles`` picks the strips. The parameters of a
    tile are those of the tile before it, unless ``tile.load``.

    Raises:
        SpecError: if no such cut fits the engine, for instance because the kernel is too large.
    """

    def __init__(
        self,
        layer: LayerSpec,
        engine: EngineSpec,
        quantisation: Quantisation | None = None,
        interleave: int = 1,
        epilogue: Epilogue | None = None,
    ) -> None:
        values_rules(layer, engine, quantisation, epilogue).raise_if_any()
        self.layer = layer
        self.engine = engine
        self.quantisation = quantisation
        self.interleave = interleave
        self.epilogue = epilogue
        self.tiles = choose_tiles(layer, engine, interleave)

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """The streams, each with the name and the values of its own."""
        return tuple(self._plan(index, tile) for index, tile in enumerate(self.tiles))

    @cached_property
    def shared(self) -> tuple[Plan, ...]:
        """The streams for their figures: equal ones share a plan, which has no name or values."""
        known: dict[tuple[object, ...], Plan] = {}
        for tile in self.tiles:
            if tile.shape not in known:
                part = tile.layer_of(self.layer)
                known[tile.shape] = Plan(part, self.engine, interleave=self.interleave)
        return tuple(known[tile.shape] for tile in self.tiles)

    def _plan(self, index: int, tile: Tile) -> Plan:
        part = tile.layer_of(self.layer, f"{self.layer.name or 'layer'}_tile{index}")
        quantisation = self.quantisation and tile.quantisation_of(self.quantisation, self.layer)
        epilogue = self.epilogue and tile.epilogue_of(self.epilogue, self.layer)
        return Plan(part, self.engine, quantisation, self.interleave, epilogue)

    @property
    def loads(self) -> list[bool]:
        """``cfg_load`` of each stream."""
        return [tile.load for tile in self.tiles]

    @property
    def ifmap_beats(self) -> int:
        """Beats that enter: strips share rows and columns, which then enter with each."""
        return sum(plan.ifmap_beats for plan in self.shared)

    @property
    def ofmap_beats(self) -> int:
        """Beats that leave."""
        return sum(plan.ofmap_beats for plan in self.shared)

    @property
    def param_beats(self) -> int:
        """Beats of the parameter tensors."""
        pairs = zip(self.shared, self.loads, strict=True)
        return sum(plan.param_beats for plan, load in pairs if load)

    @property
    def cycles(self) -> int:
        """Cycles from the first cfg handshake to the last ofmap transfer, without stalls."""
        return self.times.cycles

    @cached_property
    def times(self) -> LayerTimes:
        """The figures of the layer that ``layer_starts`` needs."""
        return layer_times(self.shared, self.loads)

    @property
    def steady_cycles(self) -> int:
        """Cycles of the layer, without stalls, while it follows itself again and again.

        A layer whose streams all use the same parameters then loads none.
        """
        again = [sum(self.loads) > 1, *self.loads[1:]]
        starts = start_cycles(self.shared * 3, [*self.loads, *again, *again])
        return starts[2 * len(self.tiles)] - starts[len(self.tiles)]

    def cycles_of(self, cycles: Sequence[int]) -> int:
        """Cycles of the layer if its streams take ``cycles``, each from its own cfg handshake."""
        times = [
            StreamCycles(taken, plan.switch_cycles, plan.param_beats)
            for taken, plan in zip(cycles, self.shared, strict=True)
        ]
        return start_cycles(times, self.loads)[-1] + cycles[-1]

    def gaps_of(self, cycles: Sequence[int]) -> Gaps:
        """The cycles between the streams if these take ``cycles``, each from its own handshake."""
        switching = sum(plan.switch_cycles for plan in self.shared[:-1])
        return Gaps(switching, self.cycles_of(cycles) - switching - sum(cycles))

    @property
    def ideal(self) -> int:
        """``ceil(multiply-adds / multipliers)``: no engine with these multipliers is faster."""
        return -(-self.layer.macs // self.engine.multipliers)

    @property
    def bound(self) -> int:
        """The fewest cycles that the ports and the shape of the array permit for these streams."""
        return sum(plan.bound for plan in self.shared)

    def utilisation(self, cycles: int) -> float:
        """``outputs * taps / (multipliers * cycles)``; masked taps count as taps."""
        return self.layer.macs / (self.engine.multipliers * cycles)


AnyPlan = Plan | TiledPlan
"""A layer on an engine: one stream, or several."""


def streams_of(plan: AnyPlan) -> list[tuple[Plan, bool]]:
    """The streams of a layer in order, each with its ``cfg_load``."""
    if isinstance(plan, TiledPlan):
        return list(zip(plan.plans, plan.loads, strict=True))
    return [(plan, True)]


def different_streams(plan: AnyPlan) -> list[tuple[Plan, bool, int]]:
    """The different streams of a layer, each with its ``cfg_load`` and the number of its runs.

    The plans have no values: they are for figures.
    """
    if isinstance(plan, TiledPlan):
        runs = Counter(zip(plan.shared, plan.loads, strict=True))
        return [(stream, load, count) for (stream, load), count in runs.items()]
    return [(plan, True, 1)]


def gaps_without_stalls(plan: AnyPlan) -> Gaps:
    """The cycles between the streams of a layer, without stalls."""
    if isinstance(plan, TiledPlan):
        return plan.gaps_of([stream.cycles for stream in plan.shared])
    return Gaps(0, 0)


def plan_of(
    layer: LayerSpec,
    engine: EngineSpec,
    quantisation: Quantisation | None = None,
    interleave: int = 1,
    epilogue: Epilogue | None = None,
) -> AnyPlan:
    """The plan of a layer as one stream if it fits the engine, otherwise as several.

    Raises:
        SpecError: if neither is possible.
    """
    try:
        return Plan(layer, engine, quantisation, interleave, epilogue)
    except SpecError as error:
        groups = layer.channel_groups(engine.lanes)
        possible = is_integer(interleave, 1, engine.max_interleave) and groups % interleave == 0
        if layer.is_empty or not possible:
            raise
        broken = error
    try:
        return TiledPlan(layer, engine, quantisation, interleave, epilogue)
    except SpecError as tiled:
        raise tiled from broken
