"""Model of ``dw_window``: line buffers and window registers."""

from __future__ import annotations

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.delay_line import DelayLine


class Window(Component):
    """The beats under the kernel; ``taps`` has axes (column, row, lane), newest last."""

    def __init__(self, numbers: EngineNumbers) -> None:
        spec = numbers.spec
        rows, cols, lanes = spec.kernel_h, spec.kernel_w, spec.lanes
        self.lines = (
            DelayLine((rows - 1, lanes), numbers.counters.max_row_delay) if rows > 1 else None
        )
        self.older = (
            DelayLine((cols - 1, rows, lanes), numbers.counters.max_col_delay) if cols > 1 else None
        )
        self.newest = DelayLine((rows, lanes), 1)
        self.taps = np.zeros((cols, rows, lanes), np.int64)

    def compute(
        self, restart: bool, step: bool, row_delay: int, col_delay: int, d: np.ndarray
    ) -> None:
        """``d``, the slot's beat of shape (lanes,), is shifted in when ``step``."""
        self.next = {}
        rows = d[np.newaxis]
        if self.lines is not None:
            if step:
                rows = np.concatenate([self.lines.q, rows])
            self.lines.compute(restart, step, row_delay, rows[1:])
        self.newest.compute(restart, step, 1, rows)
        if self.older is not None:
            self.older.compute(restart, step, col_delay, self.taps[1:])

    def commit(self) -> None:
        """The clock edge of the delay lines, which hold the window."""
        stepped = "q" in self.newest.next
        for line in (self.lines, self.older, self.newest):
            if line is not None:
                line.commit()
        if stepped:
            newest = self.newest.q[np.newaxis]
            self.taps = newest if self.older is None else np.concatenate([self.older.q, newest])
