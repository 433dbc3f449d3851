"""Where an engine's area and clock come from: the fitted estimate, or real tool runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dwsim.spec.engine import EngineSpec


@dataclass(frozen=True)
class Area:
    """What an engine takes, and its clock in MHz."""

    lut: int
    ff: int
    dsp: int
    bram: int
    fmax_mhz: float


def area_of(engine: EngineSpec, source: str, target: str) -> Area:
    """Area and clock of an engine.

    TEMPORARY: until dwsim.synth has its estimate, made-up figures of about the right size.
    """
    m = engine.multipliers
    return Area(60 * m, 100 * m, m, engine.kernel_h * engine.lanes // 4, 200.0)


def described(source: str, target: str) -> dict[str, Any]:
    """Where the figures are from, with the held-out error of an estimate."""
    return {"source": source, "target": target, "note": "TEMPORARY STUB: made-up figures"}


def check(source: str, target: str) -> None:
    """Says at once when a tool is missing.

    Raises:
        ToolError: with how to install it.
    """


def sentence(source: str, target: str) -> str:
    """What a table says of its area and clock."""
    return f"area and clock: {source} for {target} (TEMPORARY STUB: made-up figures)"
