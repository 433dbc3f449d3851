"""EngineNumbers: what follows from an ``EngineSpec`` alone."""

from __future__ import annotations

from functools import cached_property

from dwsim.derive.config_fields import ConfigField, config_fields, scale_fields
from dwsim.derive.counters import Counters
from dwsim.derive.number_formats import NumberFormats
from dwsim.derive.timing import Timing
from dwsim.errors import Rules
from dwsim.spec.engine_spec import MAX_COUNT, EngineSpec


class EngineNumbers:
    """Every number that follows from an ``EngineSpec`` alone, in three parts.

    ``formats`` has the numbers of the arithmetic and the streams, ``counters`` the counts and
    stores, ``timing`` the latencies. Each part can be made and used alone.

    Raises:
        SpecError: for a rule that needs a derived number, such as the least FIFO depth.
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
                f"must be at least {self.timing.fifo_depth_min}, the beats in flight of this"
                " pipeline, or windows would wait for credit without a stall",
            )
        rules.require(
            counters.weight_sets <= MAX_COUNT,
            "max_channel_groups",
            spec.max_channel_groups,
            f"times max_channel_multiplier = {spec.max_channel_multiplier} gives"
            f" {counters.weight_sets} weight sets; at most {MAX_COUNT}",
        )
        rules.require(
            spec.passes == 1 or counters.weight_words <= MAX_COUNT,
            "taps_per_cycle",
            spec.taps_per_cycle,
            f"makes {spec.passes} passes of each of {counters.weight_sets} weight sets;"
            f" at most {MAX_COUNT} together",
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
        """The ports that only an engine with a requantiser has."""
        return scale_fields(self.formats)

    @property
    def line_buffer_bits(self) -> int:
        """Bits that the row delays store: ``(kernel_h - 1) * max_row_delay`` beats."""
        beats = (self.spec.kernel_h - 1) * self.counters.max_row_delay
        return beats * self.formats.operand_beat_width
