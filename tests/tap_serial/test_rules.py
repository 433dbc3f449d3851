"""Fields of the two dataflows, and layers that a tap-serial engine cannot run."""

from __future__ import annotations

import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan, numbers_of

LAYER = LayerSpec(8, 8, 4, 3, 3)
SERIAL = {"lanes": 4, "dataflow": "tap_serial", "pixels": 3, "ifmap_pixels": 2}


def smallest(**fields: object) -> EngineSpec:
    return EngineSpec.smallest([LAYER], **(SERIAL | fields))


@pytest.mark.parametrize(
    ("fields", "field", "rule"),
    [
        ({"dataflow": "taps"}, "dataflow", "must be one of tap_parallel, tap_serial"),
        ({"pixels": None}, "pixels", "must be an integer from 1 to 64"),
        ({"pixels": 65}, "pixels", "must be an integer from 1 to 64"),
        ({"ifmap_pixels": 3}, "ifmap_pixels", "must be a power of two: 1, 2, 4 or 8"),
        ({"requantisers": 0}, "requantisers", "must be an integer from 1 to 1024"),
        ({"requantisers": 5}, "requantisers", "must be at most lanes = 4, or a multiple of it"),
        ({"requantisers": 16}, "requantisers", "must be at most lanes = 4 times 3"),
        ({"requantisers": 8, "ofmap_pixels": 1}, "requantisers", "an ofmap beat at most 1 pixels"),
        ({"taps_per_cycle": 3}, "taps_per_cycle", "belongs to dataflow = 'tap_parallel'"),
        ({"max_interleave": 2}, "max_interleave", "belongs to dataflow = 'tap_parallel'"),
        ({"max_lead": 1}, "max_lead", "belongs to dataflow = 'tap_parallel'"),
        ({"rings": "own"}, "rings", "must be one of shared, copied"),
        ({"rings": None}, "rings", "must be one of shared, copied"),
        ({"rings": "copied", "segment": 9}, "segment", "belongs to rings = 'shared'"),
        ({"rings": "copied", "ring_pixels": 8}, "ring_pixels", "belongs to rings = 'shared'"),
    ],
)
def test_a_bad_field_is_refused(fields: dict[str, object], field: str, rule: str) -> None:
    with pytest.raises(SpecError) as caught:
        smallest(**fields)
    assert any(v.field == field and rule in v.rule for v in caught.value.violations)


@pytest.mark.parametrize(
    ("fields", "field", "rule"),
    [
        ({"segment": 2}, "segment", "must be at least kernel_w = 3"),
        ({"ring_pixels": 6}, "ring_pixels", "must be ifmap_pixels = 2 times a power of two"),
        ({"ring_rows": 2}, "ring_rows", "must hold the reach of the largest kernel, 3 rows"),
        ({"fifo_depth": 1}, "fifo_depth", "groups would wait for room without a stall"),
    ],
)
def test_a_bad_derived_number_is_refused(fields: dict[str, object], field: str, rule: str) -> None:
    with pytest.raises(SpecError) as caught:
        numbers_of(smallest(**fields))
    assert any(v.field == field and rule in v.rule for v in caught.value.violations)


@pytest.mark.parametrize("field", ["pixels", "ifmap_pixels", "segment", "ring_rows"])
def test_a_tap_parallel_engine_has_no_serial_fields(field: str) -> None:
    with pytest.raises(SpecError, match=f"{field} = 4: belongs to dataflow = 'tap_serial'"):
        EngineSpec.smallest([LAYER], 4, **{field: 4})


def test_a_tap_parallel_engine_has_no_rings() -> None:
    with pytest.raises(SpecError, match="rings = 'copied': must be 'shared' with dataflow"):
        EngineSpec.smallest([LAYER], 4, rings="copied")


def test_a_layer_that_exceeds_a_maximum_is_refused() -> None:
    with pytest.raises(SpecError, match="max_row_pitch = 8: the layer's row_pitch is 9"):
        Plan(LayerSpec(8, 9, 4, 3, 3), smallest())


def test_interleaved_streams_are_refused() -> None:
    with pytest.raises(SpecError, match="interleave = 2: must be 1 on a tap-serial engine"):
        Plan(LayerSpec(8, 8, 8, 3, 3), smallest(max_channel_groups=2), interleave=2)


def test_a_ring_that_is_too_small_for_a_layer_is_refused() -> None:
    """The ring holds three rows of ten pixels; padding lets a group reach over more."""
    tall = LayerSpec(40, 3, 1, 3, 1, dilation_h=9)
    engine = EngineSpec(1, 3, 1, 3, 40, max_dilation_h=1, dataflow="tap_serial", pixels=1)
    with pytest.raises(SpecError, match="max_dilation_h = 1"):
        Plan(tall, engine)
