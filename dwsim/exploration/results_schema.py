"""The columns of the two tables of an exploration: name, type, unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dwsim.derive.losses import LOSSES
from dwsim.exploration.axes import ENGINE_AXES
from dwsim.spec.float_rules import FLOAT_FIELDS

Kind = Literal["text", "integer", "number", "flag"]


@dataclass(frozen=True)
class Field:
    """One column; ``unit`` is empty for counts and texts."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""


_TEXTS = ("requantise", "dataflow", "rings", *FLOAT_FIELDS)
_AXIS_KINDS: dict[str, Kind] = dict.fromkeys(_TEXTS, "text")
_FLAGS = ("ifmap_signed", "weight_signed")


def _axis(name: str) -> Field:
    kind = "flag" if name in _FLAGS else _AXIS_KINDS.get(name, "integer")
    return Field(name, kind, f"EngineSpec.{name}")


ENGINE_FIELDS = tuple(map(_axis, ENGINE_AXES))
"""Every axis of an engine; null is the None of EngineSpec."""

LOSS_FIELDS = tuple(
    Field(f"loss_{name}", "integer", f"multiplier cycles: {meaning}")
    for name, meaning in LOSSES.items()
)
"""The loss stack; its sum is multipliers * cycles, and for a layer also the wait after it."""

STATUSES = ("ok", "pruned", "cannot_run", "failed")
"""A pair with results; one that violates a constraint whatever its cycles are; a network that the
engine cannot run; an evaluation that raised."""

PAIR_FIELDS = (
    Field("engine_id", "text", "hash of engine and interleave policy; the key of all tables"),
    *ENGINE_FIELDS,
    Field("interleave", "text", "policy: plane, nhwc, best, or the largest number of groups"),
    Field("passes", "integer", "cycles that the array takes for one ofmap beat"),
    Field("multipliers", "integer", "multipliers of the array"),
    Field("network", "text", "name of the network"),
    Field("status", "text", "ok, pruned, cannot_run or failed; unless ok, figures are null"),
    Field("reason", "text", "reason for a status other than ok; empty if ok"),
    Field("violates", "text", "constraints that the pair violates; empty if none"),
    Field("on_front", "flag", "the engine is on the front that explore prints"),
    Field("on_network_front", "flag", "the engine is on the front of this network alone"),
    Field("layers", "integer", "depthwise layers of the network"),
    Field("streams", "integer", "streams of the layers; more than layers if some are cut"),
    Field("cut_layers", "integer", "layers that exceed the engine's maxima: several streams each"),
    Field("macs", "integer", "multiply-adds of one inference, including taps on padding"),
    Field("cycles", "integer", "one inference: first cfg handshake to last ofmap transfer"),
    Field("interval_cycles", "integer", "from the start of an inference to the next, back to back"),
    Field("steady_cycles", "integer", "sum over layers of the cycles per image of that layer"),
    Field("ideal", "integer", "macs / multipliers: no engine with these multipliers is faster"),
    Field("bound", "integer", "the fewest cycles that its ports and the shape of its array permit"),
    Field("gemm_cycles", "integer", "the layers on a GEMM array with at most its multipliers"),
    Field("bound_share", "number", "bound / cycles"),
    Field("utilisation", "number", "macs / (multipliers * cycles): the share of the ideal"),
    *LOSS_FIELDS,
    Field("fmax_mhz", "number", "clock of the engine; see area_source", "MHz"),
    Field("time_ms", "number", "cycles at fmax_mhz", "ms"),
    Field("inferences_per_s", "number", "one per interval_cycles, at fmax_mhz", "1/s"),
    Field("lut", "integer", "look-up tables"),
    Field("ff", "integer", "flip-flops"),
    Field("dsp", "integer", "DSP blocks"),
    Field("bram", "integer", "block RAMs"),
    Field("area_source", "text", "source of fmax_mhz to bram: estimate or synth"),
    Field("beyond_part", "text", "cells that the target's part does not have; empty if it fits"),
    Field("line_buffer_bytes", "number", "row and column delays in memories, or the ring", "B"),
    Field("weight_bytes", "number", "both banks of weights and scales", "B"),
    Field("fifo_bytes", "number", "the output FIFO", "B"),
    Field("buffer_bytes", "number", "sum of the three", "B"),
    Field("input_bytes_per_cycle", "number", "peak: one ifmap beat", "B"),
    Field("output_bytes_per_cycle", "number", "peak: one ofmap beat", "B"),
    Field("param_bytes_per_cycle", "number", "peak: one parameter beat", "B"),
    Field("input_gb_per_s", "number", "ifmap and parameters in interval_cycles", "GB/s"),
    Field("output_gb_per_s", "number", "ofmap in interval_cycles", "GB/s"),
    Field("input_bytes", "number", "ifmap and parameters of one inference", "B"),
    Field("output_bytes", "number", "ofmap of one inference", "B"),
    Field("external_bytes", "number", "ifmap, parameters and ofmap of one inference", "B"),
    Field("intensity", "number", "macs / external_bytes", "1/B"),
    Field("energy_multiply_uj", "number", "multiplications of the array", "uJ"),
    Field("energy_add_uj", "number", "additions of the array", "uJ"),
    Field("energy_line_buffer_uj", "number", "line-buffer accesses", "uJ"),
    Field("energy_weight_uj", "number", "weight-memory accesses", "uJ"),
    Field("energy_fifo_uj", "number", "output-FIFO accesses", "uJ"),
    Field("energy_uj", "number", "sum of the five: one inference, on chip", "uJ"),
    Field("energy_external_uj", "number", "external_bytes from or to DRAM; not in energy_uj", "uJ"),
)
"""The columns of ``points``: one row for each engine and network."""

ACTIVITY_FIELDS = ("fill", "compute", "input_starved", "backpressured", "parameters", "drain")
"""The kinds of ``dwsim.model.activity.Activity`` as column names; their sum is the cycles."""

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
    Field("interleave", "integer", "interleaved channel groups"),
    Field("streams", "integer", "streams of the layer; more than 1 if it exceeds the engine"),
    Field(
        "start_cycle", "integer", "its first cfg handshake, counted from the first of the network"
    ),
    Field("cycles", "integer", "first cfg handshake to last ofmap transfer"),
    Field("wait_cycles", "integer", "from the end to the cfg handshake of the next layer"),
    Field("steady_cycles", "integer", "cycles per image once images follow each other"),
    Field("ideal", "integer", "macs / multipliers"),
    Field("bound", "integer", "the fewest cycles that its ports and the shape of its array permit"),
    Field("gemm_cycles", "integer", "on a GEMM array with at most its multipliers"),
    Field("utilisation", "number", "macs / (multipliers * cycles): the share of the ideal"),
    Field("macs", "integer", "multiply-adds, including taps on padding"),
    Field("param_beats", "integer", "beats of the parameter tensors"),
    Field("input_bytes", "number", "ifmap and parameters; streams share rows and columns", "B"),
    Field("param_bytes", "number", "of them the parameters", "B"),
    Field("output_bytes", "number", "ofmap", "B"),
    Field("intensity", "number", "macs / (input_bytes + output_bytes)", "1/B"),
    Field("ifmap_rate", "number", "mean bytes a cycle at the port of the ifmap", "B"),
    Field("param_rate", "number", "mean bytes a cycle at the port of the parameters", "B"),
    Field("output_rate", "number", "mean bytes a cycle at the port of the ofmap", "B"),
    *LOSS_FIELDS,
    *(Field(name, "integer", f"cycles of activity {name}") for name in ACTIVITY_FIELDS),
)
"""The columns of ``layers``: one row for each layer of each pair that is ok."""

SHARES = ("bound_share", "utilisation")
"""The metrics that are shares, at most 1."""

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
"""The metrics for objectives and constraints that are the same for every network."""

NETWORK_METRICS = (
    "streams",
    "cut_layers",
    "cycles",
    "interval_cycles",
    "steady_cycles",
    "ideal",
    "bound",
    "gemm_cycles",
    "bound_share",
    "utilisation",
    *(field.name for field in LOSS_FIELDS),
    "time_ms",
    "inferences_per_s",
    "input_gb_per_s",
    "output_gb_per_s",
    "input_bytes",
    "output_bytes",
    "external_bytes",
    "intensity",
    "energy_multiply_uj",
    "energy_add_uj",
    "energy_line_buffer_uj",
    "energy_weight_uj",
    "energy_fifo_uj",
    "energy_uj",
    "energy_external_uj",
)
"""The metrics for objectives and constraints that differ between networks."""

TIMED_METRICS = (
    "fmax_mhz",
    "time_ms",
    "inferences_per_s",
    "input_gb_per_s",
    "output_gb_per_s",
)
"""The metrics that need a clock; null if the clock is not known."""
