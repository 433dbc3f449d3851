"""The stages between the array of an engine in floating point and its output stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.float_bias import FloatBias
from dwsim.model.float_bias_store import FloatBiasStore
from dwsim.model.float_clamp import FloatClamp
from dwsim.model.float_narrow import FloatNarrow
from dwsim.model.param_loader import ParamLoader
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatEpilogue(Component):
    """Rounding to the ofmap's format; in an engine with an epilogue, bias and clamp around it."""

    def __init__(self, numbers: EngineNumbers, arithmetic: FloatArithmetic) -> None:
        lanes = numbers.spec.lanes
        self.narrow = FloatNarrow(arithmetic, lanes)
        self.parts: tuple[Component, ...] = (self.narrow,)
        self.has_epilogue = numbers.formats.has_epilogue
        if self.has_epilogue:
            self.store = FloatBiasStore(numbers, arithmetic)
            self.bias = FloatBias(arithmetic, lanes)
            self.clamp = FloatClamp(arithmetic, lanes)
            self.parts = (self.store, self.bias, self.narrow, self.clamp)

    @property
    def ofmap(self) -> np.ndarray:
        """The ofmap values that leave, words of the number format, int64 of shape (lanes,)."""
        return self.clamp.ofmap if self.has_epilogue else self.narrow.ofmap

    def compute(
        self, acc: np.ndarray, loader: ParamLoader, weight_set: int, config: Mapping[str, Any]
    ) -> None:
        """``acc`` enters; biases come from ``loader``, limits from ``config``."""
        if not self.has_epilogue:
            self.narrow.compute(acc)
            return
        self.store.compute(loader.write, loader.active_bank, weight_set)
        self.bias.compute(acc, self.store.bias)
        self.narrow.compute(self.bias.sum)
        self.clamp.compute(self.narrow.ofmap, config["act_min"], config["act_max"])

    def commit(self) -> None:
        """The clock edge."""
        for part in self.parts:
            part.commit()
