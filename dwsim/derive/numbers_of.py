"""The numbers of an engine, by its dataflow."""

from __future__ import annotations

from functools import lru_cache

from dwsim.derive.engine_numbers import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.spec.engine_spec import EngineSpec


@lru_cache(maxsize=64)
def numbers_of(spec: EngineSpec) -> EngineNumbers | SerialNumbers:
    """Every number that follows from the spec alone.

    Raises:
        SpecError: for a rule that needs a derived number.
    """
    return SerialNumbers(spec) if spec.dataflow == "tap_serial" else EngineNumbers(spec)
