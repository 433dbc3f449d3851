"""Instances of the modules that move beats: flow control, parameters and pipelines."""

from __future__ import annotations

from collections.abc import Iterator

from dwsim.derive import EngineNumbers, bits
from tests.leaf.leaf_specs import SMALL, SPECS, Instance


def skid_buffer() -> Iterator[Instance]:
    for width in (1, 9, 65):
        registers = {"s_ready": 1, "m_data": width, "m_valid": 1}
        yield Instance(
            "dw_skid_buffer",
            {"rst": 1, "s_data": width, "s_valid": 1, "m_ready": 1},
            {**registers, "m_valid_next": 1},
            tuple(registers),
            {"WIDTH": width},
        )


def output_fifo() -> Iterator[Instance]:
    for depth in (1, 2, 3, 5, 8, 13, 16):
        width = 7 + depth
        yield Instance(
            "dw_output_fifo",
            {"rst": 1, "write": 1, "write_data": width, "m_ready": 1},
            {"popped": 1, "m_data": width, "m_valid": 1},
            ("m_data", "m_valid"),
            {"WIDTH": width, "DEPTH": depth},
        )


def credit() -> Iterator[Instance]:
    for depth in (1, 2, 7, 8, 13):
        yield Instance(
            "dw_credit",
            {"rst": 1, "take": 1, "give": 1},
            {"available": 1},
            ("available",),
            {"DEPTH": depth, "COUNT_W": bits(depth)},
        )


def control() -> Iterator[Instance]:
    for drain in (1, 6, 7, 8, 23):
        yield Instance(
            "dw_control",
            {
                "rst": 1,
                "cfg_valid": 1,
                "load": 1,
                "params_loaded": 1,
                "port_blocked": 1,
                "emit": 1,
                "done": 1,
            },
            {
                "cfg_ready": 1,
                "capture": 1,
                "restart": 1,
                "start": 1,
                "swap": 1,
                "run": 1,
                "busy": 1,
            },
            ("cfg_ready", "restart", "run", "busy"),
            {"DRAIN_CYCLES": drain, "DRAIN_W": bits(drain)},
        )


def ifmap_port() -> Iterator[Instance]:
    for width in (4, 20):
        registers = {
            "excess": 1,
            "available": 1,
            "beat": width,
            "error_short": 1,
            "error_long": 1,
        }
        yield Instance(
            "dw_ifmap_port",
            {
                "rst": 1,
                "restart": 1,
                "s_data": width,
                "s_last": 1,
                "s_valid": 1,
                "s_valid_next": 1,
                "take": 1,
                "final_take": 1,
            },
            {"s_ready": 1, **registers},
            tuple(registers),
            {"WIDTH": width},
        )


def param_loader() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        width = n.formats.param_beat_width
        outputs = {
            "s_axis_param_tready": 1,
            "loaded": 1,
            "active_bank": 1,
            "write_word": n.formats.memory_words,
            "write_address": 1 + n.counters.word_width,
            "write_set": 1 + n.counters.set_width,
            "write_data": width,
            "error": 1,
        }
        yield Instance(
            "dw_param_loader",
            {
                "rst": 1,
                "s_axis_param_tdata": width,
                "s_axis_param_tvalid": 1,
                "s_axis_param_tlast": 1,
                "swap": 1,
                "wanted_sets": n.counters.sets_width,
            },
            outputs,
            tuple(outputs),
            {
                "WIDTH": width,
                "UNITS": n.spec.lane_multipliers,
                "PASSES": n.spec.passes,
                "PASS_W": n.counters.pass_index_width,
                "WORDS": n.formats.memory_words,
                "WEIGHT_SETS": n.counters.weight_sets,
                "SETS_W": n.counters.sets_width,
                "SET_W": n.counters.set_width,
                "WORD_W": n.counters.word_width,
            },
            spec=n.spec,
        )


def pipeline() -> Iterator[Instance]:
    for cycles in (0, 1, 2, 5):
        for reset in (0, 1):
            yield Instance(
                "dw_pipeline",
                {"rst": 1, "d": 1 + 4 * cycles},
                {"q": 1 + 4 * cycles},
                ("q",) if cycles else (),
                {"WIDTH": 1 + 4 * cycles, "CYCLES": cycles, "RESET": reset},
            )
