"""Inside the simulator: the control of streams, and the loader of parameters."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.control import Control
from dwsim.model.param_loader import ParamLoader
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test


class ControlCase(Case):
    """Streams with and without parameters; the other inputs at any time."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.drain_cycles = self.parameters["DRAIN_CYCLES"]
        self.component = Control(self.drain_cycles)
        names = ("cfg_valid", "params_loaded", "port_blocked", "done")
        self.coins = {name: Coin(self.rng) for name in names}
        self.coins["emit"] = Coin(self.rng, 0.0, 0.03, 0.5)
        self.last_emit: int | None = None
        self.drained = 0
        self.load = 0
        self.script: Generator[Expected, Values, None] | None = None
        self.expected: Expected = {}
        self.streams = self.kept_out = 0
        self.waited = {"port": 0, "parameters": 0}

    def drive(self) -> Values:
        inputs = {name: int(coin()) for name, coin in self.coins.items()}
        return {"rst": self.rst(), "load": self.load, **inputs}

    def model(self, i: Values) -> Expected:
        control = self.component
        if self.script is None:
            return {}
        return {
            "cfg_ready": control.cfg_ready,
            "capture": control.capture(bool(i["cfg_valid"])),
            "restart": control.restart,
            "start": control.start(
                *(bool(i[name]) for name in ("load", "params_loaded", "port_blocked"))
            ),
            "swap": control.swap(
                *(bool(i[name]) for name in ("load", "params_loaded", "port_blocked"))
            ),
            "run": control.run,
            "busy": control.busy,
        }

    def promise(self, i: Values) -> Expected:
        if self.script is None:
            return {}
        ready, restart = self.expected["cfg_ready"], self.expected["restart"]
        start = restart and self._ready(i)
        capture, swap = ready and i["cfg_valid"], start and i["load"]
        return self.expected | {"capture": capture, "start": start, "swap": swap}

    def _ready(self, i: Values) -> bool:
        """True if parameters and port let the stream start."""
        return bool(i["params_loaded"] or not i["load"]) and not i["port_blocked"]

    def _promised(self) -> Generator[Expected, Values, None]:
        idle = {"cfg_ready": 1, "restart": 0, "run": 0, "busy": 0}
        # Nothing is taken in the first cycle after a reset.
        self.kept_out += (yield idle | {"cfg_ready": 0})["cfg_valid"]
        while True:
            while not (yield idle)["cfg_valid"]:
                pass
            while True:
                i = yield idle | {"cfg_ready": 0, "restart": 1, "busy": 1}
                if self._ready(i):
                    break
                self.waited["port" if i["port_blocked"] else "parameters"] += 1
            while True:
                i = yield idle | {"cfg_ready": 0, "run": 1, "busy": 1}
                if i["done"] and not self._in_flight():
                    break
                self.drained += i["done"]
            self.streams += 1

    def _in_flight(self) -> bool:
        """True if the last window may still be in the pipeline."""
        return self.last_emit is not None and self.cycle - self.last_emit <= self.drain_cycles

    def clock(self, i: Values) -> None:
        flags = {name: bool(value) for name, value in i.items()}
        if self.script is not None:
            self.expected = self.script.send(i)
        if self.component.capture(flags["cfg_valid"]):
            self.load = self.word(1)
        self.component.compute(**flags)
        self.component.commit()
        if i["emit"]:
            self.last_emit = self.cycle
        if i["rst"]:
            self.last_emit = None
            self.script = self._promised()
            self.expected = next(self.script)

    def uncovered(self) -> str:
        enough = self.streams > 50 and min(self.waited.values()) > 20 and self.drained > 50
        enough = enough and self.kept_out > 5
        return "" if enough else "enough streams, waits and drains, and offers in reset"


class ParamLoaderCase(Case):
    """Tensors of right and wrong lengths, and swaps as the control makes them."""

    reset_odds = 1 / 150  # often, because an error hides the next one

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = EngineNumbers(self.spec)
        self.component = ParamLoader(self.numbers)
        # Beats of a set: each pass's weights, then the requantiser's words.
        self.words, self.sets = self.numbers.formats.param_words, self.parameters["WEIGHT_SETS"]
        self.valid, self.swap = Coin(self.rng), Coin(self.rng)
        self.known = False
        self.swaps = self.faults = self.right = 0
        self._start_over()

    def _start_over(self) -> None:
        self.tensor: list[int] = []
        self.sent = 0
        self.offered = self.loaded = self.error = False
        self.bank = 0
        self.written: Expected | None = None
        self.ready_from = self.cycle + 2

    def _new_tensor(self) -> None:
        rng, most = self.rng, self.sets * self.words
        length = rng.choice((1, self.sets, rng.randint(1, self.sets))) * self.words
        if rng.random() < 0.2:
            wrong = (rng.randint(1, most), most + rng.randint(1, self.words), most + self.words)
            length = rng.choice((length + 1, max(1, length - 1), *wrong))
        self.tensor = [self.word(self.parameters["WIDTH"]) for _ in range(length)]
        self.sent = 0

    def _received_sets(self) -> int:
        return min(len(self.tensor) // self.words, self.sets)

    def drive(self) -> Values:
        if self.sent == len(self.tensor) and not self.loaded:
            self._new_tensor()
        next_is_due = self.sent < len(self.tensor)
        self.offered = self.offered or self.valid()
        swap = self.loaded and self.swap()
        most = (1 << self.parameters["SETS_W"]) - 1
        wanted = self._received_sets() if self.rng.random() < 0.9 else self.rng.randint(0, most)
        # The first beat of the next tensor may be offered while this one waits; any will do.
        data = self.word(self.parameters["WIDTH"])
        return {
            "rst": self.rst(),
            "s_axis_param_tdata": self.tensor[self.sent] if next_is_due else data,
            "s_axis_param_tvalid": int(self.offered),
            "s_axis_param_tlast": int(self.sent == len(self.tensor) - 1),
            "swap": int(swap),
            "wanted_sets": wanted if swap else self.word(self.parameters["SETS_W"]),
        }

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        loader, n = self.component, self.numbers
        expected = {
            "s_axis_param_tready": loader.tready,
            "loaded": loader.loaded,
            "active_bank": loader.active_bank,
            "write_word": 0,
            "error": loader.error,
        }
        if loader.write is not None:
            memory, bank, word, weight_set, data = loader.write
            expected |= {
                "write_word": 1 << memory,
                "write_address": bank << n.counters.word_width | word,
                "write_set": bank << n.counters.set_width | weight_set,
                "write_data": data,
            }
        return expected

    def _ready(self) -> bool:
        return self.cycle >= self.ready_from and not self.loaded

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        return {
            "s_axis_param_tready": self._ready(),
            "loaded": self.loaded,
            "active_bank": self.bank,
            "error": self.error,
            **(self.written or {"write_word": 0}),
        }

    def _write(self, data: int) -> Expected:
        """The expected write of the next beat, which is within the tensor."""
        units, passes = self.parameters["UNITS"], self.parameters["PASSES"]
        weight_set, beat = divmod(self.sent, self.words)
        bank = 1 - self.bank
        if beat < units * passes:
            pass_index, memory = divmod(beat, units)
            address = bank << self.numbers.counters.word_width | (weight_set * passes + pass_index)
            return {"write_word": 1 << memory, "write_address": address, "write_data": data}
        memory = beat - units * passes + units
        address = bank << self.numbers.counters.set_width | weight_set
        return {"write_word": 1 << memory, "write_set": address, "write_data": data}

    def clock(self, i: Values) -> None:
        self.component.compute(
            bool(i["rst"]),
            bool(i["s_axis_param_tvalid"]),
            i["s_axis_param_tdata"],
            bool(i["s_axis_param_tlast"]),
            bool(i["swap"]),
            i["wanted_sets"],
        )
        self.component.commit()
        self.written = None
        if i["s_axis_param_tvalid"] and self._ready() and self.known:
            if self.sent < self.sets * self.words:
                self.written = self._write(i["s_axis_param_tdata"])
            else:
                self.error = True
            self.sent += 1
            self.offered = False
            if self.sent == len(self.tensor):
                self.loaded = True
                self.error |= len(self.tensor) % self.words != 0
        if i["swap"]:
            self.error |= i["wanted_sets"] != self._received_sets()
            self.loaded = False
            self.bank = 1 - self.bank
            self.ready_from = self.cycle + 1
            self.swaps += 1
            self.faults += self.error
            self.right += not self.error
        if i["rst"]:
            self._start_over()
            self.known = True

    def uncovered(self) -> str:
        enough = self.swaps > 20 and self.faults and self.right
        return "" if enough else "enough swaps of right and of wrong tensors"


dw_control = leaf_test("dw_control", ControlCase, 8000)
dw_param_loader = leaf_test("dw_param_loader", ParamLoaderCase, 10000)
