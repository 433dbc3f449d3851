"""SerialGeometry: how the cells of a tap-serial array walk over a plane of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.place_raster import PlaceRaster


@dataclass(frozen=True)
class SerialGeometry:
    """A layer's plane, cut into groups of ``cells`` neighbouring places.

    With ``tap_segments`` a segment holds the pixels of one tap, otherwise those of a kernel row.
    """

    raster: PlaceRaster
    """The places over which the cells walk."""
    cells: int
    tap_segments: bool

    @property
    def layer(self) -> LayerSpec:
        """The layer of the plane."""
        return self.raster.layer

    @property
    def places_w(self) -> int:
        """P, places of a raster row."""
        return self.raster.places_w

    @property
    def pitch(self) -> int:
        """Ifmap columns from the places of an ofmap row to those of the next."""
        return self.raster.pitch

    @cached_property
    def places(self) -> int:
        """Places of a plane, up to that of its last pixel."""
        return self.raster.places

    @cached_property
    def groups(self) -> int:
        """Groups of a plane."""
        return -(-self.places // self.cells)

    @property
    def last_cell(self) -> int:
        """The cell of the last ofmap pixel of a plane."""
        return (self.places - 1) % self.cells

    @property
    def plane_pixels(self) -> int:
        """Ofmap pixels of a plane, for all its weight sets."""
        return self.layer.ofmap_h * self.layer.ofmap_w * self.layer.channel_multiplier

    @property
    def span(self) -> int:
        """Pixels of a segment."""
        columns = 1 if self.tap_segments else (self.layer.kernel_w - 1) * self.layer.dilation_w + 1
        return (self.cells - 1) * self.layer.stride_w + columns

    @property
    def segment_taps(self) -> int:
        """Taps of a segment."""
        return 1 if self.tap_segments else self.layer.kernel_w

    @property
    def set_segments(self) -> int:
        """Segments of a weight set in a group."""
        return self.layer.kernel_h * (self.layer.kernel_w if self.tap_segments else 1)

    @property
    def reach_rows(self) -> int:
        """Ifmap rows between the first and the last pixel that a group needs, both counted."""
        layer = self.layer
        # From the first column of the raster row to the last one that the last group's taps touch.
        columns = (self.places_w + self.cells - 2) * layer.stride_w - layer.pad_left
        columns += (layer.kernel_w - 1) * layer.dilation_w
        rows = min(max(columns, 0) // self.pitch, layer.ofmap_h - 1)
        reach = (layer.kernel_h - 1) * layer.dilation_h + rows * layer.stride_h + 1
        return min(reach, layer.ifmap_h)

    def reach_beats(self, beat_pixels: int) -> int:
        """Ifmap beats that the ring must hold for a group; the first and last may be partial."""
        return -(-self.reach_rows * self.layer.ifmap_w // beat_pixels) + 1


def chunks_of(geometry: SerialGeometry, numbers: SerialNumbers) -> int:
    """Cycles in which the sums of a group leave the array."""
    return -(-numbers.spec.lanes * geometry.cells // numbers.shape.requantisers)


def plane_chunks(geometry: SerialGeometry, numbers: SerialNumbers) -> int:
    """Cycles in which the sums of a plane leave the array."""
    turns = geometry.groups * geometry.layer.channel_multiplier - 1
    return turns * chunks_of(geometry, numbers) + final_chunks_of(geometry, numbers)


def last_pixel_chunks(geometry: SerialGeometry, numbers: SerialNumbers) -> int:
    """Cycles in which the sums of a plane's last group leave, up to that of the last pixel."""
    return -(-numbers.spec.lanes * (geometry.last_cell + 1) // numbers.shape.requantisers)


def final_chunks_of(geometry: SerialGeometry, numbers: SerialNumbers) -> int:
    """Cycles in which the sums of a plane's last group leave.

    A cycle more where several pixels leave together: those of the last cycle can complete a beat
    and begin another one.
    """
    return last_pixel_chunks(geometry, numbers) + (numbers.shape.drain_pixels > 1)


def divides_last_pixels(geometry: SerialGeometry, numbers: SerialNumbers) -> bool:
    """A beat ends within the pixels that leave in the last cycle of a plane."""
    layer, together = geometry.layer, numbers.shape.drain_pixels
    rest = geometry.plane_pixels % numbers.formats.ofmap_pixels
    if rest == 0:
        return False
    first = geometry.last_cell // together * together
    places = range(geometry.places - 1 - geometry.last_cell + first, geometry.places)
    return rest < sum(place % geometry.places_w < layer.ofmap_w for place in places)
