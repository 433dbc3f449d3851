"""The one home of every derived number: widths, depths, latencies, and the timing law.

Two classes, for the two things a number can depend on:

* ``EngineNumbers``: what follows from an ``EngineSpec`` alone (widths, memory depths, the
  latency of each pipeline stage).
* ``Plan``: what follows from a ``LayerSpec`` on an ``EngineSpec`` (pitches, lag, slots, the
  values of the ``cfg_*`` ports, the bound).

Model, templates, bench and reports take their numbers from here and compute none themselves.
"""

from dwsim.derive.back_to_back import start_cycles
from dwsim.derive.config_fields import ConfigField
from dwsim.derive.engine_numbers import EngineNumbers
from dwsim.derive.plan import Plan
from dwsim.derive.stages import SHIFT_LENGTH_MAX
from dwsim.spec.number_range import bits, range_bits, value_range

__all__ = [
    "SHIFT_LENGTH_MAX",
    "ConfigField",
    "EngineNumbers",
    "Plan",
    "bits",
    "range_bits",
    "start_cycles",
    "value_range",
]
