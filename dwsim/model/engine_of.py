"""The cycle model of an engine, by its dataflow."""

from __future__ import annotations

from dwsim.model.engine import Engine
from dwsim.model.tap_serial import TapSerialEngine
from dwsim.spec.engine_spec import EngineSpec

AnyEngine = Engine | TapSerialEngine


def engine_of(spec: EngineSpec) -> AnyEngine:
    """A model of the engine in the state after power-up."""
    return TapSerialEngine(spec) if spec.dataflow == "tap_serial" else Engine(spec)
