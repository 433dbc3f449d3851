"""Instances of the stages of the engine's top, with the parameters that the engine gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dwsim.codegen.engine_stages import stages
from dwsim.codegen.verilog import engine_verilog
from dwsim.derive import EngineNumbers
from tests.leaf.leaf_specs import SMALL, SPECS, Instance

SCALED = tuple(name for name in SMALL if SPECS[name].requantise != "none")


def _stage(
    stem: str,
    n: EngineNumbers,
    inputs: dict[str, int],
    outputs: dict[str, int],
    registered: tuple[str, ...],
) -> Instance:
    made = stages(n, engine_verilog(n.spec).values())[stem]
    parameters = dict(made.parameters)
    return Instance(made.module.name, inputs, outputs, registered, parameters, spec=n.spec)


def config() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        fields = {field.name: field.total_width for field in n.config_fields}
        inputs = {"capture": 1} | {f"cfg_{field}": width for field, width in fields.items()}
        yield _stage("config", n, inputs, fields, tuple(fields))


def stall_flags() -> Iterator[Instance]:
    inputs = ("rst", "run", "done", "starved_now", "backpressured_now")
    streams = ("m_axis_ofmap_tvalid", "m_axis_ofmap_tready")
    outputs = {"starved": 1, "backpressured": 1}
    n = EngineNumbers(SPECS["single"])
    yield _stage("stall_flags", n, dict.fromkeys((*inputs, *streams), 1), outputs, tuple(outputs))


def output_stage() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        outputs = {
            "popped": 1,
            "m_axis_ofmap_tdata": n.formats.ofmap_beat_width,
            "m_axis_ofmap_tkeep": n.spec.lanes,
            "m_axis_ofmap_tvalid": 1,
            "m_axis_ofmap_tlast": 1,
        }
        inputs = {
            "rst": 1,
            "valid_q": 1,
            "keep_count": n.counters.lane_count_width,
            "last": 1,
            "values": n.formats.ofmap_beat_width,
            "m_axis_ofmap_tready": 1,
        }
        yield _stage("output_stage", n, inputs, outputs, tuple(outputs)[1:])


def weight_store() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        inputs = {
            "rst": 1,
            "active_bank": 1,
            "weight_word": n.counters.word_width,
            "write_word": n.spec.lane_multipliers,
            "write_address": 1 + n.counters.word_width,
            "write_data": n.formats.param_beat_width,
        }
        outputs = {"weights": n.spec.lane_multipliers * n.formats.param_beat_width}
        yield _stage("weight_store", n, inputs, outputs, ("weights",))


def scale_store() -> Iterator[Instance]:
    for name in SCALED:
        n = EngineNumbers(SPECS[name])
        inputs = {
            "rst": 1,
            "active_bank": 1,
            "weight_set": n.counters.set_width,
            "write_word": n.formats.scale_words,
            "write_set": 1 + n.counters.set_width,
            "write_data": n.formats.param_beat_width,
        }
        outputs = {"scale": n.formats.scale_words * n.formats.param_beat_width}
        yield _stage("scale_store", n, inputs, outputs, ("scale",))


def requantise_stage() -> Iterator[Instance]:
    for name in SCALED:
        n = EngineNumbers(SPECS[name])
        width = n.formats.ofmap_width
        inputs = {
            "acc": n.spec.lanes * n.formats.acc_width,
            "scale": n.formats.scale_words * n.formats.param_beat_width,
            "single_rounding": 1,
            "ofmap_zero_point": width,
            "act_min": width,
            "act_max": width,
        }
        yield _stage(
            "requantise_stage", n, inputs, {"ofmap": n.formats.ofmap_beat_width}, ("ofmap",)
        )


def float_requantise_stage() -> Iterator[Instance]:
    for requantise in ("float", "all"):
        n = EngineNumbers(replace(SPECS["scaled"], requantise=requantise))
        width = n.formats.ofmap_width
        inputs = {
            "acc": n.spec.lanes * n.formats.acc_width,
            "scale": n.formats.scale_words * n.formats.param_beat_width,
            "single_rounding": 1,
            "float_rounding": 1,
            "ofmap_zero_point": width,
            "act_min": width,
            "act_max": width,
        }
        outputs = {"ofmap": n.formats.ofmap_beat_width}
        yield _stage("float_requantise_stage", n, inputs, outputs, ("ofmap",))


def multiplier_array() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        units = n.spec.lane_multipliers
        inputs = {
            "rst": 1,
            "pass_q": n.counters.pass_index_width,
            "operands": units * n.formats.operand_beat_width,
            "weights": units * n.formats.param_beat_width,
        }
        yield _stage(
            "multiplier_array", n, inputs, {"acc": n.spec.lanes * n.formats.acc_width}, ("acc",)
        )
