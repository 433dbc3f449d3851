"""Inside the simulator: the pixel memories of the cells."""

from __future__ import annotations

from typing import Any

from dwsim.model.cell_rings import CellRings
from tests.leaf.leaf_harness import DONT_CARE, Coin, Expected, Values, leaf_test
from tests.leaf.leaf_pixels import PixelCase


class CellRingsCase(PixelCase):
    """Beats that wrap; each cell reads any pixel that was written, and at times any other."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = CellRings(self.numbers)
        self.cells = self.numbers.formats.pixels
        self.count = self.numbers.shape.ring_beats * self.beat_pixels
        self.place_width = (self.count - 1).bit_length()
        self.write = Coin(self.rng, 0.5, 0.9, 1.0)
        self.strays = Coin(self.rng, 0.0, 0.0, 0.1)
        self.stored: dict[int, int] = {}  # the pixel at each address
        self.order: list[int] = []  # addresses with a pixel
        self.beat = 0  # the beats since the restart
        self.first = DONT_CARE  # the address of the next beat; unknown before a restart
        # What comes out in this cycle and in the next one.
        self.out: list[int | None] = [DONT_CARE] * self.cells
        self.behind = self.out
        self.just_written: set[int] = set()
        self.fresh = self.wrapped = self.restarted = 0

    def _address(self, written: range) -> int:
        """Of a pixel to read: most have a promised value, many were written just now."""
        if not self.order or self.strays():
            return self.rng.randrange(self.count)
        recent = sorted(self.just_written)
        if recent and self.rng.random() < 0.2:
            return self.rng.choice(recent)
        for _ in range(10):
            address = self.rng.choice(self.order)
            if address not in written:
                return address
        return self.rng.randrange(self.count)

    def drive(self) -> Values:
        restart = self.first is None or self.rng.random() < 1 / 250
        write = self.first is not None and self.write()
        written = range(self.first, self.first + self.beat_pixels) if write else range(0)
        addresses = [self._address(written) for _ in range(self.cells)]
        return {
            "restart": int(restart),
            "write": int(write),
            "write_data": self.word(self.beat_pixels * self.width),
            "addresses": sum(a << q * self.place_width for q, a in enumerate(addresses)),
        }

    def _addresses(self, i: Values) -> list[int]:
        mask = (1 << self.place_width) - 1
        return [i["addresses"] >> q * self.place_width & mask for q in range(self.cells)]

    def model(self, i: Values) -> Expected:
        return {} if None in self.out else {"pixels": self.bits(self.component.pixels)}

    def promise(self, i: Values) -> Expected:
        known = [pixel for pixel in self.out if pixel is not None]
        if len(known) < self.cells:
            return {}
        return {"pixels": sum(pixel << q * self.width for q, pixel in enumerate(known))}

    def clock(self, i: Values) -> None:
        beat = self.pixels(i["write_data"], self.beat_pixels) if i["write"] else None
        addresses = self._addresses(i)
        self.component.compute(bool(i["restart"]), beat, addresses)
        self.component.commit()
        self.fresh += not self.just_written.isdisjoint(addresses)
        written: dict[int, int] = {}
        if i["write"]:
            pixels = range(self.beat_pixels)
            written = {self.first + p: self.pixel(i["write_data"], p) for p in pixels}
        # A pixel that is read while it is written has no promised value.
        reads = [DONT_CARE if a in written else self.stored.get(a, DONT_CARE) for a in addresses]
        self.out, self.behind = self.behind, reads
        self.order += [address for address in written if address not in self.stored]
        self.stored |= written
        self.just_written = set(written)
        self.beat += i["write"]
        if i["restart"]:
            self.restarted += self.beat > 0
            self.beat = 0
        if self.first is not None or i["restart"]:
            self.first = self.beat * self.beat_pixels % self.count
        self.wrapped += self.beat > 0 and self.first == 0

    def uncovered(self) -> str:
        enough = len(self.stored) == self.count and self.fresh > 100
        enough &= self.wrapped > 5 and self.restarted > 3
        return "" if enough else "all addresses, reads of new beats, laps, and restarts"


dw_cell_rings = leaf_test("dw_cell_rings", CellRingsCase, 3000)
