"""Inside the simulator: the places of the cells of a tap-serial array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_plan import SerialPlan
from dwsim.model.cell_place import CellPlace
from dwsim.model.sequencer import Tap
from dwsim.spec.layer_spec import LayerSpec
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test
from tests.tap_serial.cases import random_layer

CONFIG = (
    *("cells", "ifmap_w", "ifmap_h", "dilation_w", "dilation_h", "stride_h", "pitch"),
    *("wrap_x", "end_x", "end_y", "step_x", "step_y"),
)


class CellPlaceCase(Case):
    """Walks over the planes of random layers, with pauses; some end early."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = CellPlace(SerialNumbers(self.spec))
        self.cells = self.parameters["CELLS"]
        self.fires = Coin(self.rng, 0.5, 1.0)
        self.widths = self.instance.inputs
        self.placed = 0
        # What is shown of the last tap, and the masks of the taps that each later stage has.
        self.mask: int | None = DONT_CARE
        self.place: int | None = DONT_CARE
        self.wraps: int | None = DONT_CARE
        self.chosen: int | None = DONT_CARE
        self.shown: int | None = DONT_CARE
        self.fired = False
        self.planes = self.outside = self.wrapped = 0
        self._new_layer()

    def _new_layer(self) -> None:
        self.layer: LayerSpec = random_layer(self.rng, self.spec)
        self.plan = SerialPlan(self.layer, self.spec)
        self.config = dict(self.plan.geometry)
        self.row_places = self.config["pitch"] // self.layer.stride_w
        self.walk = self._taps()
        self.placed, self.tap, self.fresh = 0, next(self.walk), True

    def _taps(self) -> Iterator[tuple[int, int, int, bool, bool]]:
        """Group, kernel row and column of each tap, and which ends it is."""
        config = self.config
        rows, columns = config["kernel_h"], config["kernel_w"]
        while True:
            for group in range(config["groups"]):
                for weight_set in range(config["channel_multiplier"]):
                    for row in range(rows):
                        for column in range(columns):
                            last = (row, column) == (rows - 1, columns - 1)
                            ends = last and weight_set == config["channel_multiplier"] - 1
                            plane = ends and group == config["groups"] - 1
                            yield group, row, column, ends, plane

    def _place(self, index: int) -> tuple[int, int]:
        """Ifmap coordinates of the first tap at a place of the raster."""
        row, column = divmod(index, self.row_places)
        layer = self.layer
        return column * layer.stride_w - layer.pad_left, row * layer.stride_h - layer.pad_top

    def drive(self) -> Values:
        if self.rng.random() < 1 / 300:
            self._new_layer()
        # The sums of the geometry take a cycle, as the restart of a stream does.
        init = self.placed < self.cells and not self.fresh
        self.fresh = False
        x, y = self._place(self.placed if init else 0)
        _, row, column, ends, plane = self.tap
        fire = self.placed == self.cells and self.fires()
        values = {
            "init": int(init),
            "init_x": x,
            "init_y": y,
            "fire": int(fire),
            "first_column": int(column == 0),
            "first_row": int(row == 0),
            "advance": int(ends),
            "rewind": int(plane),
            **{name: self.config[name] for name in CONFIG},
        }
        return {name: value & (1 << self.widths[name]) - 1 for name, value in values.items()}

    def _model_tap(self, i: Values) -> Tap:
        _, row, column, ends, plane = self.tap
        return Tap(
            fires=bool(i["fire"]),
            starved=False,
            backpressured=False,
            first_column=column == 0,
            first_row=row == 0,
            uses_segment=False,
            completes=ends,
            advances=ends,
            plane_end=plane,
            image_end=False,
            stream_end=False,
        )

    def _bits(self, flags: np.ndarray) -> int:
        return sum(1 << q for q, flag in enumerate(flags) if flag)

    def model(self, i: Values) -> Expected:
        if self.placed < self.cells:
            return {}
        known = self.shown is not DONT_CARE
        counts = self._bits(self.component.counts(self.config))
        return {
            "counts": counts if self.fired else DONT_CARE,
            "wraps": self._bits(self.component.wraps(self.config)) if self.fired else DONT_CARE,
            "in_ifmap": self._bits(self.component.in_ifmap) if known else DONT_CARE,
        }

    def _counts(self) -> list[bool]:
        """The cells in use that stand on a place with an ofmap pixel."""
        first = self.tap[0] * self.config["cells"]
        counts = []
        for q in range(self.cells):
            row, column = divmod(first + q, self.row_places)
            inside = row < self.layer.ofmap_h and column < self.layer.ofmap_w
            counts.append(inside and q < self.config["cells"])
        return counts

    def _wraps(self) -> int | None:
        """The cells that come to a row beyond the whole rows of a step to the next group."""
        group, step = self.tap[0], self.config["cells"]
        if group == self.config["groups"] - 1:
            return DONT_CARE
        wraps = 0
        for q in range(self.cells):
            column = (group * step + q) % self.row_places
            wraps |= (column + step % self.row_places >= self.row_places) << q
        return wraps

    def _mask(self) -> int:
        """The cells whose pixel under this tap lies in the ifmap."""
        group, row, column, _, _ = self.tap
        mask = 0
        for q, counts in enumerate(self._counts()):
            x, y = self._place(group * self.config["cells"] + q)
            x, y = x + column * self.layer.dilation_w, y + row * self.layer.dilation_h
            inside = 0 <= x < self.layer.ifmap_w and 0 <= y < self.layer.ifmap_h
            mask |= (counts and inside) << q
            self.outside += counts and not inside
        return mask

    def promise(self, i: Values) -> Expected:
        if self.placed < self.cells:
            return {}
        place, wraps = (self.place, self.wraps) if self.fired else (DONT_CARE, DONT_CARE)
        return {"counts": place, "wraps": wraps, "in_ifmap": self.shown}

    def clock(self, i: Values) -> None:
        init = bool(i["init"])
        x, y = self._place(self.placed if init else 0)
        self.component.compute(init, x, y, self._model_tap(i), self.config)
        self.component.commit()
        # A mask is shown three cycles after its tap; while no tap fires it holds.
        self.shown, self.chosen = self.chosen, self.mask
        self.fired = bool(i["fire"])
        if init:
            self.placed += 1
            self.mask = self.chosen = self.shown = DONT_CARE
        elif i["fire"]:
            self.mask = self._mask()
            self.place = sum(flag << q for q, flag in enumerate(self._counts()))
            self.wraps = self._wraps()
            self.planes += self.tap[4]
            self.wrapped += bool(self.wraps)
            self.tap = next(self.walk)

    def uncovered(self) -> str:
        enough = self.planes > 10 and self.outside > 50 and self.wrapped > 50
        return "" if enough else "whole planes, taps outside the ifmap, and later raster rows"


dw_cell_place = leaf_test("dw_cell_place", CellPlaceCase, 4000)
