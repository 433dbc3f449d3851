"""The fields of EngineSpec that choose floating point: each rule has a bad input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dwsim.spec.canonical import canonical_toml, spec_hash
from dwsim.spec.spec_file import read_spec
from tests.spec.small_engine import engine
from tests.violations import broken_rules

WIDTHS = {"float32": 32, "float16": 16, "bfloat16": 16}


@pytest.mark.parametrize("name", WIDTHS)
def test_a_format_gives_the_widths(name: str) -> None:
    made = engine(number_format=name)
    assert (made.ifmap_width, made.weight_width) == (WIDTHS[name], WIDTHS[name])
    assert made.arithmetic is not None
    assert (made.arithmetic.number_format, made.arithmetic.accumulate) == (name, "float32")
    assert not made.arithmetic.flushes


def test_integers_have_no_arithmetic_of_floats() -> None:
    assert engine().arithmetic is None
    assert engine().float_sums is None


BAD: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"number_format": "float64"}, "number_format", "must be one of integer, float32, float16"),
    ({"number_format": ["float32"]}, "number_format", "must be one of"),
    ({"number_format": None}, "number_format", "must be one of"),
    ({"accumulate": "float32"}, "accumulate", "belongs to floats: leave it out with"),
    ({"subnormals": "keep"}, "subnormals", "belongs to floats: leave it out with"),
    ({"epilogue": "bias_clamp"}, "epilogue", "belongs to floats: leave it out with"),
    (
        {"number_format": "float16", "epilogue": "bias"},
        "epilogue",
        "must be bias_clamp, or left out",
    ),
    (
        {"number_format": "float16", "epilogue": ["bias_clamp"]},
        "epilogue",
        "must be bias_clamp, or left out",
    ),
    (
        {"number_format": "bfloat16", "accumulate": "float16"},
        "accumulate",
        "must be float32 or bfloat16 if number_format is 'bfloat16'",
    ),
    (
        {"number_format": "float16", "subnormals": "support"},
        "subnormals",
        "must be one of keep, flush",
    ),
    ({"number_format": "float16", "ifmap_width": 12}, "ifmap_width", "must be 16 or left out"),
    ({"number_format": "float32", "weight_width": 16}, "weight_width", "must be 32 or left out"),
    ({"number_format": "float16", "ifmap_signed": False}, "ifmap_signed", "must be left out"),
    ({"number_format": "float16", "weight_signed": False}, "weight_signed", "must be left out"),
    ({"number_format": "bfloat16", "requantise": "double"}, "requantise", "must be 'none' with"),
)


@pytest.mark.parametrize(("fields", "field", "rule"), BAD)
def test_bad_fields_are_refused(fields: dict[str, Any], field: str, rule: str) -> None:
    ((found, value, why),) = broken_rules(engine, **fields)
    assert (found, value) == (field, fields[field])
    assert why.startswith(rule)


def test_a_spec_of_floats_reads_back(tmp_path: Any) -> None:
    made = engine(number_format="bfloat16", subnormals="flush")
    path = tmp_path / "spec.toml"
    path.write_text(canonical_toml(made))
    assert read_spec(path).engine == made
    assert spec_hash(made) != spec_hash(engine(number_format="bfloat16"))


def test_an_epilogue_reads_back_and_none_keeps_the_hash(tmp_path: Any) -> None:
    plain = engine(number_format="bfloat16", subnormals="flush")
    made = replace(plain, epilogue="bias_clamp")
    path = tmp_path / "spec.toml"
    path.write_text(canonical_toml(made))
    assert read_spec(path).engine == made
    text = canonical_toml(plain)
    assert "epilogue" not in text
    assert canonical_toml(made) == text.replace("name =", 'epilogue = "bias_clamp"\nname =')


def test_integers_keep_their_hash() -> None:
    assert "number_format" not in canonical_toml(engine())
    assert canonical_toml(engine(number_format="float16")).count('number_format = "float16"') == 1
