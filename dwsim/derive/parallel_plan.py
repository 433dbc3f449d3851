"""ParallelPlan: a layer on a tap-parallel engine."""

from __future__ import annotations

from functools import cached_property

from dwsim.derive.config_values import Config, geometry_config
from dwsim.derive.engine_numbers import EngineNumbers
from dwsim.derive.fit_rules import check_fit
from dwsim.derive.plan import Plan


class ParallelPlan(Plan, dataflow="tap_parallel"):
    """The slot raster's law: a slot a cycle, an emitting one ``hold_cycles``."""

    numbers: EngineNumbers

    def _check_fit(self) -> None:
        check_fit(self.layer, self.numbers, self.raster, self.quantisation, self.epilogue)

    @property
    def ifmap_beats(self) -> int:
        """Beats of the ifmap stream."""
        return self.layer.batch * self.channel_groups * self.layer.ifmap_h * self.layer.ifmap_w

    @property
    def ofmap_beats(self) -> int:
        """Beats of the ofmap stream."""
        layer = self.layer
        pixels = layer.batch * layer.ofmap_h * layer.ofmap_w
        return pixels * self.channel_groups * layer.channel_multiplier

    @property
    def slots(self) -> int:
        """Slots of the stream up to the one that emits its last output."""
        layer = self.layer
        last = (layer.ofmap_h - 1) * layer.stride_h * self.raster.row_pitch
        last += (layer.ofmap_w - 1) * layer.stride_w + 1
        before = (self.planes - 1) * self.raster.plane_pitch
        return before + last * self.interleave + max(self.raster.lag, 0)

    @property
    def hold_cycles(self) -> int:
        """Cycles of an emitting slot: the passes of each of its ofmap beats."""
        return self.layer.channel_multiplier * self.engine.passes

    @property
    def slot_cycles(self) -> int:
        """Cycles of the stream's slots: one each, but ``hold_cycles`` for an emitting slot."""
        emitting = self.ofmap_beats // self.layer.channel_multiplier
        return self.slots + emitting * (self.hold_cycles - 1)

    @property
    def cycles(self) -> int:
        """Cycles from the cfg handshake to the last ofmap transfer, without stalls."""
        return self.slot_cycles + self.numbers.timing.latency

    @property
    def image_cycles(self) -> int:
        """Cycles from one image to the next in a stream, without stalls: the steady interval."""
        layer = self.layer
        emitting = layer.ofmap_h * layer.ofmap_w * self.channel_groups
        return self.image_planes * self.raster.plane_pitch + emitting * (self.hold_cycles - 1)

    @property
    def switch_cycles(self) -> int:
        """Cycles from the last ofmap transfer to the next cfg handshake, without stalls.

        0, unless the engine must still take ifmap beats that no output needs when the pipeline
        has drained.
        """
        layer = self.layer
        last_take = (self.planes - 1) * self.raster.plane_pitch + max(-self.raster.lag, 0)
        last_take += ((layer.ifmap_h - 1) * self.raster.row_pitch + layer.ifmap_w) * self.interleave
        return max(0, last_take - self.slots - self.numbers.timing.drain_cycles)

    @property
    def bound(self) -> int:
        """The fewest cycles that the ports and the shape of the array permit.

        Every ifmap beat crosses the input port, every ofmap beat the output port, and the
        array needs ``passes`` cycles for an ofmap beat.
        """
        return max(self.ifmap_beats, self.ofmap_beats * self.engine.passes)

    @cached_property
    def geometry(self) -> Config:
        """Value of every ``cfg_*`` port except those of the requantiser or the epilogue."""
        return geometry_config(self.layer, self.raster, self.engine) | {
            "planes": self.planes,
            "image_planes": self.image_planes,
            "weight_sets": self.weight_sets,
            "tail_channels": self.tail_channels,
        }
