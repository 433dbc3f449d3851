"""EngineSpec: the choices of an RTL engineer about an engine; everything else is derived."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from dwsim.errors import Rules, is_integer
from dwsim.spec.dataflow_rules import check_dataflow
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.spec.float_rules import check_floats, float_arithmetic, float_widths
from dwsim.spec.float_sums import PARTIAL_SUMS, FloatSums
from dwsim.spec.layer_maxima import largest, layer_maxima
from dwsim.spec.layer_spec import LayerSpec
from dwsim.spec.verilog_words import is_verilog_word

MAX_KERNEL = 11
MAX_DATA_WIDTH = 16
MAX_LANES = 1024
MAX_COUNT = 65535
"""Largest value of a field that becomes a hardware counter: 16 bits."""

REQUANTISE: dict[str, tuple[str, ...]] = {
    "none": (),
    "double": ("double",),
    "single": ("single",),
    "both": ("double", "single"),
    "float": ("float",),
    "double+float": ("double", "float"),
    "single+float": ("single", "float"),
    "all": ("double", "single", "float"),
}
"""Values of ``EngineSpec.requantise``, and the roundings that an engine of each has.

Position in this order: 1 for double, 2 for single and 4 for float, added up.
"""

LIMITS = {
    "lanes": (1, MAX_LANES),
    "kernel_h": (1, MAX_KERNEL),
    "kernel_w": (1, MAX_KERNEL),
    "ifmap_width": (2, MAX_DATA_WIDTH),
    "weight_width": (2, MAX_DATA_WIDTH),
    "max_row_pitch": (1, MAX_COUNT),
    "max_plane_rows": (1, MAX_COUNT),
    "max_dilation_h": (1, 255),
    "max_dilation_w": (1, 255),
    "max_channel_groups": (1, MAX_COUNT),
    "max_channel_multiplier": (1, 64),
    "max_interleave": (1, MAX_COUNT),
    "max_batch": (1, MAX_COUNT),
    "max_lead": (0, 1 << 24),
}
"""Smallest and largest value of each field that is a plain integer."""


def requantise_for(roundings: Iterable[str]) -> str:
    """The value of ``requantise`` of an engine that has exactly these roundings."""
    wanted = set(roundings)
    return next(name for name, has in REQUANTISE.items() if set(has) == wanted)


@dataclass(frozen=True)
class EngineSpec:
    """One engine: its array, its number formats and the largest layer that it accepts.

    Widths are in bits, ``max_row_pitch`` in slots (pixels, times the channel groups that are
    interleaved), ``max_plane_rows`` in rows of the slot raster, ``max_lead`` in slots (how far
    outputs may run ahead of the ifmap when explicit padding is larger than the kernel; every
    engine permits the span of its own line buffers), ``fifo_depth`` in beats (``None``: the
    smallest power of two that keeps the pipeline full).

    ``taps_per_cycle`` is the number of taps of a lane that are multiplied in a cycle (``None``:
    all): whole kernel rows, or a part of one. A window is then held for one cycle per
    ``taps_per_cycle`` taps. ``max_interleave`` is the largest number of channel groups that a
    stream may interleave: 1 is plane-major, all groups of a layer is NHWC. ``requantise`` chooses
    the ofmap values: ``"none"`` raw accumulators, otherwise integers with TFLite's ``"double"`` or
    ``"single"`` rounding or with ``"float"`` rounding, that of XNNPACK and ONNX Runtime. An engine
    with several has the rounding of each stream chosen: ``"both"`` are double and single, then
    ``"double+float"``, ``"single+float"`` and ``"all"``.

    ``dataflow`` is ``"tap_parallel"`` (the taps of a window are multiplied at once) or
    ``"tap_serial"`` (one after the other, for ``pixels`` neighbouring pixels at once). The other
    fields belong to ``"tap_serial"``: pixels of a beat in (``ifmap_pixels``, default 1) and out
    (``ofmap_pixels``), sums that leave in a cycle (``requantisers``: at most ``lanes``, or a
    multiple of it, so that whole pixels leave together), rows of the largest pitch that the ring
    holds (``ring_rows``), pixels of a read of the ring (``ring_pixels``) and of a segment
    (``segment``). ``None`` chooses a size with which only the
    array limits a 3x3 kernel at strides 1 and 2 (``dwsim.derive.serial_numbers``). There,
    ``max_row_pitch`` and ``max_plane_rows`` bound the raster in pixels. ``rings`` is ``"shared"``
    (the cells take their pixels from one ring, through a rotator and a segment) or ``"copied"``
    (each cell of each lane reads a ring of its own: ``pixels`` times the memory, and no rotator).

    ``number_format`` is ``"integer"``, or the format of ifmap, weights and ofmap in floating point:
    ``"float32"``, ``"float16"`` or ``"bfloat16"``, which also gives the widths. Products and sums
    have the format ``accumulate`` (``None``: float32), and ``subnormals`` is ``"keep"`` (also
    ``None``) or ``"flush"``; see ``FloatArithmetic``. An engine in floating point with
    ``epilogue="bias_clamp"`` adds a bias to each sum and clamps the ofmap: see ``Epilogue``.

    Raises:
        SpecError: with every violated rule.
    """

    lanes: int
    kernel_h: int
    kernel_w: int
    max_row_pitch: int
    max_plane_rows: int
    ifmap_width: int = 8
    ifmap_signed: bool = True
    weight_width: int = 8
    weight_signed: bool = True
    max_dilation_h: int = 1
    max_dilation_w: int = 1
    max_channel_groups: int = 1
    max_channel_multiplier: int = 1
    max_batch: int = 256
    max_lead: int = 0
    fifo_depth: int | None = None
    requantise: str = "none"
    taps_per_cycle: int | None = None
    max_interleave: int = 1
    dataflow: str = "tap_parallel"
    pixels: int | None = None
    ifmap_pixels: int | None = None
    ofmap_pixels: int | None = None
    requantisers: int | None = None
    ring_rows: int | None = None
    ring_pixels: int | None = None
    segment: int | None = None
    rings: str = "shared"
    number_format: str = "integer"
    accumulate: str | None = None
    subnormals: str | None = None
    epilogue: str | None = None
    name: str = "depthwise_engine"

    def __post_init__(self) -> None:
        rules = Rules(f"engine {self.name}")
        for name, width in float_widths(vars(self)).items():
            object.__setattr__(self, name, width)
        in_floats = check_floats(rules, vars(self))
        for field in fields(self):
            value = getattr(self, field.name)
            if in_floats and field.name in ("ifmap_width", "weight_width"):
                continue  # the format gives them
            if field.name in LIMITS:
                rules.integer(field.name, value, *LIMITS[field.name])
            elif field.name.endswith("_signed"):
                rules.boolean(field.name, value)
        self._check_name(rules)
        self._check_requantise(rules)
        if self.fifo_depth is not None:
            rules.integer("fifo_depth", self.fifo_depth, 1, MAX_COUNT)
        self._check_taps_per_cycle(rules)
        check_dataflow(rules, vars(self))
        rules.raise_if_any()

    @classmethod
    def smallest(cls, layers: Iterable[LayerSpec], lanes: int, **fields: Any) -> EngineSpec:
        """The smallest engine with ``lanes`` lanes that runs every layer, plane-major.

        Args:
            layers: at least one; none of them empty.
            lanes: lanes of the engine.
            fields: other fields of ``EngineSpec``, or larger values than the layers need.

        Raises:
            SpecError: with every violated rule: there is no layer, a layer is empty, or a layer
                exceeds the limits of every engine.
        """
        rules = Rules("smallest engine")
        listed = list(layers)
        rules.require(bool(listed), "layers", listed, "must have at least one layer")
        for layer in listed:
            rules.require(
                not layer.is_empty,
                f"layer {layer.name}".rstrip(),
                layer.ofmap_shape,
                "is empty: an engine has nothing to compute",
            )
        rules.integer("lanes", lanes, *LIMITS["lanes"])
        rules.raise_if_any()
        dataflow = fields.get("dataflow", "tap_parallel")
        maxima = largest(layer_maxima(layer, lanes, dataflow=dataflow) for layer in listed)
        return cls(**{"lanes": lanes, **maxima, **fields})

    def _check_requantise(self, rules: Rules) -> None:
        known = isinstance(self.requantise, str) and self.requantise in REQUANTISE
        rules.require(
            known, "requantise", self.requantise, f"must be one of {', '.join(REQUANTISE)}"
        )
        if not known or self.requantise == "none" or self.number_format != "integer":
            return
        why = f"with requantise = {self.requantise!r}, as TFLite defines it"
        rules.require(
            self.ifmap_width in (8, 16), "ifmap_width", self.ifmap_width, f"must be 8 or 16 {why}"
        )
        # Unsigned 8-bit weights less their zero point have 9 bits.
        widths = (8, 9) if self.ifmap_width == 8 else (8,)
        allowed = " or ".join(map(str, widths))
        rules.require(
            self.weight_width in widths,
            "weight_width",
            self.weight_width,
            f"must be {allowed} {why}",
        )
        for field in ("ifmap_signed", "weight_signed"):
            value = getattr(self, field)
            rules.require(value is True, field, value, f"must be true {why}")
        rules.require(
            self.ifmap_width != 16 or self.requantise == "single",
            "requantise",
            self.requantise,
            "must be 'single' with 16-bit activations: TFLite rounds them only once",
        )

    def _check_taps_per_cycle(self, rules: Rules) -> None:
        taps = self.taps_per_cycle
        # A bad kernel size has been reported already.
        if taps is None or not all(
            is_integer(size, 1, MAX_KERNEL) for size in (self.kernel_h, self.kernel_w)
        ):
            return
        if not rules.integer("taps_per_cycle", taps, 1, self.taps):
            return
        rules.require(
            taps <= self.kernel_w or taps % self.kernel_w == 0,
            "taps_per_cycle",
            taps,
            f"must be at most kernel_w = {self.kernel_w} or a multiple of it: the array"
            " consists of whole kernel rows, or of a part of one",
        )

    def _check_name(self, rules: Rules) -> None:
        is_identifier = isinstance(self.name, str) and bool(
            re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", self.name)
        )
        rules.require(
            is_identifier,
            "name",
            self.name,
            "must be a Verilog identifier: a letter, then letters, digits and underscores",
        )
        if is_identifier:
            rules.require(
                not is_verilog_word(self.name) and not self.name.startswith("dw_"),
                "name",
                self.name,
                "must not be a Verilog keyword, and not start with dw_ as dwsim's modules do",
            )

    @property
    def roundings(self) -> tuple[str, ...]:
        """The roundings of its requantiser; empty without one."""
        return REQUANTISE[self.requantise]

    @property
    def arithmetic(self) -> FloatArithmetic | None:
        """The formats of an engine in floating point; None for integers."""
        return float_arithmetic(vars(self))

    @property
    def float_sums(self) -> FloatSums | None:
        """The arithmetic of an engine in floating point and its order of sums; or None."""
        arithmetic = self.arithmetic
        if arithmetic is None:
            return None
        parts = PARTIAL_SUMS if self.dataflow == "tap_serial" else None
        return FloatSums(arithmetic, self.kernel_h, self.kernel_w, self.taps_per_cycle, parts)

    @property
    def taps(self) -> int:
        """Taps of the kernel: ``kernel_h * kernel_w``."""
        return self.kernel_h * self.kernel_w

    @property
    def lane_multipliers(self) -> int:
        """Multipliers of a lane: ``pixels``, ``taps_per_cycle``, or one for each tap."""
        if self.pixels is not None:
            return self.pixels
        return self.taps if self.taps_per_cycle is None else self.taps_per_cycle

    @property
    def passes(self) -> int:
        """Cycles in which the array computes one ofmap beat."""
        return -(-self.taps // self.lane_multipliers)

    @property
    def multipliers(self) -> int:
        """Multipliers of the array: ``lanes * lane_multipliers``."""
        return self.lanes * self.lane_multipliers
