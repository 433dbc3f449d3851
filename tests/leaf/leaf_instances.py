"""The instances of each leaf module that are under test, and the wrapper that holds them.

A wrapper has, for each leaf, one port with all inputs of all its instances and one with all
outputs, so that a cycle costs one write and one read for any number of instances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tests.leaf import instances_address as address
from tests.leaf import instances_array as array
from tests.leaf import instances_float as floats
from tests.leaf import instances_float_array as float_array
from tests.leaf import instances_float_cells as float_cells
from tests.leaf import instances_flow as flow
from tests.leaf import instances_leaving as leaving
from tests.leaf import instances_raster as raster
from tests.leaf import instances_rings as rings
from tests.leaf import instances_scale as scale
from tests.leaf import instances_serial as serial
from tests.leaf import instances_stages as stage
from tests.leaf.leaf_specs import Instance

_MAKERS: dict[str, dict[str, Callable[[], Iterator[Instance]]]] = {
    "leaf_flow": {
        "dw_skid_buffer": flow.skid_buffer,
        "dw_output_fifo": flow.output_fifo,
        "dw_credit": flow.credit,
        "dw_pipeline": flow.pipeline,
    },
    "leaf_streams": {
        "dw_control": flow.control,
        "dw_param_loader": flow.param_loader,
    },
    "leaf_ifmap_port": {"dw_ifmap_port": flow.ifmap_port},
    "leaf_raster": {
        "dw_countdown": raster.countdown,
        "dw_raster_axis": raster.raster_axis,
        "dw_raster": raster.raster,
    },
    "leaf_marks": {
        "dw_plane_marker": raster.plane_marker,
        "dw_tap_axis": raster.tap_axis,
    },
    "leaf_group_tag": {
        "dw_pass_walk": raster.pass_walk,
        "dw_group_tag": raster.group_tag,
    },
    "leaf_slots": {
        "dw_plane_start": raster.plane_start,
        "dw_slot_raster": raster.slot_raster,
    },
    "leaf_storage": {
        "dw_ram": array.ram,
        "ecp5_dw_ram": array.ecp5_ram,
        "dw_pixel_ram": rings.pixel_ram,
        "ecp5_dw_pixel_ram": rings.ecp5_pixel_ram,
        "dw_delay_line": array.delay_line,
        "dw_window": array.window,
    },
    "leaf_operands": {
        "dw_centre": array.centre,
        "dw_tap_mask": array.tap_mask,
        "dw_tap_select": array.tap_select,
        "lane_spread": array.lane_spread,
    },
    "leaf_array": {
        "dw_mac_cell": array.mac_cell,
        "kernel_row": array.kernel_row,
        "row_tree": array.row_tree,
        "dw_pass_sum": array.pass_sum,
    },
    "leaf_scale": {
        "dw_multiplier": scale.multiplier,
        "dw_product": scale.product,
        "dw_step_shift": scale.step_shift,
        "dw_masked_adder": scale.masked_adder,
        "dw_round_shift": scale.round_shift,
        "dw_clamp_bounds": scale.clamp_bounds,
    },
    "leaf_requantise": {"dw_requantise": scale.requantise},
    "leaf_float": {
        "dw_float_convert": scale.float_convert,
        "dw_float_round": scale.float_round,
        "dw_float_requantise": scale.float_requantise,
    },
    "leaf_float_units": {
        "dw_float_digits": floats.float_digits,
        "dw_float_multiplier": floats.float_multiplier,
        "dw_float_adder": floats.float_adder,
    },
    "leaf_float_array": {
        "dw_float_kernel_row": float_array.float_kernel_row,
        "dw_float_row_tree": float_array.float_row_tree,
        "dw_float_pass_sum": float_array.float_pass_sum,
        "dw_float_narrow": float_array.float_narrow,
        "dw_float_array": float_array.float_array,
        "dw_float_weight_store": float_array.float_weight_store,
    },
    "leaf_float_output": {
        "dw_float_bias": float_array.float_bias,
        "dw_float_bias_store": float_array.float_bias_store,
        "dw_float_clamp": float_array.float_clamp,
    },
    "leaf_float_cells": {
        "dw_partial_index": float_cells.partial_index,
        "dw_float_accumulator": float_cells.float_accumulator,
        "dw_float_cell_array": float_cells.float_cell_array,
        "dw_float_part_sum": float_cells.float_part_sum,
        "dw_float_serial_bias": float_cells.float_serial_bias,
    },
    "leaf_stages": {
        "config": stage.config,
        "dw_stall_flags": stage.stall_flags,
        "dw_weight_store": stage.weight_store,
        "dw_scale_store": stage.scale_store,
        "dw_output_stage": stage.output_stage,
    },
    "leaf_values": {
        "dw_requantise_stage": stage.requantise_stage,
        "dw_float_requantise_stage": stage.float_requantise_stage,
        "multiplier_array": stage.multiplier_array,
    },
    "leaf_ring": {
        "dw_pixel_rotate": serial.pixel_rotate,
        "dw_ring": serial.ring,
        "dw_ring_writer": serial.ring_writer,
    },
    "leaf_fetch": {"dw_fetch": serial.fetch},
    "leaf_fetch_walk": {
        "dw_fetch_walk": serial.fetch_walk,
        "dw_fetch_rows": serial.fetch_rows,
    },
    "leaf_segment": {
        "dw_segment": serial.segment,
        "dw_segment_ready": serial.segment_ready,
    },
    "leaf_cell_rings": {"dw_cell_rings": rings.cell_rings},
    "leaf_cells": {
        "dw_pixel_credit": serial.pixel_credit,
        "dw_accumulator": serial.accumulator,
        "dw_drain": leaving.drain,
        "dw_pixel_pack": leaving.pixel_pack,
    },
    "leaf_cell_array": {"dw_cell_array": serial.cell_array},
    "leaf_tap_pipeline": {"dw_tap_pipeline": serial.tap_pipeline},
    "leaf_serial_scale": {
        "dw_serial_scale": leaving.serial_scale,
        "dw_float_serial_scale": leaving.float_serial_scale,
    },
    "leaf_serial_output": {"dw_serial_output": leaving.serial_output},
    "leaf_merge": {"dw_pixel_merge": leaving.pixel_merge},
    "leaf_cell_place": {"dw_cell_place": serial.cell_place},
    "leaf_cell_address": {"dw_cell_address": address.cell_address},
    "leaf_release": {"dw_release": address.release},
    "leaf_sequencer": {"dw_sequencer": serial.sequencer},
    "leaf_serial_loader": {"dw_serial_loader": serial.serial_loader},
}

LEAVES = {bench: tuple(makers) for bench, makers in _MAKERS.items()}
"""The in-simulator files beside this one, and the leaves that each drives."""

# Neighbours are of different builds, so that two workers build at the same time.
BENCHES = (
    ("leaf_flow", "leaf_bench_control"),
    ("leaf_storage", "leaf_bench_data"),
    ("leaf_streams", "leaf_bench_control"),
    ("leaf_operands", "leaf_bench_data"),
    ("leaf_raster", "leaf_bench_control"),
    ("leaf_array", "leaf_bench_data"),
    ("leaf_slots", "leaf_bench_control"),
    ("leaf_float_units", "leaf_bench_data"),
    ("leaf_scale", "leaf_bench_requantise"),
    ("leaf_float_array", "leaf_bench_data"),
    ("leaf_float_output", "leaf_bench_data"),
    ("leaf_group_tag", "leaf_bench_control"),
    ("leaf_requantise", "leaf_bench_requantise"),
    ("leaf_ifmap_port", "leaf_bench_control"),
    ("leaf_float", "leaf_bench_requantise"),
    ("leaf_marks", "leaf_bench_control"),
    ("leaf_stages", "leaf_bench_stages"),
    ("leaf_values", "leaf_bench_stages"),
    ("leaf_serial_scale", "leaf_bench_stages"),
    ("leaf_float_cells", "leaf_bench_serial"),
    ("leaf_ring", "leaf_bench_serial"),
    ("leaf_fetch", "leaf_bench_serial"),
    ("leaf_fetch_walk", "leaf_bench_serial"),
    ("leaf_segment", "leaf_bench_serial"),
    ("leaf_cell_rings", "leaf_bench_serial"),
    ("leaf_cells", "leaf_bench_serial"),
    ("leaf_merge", "leaf_bench_serial"),
    ("leaf_serial_output", "leaf_bench_serial"),
    ("leaf_cell_array", "leaf_bench_serial"),
    ("leaf_tap_pipeline", "leaf_bench_serial"),
    ("leaf_cell_place", "leaf_bench_serial"),
    ("leaf_cell_address", "leaf_bench_serial"),
    ("leaf_release", "leaf_bench_serial"),
    ("leaf_sequencer", "leaf_bench_serial"),
    ("leaf_serial_loader", "leaf_bench_serial"),
)
"""Those files, and the wrapper that each runs in; a wrapper is one build."""


def leaves_of(wrapper: str) -> list[str]:
    """The leaves whose instances ``wrapper`` holds."""
    return [leaf for bench, name in BENCHES if name == wrapper for leaf in LEAVES[bench]]


def bench_of(leaf: str) -> str:
    """The in-simulator file that drives ``leaf``."""
    return next(bench for bench, leaves in LEAVES.items() if leaf in leaves)


def instances(leaf: str) -> list[Instance]:
    """All instances of a leaf, in the order of their bits in the wrapper's ports."""
    made = _MAKERS[bench_of(leaf)][leaf]()
    return [replace(instance, leaf=leaf, index=i) for i, instance in enumerate(made)]


def output_port(leaf: str, copy: int) -> str:
    """The port with the outputs of a copy of a leaf."""
    return f"{leaf}_out_{copy}" if copy else f"{leaf}_out"


def wrapper_verilog(
    name: str, leaves: Iterable[str], copies: Mapping[str, Sequence[str]] | None = None
) -> str:
    """A module ``name`` with the ports ``<leaf>_in`` and ``<leaf>_out`` of each leaf.

    With ``copies``, the suffixes of a leaf's modules, the copies of the leaf stand in its place:
    they have the same inputs, and an output port each.
    """
    ports, body = ["    input wire clk"], []
    for leaf in leaves:
        everything = instances(leaf)
        inputs = sum(sum(instance.inputs.values()) for instance in everything)
        outputs = sum(sum(instance.outputs.values()) for instance in everything)
        ports.append(f"    input wire [{inputs}-1:0] {leaf}_in")
        for copy, suffix in enumerate((copies or {}).get(leaf, ("",))):
            port = output_port(leaf, copy)
            ports.append(f"    output wire [{outputs}-1:0] {port}")
            body += _instances_verilog(everything, suffix, f"{leaf}_in", port)
    lines = ["`default_nettype none", f"module {name} (", ",\n".join(ports), ");", *body]
    return "\n".join([*lines, "endmodule", "`default_nettype wire", ""])


def _instances_verilog(
    everything: Iterable[Instance], suffix: str, inputs: str, outputs: str
) -> Iterator[str]:
    """The instances of one copy of a leaf, connected to slices of its two ports."""
    offsets = {inputs: 0, outputs: 0}
    for instance in everything:
        connections = [".clk(clk)"] if instance.clocked else []
        for side, widths in ((inputs, instance.inputs), (outputs, instance.outputs)):
            for port, width in widths.items():
                connections.append(f".{port}({side}[{offsets[side]}+:{width}])")
                offsets[side] += width
        values = ", ".join(f".{key}({value})" for key, value in instance.parameters.items())
        parameters = f"#({values}) " if values else ""
        yield f"  {instance.module}{suffix} {parameters}u_{instance.name}{suffix} ("
        yield "      " + ",\n      ".join(connections) + "\n  );"
