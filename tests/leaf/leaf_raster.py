"""Inside the simulator: the counters of a raster, and a raster."""

from __future__ import annotations

from typing import Any

from dwsim.model.countdown import Countdown
from dwsim.model.raster import Raster
from dwsim.model.raster_axis import RasterAxis
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test


def random_axis(case: Case, most: int) -> tuple[int, int, int]:
    """Pitch, stride and count of an axis whose counts are at most ``most``."""
    pitch = case.rng.choice((1, most, case.rng.randint(1, most)))
    stride = case.rng.choice((1, 1, case.rng.randint(1, most)))
    fits = (pitch - 1) // stride + 1
    return pitch, stride, case.rng.choice((fits, case.rng.randint(1, fits)))


def axis_flags(position: int, stride: int, count: int) -> tuple[bool, bool]:
    """Hit and final hit at a position."""
    hit = position % stride == 0 and position // stride < count
    return hit, hit and position // stride == count - 1


class CountdownCase(Case):
    """Runs of random length; the count changes only under restart."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = Countdown()
        self.step = Coin(self.rng)
        self.left = 0  # cycles of this run
        self.steps: int | None = None  # of this run
        self.rounds = 0

    def drive(self) -> Values:
        restart = self.left == 0 or (self.steps is None and self.rng.random() < 0.5)
        if restart:
            self.left = self.rng.randint(1, 200)
            most = (1 << self.parameters["WIDTH"]) - 1
            self.count = self.rng.choice((1, most, self.rng.randint(1, most)))
            self.steps = None
        self.left -= 1
        return {"restart": int(restart), "step": int(self.step()), "count": self.count}

    def model(self, i: Values) -> Expected:
        return {} if self.steps is None else {"last": self.component.last}

    def promise(self, i: Values) -> Expected:
        return {} if self.steps is None else {"last": (self.steps + 1) % i["count"] == 0}

    def clock(self, i: Values) -> None:
        self.component.compute(bool(i["restart"]), bool(i["step"]), i["count"])
        self.component.commit()
        if i["restart"]:
            self.steps = 0
        elif i["step"] and self.steps is not None:
            self.steps += 1
            self.rounds += self.steps % i["count"] == 0

    def uncovered(self) -> str:
        return "" if self.rounds > 50 else "enough rounds"


class RasterAxisCase(Case):
    """Runs of random length; their geometry changes only under restart."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = RasterAxis()
        self.step = Coin(self.rng)
        self.left = 0  # cycles of this run
        self.position: int | None = None
        self.rounds = 0

    def drive(self) -> Values:
        restart = self.left == 0 or (self.position is None and self.rng.random() < 0.5)
        if restart:
            self.left = self.rng.randint(1, 200)
            self.axis = random_axis(self, (1 << self.parameters["WIDTH"]) - 1)
            self.position = None
        self.left -= 1
        pitch, stride, count = self.axis
        return {
            "restart": int(restart),
            "step": int(self.step()),
            "pitch": pitch,
            "stride": stride,
            "count": count,
        }

    def model(self, i: Values) -> Expected:
        axis = self.component
        if self.position is None:
            return {}
        return {"last": axis.last, "hit": axis.hit, "final_hit": axis.final_hit}

    def promise(self, i: Values) -> Expected:
        if self.position is None:
            return {}
        hit, final_hit = axis_flags(self.position, i["stride"], i["count"])
        last = self.position == i["pitch"] - 1
        following = 0 if last else self.position + 1
        hit_next, _ = axis_flags(following, i["stride"], i["count"])
        return {"last": last, "hit": hit, "final_hit": final_hit, "hit_next": hit_next}

    def clock(self, i: Values) -> None:
        step = bool(i["step"])
        self.component.compute(bool(i["restart"]), step, i["pitch"], i["stride"], i["count"])
        self.component.commit()
        if i["restart"]:
            self.position = 0
        elif step and self.position is not None:
            self.position += 1
            if self.position == i["pitch"]:
                self.position = 0
                self.rounds += 1

    def uncovered(self) -> str:
        return "" if self.rounds > 50 else "enough rounds"


class RasterCase(Case):
    """Streams of planes; restarts in mid-plane and after the last plane."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = Raster()
        self.step = Coin(self.rng)
        self.left = 0
        self.position: int | None = None  # of the next slot, in its plane
        self.given = self.plane = 0  # planes of the stream; the plane of the next slot
        self.planes = self.streams = 0

    def drive(self) -> Values:
        over = self.left == 0 or (self.plane == self.given and self.rng.random() < 0.3)
        restart = over or (self.position is None and self.rng.random() < 0.5)
        if restart:
            self.left = self.rng.randint(1, 300)
            self.given = self.rng.randint(self.rng.random() < 0.9, self.parameters["MAX_PLANES"])
            self.plane = 0
            self.col = random_axis(self, self.parameters["MAX_ROW_PITCH"])
            self.row = random_axis(self, self.parameters["MAX_PLANE_ROWS"])
            self.interleave = self.rng.randint(1, self.parameters["MAX_INTERLEAVE"])
            self.position = None
        self.left -= 1
        return {
            "restart": int(restart),
            "step": int(self.step() and (restart or self.plane < self.given)),
            "interleave": self.interleave,
            "row_pitch": self.col[0],
            "plane_rows": self.row[0],
            "stride_w": self.col[1],
            "stride_h": self.row[1],
            "count_w": self.col[2],
            "count_h": self.row[2],
            "planes": self.given,
        }

    def model(self, i: Values) -> Expected:
        if self.position is None:
            return {}
        names = ("pixel_end", "row_end", "plane_end", "final_hit")
        names += ("has_planes", "last_plane", "turns")
        return {name: getattr(self.component, name) for name in names}

    def _done(self) -> int:
        """Planes whose last hit has come."""
        assert self.position is not None
        last_row, last_col = ((axis[2] - 1) * axis[1] for axis in (self.row, self.col))
        last = (last_row * self.col[0] + last_col + 1) * self.interleave - 1
        return self.plane + (self.plane < self.given and self.position > last)

    def _hits(self, position: int) -> tuple[bool, bool]:
        """Two flags: the slot is hit; its pixel is the last of its plane that is hit."""
        row, col = divmod(position // self.interleave, self.col[0])
        col_hit, col_final = axis_flags(col, *self.col[1:])
        row_hit, row_final = axis_flags(row, *self.row[1:])
        return col_hit and row_hit, col_final and row_final

    def promise(self, i: Values) -> Expected:
        if self.position is None:
            return {}
        end, row = self.position + 1, self.interleave * self.col[0]
        pixel_end, plane_end = end % self.interleave == 0, end == row * self.row[0]
        return {
            "pixel_end": pixel_end,
            "row_end": end % row == 0,
            "plane_end": plane_end,
            "final_hit": pixel_end and self._hits(self.position)[1],
            "hit_next": DONT_CARE if plane_end else self._hits(end)[0],
            "has_planes": self._done() < self.given,
            "last_plane": self._done() == self.given - 1,
            "turns": plane_end and self.plane < self.given - 1
            if self.plane < self.given
            else DONT_CARE,
        }

    def clock(self, i: Values) -> None:
        pitch = (i["plane_rows"], i["row_pitch"])
        stride, count = (i["stride_h"], i["stride_w"]), (i["count_h"], i["count_w"])
        self.component.compute(
            bool(i["restart"]), bool(i["step"]), i["interleave"], pitch, stride, count, i["planes"]
        )
        self.component.commit()
        if i["restart"]:
            self.position = 0
        elif i["step"] and self.position is not None:
            self.position = (self.position + 1) % (pitch[0] * pitch[1] * i["interleave"])
            self.plane += self.position == 0
            self.planes += self.position == 0
            self.streams += self.position == 0 and self.plane == self.given

    def uncovered(self) -> str:
        return "" if self.planes > 20 and self.streams > 5 else "enough planes and streams"


dw_countdown = leaf_test("dw_countdown", CountdownCase, 4000)
dw_raster_axis = leaf_test("dw_raster_axis", RasterAxisCase, 6000)
dw_raster = leaf_test("dw_raster", RasterCase, 8000)
