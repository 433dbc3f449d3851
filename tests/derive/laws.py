"""The law of a layer as the records of the tests have it."""

from __future__ import annotations

import json
from typing import Any

from dwsim.derive import TiledPlan
from dwsim.derive.losses import layer_losses
from dwsim.derive.tiled_plan import AnyPlan

_NAMES = ("cycles", "steady_cycles", "ideal", "bound", "ifmap_beats", "ofmap_beats", "param_beats")


def law_of(plan: AnyPlan) -> dict[str, Any]:
    """The cycles, beats and losses of a layer, as a JSON file gives them back."""
    law = {name: getattr(plan, name) for name in _NAMES}
    law |= {"utilisation": plan.utilisation(plan.cycles), "losses": layer_losses(plan)}
    if isinstance(plan, TiledPlan):
        law["streams"] = len(plan.tiles)
        law["gaps"] = plan.gaps_of([stream.cycles + 1 for stream in plan.plans])
    # Tuples come back as lists.
    back: dict[str, Any] = json.loads(json.dumps(law))
    return back
