"""The largest layer that is simulated: each of its values takes memory in several forms."""

from __future__ import annotations

import math

from dwsim.errors import Rules
from dwsim.spec.layer_spec import LayerSpec

MAX_LAYER_VALUES = 1 << 25
"""Values of ifmap and ofmap together. A run takes about 45 bytes for each: arrays of int64, the
beats of the streams, and the copies in the simulator's process."""


def require_simulable(rules: Rules, layer: LayerSpec) -> None:
    """Notes a layer that is too large to simulate, before anything of its size is allocated."""
    values = math.prod(layer.ifmap_shape) + math.prod(layer.ofmap_shape)
    rules.require(
        values <= MAX_LAYER_VALUES,
        "ifmap and ofmap values",
        values,
        f"must be at most {MAX_LAYER_VALUES:,} together, or a simulation needs too much memory",
    )


def check_simulable(layer: LayerSpec) -> None:
    """``require_simulable`` for one layer.

    Raises:
        SpecError: if it is too large.
    """
    rules = Rules(" ".join(f"layer {layer.name}".split()))
    require_simulable(rules, layer)
    rules.raise_if_any()
