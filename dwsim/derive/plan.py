"""Plan: what follows from a ``LayerSpec`` on an ``EngineSpec``, the timing law above all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from dwsim.derive.engine_numbers import EngineNumbers
from dwsim.derive.stages import NEXT_TENSOR_CYCLES
from dwsim.errors import Rules
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


class Plan:
    """A layer on an engine: the raster, the lag, and what the timing law says of them.

    ``quantisation`` goes with an engine that requantises. Cycles do not need it, ``config`` does.
    ``interleave`` channel groups share a plane, pixel by pixel: 1 is the plane-major order,
    ``channel_groups`` is NHWC.

    Raises:
        SpecError: when the layer does not fit, with every maximum that it exceeds and by
            how much.
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
        self.numbers = EngineNumbers(engine)
        self._check_fit()

    # -- raster ---------------------------------------------------------------------------

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
        """Slots between two kernel rows; 1 where the layer has only one row."""
        if self.layer.kernel_h == 1:
            return 1
        return self.layer.dilation_h * self.row_pitch * self.interleave

    @property
    def col_delay(self) -> int:
        """Slots between two kernel columns; 1 where the layer has only one column."""
        return self.layer.dilation_w * self.interleave if self.layer.kernel_w > 1 else 1

    # -- planes ---------------------------------------------------------------------------

    @property
    def channel_groups(self) -> int:
        """``ceil(channels / lanes)``."""
        return -(-self.layer.channels // self.engine.lanes)

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
        """Beats that enter."""
        return self.layer.batch * self.channel_groups * self.layer.ifmap_h * self.layer.ifmap_w

    @property
    def ofmap_beats(self) -> int:
        """Beats that leave."""
        layer = self.layer
        pixels = layer.batch * layer.ofmap_h * layer.ofmap_w
        return pixels * self.channel_groups * layer.channel_multiplier

    @property
    def param_beats(self) -> int:
        """Beats of the parameter tensor."""
        return self.weight_sets * self.numbers.param_words

    @property
    def slots(self) -> int:
        """Slots of the stream up to the one that emits its last output."""
        layer = self.layer
        last = (layer.ofmap_h - 1) * layer.stride_h * self.row_pitch
        last += (layer.ofmap_w - 1) * layer.stride_w + 1
        before = (self.planes - 1) * self.plane_pitch
        return before + last * self.interleave + max(self.lag, 0)

    @property
    def hold_cycles(self) -> int:
        """Cycles of an emitting slot: the passes of each of its ofmap beats."""
        return self.layer.channel_multiplier * self.engine.passes

    @property
    def slot_cycles(self) -> int:
        """Cycles of those slots: one each, an emitting one ``hold_cycles``."""
        emitting = self.ofmap_beats // self.layer.channel_multiplier
        return self.slots + emitting * (self.hold_cycles - 1)

    @property
    def cycles(self) -> int:
        """Cycles from the cfg handshake to the last ofmap transfer, without stalls."""
        return self.slot_cycles + self.numbers.latency

    @property
    def image_cycles(self) -> int:
        """Cycles from an image to the next in one stream, without stalls: the steady interval."""
        layer = self.layer
        emitting = layer.ofmap_h * layer.ofmap_w * self.channel_groups
        return self.image_planes * self.plane_pitch + emitting * (self.hold_cycles - 1)

    @property
    def switch_cycles(self) -> int:
        """Cycles from the last ofmap transfer to the next cfg handshake, without stalls.

        None, unless ifmap beats that no output needs are still to be taken when the pipeline
        has drained.
        """
        layer = self.layer
        last_take = (self.planes - 1) * self.plane_pitch + max(-self.lag, 0)
        last_take += ((layer.ifmap_h - 1) * self.row_pitch + layer.ifmap_w) * self.interleave
        return max(0, last_take - self.slots - self.numbers.drain_cycles)

    @property
    def bound(self) -> int:
        """The fewest cycles that ports and multipliers permit.

        Every ifmap beat crosses the input port, every ofmap beat the output port, and the
        array makes one output beat in ``passes`` cycles.
        """
        return max(self.ifmap_beats, self.ofmap_beats * self.engine.passes)

    def utilisation(self, cycles: int) -> float:
        """Outputs times taps, masked ones too, over multipliers times ``cycles``."""
        return self.layer.macs / (self.engine.multipliers * cycles)

    # -- the cfg bundle -------------------------------------------------------------------

    def _tap_starts(self, axis: str) -> list[int]:
        """Ifmap coordinate under each of the engine's taps at ofmap coordinate 0.

        A layer's kernel sits at the end of the engine's, against the newest tap. Taps that
        never see the ifmap, those of a smaller kernel among them, start behind its last
        pixel: coordinates only grow, so such a tap stays masked, and the counter's range
        stays within one raster on each side.
        """
        layer = self.layer
        kernel = getattr(layer, f"kernel_{axis}")
        size = getattr(layer, f"ifmap_{axis}")
        span = self.plane_rows if axis == "h" else self.row_pitch
        pad = layer.pad_top if axis == "h" else layer.pad_left
        surplus = getattr(self.engine, f"kernel_{axis}") - kernel
        starts = [size] * surplus
        for tap in range(kernel):
            start = tap * getattr(layer, f"dilation_{axis}") - pad
            starts.append(start if -span < start < size else size)
        return starts

    @cached_property
    def config(self) -> dict[str, int | list[int]]:
        """Value of every ``cfg_*`` port (``load`` is the host's choice, here 1).

        Raises:
            SpecError: when the engine requantises and the plan has no quantisation.
        """
        return self.geometry | self._scale_config()

    @cached_property
    def geometry(self) -> dict[str, int | list[int]]:
        """Value of every ``cfg_*`` port but the requantiser's."""
        layer = self.layer
        return {
            "load": 1,
            "ifmap_w": layer.ifmap_w,
            "ifmap_h": layer.ifmap_h,
            "ofmap_w": layer.ofmap_w,
            "ofmap_h": layer.ofmap_h,
            "interleave": self.interleave,
            "row_pitch": self.row_pitch,
            "plane_rows": self.plane_rows,
            "stride_w": layer.stride_w if layer.ofmap_w > 1 else 1,
            "stride_h": layer.stride_h if layer.ofmap_h > 1 else 1,
            "row_delay": self.row_delay,
            "col_delay": self.col_delay,
            "lag": abs(self.lag),
            "lead": int(self.lag < 0),
            "tap_row": self._tap_starts("h"),
            "tap_col": self._tap_starts("w"),
            "planes": self.planes,
            "image_planes": self.image_planes,
            "channel_multiplier": layer.channel_multiplier,
            "weight_sets": self.weight_sets,
            "tail_channels": self.tail_channels,
        }

    def _scale_config(self) -> dict[str, int | list[int]]:
        """Value of every port of the requantiser."""
        q = self.quantisation
        if not self.numbers.requantises:
            return {}
        if q is None:
            rules = Rules(f"layer {self.layer.name} on engine {self.engine.name}")
            rules.require(False, "quantisation", q, "is required by an engine that requantises")
            rules.raise_if_any()
        return {
            "ifmap_zero_point": q.ifmap_zero_point,
            "ofmap_zero_point": q.ofmap_zero_point,
            "act_min": q.act_min,
            "act_max": q.act_max,
            "single_rounding": int(q.rounding == "single"),
        }

    def config_words(self) -> dict[str, int]:
        """``config`` as the unsigned integers that drive the ports."""
        return self._words(self.config)

    def geometry_words(self) -> dict[str, int]:
        """``geometry`` as the unsigned integers that drive the ports."""
        return self._words(self.geometry)

    def _words(self, config: Mapping[str, int | list[int]]) -> dict[str, int]:
        words = {}
        for field in self.numbers.config_fields:
            if field.name not in config:
                continue
            value = config[field.name]
            mask = (1 << field.width) - 1
            elements = value if isinstance(value, list) else [value]
            words[field.name] = sum(
                (element & mask) << (index * field.width) for index, element in enumerate(elements)
            )
        return words

    # -- fit ------------------------------------------------------------------------------

    def _check_quantisation(self, rules: Rules) -> None:
        q, engine = self.quantisation, self.engine
        if q is None or not rules.require(
            self.numbers.requantises,
            "quantisation",
            q,
            f"needs an engine that requantises, not requantise = {engine.requantise!r}",
        ):
            return
        rules.require(
            q.ifmap_width == engine.ifmap_width,
            "ifmap_width",
            q.ifmap_width,
            f"of the quantisation must be the engine's, {engine.ifmap_width}",
        )
        rules.require(
            q.ifmap_width == 16 or engine.requantise in ("both", q.rounding),
            "rounding",
            q.rounding,
            f"of the quantisation must be the engine's, {engine.requantise}",
        )
        rules.require(
            len(q.multiplier) == self.layer.ofmap_channels,
            "multiplier",
            len(q.multiplier),
            f"must have one entry for each of {self.layer.ofmap_channels} ofmap channels",
        )

    def _check_fit(self) -> None:
        layer, engine = self.layer, self.engine
        rules = Rules(f"layer {layer.name} on engine {engine.name}".replace("  ", " "))
        self._check_quantisation(rules)
        if not rules.require(
            not layer.is_empty,
            "ofmap",
            layer.ofmap_shape,
            "is empty: there is nothing for an engine to compute",
        ):
            rules.raise_if_any()

        def at_most(maximum: str, needed: int, limit: int, what: str) -> None:
            rules.require(
                needed <= limit,
                maximum,
                limit,
                f"{what} {needed}, which exceeds it by {needed - limit}",
            )

        at_most("kernel_h", layer.kernel_h, engine.kernel_h, "the layer's kernel_h is")
        at_most("kernel_w", layer.kernel_w, engine.kernel_w, "the layer's kernel_w is")
        if rules.integer("interleave", self.interleave, 1):
            at_most(
                "max_interleave",
                self.interleave,
                engine.max_interleave,
                "the stream's interleave is",
            )
            rules.require(
                self.channel_groups % self.interleave == 0,
                "interleave",
                self.interleave,
                f"must divide the layer's {self.channel_groups} channel groups",
            )
            slots = self.row_pitch * self.interleave
            what = "the layer's row_pitch is"
            if self.interleave > 1:
                what = f"the layer's row_pitch, {self.row_pitch}, times interleave is"
            at_most("max_row_pitch", slots, engine.max_row_pitch, what)
        at_most(
            "max_plane_rows", self.plane_rows, engine.max_plane_rows, "the layer's raster rows are"
        )
        if layer.kernel_h > 1:
            at_most(
                "max_dilation_h",
                layer.dilation_h,
                engine.max_dilation_h,
                "the layer's dilation_h is",
            )
        if layer.kernel_w > 1:
            at_most(
                "max_dilation_w",
                layer.dilation_w,
                engine.max_dilation_w,
                "the layer's dilation_w is",
            )
        at_most(
            "max_channel_groups",
            self.channel_groups,
            engine.max_channel_groups,
            f"the layer's {layer.channels} channels make channel groups:",
        )
        at_most(
            "max_channel_multiplier",
            layer.channel_multiplier,
            engine.max_channel_multiplier,
            "the layer's channel_multiplier is",
        )
        at_most("max_batch", layer.batch, engine.max_batch, "the layer's batch is")
        # Only an explicit padding larger than the kernel leads; lags of layers that pass the
        # rules above are within the engine's reach.
        at_most(
            "max_lead",
            -self.lag,
            max(engine.max_lead, self.numbers.max_lag),
            "the layer's padding lets outputs lead by slots:",
        )
        rules.raise_if_any()


def start_cycles(plans: Sequence[Plan], loads: Sequence[bool]) -> list[int]:
    """Cycle of each stream's cfg handshake when streams run back to back, without stalls.

    Counted from the first handshake; each geometry is offered from the cycle on that follows
    the last beat of its parameters. The stream before ends first, or the parameters do::

        start[n] = max(
            start[n - 1] + cycles[n - 1] + switch_cycles[n - 1],
            start[l] + NEXT_TENSOR_CYCLES + param_beats[n],
        )

    where l is the last stream before n that loads parameters: at its start a bank gets free.

    Args:
        plans: the streams, in order.
        loads: whether each brings parameters (``cfg_load``); the first does.
    """
    starts = [0]
    loaded = 0
    for index in range(1, len(plans)):
        before = plans[index - 1]
        start = starts[-1] + before.cycles + before.switch_cycles
        if loads[index]:
            ready = starts[loaded] + NEXT_TENSOR_CYCLES + plans[index].param_beats
            start, loaded = max(start, ready), index
        starts.append(start)
    return starts
