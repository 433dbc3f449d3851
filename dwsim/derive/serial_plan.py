"""SerialPlan: a layer on a tap-serial engine."""

from __future__ import annotations

from functools import cached_property

from dwsim.derive.config_values import Config
from dwsim.derive.fit_rules import check_serial_fit, values_rules
from dwsim.derive.plan import Plan
from dwsim.derive.serial_geometry import SerialGeometry, chunks_of, final_chunks_of
from dwsim.derive.serial_law import ending, run_cycles
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_run import RunEnd
from dwsim.derive.serial_walk import choose_geometry
from dwsim.derive.stages import START_CYCLES
from dwsim.spec.place_raster import PlaceRaster

_STEADY_IMAGES = 2
"""Images after which every image takes as long as the next."""


class SerialPlan(Plan, dataflow="tap_serial"):
    """The law of ``dwsim.derive.serial_law``: writer, fetch and sequencer, each at its pace."""

    numbers: SerialNumbers
    walk: SerialGeometry
    """The walk of the cells over a plane."""

    def _check_fit(self) -> None:
        check_serial_fit(self.layer, self.numbers, self.raster, self.quantisation, self.epilogue)
        walk = choose_geometry(self.layer, self.numbers)
        if walk is None:
            least = SerialGeometry(PlaceRaster(self.layer), 1, True)
            needed = least.reach_beats(self.numbers.formats.ifmap_pixels)
            rules = values_rules(self.layer, self.engine, None, None)
            rules.fail(
                "ring_rows",
                self.numbers.shape.ring_rows,
                f"gives a ring of {self.numbers.shape.ring_beats} beats; the layer's kernel reaches"
                f" over {needed}",
            )
            rules.raise_if_any()
            raise AssertionError("a broken rule raises")
        self.walk = walk

    @property
    def plane_beats(self) -> int:
        """Ifmap beats of a plane; the last one may be partial."""
        return -(-self.layer.ifmap_h * self.layer.ifmap_w // self.numbers.formats.ifmap_pixels)

    @property
    def plane_pixels(self) -> int:
        """Ofmap pixels of a plane, for all its weight sets."""
        return self.walk.plane_pixels

    @property
    def plane_ofmap_beats(self) -> int:
        """Ofmap beats of a plane; the last one may be partial."""
        return -(-self.plane_pixels // self.numbers.formats.ofmap_pixels)

    @property
    def ifmap_beats(self) -> int:
        """Beats that enter."""
        return self.planes * self.plane_beats

    @property
    def ofmap_beats(self) -> int:
        """Beats that leave."""
        return self.planes * self.plane_ofmap_beats

    @cached_property
    def run(self) -> RunEnd:
        """The run of the array: its first and last tap, the waits between them."""
        return run_cycles(self.walk, self.numbers, self.planes, self.plane_beats)

    @cached_property
    def _ending(self) -> tuple[int, int]:
        return ending(self.walk, self.numbers, self.run)

    @property
    def tap_cycles(self) -> int:
        """Cycles in which a tap fires."""
        turns = self.planes * self.walk.groups * self.layer.channel_multiplier
        return turns * self.layer.kernel_h * self.layer.kernel_w

    @property
    def cycles(self) -> int:
        """Cycles from the cfg handshake to the last ofmap transfer, without stalls."""
        return START_CYCLES + self._ending[0] + 1

    @property
    def image_cycles(self) -> int:
        """Cycles from an image to the next in one stream, without stalls: the steady interval."""
        ends = [
            run_cycles(self.walk, self.numbers, images * self.image_planes, self.plane_beats).fire
            for images in (_STEADY_IMAGES, _STEADY_IMAGES + 1)
        ]
        return ends[1] - ends[0]

    @property
    def switch_cycles(self) -> int:
        """Cycles from the last ofmap transfer to the next cfg handshake, without stalls."""
        return self._ending[1]

    @property
    def bound(self) -> int:
        """The fewest cycles that ports, cells and requantisers permit."""
        turns = self.planes * self.walk.groups * self.layer.channel_multiplier
        leaving = turns * chunks_of(self.walk, self.numbers)
        return max(self.ifmap_beats, self.ofmap_beats, self.tap_cycles, leaving)

    @cached_property
    def geometry(self) -> Config:
        """Value of every ``cfg_*`` port but the requantiser's."""
        layer, walk = self.layer, self.walk
        steps_x, steps_y = walk.cells % walk.places_w, walk.cells // walk.places_w
        step_y = steps_y * layer.stride_h
        dilation_h = layer.dilation_h if layer.kernel_h > 1 else 1
        return {
            "load": 1,
            "ifmap_w": layer.ifmap_w,
            "ifmap_h": layer.ifmap_h,
            "kernel_w": layer.kernel_w,
            "kernel_h": layer.kernel_h,
            "stride_w": layer.stride_w,
            "stride_h": layer.stride_h,
            "dilation_w": layer.dilation_w if layer.kernel_w > 1 else 1,
            "dilation_h": dilation_h,
            "pitch": walk.pitch,
            "start_x": -layer.pad_left,
            "start_y": -layer.pad_top,
            "wrap_x": walk.pitch - layer.pad_left,
            "end_x": layer.ofmap_w * layer.stride_w - layer.pad_left,
            "end_y": layer.ofmap_h * layer.stride_h - layer.pad_top,
            "cells": walk.cells,
            "cell_stride": layer.stride_w if walk.cells > 1 else 1,
            "step_x": steps_x * layer.stride_w,
            "step_y": step_y,
            "tap_segments": int(walk.tap_segments),
            "span": walk.span,
            "start_address": -layer.pad_top * layer.ifmap_w,
            "step_address": step_y * layer.ifmap_w,
            "row_address": layer.stride_h * layer.ifmap_w,
            "tap_address": dilation_h * layer.ifmap_w,
            "plane_beats": self.plane_beats,
            "groups": walk.groups,
            "last_cell": walk.last_cell,
            "chunks": chunks_of(walk, self.numbers),
            "final_chunks": final_chunks_of(walk, self.numbers),
            "beat_pad": -self.plane_pixels % self.numbers.formats.ofmap_pixels,
            "channel_multiplier": layer.channel_multiplier,
            "planes": self.planes,
            "image_planes": self.image_planes,
            "weight_sets": self.weight_sets,
            "tail_channels": layer.channels - (self.channel_groups - 1) * self.engine.lanes,
        }
