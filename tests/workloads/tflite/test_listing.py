"""The table of a model's layers, and the files that write_specs makes of it."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from dwsim.errors import SpecError
from dwsim.spec.spec_file import parse_spec
from dwsim.support.text_table import text_table
from dwsim.workloads import listing
from dwsim.workloads.tflite import Parameters, read_model
from dwsim.workloads.tflite.parameter_archive import read_parameters
from tests.workloads.tflite.edits import SMALL, TINY, operator, read_edited, tiny

_ENGINE = """
[engine]
lanes = 4
kernel_h = 3
kernel_w = 3
max_row_pitch = 48
max_plane_rows = 48
"""


def test_the_table_names_every_layer() -> None:
    model = read_model(SMALL)
    rows = listing.rows(model)
    table = text_table(listing.COLUMNS, rows, listing.total(rows))
    lines = table.splitlines()
    assert " ".join(lines[2].split()) == (
        "dw1 48x48x8 3x3 1x1 1x1 1,1,1,1 1 48x48x8 int8 per channel relu6 165,888"
    )
    assert lines[-1].split() == ["13", "of", "13", "run", "798,336"]
    assert sum(row["macs"] for row in rows) == 798_336
    assert listing.passed_over(model) == (
        "CONV_2D 15, MEAN 1, SHAPE 1, STRIDED_SLICE 1, PACK 1, RESHAPE 1, SOFTMAX 1"
    )
    assert listing.passed_over(read_model(tiny("padded"))) == "PAD 1 (1 folded into layers)"
    assert listing.passed_over(read_model(tiny("int16"))) == "nothing"


def test_the_table_says_what_cannot_run() -> None:
    def change(model) -> None:
        options = operator(model, "DEPTHWISE_CONV_2D").builtinOptions
        options.strideH, options.padding = 0, 7

    model = read_edited(tiny("padded"), change)
    (row,) = listing.rows(model)
    assert row["state"] == (
        "cannot run: stride_h = 0: must be an integer of at least 1 (and 1 more)"
    )
    assert len(row["reasons"]) == 2
    assert "cannot run" in text_table(listing.COLUMNS, [row], listing.total([row]))


@pytest.mark.parametrize("path", [SMALL, *map(tiny, TINY)], ids=lambda path: path.stem)
def test_what_is_written_is_read_back(path: Path, tmp_path: Path) -> None:
    model = read_model(path)
    spec_path, parameter_path = listing.write_specs(model, tmp_path / "a")
    text = spec_path.read_text(encoding="utf-8")
    assert len(tomllib.loads(text)["layer"]) == len(model.layers)
    specs = parse_spec(_ENGINE + text, spec_path).layers
    parameters = read_parameters(parameter_path)
    assert list(parameters) == [layer.name for layer in model.layers]
    for layer, spec in zip(model.layers, specs, strict=True):
        expected_spec, expected = layer.facts()
        assert spec == expected_spec
        found = parameters[layer.name]
        for field in fields(Parameters):
            ours, theirs = getattr(found, field.name), getattr(expected, field.name)
            assert type(ours) is type(theirs), field.name
            assert np.array_equal(ours, theirs), field.name
            if isinstance(ours, np.ndarray):
                assert ours.dtype == theirs.dtype
    again = listing.write_specs(model, tmp_path / "b")
    assert [file.read_bytes() for file in again] == [
        spec_path.read_bytes(),
        parameter_path.read_bytes(),
    ]


def test_layers_that_cannot_run_are_not_written(tmp_path: Path) -> None:
    def change(model) -> None:
        operator(model, "DEPTHWISE_CONV_2D").builtinOptions.strideH = 0

    model = read_edited(SMALL, change)
    spec_path, parameter_path = listing.write_specs(model, tmp_path)
    names = [table["name"] for table in tomllib.loads(spec_path.read_text())["layer"]]
    assert names == [f"dw{i}" for i in range(2, 14)]
    assert list(read_parameters(parameter_path)) == names


def test_a_layer_without_bias_round_trips(tmp_path: Path) -> None:
    def change(model) -> None:
        layer = operator(model, "DEPTHWISE_CONV_2D")
        layer.inputs = layer.inputs[:2]

    _, path = listing.write_specs(read_edited(tiny("padded"), change), tmp_path)
    assert read_parameters(path)["dw1"].bias is None


def test_other_archives_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", **{"dw1/weight": np.zeros(1)})
    with pytest.raises(SpecError, match="dw1 = .*must have the arrays"):
        read_parameters(tmp_path / "other.npz")
    (tmp_path / "noise.npz").write_bytes(b"PK\x03\x04 noise")
    for name in ("noise.npz", "missing.npz"):
        with pytest.raises(SpecError, match="cannot be read"):
            read_parameters(tmp_path / name)
