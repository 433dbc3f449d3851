"""Stage latencies of a tap-serial engine, and its output FIFO."""

from __future__ import annotations

from functools import cached_property

from dwsim.derive.serial_counters import SerialCounters
from dwsim.derive.stages import (
    CREDIT_CYCLES,
    FIFO_CYCLES,
    FLOAT_PRODUCT_CYCLES,
    FLOAT_SUM_CYCLES,
    PRODUCT_CYCLES,
    SERIAL_DRAIN_CYCLES,
    SERIAL_FIRE_CYCLES,
    SERIAL_MERGE_CYCLES,
    SERIAL_PACK_CYCLES,
    SERIAL_RING_CYCLES,
    SERIAL_ROOM_CYCLES,
    SUM_CYCLES,
)
from dwsim.spec.number_range import bits


class SerialTiming:
    """Cycles between the stages of a tap-serial engine, and the FIFO that covers them."""

    def __init__(self, counters: SerialCounters) -> None:
        self.spec = counters.spec
        self.counters = counters
        self.formats = counters.formats

    @property
    def add_cycles(self) -> int:
        """From a tap to the mark of its product, a cycle before it: so each cell can mask its
        product, and choose its partial sum in floats."""
        fire = SERIAL_FIRE_CYCLES + SERIAL_RING_CYCLES * self.counters.shape.copied_rings
        if self.formats.is_float:
            return fire - PRODUCT_CYCLES + FLOAT_PRODUCT_CYCLES - 1
        return fire - 1

    @property
    def sum_cycles(self) -> int:
        """From the mark of a product to a sum with it in its register."""
        return 1 + SUM_CYCLES + (FLOAT_SUM_CYCLES if self.formats.is_float else 0)

    @property
    def start_cycles(self) -> int:
        """From the last tap of a group to the start of the drain, which takes the sums
        ``SERIAL_DRAIN_CYCLES`` later, so that scales are read in time."""
        return self.add_cycles + self.sum_cycles - SERIAL_DRAIN_CYCLES

    @property
    def latency(self) -> int:
        """From the last tap of a group to the transfer of a beat that its first sums complete."""
        return self.start_cycles + 1 + self.drain_cycles + 1

    @property
    def requantise_cycles(self) -> int:
        """From a sum at the end of the drain to its value."""
        return self.part_cycles + self.formats.requantise_cycles

    @property
    def bias_delay(self) -> int:
        """From an active cycle of the drain to the sums of the partial sums that it moves."""
        return SERIAL_DRAIN_CYCLES + self.part_cycles

    @property
    def part_cycles(self) -> int:
        """From partial sums at the end of the drain to their sum."""
        return self.formats.part_rounds * FLOAT_SUM_CYCLES

    @cached_property
    def drain_cycles(self) -> int:
        """From the cycle in which a sum is about to leave the array to its transfer."""
        to_beat = SERIAL_DRAIN_CYCLES + self.requantise_cycles + self.pack_cycles
        return to_beat + FIFO_CYCLES - 1

    @property
    def control_cycles(self) -> int:
        """Cycles that ``dw_control`` waits after a last tap, or an active cycle of the drain.

        The way of a sum to its beat; but the drain of the last group must begin before they end,
        which takes longer in floats with few partial sums.
        """
        return max(self.drain_cycles, self.start_cycles + 1)

    @property
    def pack_cycles(self) -> int:
        """From a value to a beat that it completes."""
        return SERIAL_MERGE_CYCLES if self.counters.shape.drain_pixels > 1 else SERIAL_PACK_CYCLES

    @property
    def drain_width(self) -> int:
        """Bits of a count of drain cycles."""
        return bits(self.drain_cycles)

    @property
    def fifo_depth_min(self) -> int:
        """Beats with which no group ever waits for room unless the sink stalls.

        A group claims its pixels, and at the end of a plane the rest of a beat. The groups after
        the oldest one whose claim has not returned leave in less than ``away`` cycles together.
        Beside them a beat may be open, and the next group needs room for the largest claim.
        """
        lanes, requantisers = self.spec.lanes, self.counters.shape.requantisers
        rest, largest = self.formats.ofmap_pixels - 1, self.counters.largest_claim
        claims = {
            -(-lanes * used // requantisers): used + rest
            for used in range(1, self.formats.pixels + 1)
        }
        away = self.start_cycles + 1 + self.drain_cycles + 1 + CREDIT_CYCLES + SERIAL_ROOM_CYCLES
        most = [0] * away  # [n]: the claims of groups that leave in n cycles
        for cycles in range(1, away):
            groups = [most[cycles - n] + claim for n, claim in claims.items() if n <= cycles]
            most[cycles] = max(groups, default=0)
        pixels = most[-1] + largest + rest + largest
        return -(-pixels // self.formats.ofmap_pixels)

    @property
    def fifo_depth(self) -> int:
        """Beats of the output FIFO."""
        if self.spec.fifo_depth is not None:
            return self.spec.fifo_depth
        return 1 << (self.fifo_depth_min - 1).bit_length()

    @property
    def fifo_address_width(self) -> int:
        """Bits of an address of the output FIFO."""
        return bits(self.fifo_depth - 1)

    @property
    def credits(self) -> int:
        """Pixels for which the output FIFO has room."""
        return self.fifo_depth * self.formats.ofmap_pixels

    @property
    def credit_width(self) -> int:
        """Bits of a count of credits."""
        return bits(self.credits)
