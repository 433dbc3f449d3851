"""Model of ``dw_output_fifo``: a FIFO whose writer holds credit."""

from __future__ import annotations

from typing import Any

from dwsim.model.component import Component


class OutputFifo(Component):
    """Entries, oldest first, and the output register."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.entries: tuple[Any, ...] = ()
        self.m_valid = False
        self.m_data: Any = None

    def pop(self, m_ready: bool) -> bool:
        """An entry moves to the output register in this cycle."""
        return bool(self.entries) and (m_ready or not self.m_valid)

    def compute(self, rst: bool, write: bool, write_data: Any, m_ready: bool) -> None:
        """``m_ready`` is the sink's."""
        if rst:
            self.next = {"entries": (), "m_valid": False}
            return
        pop = self.pop(m_ready)
        entries = self.entries[1:] if pop else self.entries
        if write:
            entries += (write_data,)
            assert len(entries) <= self.depth, "a beat without credit reached the FIFO"
        self.next = {"entries": entries, "m_valid": pop or (self.m_valid and not m_ready)}
        if pop:
            self.next["m_data"] = self.entries[0]
