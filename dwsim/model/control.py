"""Model of ``dw_control``: one stream after another."""

from __future__ import annotations

from enum import IntEnum

from dwsim.model.component import Component


class State(IntEnum):
    """The states of the engine; the values are those of the RTL."""

    IDLE = 0
    LOAD = 1
    RUN = 2


class Control(Component):
    """Captures a geometry, waits for its parameters, and runs until the stream is done."""

    def __init__(self, drain_cycles: int) -> None:
        self.drain_cycles = drain_cycles
        self.state = State.IDLE
        self.cfg_ready = False
        self.drain_left = 0

    def capture(self, cfg_valid: bool) -> bool:
        """The cfg handshake takes place."""
        return self.cfg_ready and cfg_valid

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

    def start(self, load: bool, params_loaded: bool, port_blocked: bool) -> bool:
        """The restart ends: the parameters and the port are ready."""
        return self.restart and (params_loaded or not load) and not port_blocked

    def swap(self, load: bool, params_loaded: bool, port_blocked: bool) -> bool:
        """The other parameter bank becomes the active one."""
        return load and self.start(load, params_loaded, port_blocked)

    def compute(
        self,
        rst: bool,
        cfg_valid: bool,
        load: bool,
        params_loaded: bool,
        port_blocked: bool,
        emit: bool,
        done: bool,
    ) -> None:
        """``load`` is the captured ``cfg_load``; the rest comes from loader, port, slot raster."""
        drain_left = self.drain_cycles if emit else max(self.drain_left - 1, 0)
        state = self.state
        if rst:
            state = State.IDLE
        elif state is State.IDLE:
            state = State.LOAD if self.capture(cfg_valid) else state
        elif state is State.LOAD:
            state = State.RUN if self.start(load, params_loaded, port_blocked) else state
        elif done and self.drain_left == 0:
            state = State.IDLE
        self.next = {
            "state": state,
            "cfg_ready": state is State.IDLE and not rst,
            "drain_left": 0 if rst else drain_left,
        }
