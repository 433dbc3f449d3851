"""Evaluates one engine on networks: the rows of the tables, before engines are compared."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from dwsim.derive import EngineNumbers, start_cycles
from dwsim.derive.memories import memories
from dwsim.derive.parallel_plan import ParallelPlan
from dwsim.errors import SpecError
from dwsim.exploration import energy
from dwsim.exploration.area import Area, area_of
from dwsim.exploration.fit import interleave_of
from dwsim.exploration.points import Point
from dwsim.exploration.results_schema import ACTIVITY_FIELDS, TIMED_METRICS
from dwsim.fast.closed_form import activity
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.workloads import Network

LAYER_FACTS = (
    "interleave",
    "cycles",
    "switch_cycles",
    "param_beats",
    "steady_cycles",
    "bound",
    *ACTIVITY_FIELDS,
)
"""The figures that an evaluation records for each different layer, in this order."""

_SHOWN_REASONS = 3
_BUFFERS = {"line": "line_buffer", "weight": "weight", "scale": "weight", "fifo": "fifo"}


@dataclass(frozen=True)
class Task:
    """A point, and the networks to evaluate on it."""

    point: Point
    networks: tuple[Network, ...]
    area: str
    target: str


@dataclass(frozen=True)
class Stream:
    """The figures of a Plan that the tables need; also satisfies ``StreamTimes``."""

    interleave: int
    cycles: int
    switch_cycles: int
    param_beats: int
    steady_cycles: int
    bound: int
    ifmap_bits: int
    ofmap_bits: int
    param_bits: int
    activity: tuple[int, ...]
    energy: Mapping[str, float]

    @property
    def facts(self) -> list[int]:
        """The values of ``LAYER_FACTS``."""
        head = LAYER_FACTS[: -len(ACTIVITY_FIELDS)]
        return [*(getattr(self, name) for name in head), *self.activity]


def evaluate_all(tasks: Sequence[Task]) -> list[list[dict[str, Any]]]:
    """The records of each task; the record of an evaluation that raises has the traceback."""
    return [evaluate(task) for task in tasks]


def evaluate(task: Task) -> list[dict[str, Any]]:
    """A record for each network: its row of ``points``, and the facts of its layers.

    The row lacks the columns that compare engines (``violates`` and the fronts). The facts are
    those of the different ``network.shapes``; they are empty unless the status is ok. The record of
    an evaluation that raises has a ``traceback``.
    """
    try:
        engine = Evaluator(task)
    except Exception as error:
        return [_failed(task.point, network, error) for network in task.networks]
    return [engine.record(network) for network in task.networks]


class Evaluator:
    """One engine; it plans layers that networks share only once."""

    def __init__(self, task: Task) -> None:
        self.point = task.point
        self.engine = task.point.engine
        self.numbers = EngineNumbers(self.engine)
        self.area = area_of(self.engine, task.area, task.target)
        self.engine_columns = _engine_columns(self.point, self.numbers) | _area_columns(
            self.area, task.area
        )
        self._streams: dict[LayerSpec, Stream] = {}

    def record(self, network: Network) -> dict[str, Any]:
        """The row and the facts of a network."""
        try:
            return self._record(network)
        except Exception as error:
            return _failed(self.point, network, error)

    def _record(self, network: Network) -> dict[str, Any]:
        reasons = []
        for layer, shape in zip(network.layers, network.shapes, strict=True):
            try:
                self._stream(shape)
            except SpecError as error:
                reasons += [f"{layer.name}: {violation}" for violation in error.violations]
        row = self.engine_columns | {"network": network.name, "layers": len(network.layers)}
        if reasons:
            more = len(reasons) - _SHOWN_REASONS
            text = "; ".join(reasons[:_SHOWN_REASONS]) + (f"; and {more} more" if more > 0 else "")
            return {"row": row | {"status": "cannot_run", "reason": text}, "facts": []}
        streams = [self._stream(shape) for shape in network.shapes]
        row |= {"status": "ok", "reason": "", "macs": network.macs}
        row |= self._network_columns(network, streams)
        different = dict.fromkeys(network.shapes)
        return {"row": row, "facts": [self._stream(shape).facts for shape in different]}

    def _stream(self, shape: LayerSpec) -> Stream:
        if shape not in self._streams:
            self._streams[shape] = stream_of(shape, self.engine, self.point.policy)
        return self._streams[shape]

    def _network_columns(self, network: Network, streams: Sequence[Stream]) -> dict[str, Any]:
        """The columns of a network, whose layers run one after the other."""
        starts = start_cycles([*streams, *streams, streams[0]], [True] * (2 * len(streams) + 1))
        cycles = starts[len(streams) - 1] + streams[-1].cycles
        interval = starts[-1] - starts[len(streams)]
        bound = sum(stream.bound for stream in streams)
        incoming = sum(stream.ifmap_bits + stream.param_bits for stream in streams)
        outgoing = sum(stream.ofmap_bits for stream in streams)
        spent = {
            name: sum(stream.energy[name] for stream in streams) / energy.PJ_PER_UJ
            for name in streams[0].energy
        }
        return {
            "cycles": cycles,
            "interval_cycles": interval,
            "steady_cycles": sum(stream.steady_cycles for stream in streams),
            "bound": bound,
            "bound_share": bound / cycles,
            "utilisation": network.macs / (self.engine.multipliers * cycles),
            **self._timed_columns(cycles, interval, incoming, outgoing),
            "external_bytes": (incoming + outgoing) / 8,
            **{f"energy_{name}_uj": value for name, value in spent.items()},
            "energy_uj": sum(spent.values()),
            "energy_external_uj": energy.external_pj(incoming + outgoing) / energy.PJ_PER_UJ,
        }

    def _timed_columns(
        self, cycles: int, interval: int, incoming: int, outgoing: int
    ) -> dict[str, float | None]:
        """The columns that need a clock; ``incoming`` and ``outgoing`` are bits per interval."""
        if self.area.fmax_mhz is None:
            return dict.fromkeys(TIMED_METRICS)
        hertz = self.area.fmax_mhz * 1e6
        return {
            "time_ms": cycles / hertz * 1e3,
            "inferences_per_s": hertz / interval,
            "input_gb_per_s": incoming / 8 / interval * hertz / 1e9,
            "output_gb_per_s": outgoing / 8 / interval * hertz / 1e9,
        }


def stream_of(layer: LayerSpec, engine: EngineSpec, policy: str | int) -> Stream:
    """The figures of a layer on an engine, with the interleave that the policy selects.

    Raises:
        SpecError: if the layer does not fit.
    """
    interleave = interleave_of(
        layer, engine.lanes, policy, engine.max_interleave, engine.max_row_pitch
    )
    plan = ParallelPlan(layer, engine, interleave=interleave)
    numbers = plan.numbers
    return Stream(
        interleave=interleave,
        cycles=plan.cycles,
        switch_cycles=plan.switch_cycles,
        param_beats=plan.param_beats,
        steady_cycles=plan.image_cycles * layer.batch,
        bound=plan.bound,
        ifmap_bits=plan.ifmap_beats * numbers.formats.ifmap_beat_width,
        ofmap_bits=plan.ofmap_beats * numbers.formats.ofmap_beat_width,
        param_bits=plan.param_beats * numbers.formats.param_beat_width,
        activity=tuple(activity(plan).values()),
        energy=energy.stream_pj(plan),
    )


def _engine_columns(point: Point, numbers: EngineNumbers) -> dict[str, Any]:
    engine = point.engine
    bytes_of = dict.fromkeys(_BUFFERS.values(), 0.0)
    for memory in memories(numbers):
        bytes_of[_BUFFERS[memory.kind]] += memory.total_bits / 8
    return {
        "engine_id": point.engine_id,
        **{field.name: getattr(engine, field.name) for field in fields(engine)},
        "interleave": str(point.policy),
        "passes": engine.passes,
        "multipliers": engine.multipliers,
        **{f"{name}_bytes": size for name, size in bytes_of.items()},
        "buffer_bytes": sum(bytes_of.values()),
        "input_bytes_per_cycle": numbers.formats.ifmap_beat_width / 8,
        "output_bytes_per_cycle": numbers.formats.ofmap_beat_width / 8,
        "param_bytes_per_cycle": numbers.formats.param_beat_width / 8,
    }


def _area_columns(area: Area, source: str) -> dict[str, Any]:
    columns = {field.name: getattr(area, field.name) for field in fields(area)}
    return columns | {"area_source": source}


def _failed(point: Point, network: Network, error: Exception) -> dict[str, Any]:
    engine = point.engine
    columns: Iterable[str] = (field.name for field in fields(engine))
    row = {
        "engine_id": point.engine_id,
        **{name: getattr(engine, name) for name in columns},
        "interleave": str(point.policy),
        "passes": engine.passes,
        "multipliers": engine.multipliers,
        "network": network.name,
        "status": "failed",
        "reason": f"{type(error).__name__}: {error}".splitlines()[0],
        "layers": len(network.layers),
    }
    return {"row": row, "facts": [], "traceback": "".join(traceback.format_exception(error))}
