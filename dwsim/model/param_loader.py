"""Model of ``dw_param_loader``: parameter tensors into the bank that is not in use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component


class Write(NamedTuple):
    """One beat on its way into a memory.

    ``word`` is the memory, ``bank`` its bank. A memory of weights takes the beat at ``address``,
    a memory of the requantiser at ``weight_set``. ``data`` is int64 of shape (lanes,).
    """

    word: int
    bank: int
    address: int
    weight_set: int
    data: np.ndarray


class ParamLoader(Component):
    """Takes one tensor ahead of the stream that will use it."""

    def __init__(self, numbers: EngineNumbers) -> None:
        self.units = numbers.spec.lane_multipliers
        self.passes = numbers.spec.passes
        self.words = numbers.formats.memory_words
        self.all_sets = numbers.counters.weight_sets
        self.set_mask = (1 << numbers.counters.set_width) - 1
        self.word_mask = (1 << numbers.counters.word_width) - 1
        self.tready = False
        self.loaded = False
        self.active_bank = 0
        self.word = 0
        self.pass_index = 0
        self.sets = 0
        self.index = 0
        self.error = False
        self.write: Write | None = None

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
        pass_end = self.word == self.units - 1
        last_pass = self.pass_index == self.passes - 1
        set_end = self.word == self.words - 1 and (self.words > self.units or last_pass)
        overflow = self.sets == self.all_sets
        tensor_end = accept and tlast
        loaded = not swap and (self.loaded or tensor_end)
        self.next = {"write": None}
        if rst:
            self.next.update(
                tready=False,
                loaded=False,
                active_bank=0,
                error=False,
                word=0,
                pass_index=0,
                sets=0,
                index=0,
            )
            return
        if accept and not overflow:
            self.next["write"] = Write(
                self.word,
                1 - self.active_bank,
                self.index & self.word_mask,
                self.sets & self.set_mask,
                tdata,
            )
        if tensor_end:
            self.next.update(word=0, pass_index=0)
        elif accept:
            self._advance(pass_end, last_pass)
        wrong = (
            (accept and overflow)
            or (tensor_end and not set_end)
            or (swap and self.sets != wanted_sets)
        )
        goes_on = accept and not overflow
        self.next.update(
            tready=not loaded,
            loaded=loaded,
            active_bank=1 - self.active_bank if swap else self.active_bank,
            sets=0 if swap else self.sets + (goes_on and set_end),
            index=0 if swap else self.index + (goes_on and pass_end),
            error=self.error or wrong,
        )

    def _advance(self, pass_end: bool, last_pass: bool) -> None:
        """The memory and the pass of the next beat."""
        if pass_end:
            self.next["pass_index"] = 0 if last_pass else self.pass_index + 1
        back = (pass_end and not last_pass) or self.word == self.words - 1
        self.next["word"] = 0 if back else self.word + 1
