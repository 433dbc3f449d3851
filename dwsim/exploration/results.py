"""The results of an exploration: two tidy tables and a description, in one directory.

* ``points.parquet``, ``points.csv``: a row for each engine and network (``PAIR_FIELDS``);
* ``layers.parquet``, ``layers.csv``: a row for each layer of each pair that is ok
  (``LAYER_FIELDS``);
* ``explore.json``: the space and the fronts (``Description``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from dwsim.errors import Rules
from dwsim.exploration.results_schema import LAYER_FIELDS, PAIR_FIELDS, Field
from dwsim.spec.toml_text import read_text
from dwsim.support.cache import digest, digest_bytes
from dwsim.support.whole_file import write_whole

FORMAT = 8
"""The version of the columns of the tables and of the description.

2 adds the fields of tap-serial engines, ideal, loss stack, fit of the part, and bytes; 3 adds the
digest; 4 adds the held-out errors of each dataflow; 5 adds the GEMM baseline and the bytes
of each port; 6 adds the fields of engines in floating point; 7 adds the streams of layers that
exceed an engine; 8 adds the rings of tap-serial engines.
"""
_TABLES = ("points.parquet", "layers.parquet")
_DESCRIPTION = "explore.json"

Row = Mapping[str, Any]

_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
}


@dataclass(frozen=True)
class Description:
    """The content of ``explore.json``.

    ``objectives`` are tables ``{"metric", "goal", "over"}`` in the order of the space (goal:
    minimise or maximise; over: a network, geomean, sum, worst, or engine for a metric that all
    networks share). ``front`` is sorted by the first objective and has for each engine
    ``{"engine_id", "values"}``, one value for each objective. ``network_fronts`` has the engine ids
    on the front of each network alone. ``refused`` lists the combinations of the axes that are not
    valid engines: ``{"axes", "reason"}``. ``failed`` lists the evaluations that raised:
    ``{"engine_id", "network", "traceback"}``, the last one a file of the directory. ``area`` has
    the source of area and clock, and the held-out errors of an estimate.
    """

    space: str
    """The name of the space."""
    toml: str
    """The text of the space file."""
    networks: dict[str, dict[str, Any]]
    """``{"layers", "macs", "source"}`` of each network."""
    objectives: list[dict[str, str]]
    constraints: list[dict[str, Any]]
    """``{"metric", "min" or "max"}``."""
    front: list[dict[str, Any]]
    network_fronts: dict[str, list[str]]
    counts: dict[str, int]
    """As ``dwsim.exploration.outcome.Outcome`` has them."""
    refused: list[dict[str, Any]]
    failed: list[dict[str, str]]
    area: dict[str, Any]
    energy: dict[str, Any]
    """The energy table, and its source."""
    search: dict[str, Any]
    """``{"method"}``; for a sampler also its name, seed and budget."""
    versions: dict[str, str] = field(default_factory=dict)
    confirmed: list[dict[str, Any]] = field(default_factory=list)
    """The layers that ran in RTL: ``{"engine_id", "network", "layer", "streams", "cycles",
    "rtl_cycles", "start_cycle", "rtl_start_cycle"}``."""
    format: int = FORMAT


@dataclass(frozen=True)
class Results:
    """The tables as rows, and the description."""

    pairs: list[dict[str, Any]]
    layers: list[dict[str, Any]]
    description: Description


def schema(columns: Sequence[Field]) -> pa.Schema:
    """The Arrow schema of a table; the metadata of a field has its meaning and unit."""
    return pa.schema(
        [
            pa.field(
                column.name,
                _TYPES[column.kind],
                metadata={"meaning": column.meaning, "unit": column.unit},
            )
            for column in columns
        ]
    )


def table(columns: Sequence[Field], rows: Sequence[Row]) -> pa.Table:
    """The rows as a table with exactly these columns; a missing value is null."""
    return pa.table(
        {column.name: [row.get(column.name) for row in rows] for column in columns},
        schema=schema(columns),
    )


def write_results(
    directory: Path,
    pairs: Sequence[Row],
    layers: Sequence[Row],
    description: Description,
) -> list[Path]:
    """Writes both tables, each as Parquet and CSV, and the description; returns the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, columns, rows in (("points", PAIR_FIELDS, pairs), ("layers", LAYER_FIELDS, layers)):
        content = table(columns, rows)
        for suffix, write in (
            ("parquet", pyarrow.parquet.write_table),
            ("csv", pyarrow.csv.write_csv),
        ):
            sink = pa.BufferOutputStream()
            write(content, sink)
            paths.append(directory / f"{name}.{suffix}")
            write_whole(paths[-1], sink.getvalue().to_pybytes())
    return [*paths, _write_description(directory, asdict(description))]


def note_confirmed(directory: Path, rows: Sequence[Row]) -> None:
    """Adds the layers that ran in RTL to the description."""
    description = _read_description(directory)
    confirmed = [dict(row) for row in rows]
    _write_description(directory, asdict(replace(description, confirmed=confirmed)))


def _write_description(directory: Path, described: dict[str, Any]) -> Path:
    """Writes ``explore.json`` with the digest of the results; returns its path."""
    path = directory / _DESCRIPTION
    content = described | {"digest": _digest(directory, described)}
    write_whole(path, (json.dumps(content, indent=1) + "\n").encode())
    return path


def _digest(directory: Path, described: Mapping[str, Any]) -> str:
    """A key of the description and of both tables."""
    tables = [digest_bytes((directory / name).read_bytes()) for name in _TABLES]
    return digest([described, tables])


def read_results(directory: Path) -> Results:
    """Reads the files of ``write_results``.

    Raises:
        SpecError: if a file is missing, has the format of another version, or was changed.
    """
    description = _read_description(directory)
    pairs, layers = (pyarrow.parquet.read_table(directory / name).to_pylist() for name in _TABLES)
    return Results(pairs, layers, description)


def _read_description(directory: Path) -> Description:
    rules = Rules(f"results in {directory}")
    for name in (*_TABLES, _DESCRIPTION):
        there = (directory / name).is_file()
        rules.require(there, name, None, "is missing: run dwsim explore with -o DIR first")
    rules.raise_if_any()
    text = read_text(directory / _DESCRIPTION, rules.subject, _DESCRIPTION)
    try:
        described = json.loads(text)
    except (ValueError, RecursionError) as error:
        rules.fail(_DESCRIPTION, None, f"is not JSON ({error}): run dwsim explore again")
    described = described if isinstance(described, dict) else {}
    rules.require(
        described.get("format") == FORMAT,
        "format",
        described.get("format"),
        f"must be {FORMAT}, the format of this version: run dwsim explore again",
    )
    rules.raise_if_any()
    written = described.pop("digest", None)
    rules.require(
        written == _digest(directory, described),
        "digest",
        written,
        "must be that of the files: they are not as dwsim explore wrote them, so run it again",
    )
    rules.raise_if_any()
    return Description(**described)
