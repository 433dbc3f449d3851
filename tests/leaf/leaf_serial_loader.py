"""Inside the simulator: the parameter loader of a tap-serial engine."""

from __future__ import annotations

from typing import Any, ClassVar

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.serial_loader import SerialLoader
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import Expected, leaf_test
from tests.leaf.leaf_tensors import TensorCase


class SerialLoaderCase(TensorCase):
    """Weights go to one memory, the beats of a scale together to the other."""

    reset_odds = 1 / 400  # because an error hides the next one
    wrong_odds = 0.3
    no_write: ClassVar[Expected] = {"weight_write": False, "scale_write": False}

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.taps, self.beats = n.spec.taps, n.formats.scale_beats
        self.scales = 0
        widths = (n.formats.param_beat_width, n.counters.sets_width)
        self.start(SerialLoader(n), n.formats.param_words, n.counters.weight_sets, widths)

    def _weight_address(self, bank: int, weight_set: int, word: int) -> int:
        return bank << self.numbers.counters.word_width | weight_set * self.taps + word

    def _scale_address(self, bank: int, weight_set: int, lane: int) -> int:
        c = self.numbers.counters
        return (bank << c.set_width | weight_set) << c.lane_width | lane

    def model_write(self) -> Expected:
        loader = self.component
        if loader.write is None:
            return {}
        bank, weight_set, word, beat = loader.write
        data = to_word(beat, self.spec.weight_width)
        if word < self.taps:
            address = self._weight_address(bank, weight_set, word)
            return {"weight_write": True, "weight_address": address, "write_data": data}
        lane, part = divmod(word - self.taps, self.beats)
        if part < self.beats - 1:
            return {}
        parts = [to_word(b, self.spec.weight_width) for b in loader.parts]
        parts[part] = data
        scale = sum(number << k * self.beat_width for k, number in enumerate(parts))
        address = self._scale_address(bank, weight_set, lane)
        return {"scale_write": True, "scale_address": address, "scale_data": scale}

    def beat(self, word: int) -> Any:
        spec = self.spec
        return from_word(word, spec.lanes, spec.weight_width, spec.weight_signed)

    def expected_write(self) -> Expected:
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

    def uncovered(self) -> str:
        enough = self.scales > 100 or self.beats == 0
        return super().uncovered() or ("" if enough else "enough scales")


dw_serial_loader = leaf_test("dw_serial_loader", SerialLoaderCase, 10000)
