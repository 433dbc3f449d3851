"""Inside the simulator: the plane marker and the masks of an axis."""

from __future__ import annotations

from typing import Any

from dwsim.derive import bits
from dwsim.model.plane_marker import PlaneMarker
from dwsim.model.tap_axis import TapAxis
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test


class PlaneMarkerCase(Case):
    """Runs of any lag, with few marks or many."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = PlaneMarker()
        self.step, self.mark = Coin(self.rng), Coin(self.rng)
        self.left = 0
        self.marks: list[bool] | None = None  # of the steps of this run
        self.lags: set[int] = set()

    def drive(self) -> Values:
        restart = self.left == 0 or (self.marks is None and self.rng.random() < 0.5)
        if restart:
            self.left = self.rng.randint(1, 100)
            self.lag = self.rng.randint(0, self.parameters["MAX_LAG"])
            self.marks = None
        self.left -= 1
        inputs = {"restart": int(restart), "step": int(self.step()), "lag": self.lag}
        return inputs | {"mark": int(self.mark())}

    def model(self, i: Values) -> Expected:
        if self.marks is None:
            return {}
        return {"mark_next": self.component.mark_next(i["lag"], bool(i["mark"]))}

    def promise(self, i: Values) -> Expected:
        if self.marks is None:
            return {}
        marks = [*self.marks, bool(i["mark"])]
        comes = 0 < i["lag"] <= len(marks) and marks[-i["lag"]]
        if comes:
            self.lags.add(i["lag"])
        return {"mark_next": comes}

    def clock(self, i: Values) -> None:
        restart, step, mark = (bool(i[name]) for name in ("restart", "step", "mark"))
        self.component.compute(restart, step, i["lag"], mark)
        self.component.commit()
        if restart:
            self.marks = []
        elif step and self.marks is not None:
            self.marks.append(mark)

    def uncovered(self) -> str:
        missing = set(range(1, self.parameters["MAX_LAG"] + 1)) - self.lags
        return f"marks that come after {sorted(missing)} slots" if missing else ""


class TapAxisCase(Case):
    """Ways back to the start at any time; coordinates stay inside their format."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.taps, self.width = self.parameters["TAPS"], bits(self.parameters["MAX_SIZE"]) + 2
        self.component = TapAxis(self.taps)
        self.step = Coin(self.rng)
        self.starts: list[int] | None = None
        self.position = 0
        self.room = 0  # steps before a coordinate leaves its format
        self.seen: set[tuple[bool, bool]] = set()

    def drive(self) -> Values:
        low, high = -(1 << (self.width - 1)), (1 << (self.width - 1)) - 1
        restart = self.starts is None or self.rng.random() < 0.02
        reload = self.room == 0 or self.rng.random() < 0.05
        if self.starts is None or ((restart or reload) and self.rng.random() < 0.7):
            self.offered = [
                self.rng.choice((low, -1, 0, 1, self.rng.randint(low, high // 2)))
                for _ in range(self.taps)
            ]
        mask = (1 << self.width) - 1
        return {
            "restart": int(restart),
            "step": int(self.step()),
            "reload": int(reload),
            "start": sum((s & mask) << t * self.width for t, s in enumerate(self.offered)),
            "size": self.rng.randint(0, self.parameters["MAX_SIZE"]),
        }

    def model(self, i: Values) -> Expected:
        if self.starts is None:
            return {}
        mask = self.component.mask(i["size"])
        return {"mask": sum(int(bit) << t for t, bit in enumerate(mask))}

    def promise(self, i: Values) -> Expected:
        if self.starts is None:
            return {}
        coordinates = [start + self.position for start in self.starts]
        inside = [0 <= coordinate < i["size"] for coordinate in coordinates]
        self.seen.update(zip(inside, (coordinate < 0 for coordinate in coordinates), strict=True))
        return {"mask": sum(int(bit) << t for t, bit in enumerate(inside))}

    def clock(self, i: Values) -> None:
        restart, step, reload = (bool(i[name]) for name in ("restart", "step", "reload"))
        self.component.compute(restart, step, reload, self.offered)
        self.component.commit()
        if restart or (step and reload):
            self.starts, self.position = self.offered, 0
            self.room = (1 << (self.width - 1)) - 1 - max(self.starts)
        elif step:
            self.position += 1
            self.room -= 1

    def uncovered(self) -> str:
        return "" if len(self.seen) == 3 else "taps inside, before and behind the ifmap"


dw_plane_marker = leaf_test("dw_plane_marker", PlaneMarkerCase, 8000)
dw_tap_axis = leaf_test("dw_tap_axis", TapAxisCase, 4000)
