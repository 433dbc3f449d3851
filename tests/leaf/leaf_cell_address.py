"""Inside the simulator: the addresses of the cells' pixels in rings of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_plan import SerialPlan
from dwsim.model.cell_address import CellAddress
from dwsim.model.sequencer import Tap
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test
from tests.tap_serial.cases import random_layer

CONFIG = (
    *("start_x", "stride_w", "dilation_w", "pitch", "step_x", "start_address", "step_address"),
    *("row_address", "tap_address", "plane_beats"),
)


@dataclass(frozen=True)
class Turn:
    """A tap of the walk; ``ends`` its group, ``plane_end`` its plane."""

    plane: int
    group: int
    row: int
    column: int
    ends: bool
    plane_end: bool


class CellAddressCase(Case):
    """Walks over the planes of random layers, with pauses; some end early."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = CellAddress(SerialNumbers(self.spec))
        self.cells = self.parameters["CELLS"]
        self.beat = self.parameters["BEAT_PIXELS"]
        self.place_width = self.instance.outputs["addresses"] // self.cells
        self.places, self.fires = Coin(self.rng, 0.5, 1.0), Coin(self.rng, 0.5, 1.0)
        self.planes = self.sets = self.wrapped = self.cut = self.laps = 0
        self._new_stream()

    def _new_stream(self) -> None:
        self.layer = random_layer(self.rng, self.spec)
        self.config = dict(SerialPlan(self.layer, self.spec).geometry)
        self.row_places = self.config["pitch"] // self.layer.stride_w
        self.walk = self._walk()
        self.turn = next(self.walk)
        self.restart, self.placed = True, 0
        # The tap of the cycle before, and of the one before that.
        self.fired: Turn | None = None
        self.fired_behind: Turn | None = None
        self.settled = 0  # cycles since all places came

    def _walk(self) -> Iterator[Turn]:
        """The taps in their order; without end, as if plane followed plane."""
        c, plane = self.config, 0
        while True:
            for group in range(c["groups"]):
                for weight_set in range(c["channel_multiplier"]):
                    for tap in range(c["kernel_h"] * c["kernel_w"]):
                        last = tap == c["kernel_h"] * c["kernel_w"] - 1
                        ends = last and weight_set == c["channel_multiplier"] - 1
                        plane_end = ends and group == c["groups"] - 1
                        yield Turn(plane, group, *divmod(tap, c["kernel_w"]), ends, plane_end)
            plane += 1

    def _wraps(self, turn: Turn) -> int:
        """The cells that come to a row beyond the whole rows of a step to the next group."""
        wraps, step = 0, self.config["cells"]
        for q in range(self.cells):
            column = (turn.group * step + q) % self.row_places
            wraps |= (column + step % self.row_places >= self.row_places) << q
        return wraps

    def drive(self) -> Values:
        if not self.restart and self.rng.random() < 1 / 400:
            self.cut += self.placed == self.cells
            self._new_stream()
        ready = self.placed == self.cells
        init = not self.restart and not ready and self.places()
        fire = ready and self.fires()
        # Marks of a tap that does not fire, and of a place that is not shifted in, say nothing.
        turn, noise = self.turn, self.word(3)
        begins_row = (self.placed + 1) % self.row_places == 0
        wraps = self.word(self.cells)
        if self.fired is not None and self.fired.ends and not self.fired.plane_end:
            wraps = self._wraps(self.fired)
            self.wrapped += wraps > 0
        values = {
            "restart": int(self.restart),
            "init": int(init),
            "init_wraps": int(begins_row) if init else noise & 1,
            "fire": int(fire),
            "first_column": int(turn.column == 0),
            "first_row": int(turn.row == 0),
            "advance": int(turn.ends) if fire else noise >> 1 & 1,
            "rewind": int(turn.plane_end) if fire else noise >> 2,
            "wraps": wraps,
            **{name: self.config[name] for name in CONFIG},
        }
        widths = self.instance.inputs
        return {name: value & (1 << widths[name]) - 1 for name, value in values.items()}

    def _word(self, addresses: Any) -> int:
        """The addresses of all cells in one word, modulo the pixels of a ring."""
        width = self.place_width
        return sum(int(a) % (1 << width) << q * width for q, a in enumerate(addresses))

    def model(self, i: Values) -> Expected:
        known = self.settled > 0
        return {"addresses": self._word(self.component.addresses) if known else DONT_CARE}

    def _addresses(self, turn: Turn) -> Iterator[int]:
        """The pixel of the stream under each cell.

        Where the cell's place lies outside the ifmap, any pixel is right: this goes on as if the
        rows of the ifmap followed each other without end.
        """
        c, layer = self.config, self.layer
        for q in range(self.cells):
            row, column = divmod(turn.group * c["cells"] + q, self.row_places)
            x = column * layer.stride_w - layer.pad_left + turn.column * layer.dilation_w
            y = row * layer.stride_h - layer.pad_top + turn.row * layer.dilation_h
            yield turn.plane * c["plane_beats"] * self.beat + y * layer.ifmap_w + x

    def promise(self, i: Values) -> Expected:
        turn = self.fired_behind
        if turn is None:
            return {}
        addresses = list(self._addresses(turn))
        self.laps += max(addresses) >> self.place_width > 0
        return {"addresses": self._word(addresses)}

    def _tap(self, i: Values) -> Tap:
        turn = self.turn
        return Tap(
            fires=bool(i["fire"]),
            starved=False,
            backpressured=False,
            first_column=turn.column == 0,
            first_row=turn.row == 0,
            uses_segment=False,
            completes=turn.ends,
            advances=turn.ends,
            plane_end=turn.plane_end,
            image_end=False,
            stream_end=False,
        )

    def clock(self, i: Values) -> None:
        restart, init = bool(i["restart"]), bool(i["init"])
        wraps = np.array([i["wraps"] >> q & 1 for q in range(self.cells)], bool)
        init_wraps = bool(i["init_wraps"])
        self.component.compute(restart, init, init_wraps, self._tap(i), wraps, self.config)
        self.component.commit()
        self.restart = False
        self.settled += self.placed == self.cells
        self.placed += init
        self.fired_behind, self.fired = self.fired, None
        if i["fire"]:
            turn, self.turn = self.turn, next(self.walk)
            self.fired = turn
            self.planes += turn.plane_end
            same_group = (turn.plane, turn.group) == (self.turn.plane, self.turn.group)
            self.sets += same_group and (self.turn.row, self.turn.column) == (0, 0)

    def uncovered(self) -> str:
        met = {
            "whole planes": self.planes > 10,
            "several weight sets": self.sets > 10 or self.spec.max_channel_multiplier == 1,
            "groups that come to a later raster row": self.wrapped > 20,
            "streams that end early": self.cut > 0,
            "addresses that wrap": self.laps > 50,
        }
        return ", ".join(name for name, enough in met.items() if not enough)


dw_cell_address = leaf_test("dw_cell_address", CellAddressCase, 5000)
