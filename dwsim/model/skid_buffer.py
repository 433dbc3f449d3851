"""Model of ``dw_skid_buffer``: a two-entry register slice."""

from __future__ import annotations

from typing import Any

from dwsim.model.component import Component


class SkidBuffer(Component):
    """Registers a stream and its ready; one beat a cycle, one cycle of latency.

    Both entries are taken while a beat is out (``out_valid``) and ``s_ready`` is false.
    """

    def __init__(self) -> None:
        self.s_ready = False
        self.out_valid = False
        self.out_data: Any = None
        self.skid_data: Any = None

    def compute(self, rst: bool, s_valid: bool, s_data: Any, m_ready: bool) -> None:
        """``s_*`` from the source, ``m_ready`` from the consumer, in this cycle."""
        accept = s_valid and self.s_ready
        move = m_ready or not self.out_valid
        skid_valid = self.out_valid and not self.s_ready
        self.next = {}
        if rst:
            self.next.update(s_ready=False, out_valid=False)
        elif move:
            self.next.update(s_ready=True, out_valid=skid_valid or accept)
        elif accept:
            self.next.update(s_ready=False)
        if move:
            self.next.update(out_data=self.skid_data if skid_valid else s_data)
        if accept:
            self.next.update(skid_data=s_data)
