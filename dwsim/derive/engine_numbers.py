"""EngineNumbers: the numbers that depend on an ``EngineSpec`` alone."""

from __future__ import annotations

from functools import cached_property

from dwsim.derive.config_fields import ConfigField, config_fields, scale_fields
from dwsim.derive.counters import Counters
from dwsim.derive.number_formats import NumberFormats
from dwsim.derive.timing import Timing
from dwsim.errors import Rules
from dwsim.spec.engine_spec import MAX_COUNT, EngineSpec


class EngineNumbers:
    """Every number that depends on an ``EngineSpec`` alone, in three parts.

    ``formats`` has the widths of the arithmetic and the streams, ``counters`` the ranges of counts
    and delays, ``timing`` the latencies and the FIFO. Each part can be made and used alone.

    Raises:
        SpecError: for a violated rule about derived numbers, such as the least FIFO depth.
    """

    def __init__(self, spec: EngineSpec):
        self.spec = spec
        self.formats = NumberFormats(spec)
        self.counters = Counters(spec)
        self.timing = Timing(self.formats)
        self._check()

    def _check(self) -> None:
        spec, counters = self.spec, self.counters
        rules = Rules(f"engine {spec.name}")
        if spec.fifo_depth is not None:
            rules.require(
                spec.fifo_depth >= self.timing.fifo_depth_min,
                "fifo_depth",
                spec.fifo_depth,
                f"must be at least {self.timing.fifo_depth_min}, the beats in flight in this"
                " pipeline: with fewer, windows wait for credit although nothing stalls",
            )
        rules.require(
            counters.weight_sets <= MAX_COUNT,
            "max_channel_groups",
            spec.max_channel_groups,
            f"times max_channel_multiplier = {spec.max_channel_multiplier} is"
            f" {counters.weight_sets} weight sets; the product must be at most {MAX_COUNT}",
        )
        rules.require(
            spec.passes == 1 or counters.weight_words <= MAX_COUNT,
            "taps_per_cycle",
            spec.taps_per_cycle,
            f"gives {spec.passes} passes, times {counters.weight_sets} weight sets;"
            f" the product must be at most {MAX_COUNT}",
        )
        rules.require(
            counters.max_col_delay <= MAX_COUNT,
            "max_interleave",
            spec.max_interleave,
            f"times max_dilation_w = {spec.max_dilation_w} must be at most {MAX_COUNT} slots",
        )
        rules.raise_if_any()

    @cached_property
    def config_fields(self) -> tuple[ConfigField, ...]:
        """The ``cfg_*`` ports, in port order."""
        return config_fields(self.spec, self.counters, self.formats)

    @property
    def scale_fields(self) -> tuple[ConfigField, ...]:
        """The ports that only an engine with a requantiser or an epilogue has."""
        return scale_fields(self.formats)

    @property
    def line_buffer_bits(self) -> int:
        """Bits in the row delays: ``(kernel_h - 1) * max_row_delay`` beats."""
        beats = (self.spec.kernel_h - 1) * self.counters.max_row_delay
        return beats * self.formats.operand_beat_width
