"""Samples a large space with Optuna, which selects the next combinations to evaluate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import optuna

from dwsim.exploration.axes import Value
from dwsim.exploration.front_search import Judged
from dwsim.exploration.space import Space

_DIRECTIONS: dict[str, Literal["minimize", "maximize"]] = {
    "minimise": "minimize",
    "maximise": "maximize",
}


class Sampler:
    """Asks Optuna for combinations in batches, and reports their results to it.

    The size of a batch is the population of the sampler, independent of the workers, and results
    are reported in the order of the batch. So the same space and seed give the same combinations on
    every machine.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        # Optuna would log every trial.
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.study = optuna.create_study(
            sampler=_sampler(space),
            directions=[_DIRECTIONS[objective.goal] for objective in space.objectives],
        )

    def batches(
        self, judge: Callable[[Sequence[dict[str, Value]]], Sequence[Judged]]
    ) -> Iterator[int]:
        """Asks for batches and reports their results until the budget is spent.

        Yields the number of combinations so far.
        """
        search = self.space.search
        done = 0
        while done < search.budget:
            count = min(search.population, search.budget - done)
            trials = [self.study.ask() for _ in range(count)]
            combinations = [self._suggest(trial) for trial in trials]
            for trial, judged in zip(trials, judge(combinations), strict=True):
                self._tell(trial, judged)
            done += count
            yield done

    def _suggest(self, trial: optuna.Trial) -> dict[str, Value]:
        """A value for each axis; the sampler knows the order of numbers, but none of words."""
        chosen: dict[str, Value] = {}
        grids = self.space.grids
        grid = trial.suggest_categorical("grid", list(range(len(grids)))) if len(grids) > 1 else 0
        for name, values in grids[grid].items():
            # Grids may have different values on one axis.
            asked = name if len(grids) == 1 else f"{grid}.{name}"
            if all(type(value) is int for value in values):
                ordered = sorted(values)
                chosen[name] = ordered[trial.suggest_int(asked, 0, len(values) - 1)]
            else:
                chosen[name] = values[trial.suggest_categorical(asked, list(range(len(values))))]
        return chosen

    def _tell(self, trial: optuna.Trial, judged: Judged) -> None:
        values, excesses = judged
        if values is None:
            self.study.tell(trial, state=optuna.trial.TrialState.FAIL)
            return
        for name, excess in excesses.items():
            trial.set_constraint(name, excess)
        self.study.tell(trial, values)


def _sampler(space: Space) -> optuna.samplers.BaseSampler:
    search = space.search
    if search.sampler == "nsga2":
        return optuna.samplers.NSGAIISampler(population_size=search.population, seed=search.seed)
    return optuna.samplers.TPESampler(seed=search.seed)
