"""Two-phase clocking: every component computes, then all commit at once.

``compute`` reads registers (its own and, through its arguments, those of others) and notes
the next values in ``self.next``; ``commit`` is the clock edge. Because nothing changes before
all have computed, the order of the components does not matter, as in hardware.
"""

from __future__ import annotations

from typing import Any


class Component:
    """A piece of hardware: its attributes are registers, ``next`` their next values."""

    next: dict[str, Any]

    def commit(self) -> None:
        """The clock edge."""
        self.__dict__.update(self.next)
