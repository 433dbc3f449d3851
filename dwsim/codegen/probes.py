"""The Verilog expression of each compared signal, which the bench packs."""

from __future__ import annotations

from dataclasses import dataclass

from dwsim.codegen.serial_probes import serial_expressions
from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.signals import Numbers, interface, signals, stimuli


@dataclass(frozen=True)
class Probe:
    """One signal: its name, its bits, and its Verilog expression in the bench."""

    name: str
    width: int
    expression: str


def probes(numbers: Numbers, engine: str) -> list[Probe]:
    """Every probe, in the order of the bits of ``observed``.

    Args:
        numbers: of the engine.
        engine: path of the core in the bench.
    """
    ports = {name: name for name in (*stimuli(numbers), *interface(numbers))}
    ports["m_axis_ofmap_tkeep"] = "keep"
    if isinstance(numbers, SerialNumbers):
        expressions = ports | serial_expressions(numbers, engine)
    else:
        expressions = ports | _controls(engine) | _array(numbers, engine)
    return [Probe(name, width, expressions[name]) for name, width in signals(numbers).items()]


def _controls(engine: str) -> dict[str, str]:
    """Registers of control, parameters, rasters and credit."""
    raster, loader = f"{engine}.u_slot_raster", f"{engine}.u_param_loader"
    return {
        "state": f"{engine}.u_control.state",
        "loaded": f"{loader}.loaded",
        "active_bank": f"{loader}.active_bank",
        "sets": f"{loader}.sets",
        "param_word": f"{loader}.word",
        "short_stream": f"{engine}.u_ifmap_port.short_stream",
        "excess": f"{engine}.u_ifmap_port.excess",
        "skid_out_valid": f"{engine}.u_skid_buffer.out_valid",
        "credits": f"{engine}.u_credit.credits",
        "step_q": f"{raster}.step_q",
        "emit_q": f"{raster}.emit_q",
        "in_planes": f"{raster}.u_in.planes_left",
        "out_planes": f"{raster}.u_out.planes_left",
        "in_col_left": f"{raster}.u_in.u_col.left",
        "in_row_left": f"{raster}.u_in.u_row.left",
        "out_col_left": f"{raster}.u_out.u_col.left",
        "out_row_left": f"{raster}.u_out.u_row.left",
        "holding": f"{engine}.holding",
        "claims": f"{engine}.claims",
        "weight_word": f"{engine}.weight_word",
        "weight_set": f"{engine}.weight_set",
        "row_mask": f"{engine}.row_mask",
        "col_mask": f"{engine}.col_mask",
    }


def _array(numbers: EngineNumbers, engine: str) -> dict[str, str]:
    """Operands, row sums and acc of the multiplier array."""
    lanes = reversed(range(numbers.spec.lanes))
    array = "float_array" if numbers.formats.is_float else "multiplier_array"
    row_sums = ", ".join(f"{engine}.u_{array}.g_lane[{lane}].row_sums" for lane in lanes)
    return {
        "operands": f"{engine}.operands",
        "row_sums": f"{{{row_sums}}}",
        "acc": f"{engine}.acc",
    }
