"""Inside the simulator: flow control and pipelines."""

from __future__ import annotations

from typing import Any

from dwsim.model.credit import Credit
from dwsim.model.output_fifo import OutputFifo
from dwsim.model.pipeline import Pipeline
from dwsim.model.skid_buffer import SkidBuffer
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test


class SkidBufferCase(Case):
    """A source that holds its offer, through a reset too; a sink that is ready at random."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = SkidBuffer()
        self.valid, self.ready = Coin(self.rng), Coin(self.rng)
        self.offer: int | None = None
        self.queue: list[int] | None = None  # accepted beats; None before the first reset
        self.was_reset = False  # in the cycle before
        self.moved = self.full = self.kept_out = 0

    def drive(self) -> Values:
        width = self.parameters["WIDTH"]
        if self.offer is None and self.valid():
            self.offer = self.word(width)
        return {
            "rst": self.rst(),
            "s_data": self.word(width) if self.offer is None else self.offer,
            "s_valid": int(self.offer is not None),
            "m_ready": int(self.ready()),
        }

    def model(self, i: Values) -> Expected:
        skid = self.component
        if self.queue is None:
            return {}
        data = skid.out_data if skid.out_valid else DONT_CARE
        return {"s_ready": skid.s_ready, "m_valid": skid.out_valid, "m_data": data}

    def _ready(self, queue: list[int]) -> bool:
        return len(queue) < 2 and not self.was_reset

    def promise(self, i: Values) -> Expected:
        if self.queue is None:
            return {}
        # Two entries, in order, nothing lost, a latency of one cycle; no ready after a reset cycle.
        ready, valid = self._ready(self.queue), bool(self.queue)
        left = len(self.queue) - (valid and i["m_ready"]) + (ready and i["s_valid"])
        return {
            "s_ready": ready,
            "m_valid": valid,
            "m_data": self.queue[0] if self.queue else DONT_CARE,
            "m_valid_next": left > 0,
        }

    def clock(self, i: Values) -> None:
        self.component.compute(bool(i["rst"]), bool(i["s_valid"]), i["s_data"], bool(i["m_ready"]))
        self.component.commit()
        if self.queue is not None:
            accepted = i["s_valid"] and self._ready(self.queue)
            self.full += len(self.queue) == 2
            self.kept_out += i["s_valid"] and self.was_reset
            if self.queue and i["m_ready"]:
                self.queue.pop(0)
                self.moved += 1
            if accepted:
                self.queue.append(i["s_data"])
                self.offer = None
        self.was_reset = bool(i["rst"])
        if i["rst"]:
            self.queue = []

    def uncovered(self) -> str:
        enough = self.moved > 500 and self.full > 100 and self.kept_out > 5
        return "" if enough else "full and moving buffers, and beats offered in reset"


class OutputFifoCase(Case):
    """A writer with credit: it writes only while an entry is free."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.depth = self.parameters["DEPTH"]
        self.component = OutputFifo(self.depth)
        self.write, self.ready = Coin(self.rng), Coin(self.rng)
        self.known = False
        self.words: list[int] = []  # written, and not yet transferred
        self.out = False  # the oldest is at the output
        self.full = self.moved = 0

    def drive(self) -> Values:
        free = len(self.component.entries) < self.depth
        rst = self.rst()
        return {
            "rst": rst,
            "write": int(self.write() and free and not rst),
            "write_data": self.word(self.parameters["WIDTH"]),
            "m_ready": int(self.ready()),
        }

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        fifo = self.component
        return {
            "popped": fifo.pop(bool(i["m_ready"])),
            "m_valid": fifo.m_valid,
            "m_data": fifo.m_data if fifo.m_valid else DONT_CARE,
        }

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        # The oldest word is in the output register, and the others are behind it in entries.
        waiting = len(self.words) > self.out
        return {
            "popped": waiting and (not self.out or bool(i["m_ready"])),
            "m_valid": self.out,
            "m_data": self.words[0] if self.out else DONT_CARE,
        }

    def clock(self, i: Values) -> None:
        rst, write, ready = (bool(i[name]) for name in ("rst", "write", "m_ready"))
        self.component.compute(rst, write, i["write_data"], ready)
        self.component.commit()
        self.full += len(self.component.entries) == self.depth
        if self.out and ready:
            self.words.pop(0)
            self.moved += 1
            self.out = False
        # A word that was there before this cycle: at the output two cycles after its write.
        self.out = self.out or bool(self.words)
        if write:
            self.words.append(i["write_data"])
        if rst:
            self.words, self.out, self.known = [], False, True

    def uncovered(self) -> str:
        return "" if self.full > 50 and self.moved > 500 else "a full FIFO, or enough transfers"


class CreditCase(Case):
    """Windows take credit only while some is left; no more is given back than was taken."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.depth = self.parameters["DEPTH"]
        self.component = Credit(self.depth)
        self.take, self.give = Coin(self.rng), Coin(self.rng)
        self.taken: int | None = None
        self.empty = 0

    def drive(self) -> Values:
        taken = self.taken or 0
        return {
            "rst": self.rst(),
            "take": int(self.take() and taken < self.depth),
            "give": int(self.give() and taken > 0),
        }

    def model(self, i: Values) -> Expected:
        return {} if self.taken is None else {"available": self.component.available}

    def promise(self, i: Values) -> Expected:
        return {} if self.taken is None else {"available": self.taken < self.depth}

    def clock(self, i: Values) -> None:
        self.component.compute(bool(i["rst"]), bool(i["take"]), bool(i["give"]))
        self.component.commit()
        if self.taken is not None:
            self.taken += i["take"] - i["give"]
            self.empty += self.taken == self.depth
        if i["rst"]:
            self.taken = 0

    def uncovered(self) -> str:
        return "" if self.empty > 50 else "credit that is used up"


class PipelineCase(Case):
    """Any words, any resets."""

    reset_odds = 1 / 20

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.cycles = self.parameters["CYCLES"]
        self.resets = bool(self.parameters["RESET"])
        self.component = Pipeline(self.cycles, 0)
        self.history: list[tuple[int, int]] = []

    def drive(self) -> Values:
        return {"rst": self.rst(), "d": self.word(self.parameters["WIDTH"])}

    def model(self, i: Values) -> Expected:
        if self.cycles == 0 or len(self.history) < self.cycles:
            return {}  # a wire has no component
        return {"q": self.component.q}

    def promise(self, i: Values) -> Expected:
        if self.cycles == 0:
            return {"q": i["d"]}
        recent = self.history[-self.cycles :]
        if self.resets and any(rst for rst, _ in recent):
            return {"q": 0}
        return {"q": recent[0][1]} if len(recent) == self.cycles else {}

    def clock(self, i: Values) -> None:
        self.history.append((i["rst"], i["d"]))
        self.component.compute(self.resets and bool(i["rst"]), i["d"])
        self.component.commit()


dw_skid_buffer = leaf_test("dw_skid_buffer", SkidBufferCase, 6000)
dw_output_fifo = leaf_test("dw_output_fifo", OutputFifoCase, 6000)
dw_credit = leaf_test("dw_credit", CreditCase, 4000)
dw_pipeline = leaf_test("dw_pipeline", PipelineCase, 2000)
