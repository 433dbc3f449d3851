"""Sizes of a tap-serial array that a spec may leave open."""

from __future__ import annotations

from functools import cached_property

from dwsim.derive.serial_formats import FULL_RATE_COLUMNS, SerialFormats

FULL_RATE_STRIDE = 2
"""The largest stride at which all cells of a tap-serial array work."""

MAX_CHECKED = 128
"""The most pixels that a read checks if each cell has a ring of its own."""


class SerialShape:
    """Sizes of a tap-serial array that a spec may leave open, and their defaults."""

    def __init__(self, formats: SerialFormats) -> None:
        self.spec = formats.spec
        self.formats = formats

    @cached_property
    def requantisers(self) -> int:
        """Sums that leave the array in a cycle.

        Default: ``full_rate_sums``, in whole pixels if that is more than one pixel, and at most
        a beat of the ofmap.
        """
        if self.spec.requantisers is not None:
            return self.spec.requantisers
        lanes, sums = self.spec.lanes, self.formats.full_rate_sums
        if sums <= lanes:
            return sums
        return lanes * min(self.formats.ofmap_pixels, -(-sums // lanes))

    @cached_property
    def drain_pixels(self) -> int:
        """Pixels that may leave the array in a cycle: above 1, always whole ones."""
        return -(-self.requantisers // self.spec.lanes)

    @property
    def copied_rings(self) -> bool:
        """Each cell of each lane reads a ring of its own."""
        return self.spec.rings == "copied"

    @cached_property
    def segment(self) -> int:
        """Pixels of a segment. Default: the span of a kernel row at ``FULL_RATE_STRIDE``."""
        if self.spec.segment is not None:
            return self.spec.segment
        return (self.formats.pixels - 1) * FULL_RATE_STRIDE + self.spec.kernel_w

    @cached_property
    def ring_pixels(self) -> int:
        """Pixels of a read of the ring.

        Default: the smallest width with which a row of a kernel of up to ``FULL_RATE_COLUMNS``
        columns takes at most one read a tap at stride ``FULL_RATE_STRIDE``, from any first pixel.
        With copied rings a read only checks that its pixels are there, those of a segment at once.
        """
        if self.spec.ring_pixels is not None:
            return self.spec.ring_pixels
        beat = self.formats.ifmap_pixels
        if self.copied_rings:
            return min(1 << (self.segment + beat - 2).bit_length(), MAX_CHECKED)
        columns = min(FULL_RATE_COLUMNS, self.spec.kernel_w)
        span = (self.formats.pixels - 1) * FULL_RATE_STRIDE + columns
        width = beat
        while -(-(span + beat - 1) // width) > columns:
            width *= 2
        return width

    @property
    def ring_rows(self) -> int:
        """Rows of the largest row pitch that the ring holds at least.

        Default: the reach of the largest kernel, and the rows by which the writer runs ahead of a
        group at the full-rate stride.
        """
        if self.spec.ring_rows is not None:
            return self.spec.ring_rows
        reach = (self.spec.kernel_h - 1) * self.spec.max_dilation_h + 1
        return reach + 2 * FULL_RATE_STRIDE

    @property
    def kernel_pixels(self) -> int:
        """Pixels of the rows of the largest row pitch that the largest kernel reaches over."""
        rows = (self.spec.kernel_h - 1) * self.spec.max_dilation_h + 1
        return rows * self.spec.max_row_pitch

    @cached_property
    def ring_beats(self) -> int:
        """Beats that the ring holds: a power of two."""
        rows = -(-self.ring_rows * self.spec.max_row_pitch // self.formats.ifmap_pixels)
        banks = self.ring_pixels // self.formats.ifmap_pixels
        return 1 << max((rows + banks - 1).bit_length(), banks.bit_length())
