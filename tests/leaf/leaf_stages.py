"""Inside the simulator: configuration, stall flags, stores, and the output stage."""

from __future__ import annotations

from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.config import Config
from dwsim.model.output_stage import OutputStage
from dwsim.model.stall_flags import StallFlags
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test
from tests.leaf.store_cases import ScaleStoreCase, WeightStoreCase


class ConfigCase(Case):
    """Any values; a capture now and then."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = Config(EngineNumbers(self.spec))
        self.capture = Coin(self.rng)
        self.held: Values | None = None
        self.captures = 0

    def drive(self) -> Values:
        ports = {name: self.word(width) for name, width in self.instance.inputs.items()}
        return ports | {"capture": int(self.capture())}

    def model(self, i: Values) -> Expected:
        return {} if self.held is None else dict(self.component.values)

    def promise(self, i: Values) -> Expected:
        return {} if self.held is None else dict(self.held)

    def clock(self, i: Values) -> None:
        ports = {name: i[f"cfg_{name}"] for name in self.instance.outputs}
        self.component.compute(bool(i["capture"]), ports)
        self.component.commit()
        if i["capture"]:
            self.held = ports
            self.captures += 1

    def uncovered(self) -> str:
        return "" if self.captures > 100 else "captures"


class StallFlagsCase(Case):
    """Any inputs."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = StallFlags()
        self.expected: Expected = {}
        self.drained = 0

    def drive(self) -> Values:
        return {name: self.word(1) for name in self.instance.inputs} | {"rst": self.rst()}

    def model(self, i: Values) -> Expected:
        names = self.expected and self.instance.outputs
        return {name: int(getattr(self.component, name)) for name in names}

    def promise(self, i: Values) -> Expected:
        return self.expected

    def clock(self, i: Values) -> None:
        self.component.compute(*(bool(i[name]) for name in self.instance.inputs))
        self.component.commit()
        waits = i["m_axis_ofmap_tvalid"] and not i["m_axis_ofmap_tready"]
        to_sink = i["backpressured_now"] or (i["run"] and i["done"] and waits)
        self.expected = {
            "starved": int(i["starved_now"] and not i["rst"]),
            "backpressured": int(bool(to_sink and not i["rst"])),
        }
        self.drained += bool(to_sink and not i["backpressured_now"])

    def uncovered(self) -> str:
        return "" if self.drained > 20 else "beats that wait at the end of a stream"


class OutputStageCase(Case):
    """A source with credit: a beat enters only if the FIFO will have room for it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = OutputStage(EngineNumbers(self.spec))
        self.lanes, self.width = self.parameters["LANES"], self.parameters["VALUE_W"]
        self.valid, self.ready = Coin(self.rng), Coin(self.rng)
        self.known = False
        self.credits = self.parameters["DEPTH"]
        # Beats in flight: cycles since valid_q, keep_count, last.
        self.flying: list[list[int]] = []
        self.beats: list[Values] = []  # in the FIFO and at the output
        self.out = False  # the oldest is at the output
        self.blocked = self.moved = 0

    def drive(self) -> Values:
        rst = self.rst()
        return {
            "rst": rst,
            "valid_q": int(self.known and not rst and self.credits > 0 and self.valid()),
            "keep_count": self.rng.randint(0, self.lanes),
            "last": self.word(1),
            "values": self.word(self.lanes * self.width),
            "m_axis_ofmap_tready": int(self.ready()),
        }

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        stage = self.component
        seen: Expected = {
            "popped": stage.popped(bool(i["m_axis_ofmap_tready"])),
            "m_axis_ofmap_tvalid": stage.tvalid,
        }
        if stage.tvalid:
            seen["m_axis_ofmap_tdata"] = to_word(stage.beat.values, self.width)
            seen["m_axis_ofmap_tkeep"] = (1 << stage.beat.keep_count) - 1
            seen["m_axis_ofmap_tlast"] = stage.beat.last
        return seen

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        waiting = len(self.beats) > self.out
        popped = waiting and (not self.out or bool(i["m_axis_ofmap_tready"]))
        names = ("m_axis_ofmap_tdata", "m_axis_ofmap_tkeep", "m_axis_ofmap_tlast")
        beat = self.beats[0] if self.out else dict.fromkeys(names, DONT_CARE)
        return {"popped": popped, "m_axis_ofmap_tvalid": self.out, **beat}

    def clock(self, i: Values) -> None:
        rst, ready = bool(i["rst"]), bool(i["m_axis_ofmap_tready"])
        if self.known:
            self.credits += bool(self.promise(i)["popped"]) - i["valid_q"]
        values = from_word(i["values"], self.lanes, self.width, False)
        marks = (i["keep_count"], bool(i["last"]))
        self.component.compute(rst, bool(i["valid_q"]), *marks, values, ready)
        self.component.commit()
        self.blocked += self.out and not ready and self.credits == 0
        if self.out and ready:
            self.beats.pop(0)
            self.moved += 1
            self.out = False
        self.out = self.out or bool(self.beats)
        self._fly(i)
        if rst:
            self.flying, self.beats, self.out, self.known = [], [], False, True
            self.credits = self.parameters["DEPTH"]

    def _fly(self, i: Values) -> None:
        """Beats in flight meet their marks, then their values."""
        if i["valid_q"]:
            self.flying.append([-1, 0, 0])
        for beat in self.flying:
            beat[0] += 1
            if beat[0] == 1:
                beat[1:] = i["keep_count"], i["last"]
        if self.flying and self.flying[0][0] == self.parameters["CYCLES"]:
            _, keep_count, last = self.flying.pop(0)
            self.beats.append(
                {
                    "m_axis_ofmap_tdata": i["values"],
                    "m_axis_ofmap_tkeep": (1 << keep_count) - 1,
                    "m_axis_ofmap_tlast": last,
                }
            )

    def uncovered(self) -> str:
        return "" if self.moved > 300 and self.blocked > 20 else "transfers, and a full FIFO"


config = leaf_test("config", ConfigCase, 1000)
dw_stall_flags = leaf_test("dw_stall_flags", StallFlagsCase, 1000)
dw_weight_store = leaf_test("dw_weight_store", WeightStoreCase, 3000)
dw_scale_store = leaf_test("dw_scale_store", ScaleStoreCase, 3000)
dw_output_stage = leaf_test("dw_output_stage", OutputStageCase, 3000)
