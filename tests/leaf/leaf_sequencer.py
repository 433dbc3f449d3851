"""Inside the simulator: the sequencer of taps of a tap-serial engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_plan import SerialPlan
from dwsim.model.sequencer import Sequencer, Tap
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test
from tests.tap_serial.cases import random_layer

CONFIG = (
    *("kernel_h", "kernel_w", "tap_segments", "start_x", "start_y", "stride_w", "stride_h"),
    *("wrap_x", "groups", "planes", "image_planes", "chunks", "final_chunks"),
)
ENDS = ("completes", "advances", "plane_end", "image_end", "stream_end")
FLAGS = ("first_column", "first_row", "uses_segment", *ENDS)


@dataclass(frozen=True)
class Turn:
    """A tap of the promised walk."""

    plane: int
    group: int
    weight_set: int
    row: int
    column: int


class SequencerCase(Case):
    """Streams of random layers; segments and room that come and go; some streams end early."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = Sequencer(SerialNumbers(self.spec))
        self.cells = self.parameters["CELLS"]
        self.begins, self.run = Coin(self.rng, 0.9, 1.0), False
        self.ready, self.room = Coin(self.rng, 0.3, 0.9, 1.0), Coin(self.rng, 0.3, 0.9, 1.0)
        self.known = False
        self.streams = self.planes = self.drains = 0
        self._new_stream()

    def _new_stream(self) -> None:
        layer = random_layer(self.rng, self.spec)
        self.config = dict(SerialPlan(layer, self.spec).geometry)
        self.walk = self._walk()
        self.turn: Turn | None = next(self.walk)
        self.placed = 0
        self.drained_from = 0  # the cycle in which the next group may complete

    def _walk(self) -> Iterator[Turn]:
        c = self.config
        for plane in range(c["planes"]):
            for group in range(c["groups"]):
                for weight_set in range(c["channel_multiplier"]):
                    for tap in range(c["kernel_h"] * c["kernel_w"]):
                        yield Turn(plane, group, weight_set, *divmod(tap, c["kernel_w"]))

    def drive(self) -> Values:
        ends_early = self.turn is None or self.rng.random() < 1 / 1500
        restart = not self.known or (ends_early and self.rng.random() < 0.3)
        if restart:
            self._new_stream()
        self.run = not restart and (self.run or self.begins())
        given = {name: self.config[name] for name in CONFIG}
        widths = self.instance.inputs
        return {
            "restart": int(restart),
            "run": int(self.run),
            "segment_ready": int(self.ready()),
            "output_room": int(self.room()),
            "sets": self.config["channel_multiplier"],
            **{name: value & (1 << widths[name]) - 1 for name, value in given.items()},
        }

    def _model_tap(self, i: Values) -> Tap:
        ready, room = bool(i["segment_ready"]), bool(i["output_room"])
        return self.component.tap(bool(i["run"]), ready, room, self.config)

    def model(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        sequencer, tap = self.component, self._model_tap(i)
        expected: Expected = {
            "fire": tap.fires,
            "starved": tap.starved,
            "backpressured": tap.backpressured,
            "done": sequencer.done,
            "init": sequencer.init(bool(i["run"])),
        }
        if not sequencer.done:
            expected |= {name: getattr(tap, name) for name in FLAGS}
            expected |= {
                "weight_word": sequencer.weight_word,
                "weight_set": sequencer.weight_set,
            }
        if expected["init"]:
            expected |= self._wires(sequencer.init_x, sequencer.init_y)
            expected["init_wraps"] = sequencer.init_wraps(self.config)
        return expected

    def _wires(self, x: int, y: int) -> Expected:
        widths = self.instance.outputs
        return {
            "init_x": x & (1 << widths["init_x"]) - 1,
            "init_y": y & (1 << widths["init_y"]) - 1,
        }

    def _flags(self, turn: Turn) -> dict[str, bool]:
        c = self.config
        completes = (turn.row, turn.column) == (c["kernel_h"] - 1, c["kernel_w"] - 1)
        advances = completes and turn.weight_set == c["channel_multiplier"] - 1
        plane_end = advances and turn.group == c["groups"] - 1
        return {
            "first_column": turn.column == 0,
            "first_row": turn.row == 0,
            "uses_segment": turn.column == 0 or bool(c["tap_segments"]),
            "completes": completes,
            "advances": advances,
            "plane_end": plane_end,
            "image_end": (turn.plane + 1) % c["image_planes"] == 0,
            "stream_end": plane_end and turn.plane == c["planes"] - 1,
        }

    def promise(self, i: Values) -> Expected:
        if not self.known or i["restart"]:
            return {}
        c, init = self.config, bool(i["run"]) and self.placed < self.cells
        expected: Expected = {"init": init, "done": self.turn is None}
        if init:
            places_w = c["pitch"] // c["stride_w"]
            row, column = divmod(self.placed, places_w)
            expected["init_wraps"] = column == places_w - 1
            x, y = c["start_x"] + column * c["stride_w"], c["start_y"] + row * c["stride_h"]
            expected |= self._wires(x, y)
        live = bool(i["run"]) and self.placed == self.cells and self.turn is not None
        expected |= {"fire": False, "starved": False, "backpressured": False}
        if self.turn is not None:
            turn, flags = self.turn, self._flags(self.turn)
            ready = bool(i["segment_ready"]) or not flags["uses_segment"]
            may = self.cycle >= self.drained_from and bool(i["output_room"])
            in_image = turn.plane % c["image_planes"]
            index = in_image * c["channel_multiplier"] + turn.weight_set
            word = index * self.spec.taps + turn.row * c["kernel_w"] + turn.column
            expected |= {
                **flags,
                "fire": live and ready and (may or not flags["completes"]),
                "starved": live and not ready,
                "backpressured": live and ready and flags["completes"] and not i["output_room"],
                "weight_set": index,
                "weight_word": word,
            }
        return expected

    def clock(self, i: Values) -> None:
        fire, init = False, False
        if self.known and not i["restart"]:
            promised = self.promise(i)
            fire, init = bool(promised["fire"]), bool(promised["init"])
        tap = self._model_tap(i)
        self.component.compute(bool(i["restart"]), bool(i["run"]), tap, self.config)
        self.component.commit()
        self.placed += init
        if fire and self.turn is not None:
            flags = self._flags(self.turn)
            if flags["completes"]:
                self.drains += self.cycle == self.drained_from
                chunks = self.config["final_chunks" if flags["plane_end"] else "chunks"]
                self.drained_from = self.cycle + chunks
            self.planes += flags["plane_end"]
            self.turn = next(self.walk, None)
            self.streams += self.turn is None
        if i["restart"]:
            self.known, self.drained_from = True, 0

    def uncovered(self) -> str:
        enough = self.planes > 10 and self.streams > 2
        return "" if enough else "whole streams and planes"


dw_sequencer = leaf_test("dw_sequencer", SequencerCase, 6000)
