"""The stages of an engine: one instance for each, with its numbers and its special connections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dwsim.codegen.float_stages import float_sums
from dwsim.codegen.instance import Instance, ModuleHeader, module_header
from dwsim.codegen.stage import Stage
from dwsim.derive import SHIFT_LENGTH_MAX, EngineNumbers
from dwsim.derive.signals import Numbers


def stages(numbers: EngineNumbers, modules: Iterable[str]) -> dict[str, Instance]:
    """The instances in the top of an engine, by the stem of their module.

    Args:
        numbers: of the engine.
        modules: texts of the engine's modules, hand-written and generated.
    """
    made = [*_front(numbers), *_slots(numbers), *_operands(numbers)]
    arithmetic = numbers.formats.arithmetic
    made += _sums(numbers) if arithmetic is None else float_sums(numbers, arithmetic)
    if numbers.formats.requantises:
        made += _scales(numbers)
    return instances(numbers.spec.name, [*made, _output(numbers)], modules)


def instances(engine: str, made: Iterable[Stage], modules: Iterable[str]) -> dict[str, Instance]:
    """The instances of stages, by the stem of their module.

    Args:
        engine: name of the engine.
        made: its stages.
        modules: texts of the engine's modules, hand-written and generated.
    """
    headers = {header.name: header for header in map(module_header, modules)}
    return {
        stage.stem: Instance(
            _header(headers, engine, stage.stem),
            f"u_{stage.stem}",
            stage.parameters,
            stage.connections,
        )
        for stage in made
    }


def _header(headers: Mapping[str, ModuleHeader], engine: str, stem: str) -> ModuleHeader:
    """The module of a stage: hand-written, or generated for the engine."""
    return headers[f"dw_{stem}" if f"dw_{stem}" in headers else f"{engine}_{stem}"]


def _front(n: EngineNumbers) -> list[Stage]:
    """Configuration, control, parameters, ifmap port."""
    loader = {
        "WIDTH": n.formats.param_beat_width,
        "UNITS": n.spec.lane_multipliers,
        "PASSES": n.spec.passes,
        "WORDS": n.formats.memory_words,
        "WEIGHT_SETS": n.counters.weight_sets,
    }
    control = {"DRAIN_CYCLES": n.timing.drain_cycles}
    return [
        Stage("config", {}, {}),
        Stage("control", control, {"port_blocked": "excess"}),
        Stage(
            "param_loader",
            loader,
            {"wanted_sets": "weight_sets", "loaded": "params_loaded", "error": "error[2]"},
        ),
        *ifmap_stages(n, {"available": "beat_available"}),
    ]


def ifmap_stages(n: Numbers, connections: Mapping[str, str]) -> list[Stage]:
    """The way of the ifmap into an engine: a buffer, the zero point, the check of its length.

    Args:
        n: numbers of the engine.
        connections: special connections of the port.
    """
    skid = {
        "s_data": "{s_axis_ifmap_tlast, s_axis_ifmap_tdata}",
        "s_valid": "s_axis_ifmap_tvalid",
        "s_ready": "s_axis_ifmap_tready",
        "m_data": "{ifmap_last, ifmap_data}",
        "m_valid": "ifmap_valid",
        "m_valid_next": "ifmap_valid_next",
        "m_ready": "ifmap_ready",
    }
    port = {
        "s_data": "centred",
        "s_last": "ifmap_last",
        "s_valid": "ifmap_valid",
        "s_valid_next": "ifmap_valid_next",
        "s_ready": "ifmap_ready",
        "error_short": "error[0]",
        "error_long": "error[1]",
        **connections,
    }
    found = [Stage("skid_buffer", {"WIDTH": n.formats.ifmap_beat_width + 1}, skid)]
    if n.formats.requantises:
        centre = {"LANES": n.formats.ifmap_beat_values, "WIDTH": n.spec.ifmap_width}
        zero_point = {"ifmap": "ifmap_data", "zero_point": "ifmap_zero_point"}
        found.append(Stage("centre", centre, zero_point))
    return [*found, Stage("ifmap_port", {"WIDTH": n.formats.operand_beat_width}, port)]


def _slots(n: EngineNumbers) -> list[Stage]:
    """Slot raster, credit, group tag, and the stall flags."""
    spec, counters = n.spec, n.counters
    raster = {
        "KERNEL_H": spec.kernel_h,
        "KERNEL_W": spec.kernel_w,
        "MAX_ROW_PITCH": spec.max_row_pitch,
        "MAX_PLANE_ROWS": spec.max_plane_rows,
        "MAX_INTERLEAVE": spec.max_interleave,
        "MAX_PLANES": counters.max_planes,
        "MAX_LAG": counters.max_lag,
        "SHIFT_LENGTH_MAX": SHIFT_LENGTH_MAX,
    }
    tag = {
        "LANES": spec.lanes,
        "PASSES": spec.passes,
        "MAX_CHANNEL_GROUPS": spec.max_channel_groups,
        "MAX_INTERLEAVE": spec.max_interleave,
        "MAX_CHANNEL_MULTIPLIER": spec.max_channel_multiplier,
    }
    credit = {"DEPTH": n.timing.fifo_depth}
    return [
        Stage(
            "slot_raster",
            raster,
            {"starved": "starved_now", "backpressured": "backpressured_now"},
        ),
        Stage(
            "credit",
            credit,
            {"take": "emit && claims", "give": "popped", "available": "credit_available"},
        ),
        Stage("group_tag", tag, {}),
        Stage("stall_flags", {}, {}),
    ]


def _operands(n: EngineNumbers) -> list[Stage]:
    """The window, and the stages that make operands of it."""
    spec, counters = n.spec, n.counters
    kernel = {"KERNEL_H": spec.kernel_h, "KERNEL_W": spec.kernel_w}
    width = {"WIDTH": n.formats.operand_beat_width}
    delays = {
        "MAX_ROW_DELAY": counters.max_row_delay,
        "MAX_COL_DELAY": counters.max_col_delay,
        "SHIFT_LENGTH_MAX": SHIFT_LENGTH_MAX,
    }
    found = [
        Stage(
            "window",
            kernel | width | delays,
            {"step": "step_q", "d": "beat", "taps": "window_taps"},
        )
    ]
    if spec.max_channel_multiplier > 1:
        spread = {
            "multiplier": "channel_multiplier",
            "hold_index": "hold_index_q",
            "taps": "window_taps",
            "spread": "spread_taps",
        }
        found.append(Stage("lane_spread", {}, spread))
    taken = {"emit": "emit_q", "taps": "spread_taps"}
    if n.formats.is_float:
        taken["taps"] = "marked_taps"
        width = {"WIDTH": n.formats.tap_beat_width}
    if spec.passes == 1:
        return [*found, Stage("tap_mask", kernel | width, taken)]
    units = {"UNITS": spec.lane_multipliers}
    return [*found, Stage("tap_select", kernel | units | width, taken | {"pass": "pass_q"})]


def _sums(n: EngineNumbers) -> list[Stage]:
    """Weights and the array that they are multiplied in."""
    weights = {
        "ROWS": n.formats.array_rows,
        "COLS": n.formats.array_cols,
        "WIDTH": n.formats.param_beat_width,
        "WORDS": n.counters.weight_words,
        "TAG_CYCLES": n.timing.weight_tag_cycles(0),
    }
    written = f"write_word[{n.spec.lane_multipliers - 1}:0]"
    return [
        Stage("weight_store", weights, {"write_word": written}),
        Stage("multiplier_array", {}, {}),
    ]


def _scales(n: EngineNumbers) -> list[Stage]:
    """Scales and the requantisers."""
    bias, multiplier, right_shift = n.formats.scale_parts
    store = {
        "WIDTH": n.formats.scale_word_width,
        "SETS": n.counters.weight_sets,
        "BIAS_BYTES": bias.words,
        "MULTIPLIER_BYTES": multiplier.words,
        "TAG_CYCLES": n.timing.scale_tag_cycles,
        "MULTIPLIER_DELAY": multiplier.delay,
        "RIGHT_SHIFT_DELAY": right_shift.delay,
    }
    written = f"write_word[{n.formats.memory_words - 1}:{n.spec.lane_multipliers}]"
    stage = {
        "LANES": n.spec.lanes,
        "ACC_W": n.formats.acc_width,
        "MULTIPLIER_W": n.formats.multiplier_width,
        "OFMAP_W": n.formats.ofmap_width,
        "ROUNDING": n.formats.rounding_code,
    }
    stem = "requantise_stage"
    if n.formats.rounds_in_float:
        # Float rounding has one format of bias and multiplier.
        stem = "float_requantise_stage"
        del stage["MULTIPLIER_W"]
    connections = {"write_word": written}
    if n.spec.weight_width > 8:
        connections["write_data"] = "scale_bytes"
    return [Stage("scale_store", store, connections), Stage(stem, stage, {})]


def _output(n: EngineNumbers) -> Stage:
    """Marks and values of the ofmap beats, and their FIFO."""
    parameters = {
        "LANES": n.spec.lanes,
        "VALUE_W": n.formats.ofmap_width,
        "CYCLES": n.timing.output_cycles,
        "DEPTH": n.timing.fifo_depth,
    }
    return Stage("output_stage", parameters, {"values": "ofmap"})
