"""Inside the simulator: the control of streams, and the loader of parameters."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar

from dwsim.derive import EngineNumbers
from dwsim.model.control import Control
from dwsim.model.param_loader import ParamLoader
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test
from tests.leaf.leaf_tensors import TensorCase


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


class ParamLoaderCase(TensorCase):
    """Each pass's weights and the requantiser's words go to a memory each."""

    reset_odds = 1 / 150  # often, because an error hides the next one
    no_write: ClassVar[Expected] = {"write_word": 0}

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = EngineNumbers(self.spec)
        widths = (self.parameters["WIDTH"], self.parameters["SETS_W"])
        # Beats of a set: each pass's weights, then the requantiser's words.
        words, sets = n.formats.param_words, self.parameters["WEIGHT_SETS"]
        self.start(ParamLoader(n), words, sets, widths)

    def model_write(self) -> Expected:
        counters, write = self.numbers.counters, self.component.write
        if write is None:
            return {}
        memory, bank, word, weight_set, data = write
        return {
            "write_word": 1 << memory,
            "write_address": bank << counters.word_width | word,
            "write_set": bank << counters.set_width | weight_set,
            "write_data": data,
        }

    def beat(self, word: int) -> Any:
        return word

    def expected_write(self) -> Expected:
        units, passes = self.parameters["UNITS"], self.parameters["PASSES"]
        counters, data = self.numbers.counters, self.tensor[self.sent]
        weight_set, beat = divmod(self.sent, self.words)
        bank = 1 - self.bank
        if beat < units * passes:
            pass_index, memory = divmod(beat, units)
            address = bank << counters.word_width | (weight_set * passes + pass_index)
            return {"write_word": 1 << memory, "write_address": address, "write_data": data}
        memory = beat - units * passes + units
        address = bank << counters.set_width | weight_set
        return {"write_word": 1 << memory, "write_set": address, "write_data": data}


dw_control = leaf_test("dw_control", ControlCase, 8000)
dw_param_loader = leaf_test("dw_param_loader", ParamLoaderCase, 10000)
