"""Where each cycle of a stream went."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from dwsim.model.control import State

if TYPE_CHECKING:
    from dwsim.model.engine import Engine, Inputs


class Activity(Enum):
    """What a cycle was spent on; every cycle of a stream has exactly one."""

    FILL = "fill"
    """The stream starts, or a slot enters that emits nothing while beats are to come: line
    buffers fill, or a stride skips it."""
    COMPUTE = "compute"
    """A window is emitted: the array gets work."""
    INPUT_STARVED = "input-starved"
    """The next slot needs a beat (or the next plane could start) and the source has none."""
    BACKPRESSURED = "backpressured"
    """A window waits for credit, or the last outputs for the sink."""
    PARAMETERS = "parameters"
    """The stream waits for its parameter tensor."""
    DRAIN = "drain"
    """All beats are in; a slot emits nothing, or the last outputs are in the pipeline."""


def classify(engine: Engine, inputs: Inputs) -> Activity:
    """What the engine does in the cycle that it has computed but not committed."""
    state, now = engine.control.state, engine.now
    if state is State.IDLE and inputs.cfg_valid:
        return Activity.FILL
    if state is State.IDLE or (state is State.RUN and now.done):
        stuck = engine.ofmap_tvalid and not inputs.ofmap_tready
        return Activity.BACKPRESSURED if stuck else Activity.DRAIN
    if state is State.LOAD:
        waits = engine.config["load"] and not engine.param_loader.loaded
        return Activity.PARAMETERS if waits else Activity.FILL
    if now.emit:
        return Activity.COMPUTE
    if engine.group_tag.holding:
        return Activity.BACKPRESSURED
    raster = engine.slot_raster
    if not now.step:
        return Activity.BACKPRESSURED if now.beat_ok else Activity.INPUT_STARVED
    if raster.in_planes == 0:
        return Activity.DRAIN
    at_boundary = not engine.config["lead"] and not raster.in_raster.running
    if at_boundary and not now.plane_start:
        return Activity.INPUT_STARVED
    return Activity.FILL
