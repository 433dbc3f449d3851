"""Model of ``dw_skid_buffer``: a two-entry register slice."""

from __future__ import annotations

from typing import Any

from dwsim.model.component import Component


class SkidBuffer(Component):
    """Registers a stream and its ready; one beat a cycle, one cycle of latency."""

    def __init__(self) -> None:
        self.out_valid = False
        self.out_data: Any = None
        self.skid_valid = False
        self.skid_data: Any = None

    @property
    def s_ready(self) -> bool:
        """The source's ready, from a register."""
        return not self.skid_valid

    def compute(self, rst: bool, s_valid: bool, s_data: Any, m_ready: bool) -> None:
        """``s_*`` from the source, ``m_ready`` from the consumer, in this cycle."""
        accept = s_valid and self.s_ready
        move = m_ready or not self.out_valid
        self.next = {}
        if rst:
            self.next.update(out_valid=False, skid_valid=False)
        elif move:
            self.next.update(out_valid=self.skid_valid or accept, skid_valid=False)
        elif accept:
            self.next.update(skid_valid=True)
        if move:
            self.next.update(out_data=self.skid_data if self.skid_valid else s_data)
        if accept:
            self.next.update(skid_data=s_data)
