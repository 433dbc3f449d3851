"""Model of ``dw_param_loader``: parameter tensors into the bank that is not in use."""

from __future__ import annotations

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component


class ParamLoader(Component):
    """Takes one tensor ahead of the stream that will use it."""

    def __init__(self, numbers: EngineNumbers) -> None:
        self.words = numbers.param_words
        self.all_sets = numbers.weight_sets
        self.set_mask = (1 << numbers.set_width) - 1
        self.tready = False
        self.loaded = False
        self.active_bank = 0
        self.word = 0
        self.sets = 0
        self.error = False
        self.write_word: int | None = None
        self.write_bank = 0
        self.write_set = 0
        self.write_data: np.ndarray | None = None

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

        self.next = {
            "write_bank": 1 - self.active_bank,
            "write_set": self.sets & self.set_mask,
            "write_data": tdata,
        }
        if rst:
            self.next.update(
                tready=False,
                loaded=False,
                active_bank=0,
                error=False,
                word=0,
                sets=0,
                write_word=None,
            )
            return
        sets, word = self.sets, self.word
        if swap:
            sets = 0
        elif accept and set_end and not overflow:
            sets += 1
        if tensor_end:
            word = 0
        elif accept:
            word = 0 if set_end else word + 1
        wrong = (
            (accept and overflow)
            or (tensor_end and not set_end)
            or (swap and self.sets != wanted_sets)
        )
        self.next.update(
            tready=not loaded,
            loaded=loaded,
            active_bank=1 - self.active_bank if swap else self.active_bank,
            sets=sets,
            word=word,
            write_word=self.word if accept and not overflow else None,
            error=self.error or wrong,
        )
