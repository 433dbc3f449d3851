"""Inside the simulator: configuration, stall flags, stores, and the output stage."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.config import Config
from dwsim.model.output_stage import OutputStage
from dwsim.model.param_loader import Write
from dwsim.model.scale_store import ScaleStore
from dwsim.model.stall_flags import StallFlags
from dwsim.model.weight_store import WeightStore
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test


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


class StoreCase(Case):
    """Writes into one bank while the other is read; the banks change now and then.

    All words of both banks are written before the first comparison. Subclasses name the ports and
    the cycles from a tag to the output of each memory.
    """

    tag: str
    address: str
    data: str

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = EngineNumbers(self.spec)
        self.cycles = self.memory_cycles()
        self.words = 1 << self.instance.inputs[self.tag]
        memories = range(len(self.cycles))
        self.to_fill = [(m, a) for m in memories for a in range(2 * self.words)]
        self.memory = dict.fromkeys(self.to_fill, 0)
        self.writing = Coin(self.rng)
        self.bank = 0
        self.since_switch = self.filled_for = self.writes = self.switches = 0
        # Of each memory the words that were read, the newest last; tags, the newest first.
        self.read: list[list[int]] = [[0, 0] for _ in self.cycles]
        self.tags = [0] * (1 + max(self.cycles))

    @abstractmethod
    def memory_cycles(self) -> list[int]:
        """Cycles from a tag to the word of each memory."""

    def drive(self) -> Values:
        if not self.to_fill and self.since_switch > 60 and self.rng.random() < 0.05:
            self.bank, self.since_switch = 1 - self.bank, 0
            self.switches += 1
        memory, address = self.rng.randrange(len(self.cycles)), self.rng.randrange(self.words)
        address += (1 - self.bank) * self.words
        # Reads of the other bank from before a switch must have left the memories.
        write = self.since_switch > max(self.cycles) and self.writing()
        if self.to_fill:
            (memory, address), write = self.to_fill[-1], True
        return {
            "rst": self.rst(),
            "active_bank": self.bank,
            self.tag: self.rng.randrange(self.words),
            "write_word": int(write) << memory,
            self.address: address,
            "write_data": self.word(self.instance.inputs["write_data"]),
        }

    def _ready(self) -> bool:
        return self.filled_for > max(self.cycles)

    def promise(self, i: Values) -> Expected:
        if not self._ready():
            return {}
        width = self.instance.inputs["write_data"]
        return {self.data: sum(words[0] << m * width for m, words in enumerate(self.read))}

    def clock(self, i: Values) -> None:
        self.tags = [i["active_bank"] * self.words + i[self.tag], *self.tags[:-1]]
        for m, cycles in enumerate(self.cycles):
            self.read[m] = [self.read[m][1], self.memory[m, self.tags[cycles - 2]]]
        self.filled_for += not self.to_fill
        self.since_switch += 1
        write = None
        if i["write_word"]:
            memory = i["write_word"].bit_length() - 1
            self.memory[memory, i[self.address]] = i["write_data"]
            write = self._write(memory, *divmod(i[self.address], self.words), i["write_data"])
            if self.to_fill:
                self.to_fill.pop()
            else:
                self.writes += 1
        self.component.compute(write, i["active_bank"], i[self.tag])
        self.component.commit()

    def _write(self, memory: int, bank: int, index: int, data: int) -> Write:
        spec = self.spec
        beat = from_word(data, spec.lanes, spec.weight_width, spec.weight_signed)
        return Write(memory + self.first_word, bank, index, index, beat)

    def uncovered(self) -> str:
        return "" if self.writes > 100 and self.switches > 5 else "writes and changes of the bank"


class WeightStoreCase(StoreCase):
    """The weights of every multiplier."""

    tag, address, data = "weight_word", "write_address", "weights"
    first_word = 0

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = WeightStore(self.numbers)

    def memory_cycles(self) -> list[int]:
        rows, cols, first = (self.parameters[name] for name in ("ROWS", "COLS", "TAG_CYCLES"))
        return [first + 2 + max(0, col - 1) for _ in range(rows) for col in range(cols)]

    def model(self, i: Values) -> Expected:
        if not self._ready():
            return {}
        weights = self.component.weights.transpose(1, 0, 2).reshape(-1)
        return {"weights": to_word(weights, self.spec.weight_width)}


class ScaleStoreCase(StoreCase):
    """The scales of the requantisers."""

    tag, address, data = "weight_set", "write_set", "scale"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = ScaleStore(self.numbers)
        self.first_word = self.spec.lane_multipliers

    def memory_cycles(self) -> list[int]:
        p = self.parameters
        delays = [0] * p["BIAS_BYTES"] + [p["MULTIPLIER_DELAY"]] * p["MULTIPLIER_BYTES"]
        return [p["TAG_CYCLES"] + 2 + delay for delay in [*delays, p["RIGHT_SHIFT_DELAY"]]]

    def model(self, i: Values) -> Expected:
        return {"scale": to_word(self.component.scale.reshape(-1), 8)} if self._ready() else {}


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
