"""Explores a space and writes the results to a directory."""

from __future__ import annotations

import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from dwsim.exploration import area, energy
from dwsim.exploration.evaluation_store import Store, code_hash
from dwsim.exploration.exploration import Exploration, Progress
from dwsim.exploration.outcome import Outcome
from dwsim.exploration.pool import Pool
from dwsim.exploration.result_tables import FAILURES, failure_file, layer_rows, pair_rows
from dwsim.exploration.results import Description, write_results
from dwsim.exploration.space import Space
from dwsim.spec.canonical import toml_table
from dwsim.support.whole_file import write_whole
from dwsim.version import __version__

ENGINES = "engines"
"""The directory of the spec files of the engines on the fronts."""


def explore(
    space: Space, directory: Path, pool: Pool, progress: Progress = lambda done, total: None
) -> Outcome:
    """Explores a space and writes the results to a directory, which also holds the store.

    Raises:
        ToolError: if another run writes to the directory, if a tool for the area is missing, or if
            a worker dies.
    """
    area.check(space.area, space.target)
    with Store(directory) as store:
        outcome = Exploration(space, store, pool, progress).run()
        _write_texts(directory / FAILURES, "*.txt", _failures(outcome))
        _write_texts(directory / ENGINES, "*.toml", _engines(outcome))
        write_results(directory, pair_rows(outcome), layer_rows(outcome), description(outcome))
    return outcome


def description(outcome: Outcome) -> Description:
    """The content of ``explore.json``."""
    space = outcome.space
    front = [{"engine_id": name, "values": values} for name, values in outcome.front.items()]
    search: dict[str, Any] = {"method": "enumerate"}
    if space.search.samples(space.combinations):
        search = asdict(space.search) | {"method": "sample"}
    return Description(
        space=space.name,
        toml=space.text,
        networks={
            network.name: {
                "layers": len(network.layers),
                "macs": network.macs,
                "source": network.source,
            }
            for network in space.networks
        },
        objectives=[asdict(objective) for objective in space.objectives],
        constraints=[
            {"metric": one.metric, "min": one.low, "max": one.high} for one in space.constraints
        ],
        front=front,
        network_fronts=outcome.network_fronts,
        counts=outcome.counts,
        refused=[{"axes": dict(one.axes), "reason": one.reason} for one in outcome.refused],
        failed=[
            {"engine_id": engine, "network": network, "traceback": failure_file(engine, network)}
            for engine, network in outcome.failed
        ],
        area=area.described(space.area, space.target),
        energy=energy.table(),
        search=search,
        versions={
            "dwsim": __version__,
            "code": code_hash()[:12],
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
    )


def _failures(outcome: Outcome) -> dict[str, str]:
    """The tracebacks, by file name."""
    return {Path(failure_file(*pair)).name: traceback for pair, traceback in outcome.failed.items()}


def _engines(outcome: Outcome) -> dict[str, str]:
    """The spec file of each engine on any front, by file name."""
    fronts = [outcome.front, *outcome.network_fronts.values()]
    names = dict.fromkeys(name for front in fronts for name in front)
    texts = {}
    for name in names:
        point = outcome.points[name]
        text = f"# An engine on the front of {outcome.space.name}; interleave: {point.policy}\n"
        text += f"# dwsim generate {ENGINES}/{name}.toml -o {point.engine.name}/\n\n"
        texts[f"{name}.toml"] = text + toml_table("engine", point.engine)
    return texts


def _write_texts(directory: Path, pattern: str, texts: dict[str, str]) -> None:
    """Writes these files; deletes the files of an earlier run that match the pattern."""
    for old in directory.glob(pattern):
        old.unlink()
    for name, text in texts.items():
        directory.mkdir(exist_ok=True)
        write_whole(directory / name, text.encode())
