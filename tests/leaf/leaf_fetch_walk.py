"""Inside the simulator: the walks of a tap-serial engine's fetch over segments and their reads."""

from __future__ import annotations

from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_plan import SerialPlan
from dwsim.model.fetch_rows import FetchRows
from dwsim.model.fetch_walk import FetchWalk
from tests.leaf.fetch_walks import GEOMETRY, Pixels, Segment, Walk
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test
from tests.tap_serial.cases import random_layer


class SegmentsCase(Case):
    """The segments of random layers, of which some end early; the next one is ``segment``."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = SerialNumbers(self.spec)
        self.known = False
        self.streams = self.planes = 0
        self._new_stream()

    def _new_stream(self) -> None:
        n = self.numbers
        layer = random_layer(self.rng, self.spec)
        self.config = dict(SerialPlan(layer, self.spec).geometry)
        self.walk = Walk(self.config, n.formats.ifmap_pixels, n.shape.ring_pixels)
        self.segments = self.walk.segments()
        self.segment = next(self.segments)

    @property
    def _left(self) -> bool:
        return self.segment.plane < self.config["planes"]

    def _restarts(self, ended: bool) -> bool:
        early = self.rng.random() < 1 / 1500
        return not self.known or early or (ended and self.rng.random() < 0.3)

    def _geometry(self) -> Values:
        values = {**self.config, "sets": self.config["channel_multiplier"]}
        widths = self.instance.inputs
        names = (*GEOMETRY, "sets")
        return {name: values[name] & (1 << widths[name]) - 1 for name in names if name in widths}

    def _next_segment(self) -> None:
        self.planes += self.segment.plane > 0
        self.segment = next(self.segments)
        self.streams += not self._left

    def _wires(self, port: str, number: int) -> int:
        width = {**self.instance.inputs, **self.instance.outputs}[port]
        return number & (1 << width) - 1

    def uncovered(self) -> str:
        met = {
            "whole streams": self.streams > 2,
            "planes after the first": self.planes > 50 or self.config["planes"] == 1,
        }
        return ", ".join(name for name, enough in met.items() if not enough)


class FetchWalkCase(SegmentsCase):
    """A sink that takes the segments."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = FetchWalk(self.numbers)
        self.takes = Coin(self.rng, 0.3, 1.0)

    def drive(self) -> Values:
        restart = self._restarts(not self._left)
        if restart:
            self._new_stream()
        take = not restart and self._left and self.takes()
        return {"restart": int(restart), "take": int(take), **self._geometry()}

    def model(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        w = self.component
        freed = w.free_pixel(self.config)
        return {
            "valid": w.valid,
            "x": self._wires("x", w.x),
            "y": self._wires("y", w.y),
            "group_y": self._wires("group_y", w.group_y),
            "address": self._wires("address", w.address),
            "frees": freed is not None,
            **({} if freed is None else {"free_pixel": self._wires("free_pixel", freed)}),
        }

    def promise(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        s, freed = self.segment, self.walk.freed(self.segment)
        return {
            "valid": self._left,
            "x": self._wires("x", s.x),
            "y": self._wires("y", s.y),
            "group_y": self._wires("group_y", s.top),
            "address": self._wires("address", self.walk.address(s)),
            "frees": freed is not None,
            **({} if freed is None else {"free_pixel": self._wires("free_pixel", freed)}),
        }

    def clock(self, i: Values) -> None:
        self.component.compute(bool(i["restart"]), bool(i["take"]), self.config)
        self.component.commit()
        if i["restart"]:
            self.known = True
        elif i["take"]:
            self._next_segment()


class FetchRowsCase(SegmentsCase):
    """A source that gives segments, as dw_fetch_walk does, and a sink that takes their reads."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = FetchRows(self.numbers)
        self.gives, self.takes = Coin(self.rng, 0.3, 1.0), Coin(self.rng, 0.3, 1.0)
        self.empty = 0

    def _new_stream(self) -> None:
        super()._new_stream()
        # Reads of segments that were taken: the cycle from which on each may come out, the read,
        # and the first pixel that the segment behind it needs.
        self.given: list[tuple[int, Pixels, int | None]] = []

    def drive(self) -> Values:
        restart = self._restarts(not self._left and not self.given)
        if restart:
            self._new_stream()
        s = self.segment
        freed = self.walk.freed(s)
        walk = {
            "walk_x": s.x,
            "walk_y": s.y,
            "walk_group_y": s.top,
            "walk_address": self.walk.address(s),
            "walk_free_pixel": 0 if freed is None else freed,
        }
        return {
            "restart": int(restart),
            "ready": int(self.takes()),
            "walk_valid": int(self._left and self.gives()),
            "walk_frees": int(freed is not None),
            **{name: self._wires(name, value) for name, value in walk.items()},
            **self._geometry(),
        }

    def model(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        rows = self.component
        expected: Expected = {
            "take": rows.take(_Offered(i, self.segment, self.walk)),
            "valid": rows.reads is not None,
        }
        read = rows.read
        if read is not None:
            expected |= {"filled": read.filled, "segment_end": read.segment_end}
            if read.filled:
                names = ("pixel", "last_pixel", "first")
                expected |= {name: self._wires(name, getattr(read, name)) for name in names}
            if read.segment_end:
                expected["frees"] = read.free is not None
            if read.segment_end and read.free is not None:
                expected["free_pixel"] = self._wires("free_pixel", read.free)
        return expected

    def promise(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        if not self._comes:
            return {"valid": 0}
        _, read, freed = self.given[0]
        expected: Expected = {"valid": 1, "filled": read.has_pixels, "segment_end": read.last}
        if read.has_pixels:
            expected |= {
                "pixel": self._wires("pixel", read.pixel),
                "last_pixel": self._wires("last_pixel", read.end - 1),
                "first": self._wires("first", read.first),
            }
        if read.last:
            expected["frees"] = freed is not None
            if freed is not None:
                expected["free_pixel"] = self._wires("free_pixel", freed)
        return expected

    @property
    def _comes(self) -> bool:
        return bool(self.given) and self.given[0][0] <= self.cycle

    def clock(self, i: Values) -> None:
        restart, ready = bool(i["restart"]), bool(i["ready"])
        offered = _Offered(i, self.segment, self.walk)
        take = self.component.take(offered) and not restart
        leaves = self._comes and ready and not restart
        self.component.compute(restart, offered, ready, self.config)
        self.component.commit()
        if restart:
            self.known = True
        if leaves:
            self.empty += not self.given.pop(0)[1].has_pixels
        if take:
            reads = self.walk.reads(self.segment)
            self._next_segment()
            freed = self.walk.freed(self.segment)
            self.given += [(self.cycle + 2, read, freed) for read in reads]

    def uncovered(self) -> str:
        rest = "" if self.empty > 50 else "rows without a pixel"
        return ", ".join(part for part in (super().uncovered(), rest) if part)


class _Offered:
    """The segment at the inputs of dw_fetch_rows, in the place of dw_fetch_walk."""

    def __init__(self, i: Values, segment: Segment, walk: Walk) -> None:
        self.valid = bool(i["walk_valid"])
        self.x, self.y, self.group_y = segment.x, segment.y, segment.top
        self.address = walk.address(segment)
        self.freed = walk.freed(segment)

    def free_pixel(self, _: object) -> int | None:
        return self.freed


dw_fetch_walk = leaf_test("dw_fetch_walk", FetchWalkCase, 3500)
dw_fetch_rows = leaf_test("dw_fetch_rows", FetchRowsCase, 3500)
