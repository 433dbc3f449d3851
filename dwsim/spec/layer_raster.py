"""Raster: the grid of slots in which a layer's pixels are counted, the same on every engine."""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.spec.layer_spec import LayerSpec


@dataclass(frozen=True)
class Raster:
    """The slot raster of a layer whose stream interleaves ``interleave`` channel groups.

    Input (y, x) of group g of plane p occupies slot ``p*plane_pitch + (y*row_pitch +
    x)*interleave + g``; output (i, j) is emitted at slot ``p*plane_pitch + (i*stride_h*row_pitch
    + j*stride_w)*interleave + g + lag``.
    """

    layer: LayerSpec
    interleave: int = 1

    @property
    def row_pitch(self) -> int:
        """R, pixels of a raster row; each takes ``interleave`` slots."""
        layer = self.layer
        return max(layer.ifmap_w, (layer.ofmap_w - 1) * layer.stride_w + 1)

    @property
    def plane_rows(self) -> int:
        """Rows of a plane's raster."""
        layer = self.layer
        return max(layer.ifmap_h, (layer.ofmap_h - 1) * layer.stride_h + 1)

    @property
    def plane_pitch(self) -> int:
        """F, slots from a plane to the next."""
        return self.row_pitch * self.plane_rows * self.interleave

    @property
    def lag(self) -> int:
        """Slots between input (0, 0) and output (0, 0) of a plane; negative: outputs lead."""
        layer = self.layer
        rows = (layer.kernel_h - 1) * layer.dilation_h - layer.pad_top
        columns = (layer.kernel_w - 1) * layer.dilation_w - layer.pad_left
        return (rows * self.row_pitch + columns) * self.interleave

    @property
    def row_delay(self) -> int:
        """Slots between two kernel rows; 1 if the kernel has only one row."""
        if self.layer.kernel_h == 1:
            return 1
        return self.layer.dilation_h * self.row_pitch * self.interleave

    @property
    def col_delay(self) -> int:
        """Slots between two kernel columns; 1 if the kernel has only one column."""
        return self.layer.dilation_w * self.interleave if self.layer.kernel_w > 1 else 1
