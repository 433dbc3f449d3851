"""Inside the simulator: the cases of the weight store and of the scale store."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.param_loader import Write
from dwsim.model.scale_store import ScaleStore
from dwsim.model.weight_store import WeightStore
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import Case, Coin, Expected, Values


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
