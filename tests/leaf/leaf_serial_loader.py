"""Inside the simulator: the parameter loader of a tap-serial engine."""

from __future__ import annotations

from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.serial_loader import SerialLoader
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test


class SerialLoaderCase(Case):
    """Tensors of right and wrong lengths, and swaps as the control makes them."""

    reset_odds = 1 / 400  # because an error hides the next one

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = SerialLoader(n)
        self.words, self.sets = n.formats.param_words, n.counters.weight_sets
        self.taps, self.beats = n.spec.taps, n.formats.scale_beats
        self.beat_width = n.formats.param_beat_width
        self.valid, self.swap = Coin(self.rng), Coin(self.rng)
        self.known = False
        self.swaps = self.faults = self.right = self.scales = 0
        self._start_over()

    def _start_over(self) -> None:
        self.tensor: list[int] = []
        self.sent = 0
        self.offered = self.loaded = self.error = False
        self.bank = 0
        self.written: Expected = {}
        self.ready_from = self.cycle + 2

    def _new_tensor(self) -> None:
        rng, most = self.rng, self.sets * self.words
        length = rng.choice((1, self.sets, rng.randint(1, self.sets))) * self.words
        if rng.random() < 0.3:
            wrong = (rng.randint(1, most), most + rng.randint(1, self.words), most + self.words)
            length = rng.choice((length + 1, max(1, length - 1), *wrong))
        self.tensor = [self.word(self.beat_width) for _ in range(length)]
        self.sent = 0

    def _received_sets(self) -> int:
        return min(len(self.tensor) // self.words, self.sets)

    def drive(self) -> Values:
        if self.sent == len(self.tensor) and not self.loaded:
            self._new_tensor()
        next_is_due = self.sent < len(self.tensor)
        self.offered = self.offered or self.valid()
        swap = self.loaded and self.swap()
        most = (1 << self.numbers.counters.sets_width) - 1
        wanted = self._received_sets() if self.rng.random() < 0.9 else self.rng.randint(0, most)
        # The first beat of the next tensor may be offered while this one waits; any will do.
        data = self.word(self.beat_width)
        return {
            "rst": self.rst(),
            "s_axis_param_tdata": self.tensor[self.sent] if next_is_due else data,
            "s_axis_param_tvalid": int(self.offered),
            "s_axis_param_tlast": int(self.sent == len(self.tensor) - 1),
            "swap": int(swap),
            "wanted_sets": wanted if swap else self.rng.randint(0, most),
        }

    def _weight_address(self, bank: int, weight_set: int, word: int) -> int:
        return bank << self.numbers.counters.word_width | weight_set * self.taps + word

    def _scale_address(self, bank: int, weight_set: int, lane: int) -> int:
        c = self.numbers.counters
        return (bank << c.set_width | weight_set) << c.lane_width | lane

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        loader = self.component
        expected: Expected = {
            "s_axis_param_tready": loader.tready,
            "loaded": loader.loaded,
            "active_bank": loader.active_bank,
            "error": loader.error,
            "weight_write": False,
            "scale_write": False,
        }
        if loader.write is None:
            return expected
        bank, weight_set, word, beat = loader.write
        data = to_word(beat, self.spec.weight_width)
        if word < self.taps:
            address = self._weight_address(bank, weight_set, word)
            return expected | {"weight_write": True, "weight_address": address, "write_data": data}
        lane, part = divmod(word - self.taps, self.beats)
        if part == self.beats - 1:
            parts = [
                to_word(b, self.spec.weight_width) for b in loader.scale[bank, weight_set, lane]
            ]
            parts[part] = data
            scale = sum(number << k * self.beat_width for k, number in enumerate(parts))
            address = self._scale_address(bank, weight_set, lane)
            expected |= {"scale_write": True, "scale_address": address, "scale_data": scale}
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
            "weight_write": False,
            "scale_write": False,
            **self.written,
        }

    def _write(self) -> Expected:
        """The expected writes of the beat that is sent, which is within the tensor."""
        weight_set, word = divmod(self.sent, self.words)
        bank, data = 1 - self.bank, self.tensor[self.sent]
        if word < self.taps:
            address = self._weight_address(bank, weight_set, word)
            return {"weight_write": True, "weight_address": address, "write_data": data}
        lane, part = divmod(word - self.taps, self.beats)
        if part < self.beats - 1:
            return {}
        self.scales += 1
        beats = self.tensor[self.sent - part : self.sent + 1]
        scale = sum(beat << k * self.beat_width for k, beat in enumerate(beats))
        address = self._scale_address(bank, weight_set, lane)
        return {"scale_write": True, "scale_address": address, "scale_data": scale}

    def clock(self, i: Values) -> None:
        beat = from_word(
            i["s_axis_param_tdata"],
            self.spec.lanes,
            self.spec.weight_width,
            self.spec.weight_signed,
        )
        self.component.compute(
            bool(i["rst"]),
            bool(i["s_axis_param_tvalid"]),
            beat,
            bool(i["s_axis_param_tlast"]),
            bool(i["swap"]),
            i["wanted_sets"],
        )
        self.component.commit()
        self.written = {}
        if i["s_axis_param_tvalid"] and self._ready() and self.known:
            if self.sent < self.sets * self.words:
                self.written = self._write()
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
        enough = enough and (self.scales > 100 or self.beats == 0)
        return "" if enough else "scales, and enough swaps of right and of wrong tensors"


dw_serial_loader = leaf_test("dw_serial_loader", SerialLoaderCase, 10000)
