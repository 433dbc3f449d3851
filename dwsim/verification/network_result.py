"""The verified layers of a model file, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from dwsim.derive import numbers_of
from dwsim.errors import Rules, Violation
from dwsim.rtlsim.cosim import Verified
from dwsim.spec.engine_spec import EngineSpec
from dwsim.verification.assessment import Assessment, in_words
from dwsim.verification.float_comparison import FloatComparison

RUNNING = "comparing every signal in every cycle"
MAX_LINE_BUFFER_BITS = 1 << 31
"""Of an engine that is simulated: the simulator holds them in memory."""

Array = Mapping[str, Any]
"""The fields of ``EngineSpec`` that choose an array: dataflow, pixels, ifmap_pixels."""

TAP_PARALLEL: Array = {}
"""The array that multiplies all taps of a window at once."""

Progress = Callable[[str, int, int], None]
"""Called with the present step, and with the ofmap beats that are done and their total."""


class Named(Protocol):
    """A layer of a model file."""

    @property
    def name(self) -> str:
        """dw1, dw2, ... in the order of the file."""
        ...


Layer = TypeVar("Layer", bound=Named)


@dataclass(frozen=True)
class LayerResult(Generic[Layer]):
    """One layer in one rounding: its RTL run, and its differences from the format's runtime."""

    layer: Layer
    rounding: str
    engine: EngineSpec
    verified: Verified
    differing: int
    """Number of values in which the RTL's ofmap differs from the runtime's; in floating point,
    those that are not bit-equal to all ``comparisons``."""
    float_rounded: int
    """Number of those that float32 arithmetic in the runtime explains: they are beside a tie, or,
    in floating point, within the bound of every order of summation."""
    not_comparable: str = ""
    """The reason if the runtime has no values for this layer and rounding; else empty."""
    on_host: bool = False
    """True if the host requantised the sums of the engine before the comparison."""
    comparisons: tuple[FloatComparison, ...] = ()
    """Of a layer in floating point, for each set of the runtime's kernels that has values."""

    @property
    def wrong(self) -> int:
        """Number of differing values that float32 arithmetic does not explain."""
        return self.differing - self.float_rounded

    @property
    def is_compared(self) -> bool:
        """True if the runtime has values for this layer and rounding."""
        return not self.not_comparable or bool(self.comparisons)


@dataclass(frozen=True)
class NetworkResult(Generic[Layer]):
    """All layers of a network, back to back on each engine, in each rounding.

    ``assessments`` has every layer of the file, those that do not run with their reasons.
    ``runtime`` names the program that the values are compared with. ``alone`` says why it did not
    run a network, if so: its layers then had random ifmaps. ``doubt`` says why wrong values may be
    the runtime's.
    """

    engines: tuple[EngineSpec, ...]
    layers: tuple[LayerResult[Layer], ...]
    assessments: tuple[Assessment[Layer], ...]
    alone: str = ""
    runtime: str = "the interpreter"
    doubt: str = ""

    @property
    def wrong(self) -> int:
        """Number of wrong values in all layers."""
        return sum(result.wrong for result in self.layers)

    @property
    def rest(self) -> tuple[str, ...]:
        """One line for each layer that did not run, or that could not be compared."""
        lines = [
            f"{found.layer.name}: cannot run: {reason}"
            for found in self.assessments
            for reason in (*found.broken, *found.partly)
        ]
        lines += [
            f"{result.layer.name}: {in_words(result.rounding)}: not comparable with"
            f" {self.runtime}: {result.not_comparable}"
            for result in self.layers
            if result.not_comparable
        ]
        return tuple(lines)

    @property
    def host_notes(self) -> tuple[str, ...]:
        """One line for each layer and rounding that the host requantised."""
        return tuple(
            f"{found.layer.name}: {note}" for found in self.assessments for note in found.host_notes
        )

    def cycles(self, rounding: str) -> int:
        """Cycles from the first cfg handshake of a rounding to its last ofmap transfer.

        The engines run one after another, so their cycles add up.
        """
        total = 0
        for engine in self.engines:
            done = [
                result.verified
                for result in self.layers
                if result.rounding == rounding and result.engine is engine
            ]
            if done:
                total += done[-1].started + done[-1].cycles - done[0].started
        return total


def all_reasons(found: Iterable[Assessment[Layer]]) -> list[Violation]:
    """The reasons of all layers, for a file of which none can run."""
    reasons = [
        Violation(f"{assessment.layer.name}: {reason.field}", reason.value, reason.rule)
        for assessment in found
        for reason in assessment.broken
    ]
    return reasons or [Violation("layers", 0, "must be at least one depthwise layer")]


def check_line_buffers(engine: EngineSpec) -> None:
    """Refuses an engine that is too large to simulate.

    Raises:
        SpecError: with the bits of its line buffers.
    """
    rules = Rules(f"engine {engine.name}")
    bits = numbers_of(engine).line_buffer_bits
    rules.require(
        bits <= MAX_LINE_BUFFER_BITS,
        "line buffers",
        bits,
        f"must be at most {MAX_LINE_BUFFER_BITS} bits, or the simulator needs too much memory",
    )
    rules.raise_if_any()
