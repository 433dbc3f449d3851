"""Space files: the axes, networks, constraints and objectives of an exploration, as TOML."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dwsim.errors import DwsimError, Rules, SpecError, Violation
from dwsim.exploration.area import ESTIMATE, SOURCES, targets, untimed
from dwsim.exploration.axes import Axes, Value, read_grids
from dwsim.exploration.goals import Constraint, Objective, read_constraints, read_objectives
from dwsim.spec.toml_text import brief, parse_toml, read_text, unknown
from dwsim.support.ready_files import find_file, ready_names
from dwsim.support.resources import space_dir
from dwsim.workloads import Network, read_network

METHODS = ("auto", "enumerate", "sample")
SAMPLERS = ("front", "nsga2", "tpe")
_KEYS = (
    "networks",
    "engine",
    "constraints",
    "objective",
    "search",
    "area",
    "target",
    "beyond_part",
    "confirm_network",
)


@dataclass(frozen=True)
class Search:
    """The selection of the engines of a space.

    ``auto`` evaluates all combinations if their number is at most ``budget``. Otherwise ``sampler``
    selects ``budget`` combinations with ``seed``: ``front`` follows the front
    (``dwsim.exploration.front_search``), the others are Optuna's.
    """

    method: str = "auto"
    sampler: str = "front"
    budget: int = 5000
    seed: int = 1
    population: int = 50

    def samples(self, combinations: int) -> bool:
        """True if a space with this number of combinations is sampled."""
        return self.method == "sample" or (self.method == "auto" and combinations > self.budget)


@dataclass(frozen=True)
class Space:
    """The content of a space file."""

    name: str
    grids: tuple[Axes, ...]
    networks: tuple[Network, ...]
    constraints: tuple[Constraint, ...]
    objectives: tuple[Objective, ...]
    search: Search
    area: str
    target: str
    beyond_part: bool
    """True if engines that do not fit the part may be on the front."""
    confirm_network: str | None
    text: str
    path: Path

    @property
    def combinations(self) -> int:
        """The number of combinations of the values of the axes."""
        return sum(math.prod(len(values) for values in axes.values()) for axes in self.grids)

    @property
    def axes(self) -> dict[str, tuple[Value, ...]]:
        """Every axis of any grid, with the values of all of them."""
        found: dict[str, dict[Value, None]] = {}
        for grid in self.grids:
            for name, values in grid.items():
                found.setdefault(name, {}).update(dict.fromkeys(values))
        return {name: tuple(values) for name, values in found.items()}

    @property
    def network_names(self) -> tuple[str, ...]:
        """The names of the networks, in the order of the file."""
        return tuple(network.name for network in self.networks)


def ready_spaces() -> tuple[str, ...]:
    """The names of the ready-made spaces."""
    return ready_names(space_dir())


def read_space(path_or_name: str | Path) -> Space:
    """Reads a space file, or the ready-made space with this name.

    Raises:
        SpecError: with every broken rule of the file, or with the line of a TOML error.
    """
    path = find_file(
        Path(path_or_name), str(path_or_name), space_dir(), kind="space", field="SPACE"
    )
    return parse_space(read_text(path, "space file", "SPACE"), path)


def parse_space(text: str, path: Path) -> Space:
    """The space of a text; paths of networks are relative to the folder of ``path``."""
    tables = parse_toml(text, path)
    rules = Rules(str(path))
    for key, value in tables.items():
        rule = unknown(key, _KEYS, f"a space has {', '.join(_KEYS)}")
        rules.require(key in _KEYS, key, brief(value), rule)
    grids = read_grids(rules, tables.get("engine"))
    networks = _networks(rules, tables.get("networks"), path.parent)
    names = [network.name for network in networks]
    constraints = read_constraints(rules, tables.get("constraints"))
    objectives = read_objectives(rules, tables.get("objective"), names)
    search = _search(rules, tables.get("search", {}))
    area, target = tables.get("area", ESTIMATE), tables.get("target", "ecp5")
    if _choice(rules, "area", area, SOURCES) and _choice(rules, "target", target, targets(area)):
        _check_timed(rules, objectives, constraints, untimed(area, target))
    beyond = tables.get("beyond_part", False)
    rules.boolean("beyond_part", beyond)
    confirm = tables.get("confirm_network")
    if confirm is not None and networks:
        _choice(rules, "confirm_network", confirm, names)
    rules.raise_if_any()
    return Space(
        path.stem,
        grids,
        networks,
        constraints,
        objectives,
        search,
        area,
        target,
        beyond,
        confirm,
        text,
        path,
    )


def _networks(rules: Rules, names: Any, folder: Path) -> tuple[Network, ...]:
    """The networks; adds the errors of each to the rules."""
    listed = isinstance(names, list) and names and all(isinstance(name, str) for name in names)
    wanted = "is required: a list of networks (names, .toml files or .tflite files)"
    if not rules.require(bool(listed), "networks", brief(names), wanted):
        return ()
    found: list[Network] = []
    for index, name in enumerate(names):
        where = f"networks[{index}]"
        try:
            network = read_network(name, folder)
        except SpecError as error:
            rules.violations += [
                Violation(
                    where if v.field == "networks" else f"{where}: {v.field}", v.value, v.rule
                )
                for v in error.violations
            ]
            continue
        except (DwsimError, OSError) as error:
            rules.require(False, where, name, str(error))
            continue
        rules.require(
            network.name not in [other.name for other in found],
            where,
            name,
            f"names must differ: another network is named {network.name}",
        )
        rules.require(
            re.fullmatch(r"[A-Za-z0-9_.-]+", network.name) is not None,
            where,
            name,
            "must have a file name of letters, digits and _.-",
        )
        found.append(network)
    return tuple(found)


def _search(rules: Rules, table: Any) -> Search:
    if not isinstance(table, dict):
        rules.require(False, "search", brief(table), "must be a table [search]")
        return Search()
    keys = tuple(Search.__dataclass_fields__)
    for key, value in table.items():
        rule = unknown(key, keys, f"the keys are {', '.join(keys)}")
        rules.require(key in keys, f"search.{key}", brief(value), rule)
    values = {key: value for key, value in table.items() if key in keys}
    good = [
        _choice(rules, "search.method", values.get("method", "auto"), METHODS),
        _choice(rules, "search.sampler", values.get("sampler", "front"), SAMPLERS),
        rules.integer("search.budget", values.get("budget", 1), 1),
        rules.integer("search.seed", values.get("seed", 0), 0, (1 << 32) - 1),
        # Optuna crosses two parents.
        rules.integer("search.population", values.get("population", 2), 2),
    ]
    return Search(**values) if all(good) else Search()


def _check_timed(
    rules: Rules,
    objectives: Sequence[Objective],
    constraints: Sequence[Constraint],
    missing: Sequence[str],
) -> None:
    """Checks that objectives and constraints need no clock if there is none."""
    rule = "needs a clock, but this target has no place and route"
    for index, objective in enumerate(objectives):
        where = f"objective[{index}].{objective.goal}"
        rules.require(objective.metric not in missing, where, objective.metric, rule)
    for constraint in constraints:
        where = f"constraints.{constraint.metric}"
        rules.require(constraint.metric not in missing, where, str(constraint), rule)


def _choice(rules: Rules, field: str, value: Any, choices: Any) -> bool:
    known = isinstance(value, str) and value in choices
    return rules.require(known, field, brief(value), f"must be one of {', '.join(choices)}")
