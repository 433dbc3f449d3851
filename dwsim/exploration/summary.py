"""The output of ``dwsim explore``: the counts of the space, and the front as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwsim.exploration import area
from dwsim.exploration.axes import AUTO, TAPS_ALL
from dwsim.exploration.goals import ENGINE
from dwsim.exploration.outcome import Outcome
from dwsim.exploration.result_tables import failure_file
from dwsim.exploration.results_schema import PAIR_FIELDS
from dwsim.spec.dataflow_rules import SERIAL_LIMITS
from dwsim.support.text_table import Column, text_table

if TYPE_CHECKING:
    from dwsim.exploration.confirm import Confirmation

_KINDS = {field.name: field.kind for field in PAIR_FIELDS}

_ALWAYS = ("multipliers", "fmax_mhz", "lut", "dsp", "bram")
"""Columns of the table of a front, besides the axes and the objectives."""

_OF_ONE_NETWORK = ("cycles", "utilisation", "time_ms")
"""More columns, if there is only one network."""

_MOST_REASONS = 8

_NONE = {
    "tap_parallel": {"taps_per_cycle": TAPS_ALL, "fifo_depth": AUTO},
    "tap_serial": dict.fromkeys(("fifo_depth", *SERIAL_LIMITS), AUTO),
}
"""The word of a space for the None of an engine, by dataflow; other axes do not belong to it."""

_CONFIRMED = (
    Column("layer", "layer", "text"),
    Column("streams", "streams"),
    Column("start_cycle", "starts in"),
    Column("rtl_start_cycle", "in RTL"),
    Column("cycles", "cycles"),
    Column("rtl_cycles", "in RTL"),
    Column("verdict", "", "text"),
)


def summary(outcome: Outcome) -> str:
    """The counts of the space, and the source of area and clock."""
    space, counts = outcome.space, outcome.counts
    looked = f"{counts['combinations']:,} combinations"
    if counts["samples"]:
        search = space.search
        looked = f"{counts['samples']:,} samples ({search.sampler}, seed {search.seed}) of {looked}"
    parts = [f"{counts['engines']:,} engines"]
    cutting = sum(cut > 0 for cut in outcome.cut_layers.values())
    parts += [f"{cutting:,} that cut layers into streams"] * (cutting > 0)
    parts += [f"{counts[key]:,} {key}" for key in ("refused", "duplicates") if counts[key]]
    pairs = f"{counts['engines'] * len(space.networks):,} pairs of engine and network"
    parts = [f"{looked}: {', '.join(parts)}", pairs]
    parts += [f"{counts[key]:,} {key}" for key in ("reused", "failed") if counts[key]]
    return f"{space.name}: {'; '.join(parts)}\n{area.sentence(space.area, space.target)}\n"


def front_table(outcome: Outcome) -> str:
    """The engines on the front, sorted by the first objective."""
    return text_table(_columns(outcome), [_row(outcome, name) for name in outcome.front])


def refusals(outcome: Outcome) -> str:
    """The combinations that are not valid engines, counted by reason."""
    reasons = Counter(one.reason for one in outcome.refused)
    lines = [f"  {count:,} x {reason}\n" for reason, count in reasons.most_common(_MOST_REASONS)]
    if len(reasons) > _MOST_REASONS:
        lines.append(f"  and {len(reasons) - _MOST_REASONS} more reasons: explore.json lists all\n")
    return "".join(["refused combinations:\n", *lines]) if lines else ""


def fronts_of_networks(outcome: Outcome) -> str:
    """The number of engines on the front of each network alone; empty for one network."""
    if len(outcome.space.networks) == 1:
        return ""
    counts = (f"{name} {len(front)}" for name, front in outcome.network_fronts.items())
    return f"engines on the front of each network alone: {', '.join(counts)}\n"


def failures(outcome: Outcome, directory: Path) -> str:
    """The files with the tracebacks of failed evaluations."""
    files = (directory / failure_file(*pair) for pair in outcome.failed)
    return "".join(f"failed: {file}\n" for file in files)


def confirmations(done: Sequence[Confirmation], engines: int) -> str:
    """The cycles of each layer in RTL, and those of an inference for each engine."""
    parts = []
    for one in done:
        engine = one.point.engine
        parts.append(
            f"{one.point.engine_id} on {one.network}: {engine.lanes} lanes,"
            f" {engine.kernel_h}x{engine.kernel_w}, {engine.multipliers} multipliers,"
            f" {one.point.policy}: one inference takes {one.cycles:,} cycles, the next starts after"
            f" {one.interval_cycles:,}; RTL = model = golden\n"
        )
        verdicts = [row | {"verdict": "RTL = model = golden"} for row in one.rows]
        cuts = any(row["streams"] > 1 for row in one.rows)
        columns = [column for column in _CONFIRMED if cuts or column.key != "streams"]
        parts.append(text_table(columns, verdicts) + "\n")
    return "".join([*parts, f"confirmed: {len(done)} of {engines} engines of the front\n"])


def _columns(outcome: Outcome) -> list[Column]:
    space = outcome.space
    columns = [Column("engine_id", "engine", "text")]
    columns += [Column(name, name, _kind(name)) for name in _varied(outcome)]
    titles = [objective.title(space.network_names) for objective in space.objectives]
    for index, (objective, title) in enumerate(zip(space.objectives, titles, strict=True)):
        kind = _kind(objective.metric)
        # A mean of counts is not a count.
        averaged = objective.over != ENGINE and len(space.networks) > 1
        columns.append(Column(f"objective{index}", title, "number" if averaged else kind))
    more = (*_OF_ONE_NETWORK, *_ALWAYS) if len(space.networks) == 1 else _ALWAYS
    if any(outcome.cut_layers[name] for name in outcome.front):
        more = (*more, "cut_layers")
    shown = {column.title for column in columns}
    return columns + [Column(name, name, _kind(name)) for name in more if name not in shown]


def _kind(name: str) -> Any:
    if any(name in words for words in _NONE.values()):
        return "text"
    if name in ("bound_share", "utilisation"):
        return "share"
    return {"integer": "count", "number": "number"}.get(_KINDS[name], "text")


def _varied(outcome: Outcome) -> Iterator[str]:
    """The columns of the axes with several values in the space."""
    for name, values in outcome.space.axes.items():
        if len(values) > 1:
            yield from ("kernel_h", "kernel_w") if name == "kernel" else (name,)


def _row(outcome: Outcome, name: str) -> Mapping[str, Any]:
    row = next(iter(outcome.rows[name].values()))
    words: dict[str, Any] = {
        a: word for a, word in _NONE[row["dataflow"]].items() if row[a] is None
    }
    words |= {"cut_layers": outcome.cut_layers[name]}
    return row | words | {f"objective{i}": value for i, value in enumerate(outcome.front[name])}
