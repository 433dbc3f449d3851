"""What to synthesise, and what came out."""

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
    """An engine, the part that it is for, and how often to place and route it.

    ``device_name``, ``speed_name`` and ``freq`` (MHz, what place and route aims at) default to
    the target's. ``seeds`` are nextpnr's.

    Raises:
        SpecError: for a target, part or speed grade that does not exist, or for a clock of a
            target that is not placed and routed.
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
            rule = "must be a clock in MHz of more than 0"
            if target.nextpnr is None:
                rule = "has no meaning: this target is not placed and routed"
            clock = target.nextpnr is not None and 0 < self.freq < math.inf
            rules.require(clock, "--freq", self.freq, rule)
        rules.require(
            len(self.seeds) > 0 and len(set(self.seeds)) == len(self.seeds),
            "seeds",
            self.seeds,
            "must be at least one seed, each once",
        )
        rules.raise_if_any()

    @property
    def target(self) -> Target:
        """The family."""
        return find_target(self.target_name)

    @property
    def device(self) -> Device:
        """The part."""
        return self.target.device(self.device_name)

    @property
    def speed(self) -> str | None:
        """The speed grade, where a part has several."""
        return self.target.speed(self.speed_name)

    @property
    def part(self) -> str:
        """The part's name, with its speed grade."""
        return f"{self.device.name}-{self.speed}" if self.speed else self.device.name

    @property
    def clock(self) -> float:
        """MHz that place and route aims at."""
        return self.target.freq if self.freq is None else self.freq


@dataclass(frozen=True)
class SynthResult:
    """What an engine occupies, and how fast nextpnr says that it is.

    ``cells`` counts what ``Target.cells`` names; ``netlist`` has Yosys's cells by type;
    ``routed`` has an entry for each seed, and none for a target without place and route;
    ``tools`` are the versions.
    """

    request: SynthRequest
    cells: Cells
    netlist: Mapping[str, int]
    routed: Mapping[int, Routed]
    tools: Mapping[str, str]

    @property
    def fmax(self) -> dict[int, float]:
        """Seed to nextpnr-reported Fmax in MHz."""
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
