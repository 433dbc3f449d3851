"""The one home of every derived number: widths, depths, latencies, and the timing law.

A number depends on an engine alone, or on a layer and an engine:

* ``EngineNumbers`` holds the numbers of an ``EngineSpec``, in three parts that can be used alone:
  ``NumberFormats`` (operands, sums, stream words), ``Counters`` (the ranges of counts and delays)
  and ``Timing`` (stage latencies, built on the constants of ``stages``; the output FIFO). Its
  ``config_fields`` are the ``cfg_*`` ports; ``memories`` and ``signals`` list the engine's
  memories and the signals that model and RTL are compared in.
* ``Plan``, which is a ``ParallelPlan`` or a ``SerialPlan`` by the engine's dataflow, holds the
  numbers of a ``LayerSpec`` on an ``EngineSpec``: the timing law and, in
  ``config_values``, the values of the ``cfg_*`` ports. ``fit_rules`` refuses a layer that the
  engine cannot run; ``TiledPlan`` cuts it into streams that the engine runs, and ``plan_of``
  chooses between the two. ``start_cycles`` gives the law of streams that run back to back,
  ``layer_starts`` and ``interval_cycles`` that of layers, and ``requantise_domain`` refuses
  parameters for which TFLite defines no result.
* ``gemm`` has the cycles of the dense baseline, a weight-stationary array.

Model, templates, bench and reports take their numbers from here and compute none themselves.
"""

from dwsim.derive.back_to_back import interval_cycles, layer_starts, start_cycles
from dwsim.derive.config_fields import ConfigField
from dwsim.derive.engine_numbers import EngineNumbers
from dwsim.derive.numbers_of import numbers_of
from dwsim.derive.parallel_plan import ParallelPlan
from dwsim.derive.plan import Plan
from dwsim.derive.serial_plan import SerialPlan
from dwsim.derive.stages import SHIFT_LENGTH_MAX
from dwsim.derive.tiled_plan import AnyPlan, TiledPlan, plan_of, streams_of
from dwsim.spec.number_range import bits, range_bits, value_range

__all__ = [
    "SHIFT_LENGTH_MAX",
    "AnyPlan",
    "ConfigField",
    "EngineNumbers",
    "ParallelPlan",
    "Plan",
    "SerialPlan",
    "TiledPlan",
    "bits",
    "interval_cycles",
    "layer_starts",
    "numbers_of",
    "plan_of",
    "range_bits",
    "start_cycles",
    "streams_of",
    "value_range",
]
