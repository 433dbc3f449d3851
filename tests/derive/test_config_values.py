"""The words of the ``cfg_*`` ports and of the registers, and the coordinates of the taps."""

from __future__ import annotations

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import ConfigField, Plan, numbers_of
from dwsim.derive.config_values import element_words, port_words, register_words, tap_starts
from dwsim.derive.signals import interface, signals, stimuli

UNSIGNED = ConfigField("columns", 4, "")
SIGNED = ConfigField("start", 4, "", signed=True)
TAPS = ConfigField("tap", 3, "", count=3, signed=True)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (UNSIGNED, 9, [9]),
        (UNSIGNED, 0, [0]),
        (SIGNED, 7, [7]),
        (SIGNED, -1, [0xFFFFFFFF]),
        (SIGNED, -8, [0xFFFFFFF8]),
        (TAPS, [3, -4, 0], [3, 0xFFFFFFFC, 0]),
    ],
)
def test_a_register_is_sign_extended_if_it_is_signed(
    field: ConfigField, value: int | list[int], words: list[int]
) -> None:
    assert register_words(field, value) == words


def test_a_port_has_its_elements_from_the_lowest_bits_on() -> None:
    assert port_words([UNSIGNED, TAPS], {"columns": 5, "tap": [3, -4, 1]}) == {
        "columns": 5,
        "tap": 0b001_100_011,
    }
    assert port_words([UNSIGNED, TAPS], {"columns": 5}) == {"columns": 5}
    assert element_words(UNSIGNED, 0x25) == [5], "bits above the port are dropped"


def test_taps_that_see_no_pixel_start_behind_the_last_one() -> None:
    """Kernel of 4 with dilation 2 and 3 pixels of padding: taps at -3, -1, 1 and 3."""
    assert tap_starts(4, 0, 2, 3, size=5, span=4) == [-3, -1, 1, 3]
    assert tap_starts(4, 2, 2, 3, size=5, span=4) == [5, 5, -3, -1, 1, 3]
    assert tap_starts(4, 0, 2, 3, size=3, span=4) == [-3, -1, 1, 3]
    assert tap_starts(4, 0, 2, 3, size=2, span=4) == [-3, -1, 1, 2]
    assert tap_starts(4, 0, 2, 3, size=5, span=3) == [5, -1, 1, 3]


@pytest.mark.parametrize(("ifmap", "ofmap"), [(3, 1), (6, 2)])
def test_a_single_output_has_stride_1(ifmap: int, ofmap: int) -> None:
    layer = LayerSpec(ifmap, ifmap, 2, 3, 3, stride_h=3, stride_w=3, channel_multiplier=1)
    plan = Plan(layer, EngineSpec(2, 3, 3, 8, 8))
    assert (layer.ofmap_h, layer.ofmap_w) == (ofmap, ofmap)
    stride = 1 if ofmap == 1 else 3
    assert (plan.geometry["stride_h"], plan.geometry["stride_w"]) == (stride, stride)
    assert plan.geometry["lead"] == 0


@pytest.mark.parametrize("dataflow", ["tap_parallel", "tap_serial"])
def test_the_compared_signals_are_the_ports_and_those_inside(dataflow: str) -> None:
    pixels = {"pixels": 2} if dataflow == "tap_serial" else {}
    numbers = numbers_of(EngineSpec(2, 3, 3, 8, 8, dataflow=dataflow, **pixels))
    names = list(signals(numbers))
    ports = [*stimuli(numbers), *interface(numbers)]
    assert names[: len(ports)] == ports
    inside = names[len(ports) :]
    wanted = {
        "tap_parallel": {"credits", "emit_q", "operands", "row_sums", "acc"},
        "tap_serial": {"credits", "sets", "acc"},
    }[dataflow]
    assert wanted <= set(inside), inside
