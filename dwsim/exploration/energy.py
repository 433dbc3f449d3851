"""Energy of multiplications and memory accesses, by a published table.

M. Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014, pp. 10-14,
figure 1.1.9: rough costs in 45 nm at 0.9 V. The table has few entries; each constant below states
its scaling to other widths and sizes. The sums rank engines. They do not predict the power of a
chip, because clocks, wires, control and leakage are missing.
"""

from __future__ import annotations

from collections import Counter

from dwsim.derive import AnyPlan, Plan
from dwsim.derive.memories import accesses
from dwsim.derive.serial_geometry import plane_chunks
from dwsim.derive.serial_plan import SerialPlan
from dwsim.derive.tiled_plan import different_streams

SOURCE = (
    "M. Horowitz, Computing's energy problem (and what we can do about it), ISSCC 2014,"
    " figure 1.1.9, 45 nm, 0.9 V"
)

MULTIPLY_8_PJ = 0.2
"""8-bit integer multiplication; scaled by the product of the widths of the factors. (The figure has
3.1 pJ for 32 bits, which agrees: 16 times the value.)"""

ADD_8_PJ, ADD_32_PJ = 0.03, 0.1
"""8-bit and 32-bit integer addition; linear interpolation for other widths."""

FLOAT_PJ = {16: (1.1, 0.4), 32: (3.7, 0.9)}
"""A multiplication and an addition in floating point, by the bits of a number. The figure has them
for float16 and float32; those of bfloat16 count as float16. A product that is wider than its
factors counts as one of its factors' width."""

CACHE_PJ = ((8 * 1024, 10.0), (32 * 1024, 20.0), (1024 * 1024, 100.0))
"""Bytes of a cache, and pJ of a 64-bit access. An access to a memory has the cost per bit of the
smallest cache that holds the memory; a larger memory has the cost of the largest cache."""

DRAM_PJ = 1300.0
"""64 bits of DRAM traffic, scaled by the bit; the lower end of 1.3 to 2.6 nJ."""

ACCESS_BITS = 64

KINDS = {
    "line": "line_buffer",
    "ring": "line_buffer",
    "weight": "weight",
    "scale": "weight",
    "bias": "weight",
    "fifo": "fifo",
}
"""The energy column of each kind of memory."""

PJ_PER_UJ = 1e6


def table() -> dict[str, object]:
    """The table, for the description of results."""
    return {
        "source": SOURCE,
        "multiply_8_bit_pj": MULTIPLY_8_PJ,
        "add_8_bit_pj": ADD_8_PJ,
        "add_32_bit_pj": ADD_32_PJ,
        "float_multiply_pj": {f"{bits} bits": one for bits, (one, _) in FLOAT_PJ.items()},
        "float_add_pj": {f"{bits} bits": one for bits, (_, one) in FLOAT_PJ.items()},
        "cache_64_bit_pj": {f"{size} bytes": energy for size, energy in CACHE_PJ},
        "dram_64_bit_pj": DRAM_PJ,
        "scaling": "multiplications by the product of the widths; additions by linear"
        " interpolation; memories by the bit, at the smallest cache that holds them; DRAM by the"
        " bit",
        "counted": "every multiplication of the array, including masked taps and surplus lanes, and"
        " one addition for each; every word that a memory reads or writes; not the clock, wires,"
        " control and leakage",
    }


def multiply_pj(a_bits: int, b_bits: int) -> float:
    """One multiplication of integers of these widths."""
    return MULTIPLY_8_PJ * a_bits * b_bits / 64


def add_pj(bits: int) -> float:
    """One addition of integers of this width."""
    return ADD_8_PJ + (ADD_32_PJ - ADD_8_PJ) * (bits - 8) / 24


def access_pj(memory_bits: int) -> float:
    """One bit from or to a memory of this size."""
    fits = (energy for size, energy in CACHE_PJ if memory_bits <= 8 * size)
    return next(fits, CACHE_PJ[-1][1]) / ACCESS_BITS


def external_pj(bits: int) -> float:
    """The transfer of these bits from or to DRAM."""
    return bits * DRAM_PJ / ACCESS_BITS


def layer_pj(plan: AnyPlan) -> dict[str, float]:
    """The energy of a layer, in one stream or several, as ``stream_pj`` has it."""
    total: Counter[str] = Counter()
    for stream, load, runs in different_streams(plan):
        total.update({part: runs * spent for part, spent in stream_pj(stream, load).items()})
    return dict(total)


def stream_pj(plan: Plan, load: bool = True) -> dict[str, float]:
    """The energy of a stream on chip in pJ: multiply, add, line_buffer, weight, fifo.

    With ``load`` it brings its parameters.
    """
    numbers = plan.numbers
    products, scaled = _operations(plan)
    multiply, add = (products * one for one in _prices(plan))
    if numbers.formats.requantises:
        multiply += scaled * multiply_pj(
            numbers.formats.bias_width, numbers.formats.multiplier_width
        )
    energy = dict.fromkeys(("multiply", "add", "line_buffer", "weight", "fifo"), 0.0)
    energy["multiply"] = multiply
    energy["add"] = add
    for access in accesses(plan, load):
        energy[KINDS[access.memory.kind]] += access.total_bits * access_pj(access.memory.bits)
    return energy


def _prices(plan: Plan) -> tuple[float, float]:
    """A multiplication and an addition of the array."""
    engine, formats = plan.engine, plan.numbers.formats
    arithmetic = engine.arithmetic
    if arithmetic is None:
        return multiply_pj(engine.ifmap_width, engine.weight_width), add_pj(formats.acc_width)
    return FLOAT_PJ[arithmetic.number.width][0], FLOAT_PJ[arithmetic.acc.width][1]


def _operations(plan: Plan) -> tuple[int, int]:
    """Multiplications of the array and of the requantisers, with those whose value is not used."""
    engine = plan.engine
    if isinstance(plan, SerialPlan):
        leaving = plan.planes * plane_chunks(plan.walk, plan.numbers)
        return plan.tap_cycles * engine.multipliers, leaving * plan.numbers.shape.requantisers
    products = plan.ofmap_beats * engine.passes * engine.multipliers
    return products, plan.ofmap_beats * engine.lanes
