"""PlaceRaster: the grid of places over which the cells of a tap-serial array walk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dwsim.spec.layer_spec import LayerSpec


@dataclass(frozen=True)
class PlaceRaster:
    """The places of a layer's plane; the place in column j of row i is number ``i*places_w + j``.

    A row has enough places that the pixels of two ofmap rows never meet under the cells unless one
    of them is masked; places behind the last ofmap column yield no pixel.
    """

    layer: LayerSpec

    @cached_property
    def places_w(self) -> int:
        """P, places of a row."""
        layer = self.layer
        last = (layer.ofmap_w - 1) * layer.stride_w + (layer.kernel_w - 1) * layer.dilation_w
        used = min(layer.ifmap_w - 1, last - layer.pad_left) + 1
        return max(layer.ofmap_w, -(-used // layer.stride_w))

    @property
    def pitch(self) -> int:
        """Ifmap columns from the places of a row to those of the next."""
        return self.places_w * self.layer.stride_w

    @property
    def rows(self) -> int:
        """Ifmap rows that the places of a plane stand on."""
        return self.layer.ofmap_h * self.layer.stride_h

    @property
    def places(self) -> int:
        """Places of a plane, up to that of its last pixel."""
        return self.places_w * (self.layer.ofmap_h - 1) + self.layer.ofmap_w
