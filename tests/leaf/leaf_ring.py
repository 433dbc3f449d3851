"""Inside the simulator: the ring of a tap-serial engine, its writer and its rotator."""

from __future__ import annotations

from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.pixel_rotate import PixelRotate
from dwsim.model.ring import Ring
from dwsim.model.ring_writer import RingWriter
from tests.leaf.leaf_harness import DONT_CARE, Case, Coin, Expected, Values, leaf_test
from tests.leaf.leaf_pixels import PixelCase


class PixelRotateCase(PixelCase):
    """Any words and amounts; steps that pause."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = PixelRotate(self.numbers)
        self.step = Coin(self.rng, 0.3, 0.9, 1.0)
        self.turned: int | None = DONT_CARE
        self.waits: tuple[int, int] | None = None  # step and amount in the registers
        self.met: set[int] = set()

    def drive(self) -> Values:
        return {
            "step": int(self.step()),
            "amount": self.rng.randrange(self.ring_pixels),
            "d": self.word(self.ring_pixels * self.width),
        }

    def model(self, i: Values) -> Expected:
        return {} if self.turned is None else {"q": self.bits(self.component.q)}

    def promise(self, i: Values) -> Expected:
        return {"q": self.turned}

    def clock(self, i: Values) -> None:
        count = self.ring_pixels
        self.component.compute(bool(i["step"]), i["amount"], self.pixels(i["d"], count))
        self.component.commit()
        step, amount = self.waits or (0, 0)
        self.waits = i["step"], i["amount"]
        if step:
            self.met.add(amount)
            places = [(p + amount) % count for p in range(count)]
            words = [self.pixel(i["d"], place) << p * self.width for p, place in enumerate(places)]
            self.turned = sum(words)

    def uncovered(self) -> str:
        return "" if len(self.met) == self.ring_pixels else "every amount"


class RingCase(PixelCase):
    """Every word is written once, then reads of any place and writes meet at random."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = Ring(self.numbers)
        self.write, self.read = Coin(self.rng), Coin(self.rng, 0.5, 0.9, 1.0)
        self.banks = self.ring_pixels // self.beat_pixels
        self.beats = self.numbers.shape.ring_beats
        self.memory: dict[int, int] = {}
        self.reads: list[int] = []
        self.waits: int | None = None  # address of a read in the registers
        self.met: set[int] = set()

    def _words(self, first: int) -> list[int]:
        """The addresses that a read takes, bank by bank."""
        addresses = [(first + k) % self.beats for k in range(self.banks)]
        return sorted(addresses, key=lambda address: address % self.banks)

    def drive(self) -> Values:
        filling = len(self.memory) < self.beats
        address = len(self.memory) if filling else self.rng.randrange(self.beats)
        first = self.rng.randrange(self.beats)
        read = not filling and self.read()
        # A word that is read while it is written has no promised value.
        met = [] if self.waits is None else self._words(self.waits)
        write = filling or (self.write() and address not in met)
        return {
            "write": int(write),
            "write_address": address,
            "write_data": self.word(self.beat_pixels * self.width),
            "read": int(read),
            "read_address": first,
        }

    def model(self, i: Values) -> Expected:
        known = len(self.reads) >= 2
        return {"read_data": self.bits(self.component.read_data)} if known else {}

    def promise(self, i: Values) -> Expected:
        return {"read_data": self.reads[-2] if len(self.reads) >= 2 else DONT_CARE}

    def clock(self, i: Values) -> None:
        beat = self.pixels(i["write_data"], self.beat_pixels)
        write = (i["write_address"] * self.beat_pixels, beat) if i["write"] else None
        inside = self.rng.randrange(self.beat_pixels)  # a pixel of the first word
        pixel = i["read_address"] * self.beat_pixels + inside
        self.component.compute(write, bool(i["read"]), pixel)
        self.component.commit()
        if self.waits is not None:
            size = self.beat_pixels * self.width
            words = [self.memory[address] for address in self._words(self.waits)]
            self.reads.append(sum(word << bank * size for bank, word in enumerate(words)))
            self.met.add(self.waits)
        self.waits = i["read_address"] if i["read"] else None
        if i["write"]:
            self.memory[i["write_address"]] = i["write_data"]

    def uncovered(self) -> str:
        return "" if len(self.met) == self.beats else "a read of every address"


class RingWriterCase(Case):
    """Streams of any length; `free` moves up behind the writer, and at times laps ahead of it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = RingWriter(n)
        self.pixels = n.formats.ifmap_pixels
        self.capacity = n.shape.ring_beats
        self.available = Coin(self.rng, 0.5, 0.9, 1.0)
        self.frees = Coin(self.rng, 0.0, 0.0, 0.1, 0.5)
        self.known = self.runs = False
        self.restarts = 0  # cycles of a restart that are left
        self.taken = self.free = self.next_free = self.target = self.total = 0
        self.stretch, self.jumps = 0, False
        self.written = 0  # beats in the memory
        self.took = False  # in the cycle before
        c = n.counters
        self.lap = 1 << c.pixel_address_width
        self.full = self.streams = self.ahead = self.laps_ahead = self.resets = 0

    def _choose(self) -> None:
        rng, c = self.rng, self.numbers.counters
        largest = (1 << c.plane_beats_width) - 1
        self.plane_beats = rng.choice((1, rng.randint(1, 9), rng.randint(1, largest), largest))
        self.planes = rng.randint(1, min((1 << c.planes_width) - 1, rng.choice((2, 9, 30))))

    def drive(self) -> Values:
        begins = not self.known or self.rng.random() < (1 / 2000 if self.runs else 0.1)
        if self.restarts == 0 and begins:
            self.restarts = self.rng.randint(1, 3)
            self._choose()
        restart = self.restarts > 0
        self._free_more()
        c = self.numbers.counters
        return {
            "rst": int(self.rng.random() < (0.1 if self.restarts == 1 else 1 / 1000)),
            "restart": int(restart),
            "start": int(self.restarts == 1),
            "plane_beats": self.plane_beats,
            "planes": self.planes,
            "available": int(self.available()),
            "next_free": self.next_free & (1 << c.pixel_address_width) - 1,
        }

    def _free_more(self) -> None:
        """Behind the writer for a while, or ahead: then the fetch needs none of these pixels."""
        rng, taken = self.rng, self.taken * self.pixels
        if self.stretch == 0:
            self.stretch = rng.randint(50, 400)
            self.jumps = rng.random() < 0.6
            if self.laps_ahead <= 5 or rng.random() < 0.05:
                self.target = taken + self.lap + rng.randint(1, self.lap)
        self.stretch -= 1
        if self.jumps and self.free <= taken and rng.random() < 0.1:
            self.target = taken + rng.randint(1, self.lap // 8)
        self.next_free = self.free
        if self.free < self.target:
            self.next_free = min(self.target, self.free + self.lap // 4)
        elif self.frees() and not self.jumps:
            step = rng.randint(1, 4 * self.pixels)
            self.next_free = max(self.free, min(taken, self.free + step))

    def model(self, i: Values) -> Expected:
        if not self.known:
            return {}
        writer = self.component
        take = writer.take(bool(i["available"]), self.free)
        return {
            "take": take,
            "final_take": take and writer.final,
            "filled": writer.filled & (1 << self.numbers.counters.pixel_address_width) - 1,
            "write": writer.write,
            "write_address": writer.filled // self.pixels % self.capacity,
            "done": writer.done,
        }

    def _take(self, i: Values) -> bool:
        room = self.taken - self.free // self.pixels < self.capacity
        return bool(self.runs and i["available"] and room)

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        take = self._take(i)
        return {
            "take": take,
            "final_take": take and self.taken == self.total - 1,
            "filled": self.written * self.pixels
            & (1 << self.numbers.counters.pixel_address_width) - 1,
            "write": self.took,
            "write_address": self.written % self.capacity if self.took else DONT_CARE,
            "done": not self.runs,
        }

    def clock(self, i: Values) -> None:
        take = self._take(i)
        config = {"planes": i["planes"], "plane_beats": i["plane_beats"]}
        rst, restart, start = bool(i["rst"]), bool(i["restart"]), bool(i["start"])
        model_takes = self.component.take(bool(i["available"]), self.free)
        self.component.compute(rst, restart, start, model_takes, config)
        self.component.commit()
        self.full += self.taken - self.free // self.pixels == self.capacity
        self.ahead += self.known and self.free > self.taken * self.pixels
        self.laps_ahead += self.known and self.free > self.taken * self.pixels + self.lap
        self.resets += self.runs and rst
        self.restarts -= restart
        if restart:
            self.known, self.took = True, False
            self.runs = start and not rst
            self.streams += start
            self.taken = self.written = self.free = self.next_free = self.target = 0
            self.total = self.planes * self.plane_beats
            return
        self.written += self.took
        self.taken += take
        self.took = take
        self.runs = self.runs and not rst and self.taken < self.total
        self.free = self.next_free

    def uncovered(self) -> str:
        met = {
            "full ring": self.full > 50,
            "streams": self.streams > 5,
            "`free` ahead of the writer": self.ahead > 5,
            "`free` laps ahead of it": self.laps_ahead > 5,
            "reset in a stream": self.resets > 0,
        }
        return ", ".join(name for name, enough in met.items() if not enough)


dw_pixel_rotate = leaf_test("dw_pixel_rotate", PixelRotateCase, 1500)
dw_ring = leaf_test("dw_ring", RingCase, 2500)
dw_ring_writer = leaf_test("dw_ring_writer", RingWriterCase, 8000)
