"""The request of a synthesis, and its result."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from dwsim.errors import Rules
from dwsim.spec.engine_spec import EngineSpec
from dwsim.synth.parse import Cells, Routed
from dwsim.synth.targets import Device, Target, find_target

DEFAULT_SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class SynthRequest:
    """An engine, its target part, and the seeds of place and route.

    ``device_name``, ``speed_name`` and ``freq`` (the clock in MHz that place and route aims at)
    default to those of the target. There is one run of nextpnr for each of the ``seeds``.

    Raises:
        SpecError: if the target, part or speed grade does not exist, or if there is a clock but
            the target has no place and route.
    """

    engine: EngineSpec
    target_name: str
    device_name: str | None = None
    speed_name: str | None = None
    freq: float | None = None
    seeds: tuple[int, ...] = DEFAULT_SEEDS

    def __post_init__(self) -> None:
        target, _, _ = self.target, self.device, self.speed
        rules = Rules(f"target {target.name}")
        if self.freq is not None:
            rule = "must be a clock in MHz, greater than 0"
            if target.nextpnr is None:
                rule = "must be left out: this target has no place and route"
            clock = target.nextpnr is not None and 0 < self.freq < math.inf
            rules.require(clock, "--freq", self.freq, rule)
        rules.require(
            len(self.seeds) > 0 and len(set(self.seeds)) == len(self.seeds),
            "seeds",
            self.seeds,
            "must be at least one seed, without repetition",
        )
        rules.raise_if_any()

    @property
    def target(self) -> Target:
        """The FPGA family."""
        return find_target(self.target_name)

    @property
    def device(self) -> Device:
        """The part."""
        return self.target.device(self.device_name)

    @property
    def speed(self) -> str | None:
        """The speed grade, if the part has several."""
        return self.target.speed(self.speed_name)

    @property
    def part(self) -> str:
        """The name of the part with its speed grade."""
        return f"{self.device.name}-{self.speed}" if self.speed else self.device.name

    @property
    def clock(self) -> float:
        """The clock in MHz that place and route aims at."""
        return self.target.freq if self.freq is None else self.freq


@dataclass(frozen=True)
class SynthResult:
    """The cells of an engine, and its Fmax as nextpnr reports it.

    ``Target.cells`` describes ``cells``; ``netlist`` has Yosys's cells by type; ``routed``
    has an entry for each seed, and is empty for a target without place and route; ``tools`` has
    the versions of the tools.
    """

    request: SynthRequest
    cells: Cells
    netlist: Mapping[str, int]
    routed: Mapping[int, Routed]
    tools: Mapping[str, str]

    @property
    def fmax(self) -> dict[int, float]:
        """The nextpnr-reported Fmax of each seed, in MHz."""
        return {seed: routed.fmax for seed, routed in self.routed.items()}

    @property
    def worst_seed(self) -> int | None:
        """The seed with the lowest Fmax."""
        fmax = self.fmax
        return min(fmax, key=lambda seed: fmax[seed]) if fmax else None

    @property
    def fmax_worst(self) -> float | None:
        """Lowest nextpnr-reported Fmax of all seeds, in MHz."""
        return min(self.fmax.values(), default=None)

    @property
    def fmax_median(self) -> float | None:
        """Median nextpnr-reported Fmax, in MHz."""
        return statistics.median(self.fmax.values()) if self.fmax else None

    @property
    def lut_per_multiplier(self) -> float:
        """LUTs of the whole engine for each multiplier of its array."""
        return self.cells.lut / self.request.engine.multipliers

    @property
    def ff_per_multiplier(self) -> float:
        """Flip-flops of the whole engine for each multiplier of its array."""
        return self.cells.ff / self.request.engine.multipliers
