"""What the bench compares in every cycle: each RTL signal beside the model's register."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dwsim.derive import EngineNumbers
from dwsim.layout import to_word
from dwsim.model.engine import Engine

DONT_CARE = None

CLOCK_NS = 10
"""Length of a cycle in simulations and waveforms."""


@dataclass(frozen=True)
class Probe:
    """One signal: its Verilog expression in the bench, and the model's view of it.

    ``expected`` returns the unsigned value, or ``DONT_CARE`` in cycles in which the signal
    means nothing. Stimuli (inputs of the engine) have no ``expected``.
    """

    name: str
    width: int
    expression: str
    expected: Callable[[Engine], int | None] | None = None


def stimuli(numbers: EngineNumbers) -> list[Probe]:
    """The engine's inputs: the model is stepped with what the RTL sees."""
    return [
        Probe("rst", 1, "rst"),
        Probe("cfg_valid", 1, "cfg_valid"),
        Probe("s_axis_param_tvalid", 1, "s_axis_param_tvalid"),
        Probe("s_axis_param_tlast", 1, "s_axis_param_tlast"),
        Probe("s_axis_ifmap_tvalid", 1, "s_axis_ifmap_tvalid"),
        Probe("s_axis_ifmap_tlast", 1, "s_axis_ifmap_tlast"),
        Probe("m_axis_ofmap_tready", 1, "m_axis_ofmap_tready"),
        Probe("s_axis_param_tdata", numbers.param_beat_width, "s_axis_param_tdata"),
        Probe("s_axis_ifmap_tdata", numbers.ifmap_beat_width, "s_axis_ifmap_tdata"),
    ]


def _when_valid(value: Callable[[Engine], int]) -> Callable[[Engine], int | None]:
    return lambda m: value(m) if m.ofmap_tvalid else DONT_CARE


def interface(numbers: EngineNumbers) -> list[Probe]:
    """The engine's outputs: every handshake signal, and payloads while they are valid."""
    lanes, ofmap_width = numbers.spec.lanes, numbers.ofmap_width
    return [
        Probe("cfg_ready", 1, "cfg_ready", lambda m: m.cfg_ready),
        Probe("busy", 1, "busy", lambda m: m.busy),
        Probe("starved", 1, "starved", lambda m: m.starved),
        Probe("backpressured", 1, "backpressured", lambda m: m.backpressured),
        Probe("error", 3, "error", lambda m: m.error),
        Probe("s_axis_param_tready", 1, "s_axis_param_tready", lambda m: m.param_tready),
        Probe("s_axis_ifmap_tready", 1, "s_axis_ifmap_tready", lambda m: m.ifmap_tready),
        Probe("m_axis_ofmap_tvalid", 1, "m_axis_ofmap_tvalid", lambda m: m.ofmap_tvalid),
        Probe("m_axis_ofmap_tlast", 1, "m_axis_ofmap_tlast", _when_valid(lambda m: m.ofmap.last)),
        Probe(
            "m_axis_ofmap_tkeep",
            lanes,
            "keep",
            _when_valid(lambda m: (1 << m.ofmap.keep_count) - 1),
        ),
        Probe(
            "m_axis_ofmap_tdata",
            numbers.ofmap_beat_width,
            "m_axis_ofmap_tdata",
            _when_valid(lambda m: to_word(m.ofmap.values, ofmap_width)),
        ),
    ]


def _since_restart(value: Callable[[Engine], int]) -> Callable[[Engine], int | None]:
    """Registers that only a restart sets, not the reset."""
    return lambda m: value(m) if m.control.run else DONT_CARE


def _when_emitted(value: Callable[[Engine], int]) -> Callable[[Engine], int | None]:
    return lambda m: value(m) if m.slot_raster.emit_q else DONT_CARE


def _mask_word(mask: list[bool]) -> int:
    return sum(int(bit) << index for index, bit in enumerate(mask))


def controls(numbers: EngineNumbers, engine: str) -> list[Probe]:
    """Registers of control, parameters, rasters and credit; ``engine`` is their path."""
    n = numbers
    raster, loader = f"{engine}.u_slot_raster", f"{engine}.u_param_loader"
    return [
        Probe("state", 2, f"{engine}.u_control.state", lambda m: int(m.state)),
        Probe("loaded", 1, f"{loader}.loaded", lambda m: m.param_loader.loaded),
        Probe("active_bank", 1, f"{loader}.active_bank", lambda m: m.param_loader.active_bank),
        Probe("sets", n.sets_width, f"{loader}.sets", lambda m: m.param_loader.sets),
        Probe(
            "param_word",
            n.memory_words,
            f"{loader}.word",
            lambda m: 1 << m.param_loader.word,
        ),
        Probe(
            "short_stream",
            1,
            f"{engine}.u_ifmap_port.short_stream",
            lambda m: m.ifmap_port.short_stream,
        ),
        Probe("excess", 1, f"{engine}.u_ifmap_port.excess", lambda m: m.ifmap_port.excess),
        Probe(
            "skid_out_valid",
            1,
            f"{engine}.u_skid_buffer.out_valid",
            lambda m: m.skid_buffer.out_valid,
        ),
        Probe("credits", n.credit_width, f"{engine}.u_credit.credits", lambda m: m.credit.credits),
        Probe("step_q", 1, f"{raster}.step_q", lambda m: m.slot_raster.step_q),
        Probe("emit_q", 1, f"{raster}.emit_q", lambda m: m.slot_raster.emit_q),
        Probe(
            "in_planes",
            n.planes_width,
            f"{raster}.in_planes",
            _since_restart(lambda m: m.slot_raster.in_planes),
        ),
        Probe(
            "out_planes",
            n.planes_width,
            f"{raster}.out_planes",
            _since_restart(lambda m: m.slot_raster.out_planes),
        ),
        Probe(
            "in_col_left",
            n.col_width,
            f"{raster}.u_in.u_col.left",
            _since_restart(lambda m: m.slot_raster.in_raster.col.left),
        ),
        Probe(
            "in_row_left",
            n.row_width,
            f"{raster}.u_in.u_row.left",
            _since_restart(lambda m: m.slot_raster.in_raster.row.left),
        ),
        Probe(
            "out_col_left",
            n.col_width,
            f"{raster}.u_out.u_col.left",
            _since_restart(lambda m: m.slot_raster.out_raster.col.left),
        ),
        Probe(
            "out_row_left",
            n.row_width,
            f"{raster}.u_out.u_row.left",
            _since_restart(lambda m: m.slot_raster.out_raster.row.left),
        ),
        Probe("holding", 1, f"{engine}.holding", lambda m: m.group_tag.holding),
        Probe("claims", 1, f"{engine}.claims", lambda m: m.group_tag.claims),
        Probe(
            "weight_word",
            n.word_width,
            f"{engine}.weight_word",
            _since_restart(lambda m: m.group_tag.weight_word),
        ),
        Probe(
            "weight_set",
            n.set_width,
            f"{engine}.weight_set",
            _since_restart(lambda m: m.group_tag.weight_set),
        ),
        Probe(
            "row_mask",
            n.spec.kernel_h,
            f"{engine}.row_mask",
            _when_emitted(lambda m: _mask_word(m.slot_raster.row_mask)),
        ),
        Probe(
            "col_mask",
            n.spec.kernel_w,
            f"{engine}.col_mask",
            _when_emitted(lambda m: _mask_word(m.slot_raster.col_mask)),
        ),
    ]


def array(numbers: EngineNumbers, engine: str) -> list[Probe]:
    """Operands, row sums and acc of the multiplier array; ``engine`` is their path."""
    spec = numbers.spec
    row_width = numbers.psum_width(numbers.array_cols)
    acc_stage = numbers.array_cycles - 1
    sums_stage = numbers.sums_cycles - 1

    def operands(model: Engine) -> int | None:
        values = model.tap_mask.operands
        return to_word(values.transpose(1, 0, 2).reshape(-1), numbers.operand_width)

    def row_sums(model: Engine) -> int | None:
        if not model.valids.stages[sums_stage]:
            return DONT_CARE
        return to_word(model.kernel_row.sums.transpose().reshape(-1), row_width)

    def acc(model: Engine) -> int | None:
        if not model.valids.stages[acc_stage]:
            return DONT_CARE
        return to_word(model.acc, numbers.acc_width)

    lanes = ", ".join(f"{engine}.g_lane[{lane}].row_sums" for lane in reversed(range(spec.lanes)))
    return [
        Probe(
            "operands",
            spec.lane_multipliers * numbers.operand_beat_width,
            f"{engine}.operands",
            operands,
        ),
        Probe("row_sums", spec.lanes * numbers.array_rows * row_width, f"{{{lanes}}}", row_sums),
        Probe("acc", spec.lanes * numbers.acc_width, f"{engine}.acc", acc),
    ]


def all_probes(numbers: EngineNumbers, engine: str) -> list[Probe]:
    """Every probe, in the order of the bits of ``observed``; ``engine``: path of the core."""
    return (
        stimuli(numbers) + interface(numbers) + controls(numbers, engine) + array(numbers, engine)
    )
