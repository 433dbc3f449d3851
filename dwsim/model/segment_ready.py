"""Model of ``dw_segment_ready``: the mark that the pixels of the next segment are there."""

from __future__ import annotations

from dwsim.model.component import Component
from dwsim.model.fetch import Mark


class SegmentReady(Component):
    """The mark, which waits until the taps of its segment begin."""

    def __init__(self) -> None:
        self.complete = False

    def accepts(self, load: bool) -> bool:
        """A mark can enter."""
        return not self.complete or load

    def ready(self, mark: Mark | None, load: bool) -> bool:
        """The taps of a segment can begin in the next cycle."""
        arrives = mark is not None and mark.last and self.accepts(load)
        return (self.complete and not load) or arrives

    def compute(self, restart: bool, mark: Mark | None, load: bool) -> None:
        """``mark`` describes the word of the next cycle, or the pixels that a read would bring."""
        self.next = {"complete": False if restart else self.ready(mark, load)}
