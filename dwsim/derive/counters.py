"""Counters: the largest counts of an engine, and the bits that hold them."""

from __future__ import annotations

from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.number_range import bits, range_bits


class Counters:
    """The largest counts of an engine (rasters, delays, tags, weight sets) and their widths."""

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec

    @property
    def col_width(self) -> int:
        """Bits of a count of columns of the raster."""
        return bits(self.spec.max_row_pitch)

    @property
    def row_width(self) -> int:
        """Bits of a count of rows of the raster."""
        return bits(self.spec.max_plane_rows)

    @property
    def tap_col_width(self) -> int:
        """Bits of the ifmap column under a tap: from -row_pitch to 2*row_pitch, signed."""
        return range_bits(-self.spec.max_row_pitch, 2 * self.spec.max_row_pitch)

    @property
    def tap_row_width(self) -> int:
        """Bits of the ifmap row under a tap: from -plane_rows to 2*plane_rows, signed."""
        return range_bits(-self.spec.max_plane_rows, 2 * self.spec.max_plane_rows)

    @property
    def max_planes(self) -> int:
        """Planes of the largest stream."""
        return self.spec.max_batch * self.spec.max_channel_groups

    @property
    def max_row_delay(self) -> int:
        """Slots of the longest row delay."""
        return self.spec.max_dilation_h * self.spec.max_row_pitch

    @property
    def max_col_delay(self) -> int:
        """Slots of the longest column delay."""
        return self.spec.max_dilation_w * self.spec.max_interleave

    @property
    def reach(self) -> int:
        """Slots between the newest and the oldest tap of the largest window."""
        columns = (self.spec.kernel_w - 1) * self.max_col_delay
        return (self.spec.kernel_h - 1) * self.max_row_delay + columns

    @property
    def max_lag(self) -> int:
        """Longest lag and longest lead in slots: the length of the marker delay line (0: none)."""
        return max(self.reach, self.spec.max_lead)

    @property
    def weight_sets(self) -> int:
        """Weight sets of one bank: one for each channel group and multiplier index."""
        return self.spec.max_channel_groups * self.spec.max_channel_multiplier

    @property
    def set_width(self) -> int:
        """Bits of a weight-set index."""
        return bits(self.weight_sets - 1)

    @property
    def weight_words(self) -> int:
        """Words of one bank of a multiplier's weights: one for each set and pass."""
        return self.weight_sets * self.spec.passes

    @property
    def word_width(self) -> int:
        """Bits of the index of a weight word."""
        return bits(self.weight_words - 1)

    @property
    def pass_index_width(self) -> int:
        """Bits of the index of a pass."""
        return bits(self.spec.passes - 1)

    @property
    def sets_width(self) -> int:
        """Bits of a count of weight sets."""
        return bits(self.weight_sets)

    @property
    def planes_width(self) -> int:
        """Bits of a count of planes."""
        return bits(self.max_planes)

    @property
    def groups_width(self) -> int:
        """Bits of a count of channel groups."""
        return bits(self.spec.max_channel_groups)

    @property
    def lag_width(self) -> int:
        """Bits of a lag or lead."""
        return bits(self.max_lag)

    @property
    def row_delay_width(self) -> int:
        """Bits of a row delay."""
        return bits(self.max_row_delay)

    @property
    def col_delay_width(self) -> int:
        """Bits of a column delay."""
        return bits(self.max_col_delay)

    @property
    def interleave_width(self) -> int:
        """Bits of a count of interleaved channel groups."""
        return bits(self.spec.max_interleave)

    @property
    def hold_width(self) -> int:
        """Bits of a count of the ofmap beats of a window."""
        return bits(self.spec.max_channel_multiplier)

    @property
    def keep_width(self) -> int:
        """Bits of a count of ofmap channels of one channel group, plus one."""
        return bits(self.spec.lanes * self.spec.max_channel_multiplier + 1)

    @property
    def lane_count_width(self) -> int:
        """Bits of a count of lanes."""
        return bits(self.spec.lanes)
