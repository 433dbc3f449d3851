"""Widths of the counters of a tap-serial engine."""

from __future__ import annotations

from dwsim.derive.serial_shape import SerialShape
from dwsim.spec.number_range import bits, range_bits


class SerialCounters:
    """Widths of a tap-serial engine's counters, coordinates and addresses, in bits."""

    def __init__(self, shape: SerialShape) -> None:
        self.spec = shape.spec
        self.shape = shape
        self.formats = shape.formats

    @property
    def x_width(self) -> int:
        """Column of the raster, signed: cells run past a row by a segment on both sides."""
        reach = self.spec.kernel_w * self.spec.max_dilation_w + self.shape.segment
        largest = 2 * self.spec.max_row_pitch + reach + self.shape.ring_pixels
        return range_bits(-2 * largest, 2 * largest)

    @property
    def y_width(self) -> int:
        """Row of the raster, signed: a group may step over a whole plane."""
        reach = self.spec.kernel_h * self.spec.max_dilation_h
        largest = 2 * self.spec.max_plane_rows + reach
        return range_bits(-2 * largest, 2 * largest)

    @property
    def ring_address_width(self) -> int:
        """Address of a beat in the ring."""
        return bits(self.shape.ring_beats - 1)

    @property
    def pixel_address_width(self) -> int:
        """Address of a pixel; the sign of a difference tells an address ahead from one behind.

        A pixel that a segment reads lies at most a ring behind the next one that is written, and
        less than two planes ahead: every plane has such pixels, or none has. The first row under
        the kernel is above the ifmap by less than the rows of a plane and of the kernel's reach.
        """
        spec = self.spec
        ring = self.shape.ring_beats * self.formats.ifmap_pixels
        above = spec.max_row_pitch * (spec.max_plane_rows + spec.kernel_h * spec.max_dilation_h)
        apart = max(ring, 2 * self.max_plane_pixels, above)
        return max(bits(apart - 1) + 1, self.x_width + 1)

    @property
    def cell_address_width(self) -> int:
        """Address of a pixel in the ring of a cell, which wraps."""
        return bits(self.shape.ring_beats * self.formats.ifmap_pixels - 1)

    @property
    def laps_width(self) -> int:
        """Laps from the beat that goes next to the fetch: in a lap every pixel address occurs once.

        The ring begins a lap before the fetch, which passes planes of which it reads no pixel, at
        most up to the end of the stream.
        """
        planes = self.spec.max_batch * self.spec.max_channel_groups
        most = planes * self.max_plane_pixels >> self.pixel_address_width
        return bits(max(most, 1) + 1)

    @property
    def place_width(self) -> int:
        """Place in a segment."""
        return bits(self.shape.segment)

    @property
    def amount_width(self) -> int:
        """Amount of a rotation."""
        return bits(self.shape.ring_pixels - 1)

    @property
    def tap_width(self) -> int:
        """Count of taps on an axis."""
        return bits(max(self.spec.kernel_h, self.spec.kernel_w))

    @property
    def max_groups(self) -> int:
        """Groups of the largest plane: every place on its own."""
        return self.spec.max_row_pitch * self.spec.max_plane_rows

    @property
    def max_plane_pixels(self) -> int:
        """Pixels of the largest plane, with those that fill its last beat."""
        beat = self.formats.ifmap_pixels
        return -(-self.spec.max_row_pitch * self.spec.max_plane_rows // beat) * beat

    @property
    def groups_width(self) -> int:
        """Count of the groups of a plane."""
        return bits(self.max_groups)

    @property
    def plane_beats_width(self) -> int:
        """Count of the ifmap beats of a plane."""
        return bits(self.max_groups)

    @property
    def cells_width(self) -> int:
        """Count of the cells of a lane."""
        return bits(self.formats.pixels)

    @property
    def chunks_width(self) -> int:
        """Count of the cycles in which the sums of a group leave."""
        chunks = -(-self.spec.lanes * self.formats.pixels // self.shape.requantisers)
        return bits(chunks + (self.shape.drain_pixels > 1))

    @property
    def drain_cell_width(self) -> int:
        """Index of a cell whose sums leave: it may run past the last cell by two chunks."""
        return bits(self.formats.pixels + 2 * (self.shape.drain_pixels - 1))

    @property
    def multiplier_width(self) -> int:
        """Count of the weight sets of a plane."""
        return bits(self.spec.max_channel_multiplier)

    @property
    def planes_width(self) -> int:
        """Count of planes."""
        return bits(self.spec.max_batch * self.spec.max_channel_groups)

    @property
    def channel_groups_width(self) -> int:
        """Count of the channel groups of an image."""
        return bits(self.spec.max_channel_groups)

    @property
    def weight_sets(self) -> int:
        """Weight sets of one bank."""
        return self.spec.max_channel_groups * self.spec.max_channel_multiplier

    @property
    def sets_width(self) -> int:
        """Count of weight sets."""
        return bits(self.weight_sets)

    @property
    def set_width(self) -> int:
        """Index of a weight set."""
        return bits(self.weight_sets - 1)

    @property
    def word_width(self) -> int:
        """Index of a weight: taps of a set follow each other."""
        return bits(self.weight_sets * self.spec.taps - 1)

    @property
    def marks_width(self) -> int:
        """The marks of a group: its weight set, three ends, and its cells with an ofmap pixel."""
        return self.set_width + 3 + self.formats.pixels

    @property
    def lane_width(self) -> int:
        """Index of a lane."""
        return bits(self.spec.lanes - 1)

    @property
    def lane_count_width(self) -> int:
        """Count of lanes."""
        return bits(self.spec.lanes)

    @property
    def pad_width(self) -> int:
        """Count of the places of a plane's last beat that stay empty."""
        return bits(self.formats.ofmap_pixels - 1)

    @property
    def beat_count_width(self) -> int:
        """Count of the pixels of an ofmap beat."""
        return bits(self.formats.ofmap_pixels)

    @property
    def largest_claim(self) -> int:
        """Pixels that a group takes room for at most: its own and the rest of a beat."""
        return self.formats.pixels + self.formats.ofmap_pixels - 1
