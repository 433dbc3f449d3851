"""The way of the pixels from the ifmap port to the cells: one ring for all, or one for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import SERIAL_RING_CYCLES
from dwsim.model.cell_address import CellAddress
from dwsim.model.cell_place import CellPlace
from dwsim.model.cell_rings import CellRings
from dwsim.model.fetch import Fetch
from dwsim.model.pipeline import Pipeline
from dwsim.model.pixel_rotate import PixelRotate
from dwsim.model.release import Release
from dwsim.model.ring import Ring
from dwsim.model.ring_writer import RingWriter
from dwsim.model.segment import Segment
from dwsim.model.sequencer import Sequencer, Tap

Operands = tuple[np.ndarray, int, np.ndarray, np.ndarray]

Moves = tuple[bool, bool]
"""Load or shift the segment: the tap of the cycle before begins a segment, or goes on in it."""


class SharedRing:
    """A ring that the fetch reads, a rotator, and the segment from which all cells choose."""

    def __init__(self, numbers: SerialNumbers, fetch: Fetch) -> None:
        self.fetch = fetch
        self.ring = Ring(numbers)
        self.pixel_rotate = PixelRotate(numbers)
        self.segment = Segment(numbers)
        self.components: tuple[Any, ...] = (self.ring, self.pixel_rotate, self.segment)

    @property
    def free(self) -> int:
        """The oldest pixel that is needed."""
        return self.fetch.free

    @property
    def next_free(self) -> int:
        """That of the next cycle."""
        return self.fetch.next_free

    def operands(self, stride: int, in_ifmap: np.ndarray, weight: np.ndarray) -> Operands:
        """The pixels from which the cells choose, those from a cell to the next, mask, weights."""
        return self.segment.cells, stride, in_ifmap, weight

    def move(
        self, restart: bool, step: bool, moves: Moves, writer: RingWriter, beat: np.ndarray
    ) -> None:
        """Moves the pixels by a cycle, with ``step`` also the words of the fetch: one may enter."""
        self.segment.compute(self.fetch.mark if step else None, self.pixel_rotate.q, *moves)
        self.pixel_rotate.compute(step, self.fetch.amount, self.ring.read_data)
        write = (writer.filled, beat) if writer.write else None
        self.ring.compute(write, step, self.fetch.pixel)

    def follow(
        self,
        restart: bool,
        run: bool,
        sequencer: Sequencer,
        place: CellPlace,
        tap: Tap,
        config: Mapping[str, Any],
    ) -> None:
        """The segment moves with the marks of the taps; it needs no places."""


class CopiedRings:
    """A ring for each cell, its address, and the release of pixels behind the taps."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.release = Release(numbers)
        self.cell_address = CellAddress(numbers)
        self.cell_rings = CellRings(numbers)
        outside = np.zeros(numbers.formats.pixels, bool)
        no_weights = np.zeros(numbers.spec.lanes, np.int64)
        self.marks = Pipeline(SERIAL_RING_CYCLES, (outside, no_weights))
        """The mask and the weights of a tap, until its pixels come."""
        self.components: tuple[Any, ...] = (
            self.release, self.cell_address, self.cell_rings, self.marks,
        )  # fmt: skip

    @property
    def free(self) -> int:
        """The oldest pixel that is needed."""
        return self.release.free

    @property
    def next_free(self) -> int:
        """That of the next cycle."""
        return self.release.next_free

    def operands(self, stride: int, in_ifmap: np.ndarray, weight: np.ndarray) -> Operands:
        """The pixel of each cell, and 1, because its address has the stride in it; mask and weights
        of its tap, which wait for it."""
        self.marks.compute(False, (in_ifmap, weight))
        return self.cell_rings.pixels, 1, *self.marks.q

    def move(
        self, restart: bool, step: bool, moves: Moves, writer: RingWriter, beat: np.ndarray
    ) -> None:
        """Moves the pixels by a cycle; the fetch reads none of them."""
        written = beat if writer.write else None
        self.cell_rings.compute(restart, written, self.cell_address.addresses)

    def follow(
        self,
        restart: bool,
        run: bool,
        sequencer: Sequencer,
        place: CellPlace,
        tap: Tap,
        config: Mapping[str, Any],
    ) -> None:
        """Moves the addresses, and what is released, with the taps."""
        self.release.compute(restart, tap.fires and tap.advances, config)
        init, wraps = sequencer.init(run), sequencer.init_wraps(config)
        self.cell_address.compute(restart, init, wraps, tap, place.wraps(config), config)
