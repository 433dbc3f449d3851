"""Inside the simulator: the ifmap port, which recovers from streams of a wrong length."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.model.ifmap_port import IfmapPort
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test


class IfmapPortCase(Case):
    """Streams whose tlast comes early, in time or late, and a raster that wants its own count."""

    reset_odds = 1 / 100  # often, because an error hides the next one

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = IfmapPort(1)
        self.valid, self.take, self.gap = Coin(self.rng), Coin(self.rng), Coin(self.rng)
        self.known = False
        self.kinds: set[int] = set()
        self.beat: int | None = DONT_CARE  # that was taken in the cycle before
        self._start_over()

    def _start_over(self) -> None:
        self.streams: list[tuple[int, list[int]]] = []  # beats wanted, beats that come
        self.source = [0, 0]  # stream and beat that are offered next
        self.raster = [-1, 0]  # stream and beat that are taken next; -1: no restart yet
        self.errors = [False, False]
        self.offered = self.offers_next = self.moves = False
        self.restarting = False
        self.was_short = False  # in the cycle before, too

    def _stream(self, index: int) -> tuple[int, list[int]]:
        while len(self.streams) <= index:
            wanted = self.rng.randint(1, 9)
            comes = max(1, wanted + self.rng.choice((0, 0, 0, -wanted, -2, -1, 1, 2, 9)))
            beats = [self.word(self.parameters["WIDTH"]) for _ in range(comes)]
            self.streams.append((wanted, beats))
        return self.streams[index]

    def _between(self) -> bool:
        return self.raster[0] < 0 or self.raster[1] == self._stream(self.raster[0])[0]

    def _short(self) -> bool:
        """The raster is behind the tlast of its stream."""
        return not self._between() and self.raster[1] >= len(self._stream(self.raster[0])[1])

    def _dropping(self) -> bool:
        """The source is behind the last beat that the raster wanted."""
        index, stream = self.source[0], self.raster[0]
        return index < stream or (index == stream and self._between())

    def _available(self) -> bool:
        """Zeros may come a cycle late; a beat of the next stream brings them in time."""
        return self.offered or (self._short() and self.was_short)

    def drive(self) -> Values:
        index, beat = self.source
        beats = self._stream(index)[1]
        # While a stream waits for the port, restart is 1.
        restart = self._between() and (self.restarting or self.gap())
        take = not self._between() and self.take() and self._available()
        self.moves = self.offered and (self._dropping() or (take and not self._short()))
        self.offers_next = (self.offered and not self.moves) or self.valid()
        return {
            "rst": self.rst(),
            "restart": int(restart),
            "s_data": beats[beat] if self.offered else self.word(self.parameters["WIDTH"]),
            "s_last": int(beat == len(beats) - 1) if self.offered else self.word(1),
            "s_valid": int(self.offered),
            "s_valid_next": int(self.offers_next),
            "take": int(take),
            "final_take": int(take and self.raster[1] == self._stream(self.raster[0])[0] - 1),
        }

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        port = self.component
        return {
            "excess": port.excess,
            "available": port.available(bool(i["s_valid"])),
            "s_ready": port.s_ready(bool(i["take"])),
            "beat": DONT_CARE if self.beat is DONT_CARE else int(port.beat[0]),
            "error_short": port.error_short,
            "error_long": port.error_long,
        }

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        between = self._between()
        real = bool(i["take"]) and not self._short()
        return {
            "excess": self._dropping(),
            "available": DONT_CARE if between else self._available(),
            "s_ready": self._dropping() or real,
            "beat": self.beat,
            "error_short": self.errors[0],
            "error_long": self.errors[1],
        }

    def clock(self, i: Values) -> None:
        flags = {name: bool(i[name]) for name in i if name not in ("s_data", "s_valid_next")}
        self.component.compute(s_data=np.array([i["s_data"]]), **flags)
        self.component.commit()
        dropping = self._dropping()
        self.beat = DONT_CARE
        self.was_short = self._short()
        if i["take"]:
            wanted, beats = self._stream(self.raster[0])
            self.beat = 0 if self._short() else beats[self.raster[1]]
            self.raster[1] += 1
            self.errors[0] |= self.raster[1] == len(beats) < wanted
            self.errors[1] |= self.raster[1] == wanted < len(beats)
        self.offered = self.offers_next
        if self.moves:
            self.source[1] += 1
            wanted, beats = self._stream(self.source[0])
            if self.source[1] == len(beats):
                self.kinds.add((len(beats) > wanted) - (len(beats) < wanted))
                self.source = [self.source[0] + 1, 0]
        self.restarting = bool(i["restart"]) and dropping
        if i["restart"] and not dropping:
            self.raster = [self.raster[0] + 1, 0]
        if i["rst"]:
            self._start_over()
            self.known = True

    def uncovered(self) -> str:
        return "" if self.kinds == {-1, 0, 1} else "short, right and long streams"


dw_ifmap_port = leaf_test("dw_ifmap_port", IfmapPortCase, 8000)
