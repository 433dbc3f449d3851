"""The columns of an exploration's two tables: name, type, unit and meaning of each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from dwsim.spec.engine_spec import EngineSpec

Kind = Literal["text", "integer", "number", "flag"]


@dataclass(frozen=True)
class Field:
    """One column; ``unit`` is empty for counts and texts."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""


_AXIS_KINDS: dict[str, Kind] = {"requantise": "text"}
_FLAGS = ("ifmap_signed", "weight_signed")


def _axis(name: str) -> Field:
    kind = "flag" if name in _FLAGS else _AXIS_KINDS.get(name, "integer")
    return Field(name, kind, f"EngineSpec.{name}")


ENGINE_FIELDS = tuple(_axis(field.name) for field in fields(EngineSpec) if field.name != "name")
"""Every field of the engine but its name; null is EngineSpec's None."""

STATUSES = ("ok", "cannot_run", "failed")
"""A pair that was evaluated; a network that the engine cannot run; an evaluation that broke."""

PAIR_FIELDS = (
    Field("engine_id", "text", "hash of engine and interleave policy, the key of all tables"),
    *ENGINE_FIELDS,
    Field("interleave", "text", "policy: plane, nhwc, best, or the most groups interleaved"),
    Field("passes", "integer", "cycles in which the array makes one ofmap beat"),
    Field("multipliers", "integer", "multipliers of the array"),
    Field("network", "text", "name of the network"),
    Field("status", "text", "ok, cannot_run or failed; without ok, what follows is null"),
    Field("reason", "text", "why not ok; empty otherwise"),
    Field("violates", "text", "constraints that the pair does not meet; empty: none"),
    Field("on_front", "flag", "the engine is on the front that explore prints"),
    Field("on_network_front", "flag", "it is on the front of this network alone"),
    Field("layers", "integer", "depthwise layers of the network"),
    Field("macs", "integer", "multiply-adds of one inference, taps on padding included"),
    Field("cycles", "integer", "one inference: first cfg handshake to last ofmap transfer"),
    Field("interval_cycles", "integer", "from an inference to the next, back to back"),
    Field("steady_cycles", "integer", "sum over layers: from an image to the next, same layer"),
    Field("bound", "integer", "the fewest cycles that ports and multipliers permit"),
    Field("bound_share", "number", "bound / cycles"),
    Field("utilisation", "number", "macs / (multipliers * cycles)"),
    Field("fmax_mhz", "number", "clock of the engine, see area_source", "MHz"),
    Field("time_ms", "number", "cycles at fmax_mhz", "ms"),
    Field("inferences_per_s", "number", "one in interval_cycles, at fmax_mhz", "1/s"),
    Field("lut", "integer", "look-up tables"),
    Field("ff", "integer", "flip-flops"),
    Field("dsp", "integer", "DSP blocks"),
    Field("bram", "integer", "block RAMs"),
    Field("area_source", "text", "estimate or synth: where fmax_mhz to bram are from"),
    Field("line_buffer_bytes", "number", "row and column delays that are memories", "B"),
    Field("weight_bytes", "number", "both banks of weights and scales", "B"),
    Field("fifo_bytes", "number", "the output FIFO", "B"),
    Field("buffer_bytes", "number", "the three together", "B"),
    Field("input_bytes_per_cycle", "number", "peak: an ifmap beat", "B"),
    Field("output_bytes_per_cycle", "number", "peak: an ofmap beat", "B"),
    Field("param_bytes_per_cycle", "number", "peak: a parameter beat", "B"),
    Field("input_gb_per_s", "number", "ifmap and parameters over interval_cycles", "GB/s"),
    Field("output_gb_per_s", "number", "ofmap over interval_cycles", "GB/s"),
    Field("external_bytes", "number", "ifmap, parameters and ofmap of one inference", "B"),
    Field("energy_multiply_uj", "number", "multiplications of the array", "uJ"),
    Field("energy_add_uj", "number", "additions of the array", "uJ"),
    Field("energy_line_buffer_uj", "number", "line-buffer accesses", "uJ"),
    Field("energy_weight_uj", "number", "weight-memory accesses", "uJ"),
    Field("energy_fifo_uj", "number", "output-FIFO accesses", "uJ"),
    Field("energy_uj", "number", "the five together: one inference, on chip", "uJ"),
    Field("energy_external_uj", "number", "external_bytes in DRAM; not in energy_uj", "uJ"),
)
"""The columns of ``points``: one row for each engine and network."""

ACTIVITY_FIELDS = ("fill", "compute", "input_starved", "backpressured", "parameters", "drain")
"""``dwsim.model.activity.Activity``'s kinds as column names; together they are the cycles."""

LAYER_FIELDS = (
    Field("engine_id", "text", "as in points"),
    Field("network", "text", "name of the network"),
    Field("index", "integer", "position of the layer, from 0"),
    Field("layer", "text", "name of the layer"),
    Field("ifmap_h", "integer", "LayerSpec.ifmap_h"),
    Field("ifmap_w", "integer", "LayerSpec.ifmap_w"),
    Field("channels", "integer", "LayerSpec.channels"),
    Field("kernel_h", "integer", "LayerSpec.kernel_h"),
    Field("kernel_w", "integer", "LayerSpec.kernel_w"),
    Field("stride_h", "integer", "LayerSpec.stride_h"),
    Field("stride_w", "integer", "LayerSpec.stride_w"),
    Field("dilation_h", "integer", "LayerSpec.dilation_h"),
    Field("dilation_w", "integer", "LayerSpec.dilation_w"),
    Field("channel_multiplier", "integer", "LayerSpec.channel_multiplier"),
    Field("interleave", "integer", "channel groups that are interleaved"),
    Field("start_cycle", "integer", "its cfg handshake, from the network's first"),
    Field("cycles", "integer", "cfg handshake to last ofmap transfer"),
    Field("wait_cycles", "integer", "from there to the next layer's cfg handshake"),
    Field("steady_cycles", "integer", "from an image to the next of this layer"),
    Field("bound", "integer", "the fewest cycles that ports and multipliers permit"),
    Field("utilisation", "number", "macs / (multipliers * cycles)"),
    Field("macs", "integer", "multiply-adds, taps on padding included"),
    Field("param_beats", "integer", "beats of its parameter tensor"),
    *(Field(name, "integer", f"cycles of activity {name}") for name in ACTIVITY_FIELDS),
)
"""The columns of ``layers``: one row for each layer of each pair that is ok."""

SHARES = ("bound_share", "utilisation")
"""Metrics that are fractions of 1."""

ENGINE_METRICS = (
    "lanes",
    "passes",
    "multipliers",
    "fmax_mhz",
    "lut",
    "ff",
    "dsp",
    "bram",
    "line_buffer_bytes",
    "weight_bytes",
    "fifo_bytes",
    "buffer_bytes",
    "input_bytes_per_cycle",
    "output_bytes_per_cycle",
    "param_bytes_per_cycle",
)
"""What may be an objective or a constraint, and is the same for every network."""

NETWORK_METRICS = (
    "cycles",
    "interval_cycles",
    "steady_cycles",
    "bound",
    "bound_share",
    "utilisation",
    "time_ms",
    "inferences_per_s",
    "input_gb_per_s",
    "output_gb_per_s",
    "external_bytes",
    "energy_multiply_uj",
    "energy_add_uj",
    "energy_line_buffer_uj",
    "energy_weight_uj",
    "energy_fifo_uj",
    "energy_uj",
    "energy_external_uj",
)
"""What may be an objective or a constraint, and differs between networks."""

TIMED_METRICS = (
    "fmax_mhz",
    "time_ms",
    "inferences_per_s",
    "input_gb_per_s",
    "output_gb_per_s",
)
"""Metrics that need a clock; null where nobody says how fast an engine is."""
