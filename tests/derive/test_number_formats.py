"""NumberFormats, made from a spec alone; the figures are worked out by hand."""

from __future__ import annotations

import pytest

from dwsim import EngineSpec
from dwsim.derive.number_formats import NumberFormats

RAW = EngineSpec(4, 3, 3, 16, 16)
SCALED = EngineSpec(4, 3, 3, 16, 16, requantise="double", taps_per_cycle=6)


def test_an_engine_of_raw_sums() -> None:
    formats = NumberFormats(RAW)
    assert formats.operand_range == (-128, 127)
    assert formats.product_range == (-16256, 16384)
    # 9 * -16256 = -146304 and 9 * 16384 = 147456 need 19 bits.
    assert (formats.acc_width, formats.ofmap_width) == (19, 19)
    assert (formats.array_rows, formats.array_cols) == (3, 3)
    assert formats.tree_levels == [[1, 1, 1], [2, 1], [3]]
    assert formats.scale_parts == ()
    assert (formats.ifmap_beat_width, formats.ofmap_beat_width) == (32, 4 * 19)


def test_an_engine_that_requantises_in_two_passes() -> None:
    formats = NumberFormats(SCALED)
    # The zero point is subtracted first: 8-bit values become 9-bit operands.
    assert (formats.operand_width, formats.operand_range) == (9, (-255, 255))
    assert (formats.array_rows, formats.array_cols) == (2, 3)
    parts = [(part.name, part.first, part.words, part.delay) for part in formats.scale_parts]
    assert parts == [("bias", 0, 4, 0), ("multiplier", 4, 4, 1), ("right_shift", 8, 1, 6)]
    # Two passes of six taps, then the nine bytes of a scale.
    assert (formats.param_words, formats.memory_words) == (2 * 6 + 9, 6 + 9)
    assert formats.ofmap_beat_width == 32


@pytest.mark.parametrize(
    ("ifmap_signed", "weight_signed", "width"),
    # One product: -128 * -128, -128 * 255, 255 * -128, 255 * 255.
    [(True, True, 16), (True, False, 16), (False, True, 16), (False, False, 16)],
)
def test_one_product_of_each_signedness(
    ifmap_signed: bool, weight_signed: bool, width: int
) -> None:
    spec = EngineSpec(1, 1, 1, 1, 1, ifmap_signed=ifmap_signed, weight_signed=weight_signed)
    formats = NumberFormats(spec)
    assert formats.psum_width(1) == width
    assert formats.acc_signed == (ifmap_signed or weight_signed)
