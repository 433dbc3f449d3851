"""Orders, layer spaces, coverage and the scoreboard, without a simulator."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dwsim.bench import (
    EMPTY,
    Axis,
    Coverage,
    Cross,
    LayerSpace,
    NumberFormats,
    Scoreboard,
    StallProfile,
    nhwc,
    pack,
    padded,
    plane_major,
    positions,
)
from dwsim.bench.bench_case import Case, cases
from dwsim.bench.stream_ports import Beat
from dwsim.errors import SpecError
from dwsim.spec.layer_spec import LayerSpec

SPACE = LayerSpace(
    {
        "ifmap_h": (3, 5),
        "ifmap_w": (3, 5),
        "channels": (1, 3),
        "kernel_h": (1, 3),
        "kernel_w": (1, 3),
        "pad_top": (0, 1),
    }
)


def first_case(seed: int) -> Case:
    """A case with raw sums."""
    return next(cases(SPACE, NumberFormats(), ["none"], 1, seed))


def test_the_orders_place_channels_and_pixels() -> None:
    tensor = np.arange(2 * 3).reshape(1, 1, 2, 3)
    assert pack(tensor, nhwc(1), 4) == [0, 1, 2, 3, 4, 5]
    assert pack(tensor, plane_major(1), 4) == [0, 3, 1, 4, 2, 5]
    assert pack(tensor, nhwc(2), 4) == [0x10, 0x2, 0x43, 0x5]
    assert plane_major(2)((1, 1, 2, 3))[-1, 1, 3] == EMPTY
    rows = np.arange(2 * 2 * 3).reshape(1, 2, 2, 3)
    assert pack(rows, plane_major(1), 4) == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]
    assert pack(rows, nhwc(1), 4) == list(range(12))


def test_an_order_that_loses_an_element_is_refused() -> None:
    with pytest.raises(SpecError, match="must carry each of the 6 elements"):
        pack(np.zeros((1, 1, 2, 3), int), lambda shape: positions(shape).reshape(-1, 1, 4)[1:], 8)


def test_padding_becomes_pixels() -> None:
    layer = LayerSpec(1, 1, 1, 1, 2, pad_left=1)
    assert padded(np.full((1, 1, 1, 1), -3, np.int8), layer, 200).tolist() == [[[[200], [-3]]]]


def test_the_layers_of_a_seed_repeat_and_reach_the_ends(seed: int) -> None:
    one, two = (list(itertools.islice(SPACE.layers(seed), 60)) for _ in range(2))
    assert one == two
    for name, ends in SPACE.ranges.items():
        assert {min(getattr(x, name) for x in one), max(getattr(x, name) for x in one)} == set(ends)


def test_bad_spaces_are_refused() -> None:
    with pytest.raises(SpecError, match="step = .*is not known") as caught:
        LayerSpace({"step": (1, 2), "channels": (2, 1)})
    assert "channels = (2, 1): must be (first, last)" in str(caught.value)
    nothing = LayerSpace(SPACE.ranges, accept=lambda layer: layer.channels > 3)
    with pytest.raises(SpecError, match="none of 10000 random draws"):
        next(nothing.layers(1))


def test_bad_formats_and_stalls_are_refused() -> None:
    with pytest.raises(SpecError, match="must be among double, single, float"):
        NumberFormats(roundings=("nearest",))
    with pytest.raises(SpecError, match="stalls = 'boundary': must be among"):
        next(cases(SPACE, NumberFormats(), ["boundary"], 1, 1))
    for name in ("boundary", "eager_cfg"):
        profile = StallProfile("mine", source=0.5, **{name: True})
        with pytest.raises(SpecError, match=f"{name} = True: must be False"):
            next(cases(SPACE, NumberFormats(), [profile], 1, 1))


def beats_of(case: Case) -> list[Beat]:
    """The right beats of a case, one channel each."""
    words = pack(case.ofmap, nhwc(1), 32)
    return [Beat(word, 0, int(i == len(words) - 1), 10 + i) for i, word in enumerate(words)]


def test_right_beats_have_no_difference(seed: int) -> None:
    case = first_case(seed)
    assert Scoreboard(case, nhwc(1), 32).difference(beats_of(case)) == []


def test_each_kind_of_wrong_stream_is_described(seed: int) -> None:
    case = first_case(seed)
    board, right = Scoreboard(case, nhwc(1), 32), beats_of(case)
    place = board.name(1, 0)
    wrong = [*right]
    wrong[1] = Beat(right[1].data ^ 1, 0, 0, 11)
    assert board.difference(wrong)[0] == f"where:    beat 1 = {place}, cycle 11"
    wrong[1] = Beat(right[1].data, 1, 0, 11)
    assert "got:      X bits" in board.difference(wrong)
    marked = [*right]
    marked[1] = Beat(right[1].data, 0, 1, 11)
    assert board.difference(marked)[0].startswith("where:    last mark of beat 1 = ")
    assert any("lost beats" in line for line in board.difference(right[:1] + right[2:]))
    assert any("surplus beats" in line for line in board.difference([right[0], *right]))


def test_coverage_counts_bins_and_crosses(seed: int) -> None:
    one = Axis("image", {"one": lambda case: case.layer.batch == 1, "more": lambda _case: False})
    two = Axis("sums", {"raw": lambda case: case.quantisation is None})
    coverage = Coverage([one, two], [Cross("both", ("image", "sums"))])
    coverage.sample(first_case(seed))
    assert coverage.missing() == ["image: more", "both: more x raw"]
    excluded = Cross("both", ("image", "sums"), frozenset({("more", "raw")}))
    assert ("both", "more x raw") not in Coverage([one, two], [excluded]).goals()
    assert "image     2    1  more" in coverage.table()
    with pytest.raises(SpecError, match="cross bad"):
        Coverage([one], [Cross("bad", ("image", "sums"))])
