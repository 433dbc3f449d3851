"""Model of ``dw_control``: one stream after another."""

from __future__ import annotations

from enum import IntEnum

from dwsim.model.component import Component


class State(IntEnum):
    """What the engine is doing; the values are the RTL's."""

    IDLE = 0
    LOAD = 1
    RUN = 2


class Control(Component):
    """Takes a geometry, waits for its parameters, runs until the stream is done."""

    def __init__(self) -> None:
        self.state = State.IDLE

    @property
    def cfg_ready(self) -> bool:
        """A geometry can be taken."""
        return self.state is State.IDLE

    @property
    def restart(self) -> bool:
        """The counters start over."""
        return self.state is State.LOAD

    @property
    def run(self) -> bool:
        """Slots may enter."""
        return self.state is State.RUN

    @property
    def busy(self) -> bool:
        """A stream is being worked on (its outputs may still be in the pipeline)."""
        return self.state is not State.IDLE

    def swap(self, load: bool, params_loaded: bool) -> bool:
        """The other parameter bank becomes the active one."""
        return self.restart and load and params_loaded

    def compute(
        self, rst: bool, cfg_valid: bool, load: bool, params_loaded: bool, done: bool
    ) -> None:
        """``load`` is the captured ``cfg_load``; ``done`` comes from the slot raster."""
        state = self.state
        if rst:
            state = State.IDLE
        elif state is State.IDLE:
            state = State.LOAD if cfg_valid else state
        elif state is State.LOAD:
            state = State.RUN if params_loaded or not load else state
        elif done:
            state = State.IDLE
        self.next = {"state": state}
