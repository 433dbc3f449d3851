"""Model of the generated ``config``: the configuration registers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class Config(Component):
    """``values`` has the geometry of the running stream, by the names of the fields."""

    def __init__(self, numbers: EngineNumbers | SerialNumbers) -> None:
        self.values: Mapping[str, Any] = {
            f.name: [0] * f.count if f.count > 1 or f.name.startswith("tap_") else 0
            for f in numbers.config_fields
        }

    def compute(self, capture: bool, cfg: Mapping[str, Any]) -> None:
        """``cfg`` has the values of the cfg ports in this cycle."""
        self.next = {"values": cfg} if capture else {}
