"""The store of float biases is in step with the array: a sum meets the bias of its weight set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.derive import Plan
from dwsim.model.float_bias_store import FloatBiasStore
from dwsim.model.layer_run import run_layer
from dwsim.stream.float_tensors import float_values, float_words

SUMS = (1, 2, 3)
"""One of each weight set, and its bias."""


@pytest.mark.parametrize("taps_per_cycle", [None, 2, 1])
def test_a_sum_meets_its_bias(taps_per_cycle: int | None) -> None:
    """Three interleaved channel groups, so that the weight set changes from slot to slot."""
    layer = LayerSpec(6, 5, channels=len(SUMS), kernel_h=2, kernel_w=2)
    engine = EngineSpec.smallest(
        [layer],
        lanes=1,
        number_format="float32",
        max_interleave=len(SUMS),
        taps_per_cycle=taps_per_cycle,
        max_row_pitch=64,
    )
    weight = np.zeros(layer.weight_shape, np.float32)
    weight[0, 0, :, 0] = SUMS
    stores: list[FloatBiasStore] = []
    met: list[tuple[float, int]] = []

    def observe(model: Any, inputs: object) -> None:
        if not stores:
            stores.append(FloatBiasStore(model.numbers, engine.arithmetic))
            stores[0].memory[:, : len(SUMS), 0, 0] = SUMS
        (store,) = stores
        acc = float(float_values(np.asarray(model.multiplier_array.acc), "float32")[0])
        met.append((acc, int(store.bias[0])))
        store.compute(None, model.param_loader.active_bank, model.group_tag.weight_set)
        store.commit()

    words = float_words(np.ones(layer.ifmap_shape, np.float32))
    plan = Plan(layer, engine, None, len(SUMS))
    run_layer(plan, words, float_words(weight), observe=observe)
    sums = [(acc, bias) for acc, bias in met if acc > 0]
    assert len(sums) >= 60
    assert {acc for acc, _ in sums} == set(SUMS)
    assert [acc for acc, _ in sums] == [bias for _, bias in sums]
