"""Reduces a failing episode: fewer streams, fewer faults and stalls, then smaller layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dwsim import LayerSpec, SpecError
from dwsim.derive import Plan
from dwsim.rtlsim.lockstep_pool import PoolLayer
from dwsim.rtlsim.stream_lockstep import NONE, Difference, Episode, Lockstep, Task
from dwsim.spec.quantisation import Quantisation

MOST_RUNS = 3000


@dataclass(frozen=True)
class Case:
    """An episode with a layer of its own for each task, and its first difference."""

    layers: tuple[PoolLayer, ...]
    difference: Difference

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The streams; layer n belongs to task n."""
        return self.difference.episode.tasks

    @property
    def size(self) -> int:
        """Beats of all streams."""
        return sum(task.ifmap_sent + task.param_sent for task in self.tasks)


Steps = Callable[[Case], Iterator[tuple[Sequence[PoolLayer], Sequence[Task]]]]


class Reducer:
    """Tries smaller cases as long as one of them still differs."""

    def __init__(self, executable: Path, folder: Path) -> None:
        self.executable, self.folder = executable, folder
        self.runs = 0

    def reduce(self, layers: Sequence[PoolLayer], difference: Difference) -> Case:
        """The smallest case that this search finds.

        Args:
            layers: the pool of the run.
            difference: what it found.

        Raises:
            AssertionError: if the episode does not differ again.
        """
        tasks = difference.episode.tasks
        case = self._run([layers[task.layer] for task in tasks], tasks, difference.episode.seed)
        assert case is not None, f"the episode does not differ again: {difference}"
        found = True
        while found:
            found = False
            for steps in (_without_a_task, _plainer_tasks, _smaller_layers):
                smaller = self._descend(case, steps)
                found = found or smaller is not case
                case = smaller
        return case

    def _descend(self, case: Case, steps: Steps) -> Case:
        """Takes the first step that still differs, again and again."""
        while True:
            taken = None
            for layers, tasks in steps(case):
                if self.runs >= MOST_RUNS:
                    return case
                taken = self._run(layers, tasks, case.difference.episode.seed)
                if taken is not None:
                    break
            if taken is None:
                return case
            case = taken

    def _run(self, layers: Sequence[PoolLayer], tasks: Sequence[Task], seed: int) -> Case | None:
        self.runs += 1
        numbered = tuple(replace(task, layer=place) for place, task in enumerate(tasks))
        engine = layers[0].plan.engine
        bench = Lockstep(self.executable, engine, layers, self.folder)
        difference = bench.episode(Episode(seed, numbered))
        return None if difference is None else Case(tuple(layers), difference)


def _without_a_task(case: Case) -> Iterator[tuple[list[PoolLayer], list[Task]]]:
    """The last streams first. A stream that kept parameters of a lost one loads them itself."""
    for place in reversed(range(len(case.tasks))):
        layers, tasks = list(case.layers), list(case.tasks)
        del layers[place], tasks[place]
        if place < len(tasks) and tasks[place].load == 0 and case.tasks[place].load == 1:
            tasks[place] = _loading(tasks[place], layers[place])
        if tasks:
            yield layers, tasks


def _loading(task: Task, layer: PoolLayer) -> Task:
    beats = layer.plan.param_beats
    return replace(task, load=1, param_sent=beats, param_last=beats - 1)


def _plainer_tasks(case: Case) -> Iterator[tuple[tuple[PoolLayer, ...], list[Task]]]:
    for place, task in enumerate(case.tasks):
        layer = case.layers[place]
        beats = layer.plan.ifmap_beats
        changes: list[dict[str, int]] = [
            {"ifmap_sent": beats, "ifmap_last": beats - 1, "reset_after": 0, "image": 0},
            {"source": 0},
            {"sink": 0},
            {"cfg_wait": 0},
            {"burst": 1},
            {"image": 0},
        ]
        if task.image == len(layer.ifmaps):  # the one without its end
            changes.pop()
        if task.load:
            full = layer.plan.param_beats
            changes.append({"param_sent": full, "param_last": full - 1, "reset_after": 0})
        if task.reset_after > 1:
            changes += [{"reset_after": task.reset_after // 2}]
            changes += [{"reset_after": task.reset_after - 1}]
        for change in changes:
            plainer = replace(task, **change)
            if NONE in (plainer.ifmap_last, plainer.param_last) and plainer.reset_after == 0:
                continue
            if plainer != task:
                yield case.layers, [*case.tasks[:place], plainer, *case.tasks[place + 1 :]]


def _smaller_layers(case: Case) -> Iterator[tuple[list[PoolLayer], list[Task]]]:
    """One layer smaller on one axis; streams that share its parameters get the same layer."""
    for place, task in enumerate(case.tasks):
        if task.load == 0:
            continue
        stop = place + 1
        while stop < len(case.tasks) and case.tasks[stop].load == 0:
            stop += 1
        for smaller in smaller_pool_layers(case.layers[place]):
            layers, tasks = list(case.layers), list(case.tasks)
            for other in range(place, stop):
                tasks[other] = _resized(tasks[other], layers[other], smaller)
                layers[other] = smaller
            yield layers, tasks


def _resized(task: Task, old: PoolLayer, new: PoolLayer) -> Task:
    """The task with the same fault on a smaller layer."""
    if task.image == len(old.ifmaps):
        ifmap = new.short
    else:
        ifmap = max(0, task.ifmap_sent - old.plan.ifmap_beats + new.plan.ifmap_beats)
    param = task.param_sent
    if task.load:
        param = max(0, task.param_sent - old.plan.param_beats + new.plan.param_beats)
    return replace(
        task,
        ifmap_sent=ifmap,
        ifmap_last=NONE if task.ifmap_last == NONE else max(0, ifmap - 1),
        param_sent=param,
        param_last=NONE if task.param_last == NONE else max(0, param - 1),
    )


def smaller_pool_layers(layer: PoolLayer) -> Iterator[PoolLayer]:
    """The layer cut on one axis, with the part of its tensors that is left."""
    plan, spec = layer.plan, layer.plan.layer
    for change in _changes(spec):
        try:
            smaller = replace(spec, **change)
            quantisation = _cut(plan.quantisation, smaller)
            made = Plan(smaller, plan.engine, quantisation, plan.interleave)
        except SpecError:
            continue
        weight = layer.weight[
            : smaller.kernel_h, : smaller.kernel_w, : smaller.channels, : smaller.channel_multiplier
        ]
        ifmaps = tuple(
            ifmap[: smaller.batch, : smaller.ifmap_h, : smaller.ifmap_w, : smaller.channels]
            for ifmap in layer.ifmaps
        )
        yield PoolLayer(made, weight, ifmaps, min(layer.short, max(1, made.ifmap_beats - 1)))
    if plan.interleave > 1:
        plain = Plan(spec, plan.engine, plan.quantisation, 1)
        yield PoolLayer(plain, layer.weight, layer.ifmaps, layer.short)


def _changes(layer: LayerSpec) -> Iterator[dict[str, int]]:
    """To the least, to the half, and by one, for each axis."""
    least = {
        "batch": 1, "channels": 1, "channel_multiplier": 1, "ifmap_h": 1, "ifmap_w": 1,
        "kernel_h": 1, "kernel_w": 1, "stride_h": 1, "stride_w": 1, "dilation_h": 1,
        "dilation_w": 1, "pad_top": 0, "pad_bottom": 0, "pad_left": 0, "pad_right": 0,
    }  # fmt: skip
    for name, low in least.items():
        value = getattr(layer, name)
        for smaller in sorted({low, (low + value) // 2, value - 1}):
            if low <= smaller < value:
                yield {name: smaller}


def _cut(quantisation: Quantisation | None, layer: LayerSpec) -> Quantisation | None:
    """The scales of the channels that are left."""
    if quantisation is None:
        return None
    count = layer.ofmap_channels
    parts = {name: getattr(quantisation, name)[:count] for name in ("bias", "multiplier", "shift")}
    return replace(quantisation, **parts)
