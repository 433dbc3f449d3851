"""Model of ``dw_serial_loader``: parameter tensors of a tap-serial engine, and their memories."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class SerialLoader(Component):
    """Takes one tensor ahead, into the bank that is not in use.

    ``weight`` is (bank, word, lane), ``scale`` (bank, set, lane, beat * lane): the beats of a
    lane's scale, the first one lowest.
    """

    def __init__(self, numbers: SerialNumbers) -> None:
        spec = numbers.spec
        self.taps = spec.taps
        self.lanes = spec.lanes
        self.scale_beats = numbers.formats.scale_beats
        self.words = numbers.formats.param_words
        self.all_sets = numbers.counters.weight_sets
        self.weight = np.zeros((2, 1 << numbers.counters.word_width, self.lanes), np.int64)
        shape = (2, 1 << numbers.counters.set_width, self.lanes, self.scale_beats, self.lanes)
        self.scale = np.zeros(shape, np.int64)
        self.parts = np.zeros(shape[3:], np.int64)
        self.tready = False
        self.loaded = False
        self.active_bank = 0
        self.word = 0
        self.sets = 0
        self.error = False
        self.write: tuple[int, int, int, np.ndarray] | None = None
        """The write of this cycle: bank, set, word of the set, beat."""

    def compute(
        self,
        rst: bool,
        tvalid: bool,
        tdata: np.ndarray,
        tlast: bool,
        swap: bool,
        wanted_sets: int,
    ) -> None:
        """``t*`` is the parameter stream; ``wanted_sets`` counts at ``swap``."""
        accept = tvalid and self.tready
        set_end = self.word == self.words - 1
        overflow = self.sets == self.all_sets
        tensor_end = accept and tlast
        loaded = not swap and (self.loaded or tensor_end)
        self.next = {"write": None}
        if rst:
            self.next |= {
                "tready": False,
                "loaded": False,
                "active_bank": 0,
                "error": False,
                "word": 0,
                "sets": 0,
            }
            return
        if accept and not overflow:
            self.next["write"] = (1 - self.active_bank, self.sets, self.word, tdata)
        if accept:
            self.next["word"] = 0 if tensor_end or set_end else self.word + 1
        wrong = (
            (accept and overflow)
            or (tensor_end and not set_end)
            or (swap and self.sets != wanted_sets)
        )
        self.next |= {
            "tready": not loaded,
            "loaded": loaded,
            "active_bank": 1 - self.active_bank if swap else self.active_bank,
            "sets": 0 if swap else self.sets + (accept and not overflow and set_end),
            "error": self.error or wrong,
        }

    def commit(self) -> None:
        """The clock edge."""
        if self.write is not None:
            bank, index, word, beat = self.write
            if word < self.taps:
                self.weight[bank, index * self.taps + word] = beat
            else:
                lane, part = divmod(word - self.taps, self.scale_beats)
                self.parts[part] = beat
                # A tensor that ends within a scale leaves the old one.
                if part == self.scale_beats - 1:
                    self.scale[bank, index, lane] = self.parts
        super().commit()
