"""The interleave that a policy selects for a layer, and the least maxima that run all layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dwsim.derive import Plan
from dwsim.errors import SpecError
from dwsim.exploration.axes import NHWC, PLANE
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_maxima import largest, layer_maxima
from dwsim.spec.layer_spec import LayerSpec
from dwsim.workloads import Network

Policy = str | int
"""plane, nhwc, best, or the largest number of channel groups to interleave."""


@dataclass(frozen=True)
class Needs:
    """The requirements of a layer at an interleave, for an engine with a number of lanes."""

    interleave: int
    cycles: int
    maxima: Mapping[str, int]
    """Fields of EngineSpec, each with the least value that runs the layer."""


def interleave_on(layer: LayerSpec, engine: EngineSpec, policy: Policy) -> int:
    """The number of channel groups that the stream of a layer interleaves on an engine.

    Below ``nhwc``, it is one that the engine accepts, so that a layer whose channel groups exceed
    the engine runs as several streams.
    """
    most = min(engine.max_interleave, engine.max_channel_groups)
    return interleave_of(layer, engine.lanes, policy, most, engine.max_row_pitch)


def interleave_of(
    layer: LayerSpec, lanes: int, policy: Policy, max_interleave: int | None, max_row_pitch: int
) -> int:
    """The number of channel groups that the stream of a layer interleaves.

    Args:
        layer: the layer.
        lanes: the lanes of the engine.
        policy: ``nhwc`` selects all groups, even if the engine does not accept them. ``best``
            selects the divisor with the fewest cycles on an engine made for the layer, and the
            smallest of equal ones (mostly 1, because interleaving saves at most the latency of the
            pipeline). A number selects the largest divisor up to it.
        max_interleave: that of the engine; None: no limit.
        max_row_pitch: that of the engine.
    """
    if policy == PLANE:
        return 1
    groups = layer.channel_groups(lanes)
    if policy == NHWC:
        return groups
    most = groups if max_interleave is None else min(groups, max_interleave)
    divisors = [i for i in range(1, most + 1) if groups % i == 0]
    if isinstance(policy, int):
        return max(i for i in divisors if i <= policy)
    choices = [needs(layer, lanes, i) for i in divisors]
    choices = [n for n in choices if n.maxima["max_row_pitch"] <= max_row_pitch] or choices[:1]
    return min(choices, key=lambda n: (n.cycles, n.interleave)).interleave


@cache
def needs(layer: LayerSpec, lanes: int, interleave: int) -> Needs:
    """The requirements of one layer, from its plan on the smallest engine that runs it."""
    maxima: dict[str, Any] = layer_maxima(layer, lanes, interleave)
    plan = Plan(layer, EngineSpec(lanes=lanes, **maxima), interleave=interleave)
    return Needs(interleave, plan.cycles + plan.switch_cycles, maxima)


def fit(
    networks: Iterable[Network],
    lanes: int,
    kernel: tuple[int, int],
    policy: Policy,
    max_interleave: int | None,
    max_row_pitch: int,
    dataflow: str = "tap_parallel",
) -> dict[str, int]:
    """The least maxima with which an engine runs every network whose kernels fit into its kernel.

    ``max_interleave`` and ``max_row_pitch`` limit the choice of the policy, as in
    ``interleave_of``. A network with a layer that no engine can run is left out. The result is
    empty if no network is left.
    """
    found: dict[str, int] = {}
    for network in networks:
        if any(x.kernel_h > kernel[0] or x.kernel_w > kernel[1] for x in network.layers):
            continue
        try:
            shapes = dict.fromkeys(network.shapes)
            if dataflow == "tap_serial":
                wanted = [layer_maxima(x, lanes, dataflow=dataflow) for x in shapes]
            else:
                limits = (policy, max_interleave, max_row_pitch)
                needed = [needs(x, lanes, interleave_of(x, lanes, *limits)) for x in shapes]
                wanted = [dict(need.maxima) for need in needed]
        except SpecError:
            continue
        found = largest([found, *wanted])
    return {name: value for name, value in found.items() if not name.startswith("kernel_")}


def largest_kernel(networks: Sequence[Network], axis: str) -> int:
    """The largest kernel_h (``axis`` is h) or kernel_w (w) of all layers."""
    layers = [layer for network in networks for layer in network.layers]
    return max(layer.kernel_h if axis == "h" else layer.kernel_w for layer in layers)
