"""Inside the simulator: memories, delay lines, and the window that they make."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.delay_line import DelayLine
from dwsim.model.window import Window
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test


class RamCase(Case):
    """Reads and writes of any address, the same one too; reads that pause; cleared at times.

    A large memory is used at some addresses, which have every address bit both ways.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.write = Coin(self.rng)
        self.read = Coin(self.rng)
        width = self.parameters["ADDR_W"]
        self.clear = Coin(self.rng, 0.0, 0.1, 0.9)
        self.addresses = range(1 << width)
        if width > 5:
            ends = [0, (1 << width) - 1, *(1 << bit for bit in range(width))]
            self.addresses = ends + [self.word(width) for _ in range(10)]
        self.memory: dict[int, int] = {}
        self.read_word: int | None = DONT_CARE  # of the last read
        self.out: int | None = DONT_CARE
        self.met = self.clears = 0

    def drive(self) -> Values:
        write, address = self.write(), self.rng.choice(self.addresses)
        other = self.rng.choice(self.addresses)
        return {
            "write": int(write),
            "write_address": address,
            "write_data": self.word(self.parameters["WIDTH"]),
            "read": int(self.read()),
            "clear": int(self.clear()),
            "read_address": address if self.rng.random() < 0.2 else other,
        }

    def promise(self, i: Values) -> Expected:
        return {"read_data": self.out}

    def clock(self, i: Values) -> None:
        if i["clear"]:
            # Without a read, the next read may be the one that clears.
            self.out = 0 if i["read"] or self.out == 0 else DONT_CARE
            self.read_word = DONT_CARE
            self.clears += i["read"]
        elif i["read"]:
            clash = i["write"] and i["write_address"] == i["read_address"]
            word = self.memory.get(i["read_address"], DONT_CARE)
            self.out, self.read_word = self.read_word, DONT_CARE if clash else word
        if i["write"]:
            self.memory[i["write_address"]] = i["write_data"]
            self.met += i["read"] and i["write_address"] == i["read_address"]

    def uncovered(self) -> str:
        complete = len(self.memory) == len(set(self.addresses))
        complete &= self.met > 20 and self.clears > 20
        return "" if complete else "all addresses, reads of what is written, and clears"


class PixelRamCase(Case):
    """Beats to any address, a read of any pixel in each cycle, at times of the beat that comes.

    A large memory is used at some addresses, which have every address bit both ways.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.write = Coin(self.rng)
        self.pixels, self.width = self.parameters["PIXELS"], self.parameters["WIDTH"]
        address = self.parameters["ADDR_W"]
        self.beats = range(1 << address)
        if address > 5:
            ends = [0, (1 << address) - 1, *(1 << bit for bit in range(address))]
            self.beats = ends + [self.word(address) for _ in range(10)]
        self.memory: dict[int, int] = {}  # the pixel at each address
        # What comes out in this cycle and in the next one.
        self.out = self.behind = DONT_CARE
        self.met: set[int] = set()  # addresses of pixels that came out
        self.clashes = 0

    def drive(self) -> Values:
        beat, other = self.rng.choice(self.beats), self.rng.choice(self.beats)
        read = beat if self.rng.random() < 0.2 else other
        return {
            "write": int(self.write()),
            "write_address": beat,
            "write_data": self.word(self.pixels * self.width),
            "read_address": read * self.pixels + self.rng.randrange(self.pixels),
        }

    def promise(self, i: Values) -> Expected:
        return {"read_data": self.out}

    def clock(self, i: Values) -> None:
        place = i["read_address"]
        clash = i["write"] and place // self.pixels == i["write_address"]
        pixel = DONT_CARE if clash else self.memory.get(place, DONT_CARE)
        self.out, self.behind = self.behind, pixel
        self.clashes += clash
        if pixel is not None:
            self.met.add(place)
        if i["write"]:
            for p in range(self.pixels):
                value = i["write_data"] >> p * self.width & (1 << self.width) - 1
                self.memory[i["write_address"] * self.pixels + p] = value

    def uncovered(self) -> str:
        complete = len(self.met) == len(set(self.beats)) * self.pixels and self.clashes > 20
        return "" if complete else "all pixels, and reads of what is written"


class DelayLineCase(Case):
    """Every length, in random order; a run is long enough for pointers to wrap."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.longest = self.parameters["MAX_LENGTH"]
        self.shorter = self.parameters["SHORTER"]
        self.component = DelayLine((), self.longest)
        self.step = Coin(self.rng, 0.3, 0.9, 1.0)
        self.to_come: list[int] = []
        self.length = 1
        self.steps_left = 0
        self.history: list[int] | None = None  # words of this run ...
        self.delay = 0  # ... and its length, which `length` leaves in the cycle of a restart
        self.reached: set[int] = set()

    def drive(self) -> Values:
        restart = self.history is None or self.steps_left <= 0
        if restart and self.rng.random() < 0.8:
            # Else the restart lasts another cycle, and may then be for another length.
            if not self.to_come:
                self.to_come = list(range(1, self.longest + 1))
                self.rng.shuffle(self.to_come)
            self.length = self.to_come.pop()
            self.steps_left = self.rng.randint(1, 2 * self.length + self.longest + 4)
        elif restart:
            self.length = self.rng.randint(1, self.longest)
        return {
            "restart": int(restart),
            "step": int(self.step()),
            "length": self.length + self.shorter,
            "d": self.word(self.parameters["WIDTH"]),
        }

    def _stale(self) -> bool:
        return self.history is None or len(self.history) < self.delay

    def model(self, i: Values) -> Expected:
        return {} if self._stale() else {"q": int(self.component.q)}

    def promise(self, i: Values) -> Expected:
        if self._stale():
            return {}
        self.reached.add(self.delay)
        return {"q": self.history[-self.delay]}

    def clock(self, i: Values) -> None:
        length = i["length"] - self.shorter
        self.component.compute(bool(i["restart"]), bool(i["step"]), length, np.int64(i["d"]))
        self.component.commit()
        if i["restart"]:
            self.history, self.delay = [], length
        elif i["step"] and self.history is not None:
            self.history.append(i["d"])
            self.steps_left -= 1

    def uncovered(self) -> str:
        missing = set(range(1, self.longest + 1)) - self.reached
        return f"lengths {sorted(missing)}" if missing else ""


class WindowCase(Case):
    """Runs of any row and column delay."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = EngineNumbers(self.spec)
        self.component = Window(self.numbers)
        self.step = Coin(self.rng, 0.3, 0.9, 1.0)
        self.row_delay = self.col_delay = 1
        self.steps_left = 0
        self.beats: list[int] | None = None  # of this run ...
        self.delays = (0, 0)  # ... and its row and column delay
        self.whole = 0

    def _reach(self) -> int:
        """Steps between the newest and the oldest tap."""
        spec = self.spec
        return (spec.kernel_h - 1) * self.row_delay + (spec.kernel_w - 1) * self.col_delay

    def drive(self) -> Values:
        rng = self.rng
        restart = self.beats is None or self.steps_left <= 0
        if restart:
            row, col = self.parameters["MAX_ROW_DELAY"], self.parameters["MAX_COL_DELAY"]
            self.row_delay = rng.choice((1, row, rng.randint(1, row)))
            self.col_delay = rng.choice((1, col, rng.randint(1, col)))
            self.steps_left = rng.randint(1, 2 * self._reach() + 20)
        return {
            "restart": int(restart),
            "step": int(self.step()),
            "row_delay": self.row_delay,
            "col_delay": self.col_delay,
            "d": self.word(self.parameters["WIDTH"]),
        }

    def _entered(self, row: int, col: int) -> int:
        """Index of the beat under a tap."""
        rows, cols = self.spec.kernel_h - 1 - row, self.spec.kernel_w - 1 - col
        return len(self.beats) - 1 - rows * self.delays[0] - cols * self.delays[1]

    def model(self, i: Values) -> Expected:
        if self.beats is None or self._entered(0, 0) < 0:
            return {}
        taps = self.component.taps.transpose(1, 0, 2).reshape(-1)
        return {"taps": to_word(taps, EngineNumbers(self.spec).formats.operand_width)}

    def promise(self, i: Values) -> Expected:
        # Until the oldest tap holds a beat of this run, some taps are stale.
        if self.beats is None or self._entered(0, 0) < 0:
            return {}
        self.whole += 1
        rows, cols, width = self.spec.kernel_h, self.spec.kernel_w, self.parameters["WIDTH"]
        return {
            "taps": sum(
                self.beats[self._entered(r, c)] << (r * cols + c) * width
                for r in range(rows)
                for c in range(cols)
            )
        }

    def clock(self, i: Values) -> None:
        spec = self.spec
        n = EngineNumbers(spec)
        beat = from_word(i["d"], spec.lanes, n.formats.operand_width, n.formats.operand_signed)
        step = bool(i["step"])
        self.component.compute(bool(i["restart"]), step, i["row_delay"], i["col_delay"], beat)
        self.component.commit()
        if i["restart"]:
            self.beats, self.delays = [], (i["row_delay"], i["col_delay"])
        elif step and self.beats is not None:
            self.beats.append(i["d"])
            self.steps_left -= 1

    def uncovered(self) -> str:
        return "" if self.whole > 200 else "enough whole windows"


dw_ram = leaf_test("dw_ram", RamCase, 4000)
ecp5_dw_ram = leaf_test("ecp5_dw_ram", RamCase, 4000)
dw_pixel_ram = leaf_test("dw_pixel_ram", PixelRamCase, 4000)
ecp5_dw_pixel_ram = leaf_test("ecp5_dw_pixel_ram", PixelRamCase, 4000)
dw_delay_line = leaf_test("dw_delay_line", DelayLineCase, 8000)
dw_window = leaf_test("dw_window", WindowCase, 5000)
