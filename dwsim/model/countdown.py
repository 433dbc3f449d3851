"""Model of ``dw_countdown``: counts steps modulo a count."""

from __future__ import annotations

from dwsim.model.component import Component


class Countdown(Component):
    """``last`` is true at every ``count``-th step."""

    def __init__(self) -> None:
        self.left = 0

    @property
    def last(self) -> bool:
        """The last step of a round."""
        return self.left == 1

    def compute(self, restart: bool, step: bool, count: int) -> None:
        """A round has ``count`` steps."""
        self.next = {}
        if restart or (step and self.last):
            self.next = {"left": count}
        elif step:
            self.next = {"left": self.left - 1}
