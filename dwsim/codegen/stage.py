"""A stage of an engine: one instance of its top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One instance of the engine's top: its stem, its parameters, its special connections."""

    stem: str
    parameters: Mapping[str, int]
    connections: Mapping[str, str]
