"""Evaluates every point of a space once, in a pool, and reuses the records of a store."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dwsim.exploration.area import SYNTH
from dwsim.exploration.axes import Value
from dwsim.exploration.evaluate import Task, evaluate_all
from dwsim.exploration.evaluation_store import Store, key_of
from dwsim.exploration.front import candidate, pruned_by
from dwsim.exploration.front_search import FrontSearch
from dwsim.exploration.outcome import Outcome, Record
from dwsim.exploration.points import Point, Refused, Resolver, all_combinations
from dwsim.exploration.pool import Pool
from dwsim.exploration.space import Space
from dwsim.workloads import Network

if TYPE_CHECKING:
    from dwsim.exploration.sampling import Sampler

_TASKS = 8
"""Engines for each call of a worker."""

Progress = Callable[[int, int], None]
"""Called with the number of combinations that are done, and their total."""


class Exploration:
    """The points of a space and their records; ``reused`` counts the records from the store."""

    def __init__(self, space: Space, store: Store, pool: Pool, progress: Progress) -> None:
        self.space = space
        self.store = store
        self.pool = pool
        self.progress = progress
        self.resolver = Resolver(space)
        self.points: dict[str, Point] = {}
        self.refused: dict[tuple[tuple[str, Value], ...], Refused] = {}
        self.records: dict[str, dict[str, Record]] = {}
        self.duplicates = self.reused = self.samples = 0

    def run(self) -> Outcome:
        """Evaluates all combinations, or those that a sampler selects."""
        if self.space.search.samples(self.space.combinations):
            self._sample()
        else:
            self._resolve(all_combinations(self.space))
            self._evaluate(list(self.points.values()), 0, len(self.points))
        return self._outcome()

    def _resolve(self, combinations: Iterable[Mapping[str, Value]]) -> list[Point | Refused]:
        """The point of each combination; combinations with the same engine count once."""
        found = [self.resolver.point(values) for values in combinations]
        for one in found:
            if isinstance(one, Refused):
                self.refused.setdefault(tuple(one.axes.items()), one)
            elif one.engine_id in self.points:
                self.duplicates += 1
            else:
                self.points[one.engine_id] = one
        return found

    def _evaluate(self, points: Sequence[Point], done: int, total: int) -> None:
        """Evaluates the points that the store lacks; ``done`` combinations came before them."""
        tasks = []
        for point in points:
            known = self._known(point)
            self.records[point.engine_id] = known
            self.reused += len(known)
            missing = tuple(n for n in self.space.networks if n.name not in known)
            if missing:
                space = self.space
                tasks.append(Task(point, missing, space.area, space.target, space.constraints))
        done += len(points) - len(tasks)
        self.progress(done, total)
        # A tool run takes minutes: an interruption should lose only a few.
        most = 1 if self.space.area == SYNTH else _TASKS
        for task, records in self.pool.run(evaluate_all, tasks, most):
            for network, record in zip(task.networks, records, strict=True):
                self.records[task.point.engine_id][network.name] = record
                # The next run repeats a failed evaluation.
                # A pruned one depends on the constraints of this space.
                if "traceback" not in record and record["row"]["status"] != "pruned":
                    self.store.put(self._key(task.point, network), record)
            done += 1
            self.progress(done, total)

    def _key(self, point: Point, network: Network) -> str:
        return key_of(point, network, self.space.area, self.space.target)

    def _known(self, point: Point) -> dict[str, Record]:
        found = {n.name: self.store.records.get(self._key(point, n)) for n in self.space.networks}
        return {name: record for name, record in found.items() if record is not None}

    def _sample(self) -> None:
        def judge(combinations: Sequence[dict[str, Value]]) -> list[Any]:
            found = self._resolve(combinations)
            points = {one.engine_id: one for one in found if isinstance(one, Point)}
            new = [point for name, point in points.items() if name not in self.records]
            before = self.samples + len(found) - len(new)
            self._evaluate(new, before, self.space.search.budget)
            return [self._judged(one) for one in found]

        for done in self._sampler().batches(judge):
            self.samples = done
            self.progress(done, self.space.search.budget)

    def _sampler(self) -> FrontSearch | Sampler:
        if self.space.search.sampler == "front":
            return FrontSearch(self.space)
        # Not at the top: only these samplers need Optuna.
        from dwsim.exploration.sampling import Sampler

        return Sampler(self.space)

    def _judged(self, one: Point | Refused) -> tuple[list[float] | None, dict[str, float]]:
        """The objectives of a point and its excess over each constraint, for the sampler."""
        if isinstance(one, Refused):
            return None, {}
        rows = {name: record["row"] for name, record in self.records[one.engine_id].items()}
        excess = {
            str(constraint): max(
                max(constraint.excess(row), float(pruned_by(row, constraint)))
                for row in rows.values()
            )
            for constraint in self.space.constraints
        }
        if any(row["status"] == "pruned" for row in rows.values()):
            # It was not evaluated, and is worse than any engine that was.
            return [goal.loss(math.inf) for goal in self.space.objectives], excess
        values = candidate(self.space.objectives, (), rows, self.space.beyond_part)
        return values, excess

    def _outcome(self) -> Outcome:
        names = self.space.network_names
        records = {
            engine_id: {name: self.records[engine_id][name] for name in names}
            for engine_id in self.points
        }
        broken = sum("traceback" in r for mine in records.values() for r in mine.values())
        counts = {
            "combinations": self.space.combinations,
            "samples": self.samples,
            "refused": len(self.refused),
            "duplicates": self.duplicates,
            "engines": len(self.points),
            "reused": self.reused,
            "failed": broken,
        }
        return Outcome(self.space, self.points, records, tuple(self.refused.values()), counts)
