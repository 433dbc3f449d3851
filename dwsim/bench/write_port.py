"""A driver for registers and parameter memories behind a port of address, data and enable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cocotb.triggers import RisingEdge


@dataclass(frozen=True)
class WriteNames:
    """The names of the signals; with ``ready`` a write takes effect only while it is 1."""

    address: str
    data: str
    enable: str
    ready: str | None = None


class WritePort:
    """Writes words one after the other, each for one cycle or until ready."""

    def __init__(self, dut: Any, clock: Any, names: WriteNames) -> None:
        self.address, self.data, self.enable = (
            getattr(dut, name) for name in (names.address, names.data, names.enable)
        )
        self.ready = None if names.ready is None else getattr(dut, names.ready)
        self._edge = RisingEdge(clock)
        self.enable.value = 0

    async def write(self, words: Mapping[int, int]) -> None:
        """Writes words by their address; a negative word is sent as two's complement."""
        mask = (1 << len(self.data)) - 1
        for address, word in words.items():
            self.address.value, self.data.value, self.enable.value = address, word & mask, 1
            await self._edge
            while self.ready is not None and self.ready.value != 1:
                await self._edge
        self.enable.value = 0
