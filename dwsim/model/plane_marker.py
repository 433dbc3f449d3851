"""Model of ``dw_plane_marker``: marks the slot ``lag`` slots after the first one of a plane."""

from __future__ import annotations

from dwsim.model.component import Component


class PlaneMarker(Component):
    """``ages`` has, for each mark that has not come out, the steps since it entered."""

    def __init__(self) -> None:
        self.ages: list[int] = []

    def mark_next(self, lag: int, mark: bool) -> bool:
        """The mark of ``lag - 1`` steps before this one; with lag 0 none."""
        return mark if lag == 1 else lag - 1 in self.ages

    def compute(self, restart: bool, step: bool, lag: int, mark: bool) -> None:
        """``mark``: a plane begins in this slot."""
        self.next = {}
        if restart:
            self.next["ages"] = []
        elif step:
            ages = [1] * mark + [age + 1 for age in self.ages]
            self.next["ages"] = [age for age in ages if age < lag]
