"""Layers share an engine where one engine runs them all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.errors import SpecError, Violation
from dwsim.verification.engine_groups import engine_groups


def narrow(layers: Sequence[LayerSpec]) -> EngineSpec:
    """An engine whose layers have at most 10 columns together."""
    columns = sum(layer.ifmap_w for layer in layers)
    if columns > 10:
        raise SpecError("engine", [Violation("columns", columns, "must be at most 10")])
    return EngineSpec.smallest(layers, lanes=1)


def test_a_layer_joins_the_first_group_that_has_room() -> None:
    layers = [LayerSpec(2, width, 1, 1, 1) for width in (6, 7, 3, 4, 1)]
    groups = engine_groups(layers, lambda layer: layer.kernel_h, narrow)
    assert [[one.ifmap_w for one in members] for _, members in groups] == [[6, 3, 1], [7], [4]]
    for engine, members in groups:
        assert engine == narrow(members)


def test_kinds_share_no_engine() -> None:
    layers = [LayerSpec(2, width, 1, 1, 1) for width in (1, 2, 3, 4)]
    groups = engine_groups(layers, lambda layer: layer.ifmap_w % 2, narrow)
    assert [[one.ifmap_w for one in members] for _, members in groups] == [[1, 3], [2, 4]]


def test_a_layer_without_an_engine_is_an_error() -> None:
    with pytest.raises(SpecError, match="columns = 11"):
        engine_groups([LayerSpec(2, 11, 1, 1, 1)], lambda layer: 0, narrow)
