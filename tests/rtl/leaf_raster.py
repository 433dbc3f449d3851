"""Inside the simulator: what counts slots, taps and channel groups."""

from __future__ import annotations

from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.group_tag import GroupTag
from dwsim.model.raster import Raster
from dwsim.model.raster_axis import RasterAxis
from dwsim.model.tap_axis import TapAxis
from tests.rtl.leaf_harness import Case, Coin, Expected, Values, leaf_test


def random_axis(case: Case, width: int) -> tuple[int, int, int]:
    """Pitch, stride and count of an axis whose counts have ``width`` bits."""
    most = (1 << width) - 1
    pitch = case.rng.choice((1, most, case.rng.randint(1, most)))
    stride = case.rng.choice((1, 1, case.rng.randint(1, most)))
    fits = (pitch - 1) // stride + 1
    return pitch, stride, case.rng.choice((fits, case.rng.randint(1, fits)))


def axis_flags(position: int, stride: int, count: int) -> tuple[bool, bool]:
    """Hit and final hit at a position."""
    hit = position % stride == 0 and position // stride < count
    return hit, hit and position // stride == count - 1


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
            self.axis = random_axis(self, self.parameters["WIDTH"])
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
        return {"last": self.position == i["pitch"] - 1, "hit": hit, "final_hit": final_hit}

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
    """Planes with and without a gap between them; restarts in mid-plane."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = Raster()
        self.step, self.start = Coin(self.rng), Coin(self.rng)
        self.left = 0
        self.known = False
        self.position = 0  # of the next live slot; 0: no plane is under way
        self.planes = 0

    def drive(self) -> Values:
        restart = self.left == 0 or (not self.known and self.rng.random() < 0.5)
        if restart:
            self.left = self.rng.randint(1, 300)
            self.col = random_axis(self, self.parameters["COL_W"])
            self.row = random_axis(self, self.parameters["ROW_W"])
            self.known = False
        self.left -= 1
        return {
            "restart": int(restart),
            "step": int(self.step()),
            "start": int(self.start() and self.position == 0),
            "row_pitch": self.col[0],
            "plane_rows": self.row[0],
            "stride_w": self.col[1],
            "stride_h": self.row[1],
            "count_w": self.col[2],
            "count_h": self.row[2],
        }

    def model(self, i: Values) -> Expected:
        raster, start = self.component, bool(i["start"])
        if not self.known:
            return {}
        row_end = raster.live(start) and raster.col.last
        return {
            "running": raster.running,
            "live": raster.live(start),
            "row_end": row_end,
            "plane_end": row_end and raster.row.last,
            "hit": raster.hit(start),
            "final_hit": raster.final_hit(start),
        }

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        live = self.position > 0 or bool(i["start"])
        row, col = divmod(self.position, i["row_pitch"])
        row_end = live and col == i["row_pitch"] - 1
        hit_col, final_col = axis_flags(col, i["stride_w"], i["count_w"])
        hit_row, final_row = axis_flags(row, i["stride_h"], i["count_h"])
        return {
            "running": self.position > 0,
            "live": live,
            "row_end": row_end,
            "plane_end": row_end and row == i["plane_rows"] - 1,
            "hit": live and hit_row and hit_col,
            "final_hit": live and final_row and final_col,
        }

    def clock(self, i: Values) -> None:
        self.component.compute(
            bool(i["restart"]),
            bool(i["step"]),
            bool(i["start"]),
            (i["plane_rows"], i["row_pitch"]),
            (i["stride_h"], i["stride_w"]),
            (i["count_h"], i["count_w"]),
        )
        self.component.commit()
        if i["restart"]:
            self.position, self.known = 0, True
        elif i["step"] and (self.position or i["start"]):
            self.position += 1
            if self.position == i["row_pitch"] * i["plane_rows"]:
                self.position = 0
                self.planes += 1

    def uncovered(self) -> str:
        return "" if self.planes > 20 else "enough planes"


class TapAxisCase(Case):
    """Reloads at any time; coordinates stay inside their format."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.taps, self.width = self.parameters["TAPS"], self.parameters["WIDTH"]
        self.component = TapAxis(self.taps)
        self.step = Coin(self.rng)
        self.starts: list[int] | None = None
        self.position = 0
        self.room = 0  # steps before a coordinate leaves its format
        self.seen: set[bool] = set()

    def drive(self) -> Values:
        low, high = -(1 << (self.width - 1)), (1 << (self.width - 1)) - 1
        reload = self.starts is None or self.room == 0 or self.rng.random() < 0.02
        if self.starts is None or (reload and self.rng.random() < 0.7):
            self.offered = [
                self.rng.choice((low, -1, 0, 1, self.rng.randint(low, high // 2)))
                for _ in range(self.taps)
            ]
        mask = (1 << self.width) - 1
        return {
            "reload": int(reload),
            "step": int(self.step()),
            "start": sum((s & mask) << t * self.width for t, s in enumerate(self.offered)),
            "size": self.rng.randint(0, (1 << self.parameters["COUNT_W"]) - 1),
        }

    def model(self, i: Values) -> Expected:
        if self.starts is None:
            return {}
        mask = self.component.mask(i["size"])
        return {"mask": sum(int(bit) << t for t, bit in enumerate(mask))}

    def promise(self, i: Values) -> Expected:
        if self.starts is None:
            return {}
        inside = [0 <= start + self.position < i["size"] for start in self.starts]
        self.seen.update(inside)
        return {"mask": sum(int(bit) << t for t, bit in enumerate(inside))}

    def clock(self, i: Values) -> None:
        self.component.compute(bool(i["reload"]), bool(i["step"]), self.offered)
        self.component.commit()
        if i["reload"]:
            self.starts, self.position = self.offered, 0
            self.room = (1 << (self.width - 1)) - 1 - max(self.starts)
        elif i["step"]:
            self.position += 1
            self.room -= 1

    def uncovered(self) -> str:
        return "" if self.seen == {False, True} else "taps inside and outside"


class GroupTagCase(Case):
    """Streams of planes, each of some emissions, as the slot raster makes them."""

    reset_odds = 1 / 500

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = EngineNumbers(self.spec)
        self.component = GroupTag(self.spec.lanes, self.numbers.set_width)
        self.emit, self.gap = Coin(self.rng), Coin(self.rng)
        self.known = False  # there was a reset or a restart
        self.beats: list[Expected] | None = None  # promised outputs of the beats to come
        self.now: Expected = {}
        self.streams = 0
        self._draw()

    def _draw(self) -> None:
        """A stream's geometry, and how often each of its planes emits."""
        spec, rng = self.spec, self.rng
        self.groups = rng.randint(1, spec.max_channel_groups)
        self.multiplier = rng.randint(1, spec.max_channel_multiplier)
        self.tail = rng.randint(1, spec.lanes) * self.multiplier
        self.emissions = [rng.randint(1, 4) for _ in range(rng.randint(1, 3) * self.groups)]
        self.plane = self.emitted = 0

    def _promised(self) -> list[Expected]:
        lanes, sets = self.spec.lanes, (1 << self.numbers.set_width) - 1
        beats: list[Expected] = []
        for plane, emissions in enumerate(self.emissions):
            group = plane % self.groups
            for _ in range(emissions):
                for q in range(self.multiplier):
                    rest = self.tail - q * lanes if group == self.groups - 1 else lanes
                    beats.append(
                        {
                            "weight_set": (group * self.multiplier + q) & sets,
                            "hold_index": q,
                            "keep_count": min(max(rest, 0), lanes),
                            "last": 0,
                            "holding": int(q < self.multiplier - 1),
                        }
                    )
        beats[-1]["last"] = 1
        return beats

    def drive(self) -> Values:
        over = self.plane == len(self.emissions) and not self.component.holding
        running = self.beats is not None
        restart = (over or not running) and self.gap()
        if restart:
            self._draw()
        holding = running and self.component.holding
        live = running and self.plane < len(self.emissions)
        first = live and not restart and not holding and self.emit()
        again = holding and self.emit()
        final = first and self.emitted == self.emissions[self.plane] - 1
        return {
            "rst": self.rst(),
            "restart": int(restart),
            "emit_first": int(first),
            "emit": int(first or again),
            "group_final": int(final),
            "plane_last": int(self.plane == len(self.emissions) - 1),
            "channel_groups": self.groups,
            "channel_multiplier": self.multiplier,
            "tail_channels": self.tail,
        }

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        names = self.instance.outputs if self.now else ("holding",)
        return {name: getattr(self.component, name) for name in names}

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        return self.now or {"holding": 0}

    def clock(self, i: Values) -> None:
        config = {
            name: i[name] for name in ("channel_groups", "channel_multiplier", "tail_channels")
        }
        names = ("rst", "restart", "emit_first", "emit", "group_final", "plane_last")
        self.component.compute(*(bool(i[name]) for name in names), config)
        self.component.commit()
        if i["emit"]:
            self.now = self.beats.pop(0)
            if not self.beats:
                self.streams += 1
        if i["emit_first"]:
            self.emitted += 1
        if i["group_final"]:
            self.plane, self.emitted = self.plane + 1, 0
        if i["restart"]:
            self.beats, self.known = self._promised(), True
        if i["rst"]:
            # The stream is lost; the outputs but holding keep describing the beat last emitted.
            self.beats, self.known = None, True
            self.now = self.now and self.now | {"holding": 0}

    def uncovered(self) -> str:
        return "" if self.streams > 20 else "enough streams"


dw_raster_axis = leaf_test("dw_raster_axis", RasterAxisCase, 6000)
dw_raster = leaf_test("dw_raster", RasterCase, 8000)
dw_tap_axis = leaf_test("dw_tap_axis", TapAxisCase, 4000)
dw_group_tag = leaf_test("dw_group_tag", GroupTagCase, 8000)
