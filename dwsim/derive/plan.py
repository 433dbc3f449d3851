"""Plan: the numbers of a ``LayerSpec`` on an ``EngineSpec``, above all the timing law."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Self, cast

from dwsim.derive.back_to_back import LayerTimes, layer_times
from dwsim.derive.config_values import Config, epilogue_config, port_words, scale_config
from dwsim.derive.numbers_of import numbers_of
from dwsim.errors import Rules
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.layer_raster import Raster
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.quantisation import Quantisation


class Plan:
    """A layer on an engine: its raster, its cycles by the timing law, and its configuration.

    ``quantisation`` is for an engine that requantises, ``epilogue`` for one with an epilogue;
    ``config`` needs them, the cycles do not.
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
        epilogue: Epilogue | None = None,
    ):
        self.layer = layer
        self.engine = engine
        self.quantisation = quantisation
        self.interleave = interleave
        self.epilogue = epilogue
        self.raster = Raster(layer, interleave)
        self.numbers = numbers_of(engine)
        self._check_fit()

    _by_dataflow: ClassVar[dict[str, type[Plan]]] = {}

    def __init_subclass__(cls, dataflow: str) -> None:
        """Registers the plans of a dataflow."""
        Plan._by_dataflow[dataflow] = cls

    def __new__(cls, layer: LayerSpec, engine: EngineSpec, *_: object, **__: object) -> Self:
        """A plan of the engine's dataflow."""
        kind = Plan._by_dataflow[engine.dataflow] if cls is Plan else cls
        return cast(Self, super().__new__(kind))

    def __getnewargs__(self) -> tuple[LayerSpec, EngineSpec]:
        """The arguments with which ``copy`` and ``pickle`` call ``__new__``."""
        return self.layer, self.engine

    def _check_fit(self) -> None:
        """Raises ``SpecError`` for a layer that the engine cannot run."""
        raise _undefined(self)

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

    # -- streams and cycles ---------------------------------------------------------------

    @property
    def ifmap_beats(self) -> int:
        """Beats that enter."""
        raise _undefined(self)

    @property
    def ofmap_beats(self) -> int:
        """Beats that leave."""
        raise _undefined(self)

    @property
    def param_beats(self) -> int:
        """Beats of the parameter tensor."""
        return self.weight_sets * self.numbers.formats.param_words

    @property
    def cycles(self) -> int:
        """Cycles from the cfg handshake to the last ofmap transfer, without stalls."""
        raise _undefined(self)

    @property
    def image_cycles(self) -> int:
        """Cycles from an image to the next in one stream, without stalls: the steady interval."""
        raise _undefined(self)

    @property
    def steady_cycles(self) -> int:
        """Cycles of the layer's images, without stalls, once images follow each other."""
        return self.image_cycles * self.layer.batch

    @property
    def switch_cycles(self) -> int:
        """Cycles from the last ofmap transfer to the next cfg handshake, without stalls.

        None, unless ifmap beats that no output needs are still to be taken when the pipeline
        has drained.
        """
        raise _undefined(self)

    @property
    def times(self) -> LayerTimes:
        """The figures of the layer that ``layer_starts`` needs."""
        return layer_times([self], [True])

    @property
    def ideal(self) -> int:
        """``ceil(multiply-adds / multipliers)``: no engine with these multipliers is faster."""
        return -(-self.layer.macs // self.engine.multipliers)

    @property
    def bound(self) -> int:
        """The fewest cycles that the engine's ports and the shape of its array permit."""
        raise _undefined(self)

    def utilisation(self, cycles: int) -> float:
        """``outputs * taps / (multipliers * cycles)``; masked taps count as taps."""
        return self.layer.macs / (self.engine.multipliers * cycles)

    # -- the cfg bundle -------------------------------------------------------------------

    @cached_property
    def config(self) -> Config:
        """Value of every ``cfg_*`` port; ``load``, the host's choice, is 1.

        Raises:
            SpecError: if the engine requantises and the plan has no quantisation, or the engine
                has an epilogue and the plan none.
        """
        return self.geometry | self._scale_config()

    @cached_property
    def geometry(self) -> Config:
        """Value of every ``cfg_*`` port but those of the requantiser or the epilogue."""
        raise _undefined(self)

    def _scale_config(self) -> Config:
        rules = Rules(f"layer {self.layer.name} on engine {self.engine.name}")
        if self.numbers.formats.has_epilogue:
            if self.epilogue is None:
                rules.fail("epilogue", None, "is required by an engine with an epilogue")
            return epilogue_config(self.epilogue)
        if not self.numbers.formats.requantises:
            return {}
        if self.quantisation is None:
            rules.fail("quantisation", None, "is required by an engine that requantises")
        return scale_config(self.quantisation, self.engine)

    def config_words(self) -> dict[str, int]:
        """``config`` as the unsigned integers that drive the ports."""
        return port_words(self.numbers.config_fields, self.config)

    def geometry_words(self) -> dict[str, int]:
        """``geometry`` as the unsigned integers that drive the ports."""
        return port_words(self.numbers.config_fields, self.geometry)


def _undefined(plan: Plan) -> AssertionError:
    """For members that the plan of each dataflow defines."""
    return AssertionError(f"{type(plan).__name__} does not define a part of every plan")
