"""The figures of a layer on an engine, in one stream or several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from dwsim.derive import AnyPlan, plan_of
from dwsim.derive.back_to_back import LayerTimes
from dwsim.derive.losses import LOSSES, layer_losses
from dwsim.derive.tiled_plan import different_streams, gaps_without_stalls
from dwsim.exploration import energy
from dwsim.exploration.fit import interleave_on
from dwsim.exploration.results_schema import ACTIVITY_FIELDS
from dwsim.fast.fast_run import free_activity
from dwsim.model.activity import Activity
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec

_FIGURES = (
    "interleave",
    "streams",
    "param_beats",
    "steady_cycles",
    "ideal",
    "bound",
    "input_bytes",
    "output_bytes",
)

TIMES = ("cycles", "switch_cycles", "first_param_beats", "load_cycle")
"""The facts of a layer that make its ``LayerTimes``."""

LAYER_FACTS = (*TIMES, *_FIGURES, *ACTIVITY_FIELDS, *(f"loss_{name}" for name in LOSSES))
"""The figures that an evaluation records for each different layer, in this order."""


@dataclass(frozen=True)
class LayerFigures:
    """The figures of a layer on an engine that the tables need; sums, if it runs as streams."""

    times: LayerTimes
    interleave: int
    streams: int
    """More than 1 if the layer exceeds a maximum of the engine."""
    param_beats: int
    steady_cycles: int
    ideal: int
    bound: int
    input_bytes: float
    """Of the ifmap and the parameters; streams that share rows or columns each bring them."""
    output_bytes: float
    activity: Mapping[str, int]
    losses: Mapping[str, int]
    """Multiplier cycles by ``LOSSES``, without the wait for the next layer."""
    energy: Mapping[str, float]

    @property
    def facts(self) -> list[float]:
        """The values of ``LAYER_FACTS``."""
        figures = (getattr(self, name) for name in _FIGURES)
        return [*self.times, *figures, *self.activity.values(), *self.losses.values()]


def figures_of(layer: LayerSpec, engine: EngineSpec, policy: str | int) -> LayerFigures:
    """The figures of a layer on an engine, with the interleave that the policy selects.

    A layer that exceeds the engine's maxima runs as several streams.

    Raises:
        SpecError: if the layer does not fit, and no streams of it do.
    """
    plan = plan_of(layer, engine, interleave=interleave_on(layer, engine, policy))
    streams = different_streams(plan)
    formats = streams[0][0].numbers.formats
    return LayerFigures(
        times=plan.times,
        interleave=plan.interleave,
        streams=sum(runs for _, _, runs in streams),
        param_beats=plan.param_beats,
        steady_cycles=plan.steady_cycles,
        ideal=plan.ideal,
        bound=plan.bound,
        input_bytes=(
            plan.ifmap_beats * formats.ifmap_beat_width
            + plan.param_beats * formats.param_beat_width
        )
        / 8,
        output_bytes=plan.ofmap_beats * formats.ofmap_beat_width / 8,
        activity=_activity(plan),
        losses=layer_losses(plan),
        energy=energy.layer_pj(plan),
    )


def _activity(plan: AnyPlan) -> dict[str, int]:
    """The cycles by the values of ``Activity``; those between streams are drain or parameters."""
    total: Counter[str] = Counter()
    for stream, _, runs in different_streams(plan):
        total.update({kind: runs * cycles for kind, cycles in free_activity(stream).items()})
    gaps = gaps_without_stalls(plan)
    total.update({Activity.DRAIN.value: gaps.switching, Activity.PARAMETERS.value: gaps.waiting})
    return {kind.value: total[kind.value] for kind in Activity}
