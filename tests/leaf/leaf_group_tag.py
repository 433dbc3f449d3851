"""Inside the simulator: the walk through the passes, and the tags that travel with ofmap beats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.group_tag import GroupTag
from dwsim.model.pass_walk import PassWalk
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test


@dataclass(frozen=True)
class Emission:
    """One pass of a window, and the promised outputs."""

    enters: bool
    plane_final: bool
    plane_last: bool
    place: Expected
    """While it is the next one: its place, for the walk."""
    ahead: Expected
    """While it is the next one: its weights."""
    after: Expected
    """One cycle after it."""
    marks: Expected
    """Two cycles after it."""


class GroupTagCase(Case):
    """Streams of planes, each of some pixels, as the slot raster emits them."""

    reset_odds = 1 / 500

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = EngineNumbers(self.spec)
        self.component = GroupTag(self.numbers)
        self.emit, self.gap = Coin(self.rng), Coin(self.rng)
        self.known = False  # there was a reset or a restart
        self.restarts = 0
        self.marked = False  # a beat has had its marks
        self.to_come: list[Emission] | None = None
        self.recent: list[Emission | None] = [None, None]  # of the last two cycles
        self.streams = 0
        self._draw()

    def _draw(self) -> None:
        """A stream's geometry, and how many pixels each of its planes emits."""
        spec, rng = self.spec, self.rng
        self.interleave = rng.randint(1, min(spec.max_interleave, spec.max_channel_groups))
        self.image_planes = rng.randint(1, spec.max_channel_groups // self.interleave)
        self.multiplier = rng.randint(1, spec.max_channel_multiplier)
        self.tail = rng.randint(1, spec.lanes) * self.multiplier
        self.pixels = [rng.randint(1, 3) for _ in range(rng.randint(1, 3) * self.image_planes)]

    def _stream(self) -> list[Emission]:
        """Planes, their pixels, the groups of a pixel, a group's beats, and a beat's passes."""
        return [
            self._emission(plane, pixel, group, beat, number)
            for plane, pixels in enumerate(self.pixels)
            for pixel in range(pixels)
            for group in range(self.interleave)
            for beat in range(self.multiplier)
            for number in range(self.spec.passes)
        ]

    def _emission(self, plane: int, pixel: int, group: int, beat: int, number: int) -> Emission:
        passes, lanes = self.spec.passes, self.spec.lanes
        channel_group = plane % self.image_planes * self.interleave + group
        weight_set = channel_group * self.multiplier + beat
        is_tail = channel_group == self.image_planes * self.interleave - 1
        complete = number == passes - 1
        final = pixel == self.pixels[plane] - 1 and group == self.interleave - 1
        last = final and plane == len(self.pixels) - 1
        keep = max(0, min(lanes, self.tail - beat * lanes)) if is_tail else lanes
        last_beat = last and beat == self.multiplier - 1
        return Emission(
            enters=beat == number == 0,
            plane_final=final,
            plane_last=last,
            place={
                "holding": beat > 0 or number > 0,
                "claims": number == 0,
                "pass": number,
                "hold_index": beat,
                "window_last": complete and beat == self.multiplier - 1,
                "group_last": group == self.interleave - 1,
                "image_last": plane % self.image_planes == self.image_planes - 1,
            },
            ahead={
                "holding": beat > 0 or number > 0,
                "claims": number == 0,
                "weight_set": weight_set,
                "weight_word": weight_set * passes + number,
            },
            after={"pass_q": number, "hold_index_q": beat, "valid_q": complete},
            marks={"keep_count": keep, "last": last_beat} if complete else {},
        )

    def drive(self) -> Values:
        # The constants of a stream change only when its windows have left.
        over = not self.to_come and self.recent == [None, None]
        restart = over and self.gap()
        if restart:
            self._draw()
        now = self.to_come[0] if self.to_come else None
        emit = now is not None and not restart and self.emit()
        # They describe the window that enters; while a window is held, that is another one.
        told = emit and now.enters
        return {
            "rst": self.rst(),
            "restart": int(restart),
            "emit": int(emit),
            "plane_final": int(now.plane_final) if told else self.word(1),
            "plane_last": int(now.plane_last) if told and now.plane_final else self.word(1),
            "interleave": self.interleave,
            "image_planes": self.image_planes,
            "channel_multiplier": self.multiplier,
            "tail_channels": self.tail,
        }

    def model(self, i: Values) -> Expected:
        names = ["holding", "claims", "valid_q"] if self.known else []
        if self.restarts:
            names += ["weight_word", "weight_set"]
        if self.restarts > 1:
            names += ["pass_q", "hold_index_q"]
        if self.marked:
            names += ["keep_count", "last"]
        return {name: getattr(self.component, name) for name in names}

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        before, emitted = self.recent
        expected: Expected = {"holding": 0, "claims": 1, "valid_q": 0}
        expected |= self.to_come[0].ahead if self.to_come else {}
        expected |= emitted.after if emitted else {}
        return expected | (before.marks if before else {})

    def clock(self, i: Values) -> None:
        self.component.compute(
            *(bool(i[name]) for name in ("rst", "restart", "emit", "plane_final", "plane_last")),
            i,
        )
        self.component.commit()
        self.marked |= bool(self.recent[1] and self.recent[1].marks)
        self.recent = [self.recent[1], None]
        if i["emit"]:
            self.recent[1] = self.to_come.pop(0)
            self.streams += not self.to_come
        if i["restart"]:
            self.to_come, self.known = self._stream(), True
        self.restarts += bool(i["restart"] or self.restarts)
        if i["rst"]:
            # The stream is lost; of its last emissions only valid_q is promised.
            self.to_come, self.known, self.recent = None, True, [None, None]

    def uncovered(self) -> str:
        return "" if self.streams > 20 else "enough streams"


class PassWalkCase(GroupTagCase):
    """The same streams, for the walk alone."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = PassWalk(self.numbers)

    def drive(self) -> Values:
        driven = super().drive()
        del driven["tail_channels"]
        return driven

    def model(self, i: Values) -> Expected:
        if not self.restarts:
            return {"holding": self.component.holding} if self.known else {}
        flags = (bool(i[name]) for name in ("emit", "plane_final", "plane_last"))
        place = self.component.place(*flags)._asdict()
        if not (i["emit"] or self.component.holding):
            del place["is_final"], place["is_last"]
        indices = {"pass": self.component.pass_index, "hold_index": self.component.hold_index}
        return {**place, **indices, "claims": self.component.claims}

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        if not self.to_come:
            return {"holding": 0, "claims": 1}
        now = self.to_come[0]
        beat_end = i["emit"] and now.after["valid_q"]
        told = i["emit"] or not now.enters
        ends = {"is_final": now.plane_final, "is_last": now.plane_last} if told else {}
        return now.place | {"beat_end": beat_end} | ends


dw_pass_walk = leaf_test("dw_pass_walk", PassWalkCase, 4000)
dw_group_tag = leaf_test("dw_group_tag", GroupTagCase, 8000)
