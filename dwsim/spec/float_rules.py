"""The fields of ``EngineSpec`` that choose floating point, and their rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.errors import Rules, SpecError
from dwsim.spec.float_arithmetic import FLOAT_FORMATS, FloatArithmetic

INTEGER = "integer"
NUMBER_FORMATS = (INTEGER, *FLOAT_FORMATS)
"""Values of ``EngineSpec.number_format``."""

FLOAT_FIELDS = ("number_format", "accumulate", "subnormals", "epilogue")
"""The fields that an engine for integers leaves at their defaults."""

BIAS_CLAMP = "bias_clamp"
EPILOGUES = (BIAS_CLAMP,)
"""Values of ``EngineSpec.epilogue``, besides None."""

_DEFAULTS = {"requantise": "none"}
_SIGNED = ("ifmap_signed", "weight_signed")
_WIDTHS = ("ifmap_width", "weight_width")


def float_widths(values: Mapping[str, Any]) -> dict[str, int]:
    """The widths that the format gives, for those fields that have their default, 8."""
    chosen = values["number_format"]
    if not isinstance(chosen, str) or chosen not in FLOAT_FORMATS:
        return {}
    return {field: FLOAT_FORMATS[chosen].width for field in _WIDTHS if values[field] == 8}


def float_arithmetic(values: Mapping[str, Any]) -> FloatArithmetic | None:
    """The arithmetic that the fields of an engine choose; None for integers.

    Raises:
        SpecError: for formats that do not fit together.
    """
    if values["number_format"] == INTEGER:
        return None
    accumulate, subnormals = values["accumulate"], values["subnormals"]
    return FloatArithmetic(
        values["number_format"],
        "float32" if accumulate is None else accumulate,
        "keep" if subnormals is None else subnormals,
    )


def check_floats(rules: Rules, values: Mapping[str, Any]) -> bool:
    """Checks the fields that choose floating point; true for an engine in floating point.

    Args:
        rules: collects the violations.
        values: the fields of an ``EngineSpec``, by name.
    """
    chosen = values["number_format"]
    known = isinstance(chosen, str) and chosen in NUMBER_FORMATS
    rule = f"must be one of {', '.join(NUMBER_FORMATS)}"
    if not rules.require(known, "number_format", chosen, rule) or chosen == INTEGER:
        for field in FLOAT_FIELDS[1:]:
            rules.require(
                not known or values[field] is None,
                field,
                values[field],
                "belongs to floats: leave it out with number_format = 'integer'",
            )
        return False
    try:
        float_arithmetic(values)
    except SpecError as error:
        rules.violations += error.violations
    epilogue = values["epilogue"]
    rules.require(
        epilogue is None or (isinstance(epilogue, str) and epilogue in EPILOGUES),
        "epilogue",
        epilogue,
        f"must be {' or '.join(EPILOGUES)}, or left out",
    )
    why = f"with number_format = {chosen!r}"
    width = FLOAT_FORMATS[chosen].width
    for field in _WIDTHS:
        rules.require(
            values[field] == width, field, values[field], f"must be {width} or left out {why}"
        )
    for field in _SIGNED:
        rules.require(
            values[field] is True,
            field,
            values[field],
            f"must be left out {why}: floats have signs",
        )
    for field, only in _DEFAULTS.items():
        rules.require(values[field] == only, field, values[field], f"must be {only!r} {why}")
    return True
