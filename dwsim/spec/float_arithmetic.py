"""FloatArithmetic: the formats of a layer in floating point, and its treatment of subnormals."""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.errors import Rules


@dataclass(frozen=True)
class FloatFormat:
    """A binary format of IEEE 754, or bfloat16, which follows the same rules."""

    exponent_width: int
    """Bits of the exponent field."""
    significand_width: int
    """Bits of the significand field; the leading 1 of normal numbers is not stored."""

    @property
    def width(self) -> int:
        """Bits of a number."""
        return 1 + self.exponent_width + self.significand_width

    @property
    def bias(self) -> int:
        """The exponent field of 1.0, also the largest exponent."""
        return (1 << self.exponent_width - 1) - 1

    @property
    def least_exponent(self) -> int:
        """Exponent of the smallest normal number."""
        return 1 - self.bias

    @property
    def canonical_nan(self) -> int:
        """The bits of the one NaN that comes out: quiet, positive, without a payload."""
        exponent = (1 << self.exponent_width) - 1
        return (exponent << self.significand_width) + (1 << self.significand_width - 1)


FLOAT_FORMATS = {
    "float32": FloatFormat(8, 23),
    "float16": FloatFormat(5, 10),
    "bfloat16": FloatFormat(8, 7),
}
"""By the name of the dtype; bfloat16 is the dtype of ml_dtypes."""

SUBNORMALS = ("keep", "flush")


@dataclass(frozen=True)
class FloatArithmetic:
    """The formats of a depthwise convolution in floating point.

    Raises:
        SpecError: with every violated rule.
    """

    number_format: str
    """Of ifmap, weight and ofmap: a name in ``FLOAT_FORMATS``."""
    accumulate: str = "float32"
    """Of products, sums and bias: ``"float32"``, or the same as ``number_format``."""
    subnormals: str = "keep"
    """``"keep"``, or ``"flush"``: subnormal operands and results count as zero."""

    def __post_init__(self) -> None:
        rules = Rules("FloatArithmetic")
        known = rules.require(
            self.number_format in FLOAT_FORMATS,
            "number_format",
            self.number_format,
            f"must be one of {', '.join(FLOAT_FORMATS)}",
        )
        allowed = dict.fromkeys(("float32", self.number_format if known else "float32"))
        rules.require(
            self.accumulate in allowed,
            "accumulate",
            self.accumulate,
            f"must be {' or '.join(allowed)} if number_format is {self.number_format!r}",
        )
        rules.require(
            self.subnormals in SUBNORMALS,
            "subnormals",
            self.subnormals,
            f"must be one of {', '.join(SUBNORMALS)}",
        )
        rules.raise_if_any()

    @property
    def number(self) -> FloatFormat:
        """The format of ifmap, weight and ofmap."""
        return FLOAT_FORMATS[self.number_format]

    @property
    def acc(self) -> FloatFormat:
        """The format of products and sums."""
        return FLOAT_FORMATS[self.accumulate]

    @property
    def bias_words(self) -> int:
        """Words of the width of a number that a bias, which has the format of the sums, takes."""
        return self.acc.width // self.number.width

    @property
    def flushes(self) -> bool:
        """True if subnormal numbers count as zero."""
        return self.subnormals == "flush"
