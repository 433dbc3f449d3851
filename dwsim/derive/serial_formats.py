"""Number formats and stream words of a tap-serial engine."""

from __future__ import annotations

from functools import cached_property

from dwsim.derive.number_formats import NumberFormats
from dwsim.spec.dataflow_rules import MAX_BEAT_PIXELS
from dwsim.spec.float_sums import PARTIAL_SUMS

FULL_RATE_COLUMNS = 3
"""Columns of a kernel row that the default read width of the ring keeps at full rate."""

FULL_RATE_TAPS = FULL_RATE_COLUMNS**2
"""Taps of the smallest kernel whose sums leave at full rate by default."""


class SerialFormats(NumberFormats):
    """The numbers of a tap-serial engine's arithmetic and streams.

    A beat of the ifmap has ``ifmap_pixels`` neighbouring pixels of all lanes, the first pixel
    lowest; a beat of the ofmap has ``ofmap_pixels``. A weight set has a beat for each tap of the
    engine's kernel, then for each lane the beats of its scale.
    """

    @property
    def pixels(self) -> int:
        """Cells of a lane."""
        assert self.spec.pixels is not None, "a tap-serial spec has checked this"
        return self.spec.pixels

    @property
    def ifmap_pixels(self) -> int:
        """Pixels of an ifmap beat."""
        return self.spec.ifmap_pixels or 1

    @cached_property
    def ofmap_pixels(self) -> int:
        """Pixels of an ofmap beat.

        Default: those of an ifmap beat, or those that leave the array together if they are more.
        """
        if self.spec.ofmap_pixels is not None:
            return self.spec.ofmap_pixels
        sums = self.full_rate_sums if self.spec.requantisers is None else self.spec.requantisers
        return min(MAX_BEAT_PIXELS, max(self.ifmap_pixels, -(-sums // self.spec.lanes)))

    @cached_property
    def full_rate_sums(self) -> int:
        """Sums a cycle with which a kernel of ``FULL_RATE_TAPS`` taps keeps the cells at work.

        If the engine's kernel has fewer taps, those count.
        """
        taps = min(FULL_RATE_TAPS, self.spec.taps)
        return -(-self.spec.lanes * self.pixels // taps)

    @property
    def pixel_width(self) -> int:
        """Bits of a pixel in the ring: all lanes' operands."""
        return self.spec.lanes * self.operand_width

    @property
    def ifmap_beat_values(self) -> int:
        """Values of an ifmap beat."""
        return self.spec.lanes * self.ifmap_pixels

    @property
    def ofmap_beat_values(self) -> int:
        """Values of an ofmap beat."""
        return self.spec.lanes * self.ofmap_pixels

    @property
    def operand_beat_width(self) -> int:
        """Bits of an ifmap beat whose zero point has been taken out."""
        return self.pixel_width * self.ifmap_pixels

    @property
    def partial_sums(self) -> int:
        """Sums that a cell keeps: one, or several of floats, because their adder takes several
        cycles; never more than the kernel has taps."""
        return min(PARTIAL_SUMS, self.spec.taps) if self.is_float else 1

    @property
    def sums_width(self) -> int:
        """Bits of the sums that a cell keeps."""
        return self.partial_sums * self.acc_width

    @property
    def part_rounds(self) -> int:
        """Rounds in which the partial sums of a cell are added in pairs."""
        return (self.partial_sums - 1).bit_length()

    @property
    def scale_width(self) -> int:
        """Bits of a lane's scale: bias, multiplier and right shift, in whole bytes; in floating
        point its bias."""
        return sum(8 * part.words for part in self.scale_parts) + self.bias_words * self.word_width

    @property
    def word_width(self) -> int:
        """Bits of a lane of a parameter beat that carry a scale: a byte, or a word of a float."""
        return self.spec.weight_width if self.is_float else 8

    @property
    def scale_beats(self) -> int:
        """Parameter beats of a lane's scale."""
        return -(-self.scale_width // (self.word_width * self.spec.lanes))

    @property
    def param_words(self) -> int:
        """Beats of a weight set: its taps, then the scales of its lanes."""
        return self.spec.taps + self.spec.lanes * self.scale_beats
