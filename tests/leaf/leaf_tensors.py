"""Inside the simulator: stimulus and promise that both parameter loaders share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from tests.leaf.leaf_harness import Case, Coin, Expected, Values


class TensorCase(Case):
    """Tensors of right and wrong lengths, and swaps as the control makes them."""

    wrong_odds = 0.2
    no_write: ClassVar[Expected]
    """Outputs of a cycle in which the loader writes nothing."""

    def start(self, component: Any, words: int, sets: int, widths: tuple[int, int]) -> None:
        """Starts with these sizes of a tensor; a subclass calls it when it is made.

        Args:
            component: model of the loader.
            words: beats of a weight set.
            sets: weight sets that a bank holds.
            widths: bits of a beat and of ``wanted_sets``.
        """
        self.component, self.words, self.sets = component, words, sets
        self.beat_width, self.sets_width = widths
        self.valid, self.swap = Coin(self.rng), Coin(self.rng)
        self.known = False
        self.swaps = self.faults = self.right = 0
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
        if rng.random() < self.wrong_odds:
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
        wanted = self._received_sets() if self.rng.random() < 0.9 else self.word(self.sets_width)
        # Without tvalid, data and tlast are noise. The first beat of the next tensor may be offered
        # while this one waits; any will do.
        data, last = self.word(self.beat_width), self.word(1)
        if self.offered:
            data = self.tensor[self.sent] if next_is_due else data
            last = int(self.sent == len(self.tensor) - 1)
        return {
            "rst": self.rst(),
            "s_axis_param_tdata": data,
            "s_axis_param_tvalid": int(self.offered),
            "s_axis_param_tlast": last,
            "swap": int(swap),
            "wanted_sets": wanted if swap else self.word(self.sets_width),
        }

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        loader = self.component
        return {
            "s_axis_param_tready": loader.tready,
            "loaded": loader.loaded,
            "active_bank": loader.active_bank,
            "error": loader.error,
            **self.no_write,
            **self.model_write(),
        }

    @abstractmethod
    def model_write(self) -> Expected:
        """The write outputs of the model; nothing when it does not write."""

    @abstractmethod
    def beat(self, word: int) -> Any:
        """A beat as the model takes it."""

    @abstractmethod
    def expected_write(self) -> Expected:
        """The write outputs for the beat that is sent, which is within the tensor."""

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
            **self.no_write,
            **self.written,
        }

    def clock(self, i: Values) -> None:
        self.component.compute(
            bool(i["rst"]),
            bool(i["s_axis_param_tvalid"]),
            self.beat(i["s_axis_param_tdata"]),
            bool(i["s_axis_param_tlast"]),
            bool(i["swap"]),
            i["wanted_sets"],
        )
        self.component.commit()
        self.written = {}
        if i["s_axis_param_tvalid"] and self._ready() and self.known:
            if self.sent < self.sets * self.words:
                self.written = self.expected_write()
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
