"""Plan: the numbers of a ``LayerSpec`` on an ``EngineSpec``, above all the timing law."""

from __future__ import annotations

from functools import cached_property

from dwsim.derive.config_values import Config, geometry_config, port_words, scale_config
from dwsim.derive.engine_numbers import EngineNumbers
from dwsim.derive.fit_rules import check_fit
from dwsim.errors import Rules
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_raster import Raster
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


class Plan:
    """A layer on an engine: its raster, its cycles by the timing law, and its configuration.

    ``quantisation`` is for an engine that requantises; ``config`` needs it, the cycles do not.
    ``interleave`` channel groups share a plane, pixel by pixel: 1 is the plane-major order,
    ``channel_groups`` is NHWC.

    Raises:
        SpecError: if the layer does not fit the engine, with every maximum that it exceeds and
            by how much.
    """

    def __init__(
        self,
        layer: LayerSpec,
        engine: EngineSpec,
        quantisation: Quantisation | None = None,
        interleave: int = 1,
    ):
        self.layer = layer
        self.engine = engine
        self.quantisation = quantisation
        self.interleave = interleave
        self.raster = Raster(layer, interleave)
        self.numbers = EngineNumbers(engine)
        check_fit(layer, self.numbers, self.raster, quantisation)

    # -- planes ---------------------------------------------------------------------------

    @property
    def channel_groups(self) -> int:
        """``ceil(channels / lanes)``."""
        return self.layer.channel_groups(self.engine.lanes)

    @property
    def image_planes(self) -> int:
        """Planes of one image: its channel groups, ``interleave`` of them in a plane."""
        return self.channel_groups // self.interleave

    @property
    def planes(self) -> int:
        """Planes of the stream."""
        return self.layer.batch * self.image_planes

    @property
    def tail_channels(self) -> int:
        """Ofmap channels of the last channel group of an image."""
        rest = self.layer.channels - (self.channel_groups - 1) * self.engine.lanes
        return rest * self.layer.channel_multiplier

    @property
    def weight_sets(self) -> int:
        """Weight sets of the layer."""
        return self.channel_groups * self.layer.channel_multiplier

    # -- the timing law -------------------------------------------------------------------

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
    def param_beats(self) -> int:
        """Beats of the parameter tensor."""
        return self.weight_sets * self.numbers.formats.param_words

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
        """The fewest cycles that ports and multipliers permit.

        Every ifmap beat crosses the input port, every ofmap beat the output port, and the
        array needs ``passes`` cycles for an ofmap beat.
        """
        return max(self.ifmap_beats, self.ofmap_beats * self.engine.passes)

    def utilisation(self, cycles: int) -> float:
        """``outputs * taps / (multipliers * cycles)``; masked taps count as taps."""
        return self.layer.macs / (self.engine.multipliers * cycles)

    # -- the cfg bundle -------------------------------------------------------------------

    @cached_property
    def config(self) -> Config:
        """Value of every ``cfg_*`` port; ``load``, the host's choice, is 1.

        Raises:
            SpecError: if the engine requantises and the plan has no quantisation.
        """
        return self.geometry | self._scale_config()

    @cached_property
    def geometry(self) -> Config:
        """Value of every ``cfg_*`` port except the requantiser's."""
        return geometry_config(self.layer, self.raster, self.engine) | {
            "planes": self.planes,
            "image_planes": self.image_planes,
            "weight_sets": self.weight_sets,
            "tail_channels": self.tail_channels,
        }

    def _scale_config(self) -> Config:
        if not self.numbers.formats.requantises:
            return {}
        if self.quantisation is None:
            rules = Rules(f"layer {self.layer.name} on engine {self.engine.name}")
            rules.fail("quantisation", None, "is required by an engine that requantises")
        return scale_config(self.quantisation)

    def config_words(self) -> dict[str, int]:
        """``config`` as the unsigned integers that drive the ports."""
        return port_words(self.numbers.config_fields, self.config)

    def geometry_words(self) -> dict[str, int]:
        """``geometry`` as the unsigned integers that drive the ports."""
        return port_words(self.numbers.config_fields, self.geometry)
