"""Model of ``dw_pipeline``: a fixed delay in clock cycles."""

from __future__ import annotations

from collections import deque
from typing import Any

from dwsim.model.component import Component


class Pipeline(Component):
    """``stages[0]`` is the youngest word."""

    def __init__(self, cycles: int, reset_to: Any) -> None:
        self.reset_to = reset_to
        self.stages: deque[Any] = deque([reset_to] * cycles, maxlen=cycles)
        self._entering: Any = reset_to
        self._rst = False

    @property
    def q(self) -> Any:
        """The oldest word."""
        return self.stages[-1]

    def compute(self, rst: bool, d: Any) -> None:
        """``d`` enters."""
        self._rst, self._entering = rst, d

    def commit(self) -> None:
        """The clock edge."""
        if self._rst:
            self.stages.extend([self.reset_to] * len(self.stages))
        else:
            self.stages.appendleft(self._entering)
