"""The rules that a geometry must meet before a stream starts, and numbers of their checker.

``dw_geometry_check`` checks them in hardware for a tap-parallel engine, ``dw_serial_check`` for a
tap-serial one. A stream that breaks one of them might never end: a count of 0 or above its raster
never reaches its end, and a delay that is too long reads memory that was never written.
"""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.derive import bits
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.signals import Numbers
from dwsim.host.serial_geometry_rules import (
    SERIAL_RULES,
    serial_check_cycles,
    serial_check_limits,
    serial_check_width,
)
from dwsim.spec.engine_spec import EngineSpec


@dataclass(frozen=True)
class GeometryRule:
    """A rule that is checked before a stream may start."""

    code: int
    name: str
    meaning: str


_RULES = (
    ("refused_write", "bad_value and write_while_pending are 0: no geometry write was refused"),
    ("row_pitch", "1 to max_row_pitch"),
    ("plane_rows", "1 to max_plane_rows"),
    ("ifmap_w", "1 to row_pitch"),
    ("ifmap_h", "1 to plane_rows"),
    ("ofmap_w", "1 to row_pitch"),
    ("ofmap_h", "1 to plane_rows"),
    ("stride_w", "1 to max_row_pitch"),
    ("stride_h", "1 to max_plane_rows"),
    ("columns", "(ofmap_w - 1) * stride_w is less than row_pitch"),
    ("rows", "(ofmap_h - 1) * stride_h is less than plane_rows"),
    ("row_delay", "1 to max_dilation_h * max_row_pitch"),
    ("col_delay", "1 to max_dilation_w * max_interleave"),
    ("lag", "at most max_lag, and with lead at least 1"),
    ("interleave", "1 to max_interleave"),
    ("channel_multiplier", "1 to max_channel_multiplier"),
    ("channel_groups", "image_planes * interleave is 1 to max_channel_groups"),
    ("weight_sets", "image_planes * interleave * channel_multiplier"),
    ("kept_weights", "without load: at most the weight sets of the last parameter tensor"),
    ("planes", "1 to max_batch * max_channel_groups"),
    ("whole_images", "planes is a multiple of image_planes"),
    ("tail_channels", "1 to lanes * channel_multiplier"),
    ("tail_multiple", "tail_channels is a multiple of channel_multiplier"),
    ("activation", "act_min is at most act_max"),
    ("single_rounding", "a rounding that this build has"),
    ("tap_row", "each above -plane_rows and at most ifmap_h"),
    ("tap_col", "each above -row_pitch and at most ifmap_w"),
)

_BY_DATAFLOW = {"tap_parallel": _RULES, "tap_serial": SERIAL_RULES}


def geometry_rules(numbers: Numbers) -> tuple[GeometryRule, ...]:
    """The rules in the order of the checks; the hardware reports the first broken one."""
    meanings = dict(_BY_DATAFLOW[numbers.spec.dataflow])
    arithmetic = numbers.spec.arithmetic
    if arithmetic is not None:
        unfit = "NaN or a subnormal number" if arithmetic.flushes else "NaN"
        meanings["activation"] += f", as numbers of the format, and neither is {unfit}"
    return tuple(GeometryRule(code, *rule) for code, rule in enumerate(meanings.items(), 1))


def check_width(numbers: Numbers) -> int:
    """Bits of the numbers in the check: every product, sum and sign fits."""
    if isinstance(numbers, SerialNumbers):
        return serial_check_width(numbers)
    return 1 + max(
        2 * numbers.counters.col_width,
        2 * numbers.counters.row_width,
        numbers.counters.groups_width + numbers.counters.interleave_width,
        numbers.counters.groups_width + numbers.counters.hold_width,
        bits(numbers.spec.lanes) + numbers.counters.hold_width,
        *(field.width for field in numbers.config_fields),
    )


def check_limits(numbers: Numbers) -> dict[str, int]:
    """The limits of the check, by the names of the parameters of its module."""
    spec = numbers.spec
    codes = _rounding_codes(spec)
    roundings = {"MIN_SINGLE_ROUNDING": min(codes), "MAX_SINGLE_ROUNDING": max(codes)}
    if isinstance(numbers, SerialNumbers):
        return serial_check_limits(numbers) | roundings
    return {
        "LANES": spec.lanes,
        "MAX_ROW_PITCH": spec.max_row_pitch,
        "MAX_PLANE_ROWS": spec.max_plane_rows,
        "MAX_ROW_DELAY": numbers.counters.max_row_delay,
        "MAX_COL_DELAY": numbers.counters.max_col_delay,
        "MAX_LAG": numbers.counters.max_lag,
        "MAX_INTERLEAVE": spec.max_interleave,
        "MAX_CHANNEL_MULTIPLIER": spec.max_channel_multiplier,
        "MAX_CHANNEL_GROUPS": spec.max_channel_groups,
        "MAX_PLANES": numbers.counters.max_planes,
        **roundings,
    }


def rounding_registers(spec: EngineSpec) -> tuple[str, ...]:
    """The registers that choose a rounding, from the highest bit of the number that is checked.

    The numbers of a build's roundings follow each other in this order.
    """
    if "float" not in spec.roundings:
        return ("single_rounding",)
    registers = ("float_rounding", "single_rounding")
    return registers[::-1] if spec.requantise == "double+float" else registers


def _rounding_codes(spec: EngineSpec) -> list[int]:
    """The checked number of each rounding of a build; it has no other number between them."""
    if spec.requantise == "none" or spec.ifmap_width == 16:
        # With 16-bit activations TFLite has one rounding, so both values of the port are right.
        return [0, 1]
    codes = []
    for rounding in spec.roundings:
        chosen = [name == f"{rounding}_rounding" for name in rounding_registers(spec)]
        codes.append(int("".join(str(int(bit)) for bit in chosen), 2))
    return codes


def check_cycles(numbers: Numbers) -> int:
    """The most cycles from the write of a start to the cfg handshake of an idle engine.

    The count begins with the cycle in which the write takes effect, which is the one before its
    answer. Each rule and each further tap takes two cycles. Each of the five products takes the
    bits of its shorter factor and one more, each of the two remainders one cycle a bit. Start and
    end take two.
    """
    if isinstance(numbers, SerialNumbers):
        return serial_check_cycles(numbers)
    spec = numbers.spec
    compares = len(_RULES) - 2 + spec.kernel_h + spec.kernel_w
    strides = numbers.counters.col_width + numbers.counters.row_width
    interleave = bits(min(spec.max_interleave, spec.max_channel_groups))
    factors = strides + interleave + 2 * numbers.counters.hold_width + 5
    return 2 * compares + factors + 2 * check_width(numbers) + 2
