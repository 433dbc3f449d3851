"""The model's view of each compared signal: its value in a cycle, or ``DONT_CARE``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.engine import Engine
from dwsim.model.serial_observed import serial_views
from dwsim.stream.layout import to_word

View = Callable[[Any], int | None]
"""The unsigned value of a signal in this cycle, or ``DONT_CARE`` where it means nothing."""

DONT_CARE = None


def views(numbers: EngineNumbers | SerialNumbers) -> dict[str, View]:
    """The model's view of every signal that is not an input; see ``dwsim.derive.signals``."""
    if isinstance(numbers, SerialNumbers):
        return _interface(numbers) | serial_views(numbers)
    return _interface(numbers) | _controls() | _array(numbers)


def _interface(numbers: EngineNumbers | SerialNumbers) -> dict[str, View]:
    """Every handshake signal, and payloads while they are valid."""
    ofmap_width = numbers.formats.ofmap_width
    return {
        "cfg_ready": lambda m: m.cfg_ready,
        "busy": lambda m: m.busy,
        "starved": lambda m: m.starved,
        "backpressured": lambda m: m.backpressured,
        "error": lambda m: m.error,
        "s_axis_param_tready": lambda m: m.param_tready,
        "s_axis_ifmap_tready": lambda m: m.ifmap_tready,
        "m_axis_ofmap_tvalid": lambda m: m.ofmap_tvalid,
        "m_axis_ofmap_tlast": _when_valid(lambda m: m.ofmap.last),
        "m_axis_ofmap_tkeep": _when_valid(lambda m: m.ofmap.keep),
        "m_axis_ofmap_tdata": _when_valid(lambda m: to_word(m.ofmap.values, ofmap_width)),
    }


def _controls() -> dict[str, View]:
    """Registers of control, parameters, rasters and credit."""
    return {
        "state": lambda m: int(m.state),
        "loaded": lambda m: m.param_loader.loaded,
        "active_bank": lambda m: m.param_loader.active_bank,
        "sets": lambda m: m.param_loader.sets,
        "param_word": lambda m: 1 << m.param_loader.word,
        "short_stream": lambda m: m.ifmap_port.short_stream,
        "excess": lambda m: m.ifmap_port.excess,
        "skid_out_valid": lambda m: m.skid_buffer.out_valid,
        "credits": lambda m: m.credit.credits,
        "step_q": lambda m: m.slot_raster.step_q,
        "emit_q": lambda m: m.slot_raster.emit_q,
        "in_planes": _since_restart(lambda m: m.slot_raster.in_raster.planes_left),
        "out_planes": _since_restart(lambda m: m.slot_raster.out_raster.planes_left),
        "in_col_left": _since_restart(lambda m: m.slot_raster.in_raster.col.left),
        "in_row_left": _since_restart(lambda m: m.slot_raster.in_raster.row.left),
        "out_col_left": _since_restart(lambda m: m.slot_raster.out_raster.col.left),
        "out_row_left": _since_restart(lambda m: m.slot_raster.out_raster.row.left),
        "holding": lambda m: m.group_tag.holding,
        "claims": lambda m: m.group_tag.claims,
        "weight_word": _since_restart(lambda m: m.group_tag.weight_word),
        "weight_set": _since_restart(lambda m: m.group_tag.weight_set),
        "row_mask": _when_emitted(lambda m: _mask_word(m.slot_raster.row_mask)),
        "col_mask": _when_emitted(lambda m: _mask_word(m.slot_raster.col_mask)),
    }


def _array(numbers: EngineNumbers) -> dict[str, View]:
    """Operands, row sums and acc of the multiplier array."""
    row_width = numbers.formats.psum_width(numbers.formats.array_cols)
    acc_stage = numbers.timing.array_cycles - 1
    sums_stage = numbers.timing.sums_cycles - 1

    def operands(model: Engine) -> int | None:
        values = model.tap_mask.operands
        return to_word(values.transpose(1, 0, 2).reshape(-1), numbers.formats.tap_width)

    def row_sums(model: Engine) -> int | None:
        if not model.output_stage.valids.stages[sums_stage]:
            return DONT_CARE
        return to_word(model.multiplier_array.row_sums.transpose().reshape(-1), row_width)

    def acc(model: Engine) -> int | None:
        if not model.output_stage.valids.stages[acc_stage]:
            return DONT_CARE
        return to_word(model.multiplier_array.acc, numbers.formats.acc_width)

    return {"operands": operands, "row_sums": row_sums, "acc": acc}


def _when_valid(value: Callable[[Engine], int]) -> View:
    return lambda m: value(m) if m.ofmap_tvalid else DONT_CARE


def _since_restart(value: Callable[[Engine], int]) -> View:
    """Registers that only a restart sets, not the reset."""
    return lambda m: value(m) if m.control.run else DONT_CARE


def _when_emitted(value: Callable[[Engine], int]) -> View:
    return lambda m: value(m) if m.slot_raster.emit_q else DONT_CARE


def _mask_word(mask: list[bool]) -> int:
    return sum(int(bit) << index for index, bit in enumerate(mask))
