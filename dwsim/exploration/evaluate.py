"""Evaluates one engine on networks: the rows of the tables, before engines are compared."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from dwsim.derive import EngineNumbers, interval_cycles, layer_starts
from dwsim.derive.gemm import gemm_cycles, gemm_shape
from dwsim.derive.losses import LOSSES, wait_losses
from dwsim.derive.memories import memories
from dwsim.derive.numbers_of import numbers_of
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.errors import SpecError
from dwsim.exploration import energy
from dwsim.exploration.area import Area, area_of
from dwsim.exploration.axes import ENGINE_AXES
from dwsim.exploration.goals import Constraint, violated
from dwsim.exploration.layer_figures import LayerFigures, figures_of
from dwsim.exploration.points import Point
from dwsim.exploration.results_schema import TIMED_METRICS
from dwsim.spec.layer_spec import LayerSpec
from dwsim.workloads import Network

_SHOWN_REASONS = 3


@dataclass(frozen=True)
class Task:
    """A point, and the networks to evaluate on it."""

    point: Point
    networks: tuple[Network, ...]
    area: str
    target: str
    constraints: tuple[Constraint, ...] = ()


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
        self.task = task
        self.point = task.point
        self.engine = task.point.engine
        self.numbers = numbers_of(self.engine)
        self.area = area_of(self.engine, task.area, task.target)
        self.engine_columns = _engine_columns(self.point, self.numbers) | _area_columns(
            self.area, task.area, task.target
        )
        self._figures: dict[LayerSpec, LayerFigures] = {}

    def record(self, network: Network) -> dict[str, Any]:
        """The row and the facts of a network."""
        try:
            return self._record(network)
        except Exception as error:
            return _failed(self.point, network, error)

    def _record(self, network: Network) -> dict[str, Any]:
        row = self.engine_columns | {"network": network.name, "layers": len(network.layers)}
        broken = violated(self.task.constraints, row | self._at_best(network))
        if broken:
            return {"row": row | {"status": "pruned", "reason": broken}, "facts": []}
        reasons = []
        for layer, shape in zip(network.layers, network.shapes, strict=True):
            try:
                self._layer(shape)
            except SpecError as error:
                reasons += [f"{layer.name}: {violation}" for violation in error.violations]
        if reasons:
            more = len(reasons) - _SHOWN_REASONS
            text = "; ".join(reasons[:_SHOWN_REASONS]) + (f"; and {more} more" if more > 0 else "")
            return {"row": row | {"status": "cannot_run", "reason": text}, "facts": []}
        layers = [self._layer(shape) for shape in network.shapes]
        row |= {"status": "ok", "reason": "", "macs": network.macs}
        row |= self._network_columns(network, layers)
        different = dict.fromkeys(network.shapes)
        return {"row": row, "facts": [self._layer(shape).facts for shape in different]}

    def _at_best(self, network: Network) -> dict[str, Any]:
        """Figures of a network that no evaluation can better: the multipliers never idle."""
        cycles = network.macs / self.engine.multipliers
        found: dict[str, Any] = dict.fromkeys(("cycles", "interval_cycles"), cycles)
        if self.area.fmax_mhz is not None:
            hertz = self.area.fmax_mhz * 1e6
            found |= {"time_ms": cycles / hertz * 1e3, "inferences_per_s": hertz / cycles}
        # A best figure says nothing against a limit on its other side.
        limits = {one.metric: one for one in self.task.constraints}
        return {
            name: value
            for name, value in found.items()
            if name in limits and (limits[name].low is None) == (name != "inferences_per_s")
        }

    def _layer(self, shape: LayerSpec) -> LayerFigures:
        if shape not in self._figures:
            self._figures[shape] = figures_of(shape, self.engine, self.point.policy)
        return self._figures[shape]

    def _network_columns(self, network: Network, layers: Sequence[LayerFigures]) -> dict[str, Any]:
        """The columns of a network, whose layers run one after the other."""
        times = [layer.times for layer in layers]
        starts = layer_starts(times)
        cycles = starts[-1] + times[-1].cycles
        interval = interval_cycles(times)
        bound = sum(layer.bound for layer in layers)
        incoming = sum(layer.input_bytes for layer in layers)
        outgoing = sum(layer.output_bytes for layer in layers)
        spent = {
            name: sum(layer.energy[name] for layer in layers) / energy.PJ_PER_UJ
            for name in layers[0].energy
        }
        return {
            "streams": sum(layer.streams for layer in layers),
            "cut_layers": sum(layer.streams > 1 for layer in layers),
            "cycles": cycles,
            "interval_cycles": interval,
            "steady_cycles": sum(layer.steady_cycles for layer in layers),
            "ideal": -(-network.macs // self.engine.multipliers),
            "bound": bound,
            "gemm_cycles": self._gemm_cycles(network),
            "bound_share": bound / cycles,
            "utilisation": network.macs / (self.engine.multipliers * cycles),
            **self._loss_columns(layers, starts),
            **self._timed_columns(cycles, interval, incoming, outgoing),
            "input_bytes": incoming,
            "output_bytes": outgoing,
            "external_bytes": incoming + outgoing,
            "intensity": network.macs / (incoming + outgoing),
            **{f"energy_{name}_uj": value for name, value in spent.items()},
            "energy_uj": sum(spent.values()),
            "energy_external_uj": energy.external_pj(round(8 * (incoming + outgoing)))
            / energy.PJ_PER_UJ,
        }

    def _gemm_cycles(self, network: Network) -> int:
        rows, cols = gemm_shape(self.engine)
        return sum(gemm_cycles(layer, rows, cols) for layer in network.layers)

    def _loss_columns(
        self, layers: Sequence[LayerFigures], starts: Sequence[int]
    ) -> dict[str, int]:
        """The loss stack of one inference: its layers, and the waits between them."""
        totals = dict.fromkeys(LOSSES, 0)
        for index, layer in enumerate(layers):
            for name, count in layer.losses.items():
                totals[name] += count
            if index + 1 < len(layers):
                wait = starts[index + 1] - starts[index] - layer.times.cycles
                waits = wait_losses(layer.times.switch_cycles, wait, self.engine.multipliers)
                for name, count in waits.items():
                    totals[name] += count
        return {f"loss_{name}": count for name, count in totals.items()}

    def _timed_columns(
        self, cycles: int, interval: int, incoming: float, outgoing: float
    ) -> dict[str, float | None]:
        """The columns that need a clock; ``incoming`` and ``outgoing`` are bytes per interval."""
        if self.area.fmax_mhz is None:
            return dict.fromkeys(TIMED_METRICS)
        hertz = self.area.fmax_mhz * 1e6
        return {
            "time_ms": cycles / hertz * 1e3,
            "inferences_per_s": hertz / interval,
            "input_gb_per_s": incoming / interval * hertz / 1e9,
            "output_gb_per_s": outgoing / interval * hertz / 1e9,
        }


def _engine_columns(point: Point, numbers: EngineNumbers | SerialNumbers) -> dict[str, Any]:
    engine = point.engine
    bytes_of = dict.fromkeys(energy.KINDS.values(), 0.0)
    for memory in memories(numbers):
        bytes_of[energy.KINDS[memory.kind]] += memory.total_bits / 8
    return {
        "engine_id": point.engine_id,
        **{name: getattr(engine, name) for name in (*ENGINE_AXES, "name")},
        "interleave": str(point.policy),
        "passes": engine.passes,
        "multipliers": engine.multipliers,
        **{f"{name}_bytes": size for name, size in bytes_of.items()},
        "buffer_bytes": sum(bytes_of.values()),
        "input_bytes_per_cycle": numbers.formats.ifmap_beat_width / 8,
        "output_bytes_per_cycle": numbers.formats.ofmap_beat_width / 8,
        "param_bytes_per_cycle": numbers.formats.param_beat_width / 8,
    }


def _area_columns(area: Area, source: str, target: str) -> dict[str, Any]:
    columns = {field.name: getattr(area, field.name) for field in fields(area)}
    return columns | {"area_source": source, "beyond_part": area.beyond(target)}


def _failed(point: Point, network: Network, error: Exception) -> dict[str, Any]:
    engine = point.engine
    row = {
        "engine_id": point.engine_id,
        **{name: getattr(engine, name) for name in (*ENGINE_AXES, "name")},
        "interleave": str(point.policy),
        "passes": engine.passes,
        "multipliers": engine.multipliers,
        "network": network.name,
        "status": "failed",
        "reason": f"{type(error).__name__}: {error}".splitlines()[0],
        "layers": len(network.layers),
    }
    return {"row": row, "facts": [], "traceback": "".join(traceback.format_exception(error))}
