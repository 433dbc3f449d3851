"""Model of ``dw_delay_line``: a word comes out ``length`` steps after it entered."""

from __future__ import annotations

import numpy as np

from dwsim.model.component import Component


class DelayLine(Component):
    """A ring of words; ``q`` is the register at its end.

    A word is an array of ``shape``: lines that step together, such as the row delays of all
    kernel rows, are one model with a longer word.
    """

    def __init__(self, shape: tuple[int, ...], max_length: int) -> None:
        self.ring = np.zeros((max_length, *shape), np.int64)
        self.position = 0
        self.q = np.zeros(shape, np.int64)
        self._entering: np.ndarray | None = None

    def compute(self, restart: bool, step: bool, length: int, d: np.ndarray) -> None:
        """``d`` enters when ``step``; after it, ``q`` entered ``length - 1`` steps before."""
        self.next = {}
        self._entering = None
        if restart:
            self.next["position"] = 0
        elif step:
            position = self.position + 1 if self.position + 1 < length else 0
            self._entering = d
            self.next["position"] = position
            self.next["q"] = d if length == 1 else self.ring[position].copy()

    def commit(self) -> None:
        """The clock edge: the word enters the ring."""
        if self._entering is not None:
            self.ring[self.position] = self._entering
        super().commit()
