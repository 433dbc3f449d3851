"""The use of each cycle of a stream."""

from __future__ import annotations

from enum import Enum


class Activity(Enum):
    """The use of a cycle; every cycle of a stream has exactly one."""

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


_NONE = {kind.value: 0 for kind in Activity}


def no_cycles() -> dict[str, int]:
    """A new count of 0 for each use."""
    return dict(_NONE)
