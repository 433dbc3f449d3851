"""The signals that are compared between RTL and model in every cycle: their names and widths.

``dwsim.codegen.probes`` maps each to its place in the Verilog, ``dwsim.model.observed`` to its
place in the model.
"""

from __future__ import annotations

from dwsim.derive.engine_numbers import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.serial_signals import serial_array, serial_controls

Numbers = EngineNumbers | SerialNumbers

Widths = dict[str, int]
"""Bits of signals by their names."""


def stimuli(numbers: Numbers) -> Widths:
    """The engine's inputs: the model is stepped with the RTL's values."""
    return {
        "rst": 1,
        "cfg_valid": 1,
        "s_axis_param_tvalid": 1,
        "s_axis_param_tlast": 1,
        "s_axis_ifmap_tvalid": 1,
        "s_axis_ifmap_tlast": 1,
        "m_axis_ofmap_tready": 1,
        "s_axis_param_tdata": numbers.formats.param_beat_width,
        "s_axis_ifmap_tdata": numbers.formats.ifmap_beat_width,
    }


def interface(numbers: Numbers) -> Widths:
    """The engine's outputs: every handshake signal and payload."""
    return {
        "cfg_ready": 1,
        "busy": 1,
        "starved": 1,
        "backpressured": 1,
        "error": 3,
        "s_axis_param_tready": 1,
        "s_axis_ifmap_tready": 1,
        "m_axis_ofmap_tvalid": 1,
        "m_axis_ofmap_tlast": 1,
        "m_axis_ofmap_tkeep": numbers.formats.ofmap_beat_values,
        "m_axis_ofmap_tdata": numbers.formats.ofmap_beat_width,
    }


def controls(numbers: EngineNumbers) -> Widths:
    """Registers of control, parameters, rasters and credit."""
    n = numbers
    return {
        "state": 2,
        "loaded": 1,
        "active_bank": 1,
        "sets": n.counters.sets_width,
        "param_word": n.formats.memory_words,
        "short_stream": 1,
        "excess": 1,
        "skid_out_valid": 1,
        "credits": n.timing.credit_width,
        "step_q": 1,
        "emit_q": 1,
        "in_planes": n.counters.planes_width,
        "out_planes": n.counters.planes_width,
        "in_col_left": n.counters.col_width,
        "in_row_left": n.counters.row_width,
        "out_col_left": n.counters.col_width,
        "out_row_left": n.counters.row_width,
        "holding": 1,
        "claims": 1,
        "weight_word": n.counters.word_width,
        "weight_set": n.counters.set_width,
        "row_mask": n.spec.kernel_h,
        "col_mask": n.spec.kernel_w,
    }


def array(numbers: EngineNumbers) -> Widths:
    """Operands, row sums and acc of the multiplier array."""
    spec = numbers.spec
    row_width = numbers.formats.psum_width(numbers.formats.array_cols)
    return {
        "operands": spec.lane_multipliers * numbers.formats.tap_beat_width,
        "row_sums": spec.lanes * numbers.formats.array_rows * row_width,
        "acc": spec.lanes * numbers.formats.acc_width,
    }


def signals(numbers: Numbers) -> Widths:
    """All signals in the order in which the bench packs them, the first one lowest."""
    ports = stimuli(numbers) | interface(numbers)
    if isinstance(numbers, SerialNumbers):
        return ports | serial_controls(numbers) | serial_array(numbers)
    return ports | controls(numbers) | array(numbers)
