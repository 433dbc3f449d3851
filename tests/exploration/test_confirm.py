"""Confirmation: engines of the front run in RTL, and differences are detected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dwsim.errors import MismatchError
from dwsim.exploration.confirm import confirm
from dwsim.exploration.explore import explore
from dwsim.exploration.layer_figures import LAYER_FACTS
from dwsim.exploration.outcome import Outcome
from dwsim.exploration.pool import open_pool
from dwsim.exploration.results import note_confirmed, read_results
from dwsim.exploration.summary import confirmations
from tests.exploration.spaces import SMALL, small

ENGINE = (
    SMALL.replace("[2, 4]", "2")
    .replace("[3, 5]", "5")
    .replace('requantise = "none"', 'requantise = "both"')
    .replace('["all", "row", 1]', '"row"')
    .replace('["plane", "nhwc"]', '"nhwc"')
)
"""One engine with interleave, several passes and requantisers."""

NETWORK = 'confirm_network = "{}"\n'


def explored(folder: Path, text: str) -> Outcome:
    with open_pool(1) as pool:
        return explore(small(folder, text), folder / "out", pool)


@pytest.mark.parametrize("network", ["first", "second"])
def test_rtl_takes_what_the_exploration_says(tmp_path: Path, network: str) -> None:
    """The cycles of each layer, and those between the layers."""
    outcome = explored(tmp_path, NETWORK.format(network) + ENGINE)
    assert len(outcome.front) == 1
    seen: list[tuple[int, int]] = []
    (done,) = confirm(outcome, 5, 1, lambda beats, total: seen.append((beats, total)))
    row = outcome.rows[done.point.engine_id][network]
    assert (done.cycles, done.interval_cycles) == (row["cycles"], row["interval_cycles"])
    assert done.network == network
    (layers,) = [n.layers for n in outcome.space.networks if n.name == network]
    assert [layer["layer"] for layer in done.rows] == [layer.name for layer in layers]
    assert all(layer["cycles"] == layer["rtl_cycles"] for layer in done.rows)
    assert seen[-1][0] == seen[-1][1] > 0
    note_confirmed(tmp_path / "out", done.rows)
    assert read_results(tmp_path / "out").description.confirmed == list(done.rows)
    text = confirmations([done], 1)
    assert f"one inference takes {row['cycles']:,} cycles" in text
    assert text.count("RTL = model = golden") == 1 + len(layers)
    assert text.endswith("confirmed: 1 of 1 engines of the front\n")


def test_the_cheapest_network_is_the_default(tmp_path: Path) -> None:
    outcome = explored(tmp_path, ENGINE)
    (done,) = confirm(outcome, 1, 1)
    rows = outcome.rows[done.point.engine_id]
    assert done.network == min(rows, key=lambda name: rows[name]["cycles"])


def broken(record: dict[str, Any], what: str) -> None:
    if what == "interval_cycles":
        record["row"] = record["row"] | {what: record["row"][what] + 1}
    else:
        record["facts"] = [list(facts) for facts in record["facts"]]
        fact = "cycles" if what == "cycles" else "switch_cycles"
        record["facts"][0][LAYER_FACTS.index(fact)] += 1


@pytest.mark.parametrize("what", ["cycles", "start_cycle", "interval_cycles"])
def test_a_wrong_number_is_noticed(tmp_path: Path, what: str) -> None:
    outcome = explored(tmp_path, NETWORK.format("first") + ENGINE)
    (name,) = outcome.front
    broken(outcome.records[name]["first"], what)  # type: ignore[arg-type]
    with pytest.raises(MismatchError, match=rf"engine {name} on first.*{what} is .* in RTL, but"):
        confirm(outcome, 1, 1)
