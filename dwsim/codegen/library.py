"""The hand-written modules of an engine: which it has, and for which target."""

from __future__ import annotations

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.spec.engine_spec import EngineSpec
from dwsim.support.resources import rtl_dir

_CHECKS = {
    "tap_parallel": {"dw_geometry_check", "dw_rule_walk"},
    "tap_serial": {"dw_serial_check", "dw_serial_rules"},
}
_HOST = {"dw_axil_port", "dw_stream_control", "dw_stream_counters"}
_FLOAT_CHECK = {"dw_float_limits"}
HOST_MODULES = _HOST.union(_FLOAT_CHECK, *_CHECKS.values())
"""Hand-written modules that only an engine with an AXI4-Lite port has."""


def host_modules(engine: EngineSpec) -> set[str]:
    """Those that an engine with such a port has."""
    limits = _FLOAT_CHECK if engine.epilogue is not None else set()
    return _HOST | _CHECKS[engine.dataflow] | limits


REQUANTISE_MODULES = {
    "dw_centre",
    "dw_requantise",
    "dw_product",
    "dw_round_shift",
    "dw_step_shift",
    "dw_clamp_bounds",
    "dw_requantise_stage",
    "dw_scale_store",
}
"""Hand-written modules that only an engine with a requantiser has."""

FLOAT_MODULES = {
    "dw_float_convert",
    "dw_float_requantise",
    "dw_float_requantise_stage",
    "dw_float_round",
    "dw_float_serial_scale",
}
"""Hand-written modules that only an engine with float rounding has."""

INTEGER_MODULES = {"dw_requantise", "dw_requantise_stage", "dw_serial_scale"}
"""Hand-written modules that only a requantiser without float rounding has."""


PARALLEL_MODULES = {
    "dw_credit",
    "dw_delay_line",
    "dw_float_array",
    "dw_float_bias_store",
    "dw_float_kernel_row",
    "dw_float_pass_sum",
    "dw_float_requantise_stage",
    "dw_float_weight_store",
    "dw_group_tag",
    "dw_mac_cell",
    "dw_output_stage",
    "dw_param_loader",
    "dw_pass_sum",
    "dw_pass_walk",
    "dw_plane_marker",
    "dw_plane_start",
    "dw_raster",
    "dw_raster_axis",
    "dw_requantise_stage",
    "dw_scale_store",
    "dw_slot_raster",
    "dw_tap_axis",
    "dw_tap_mask",
    "dw_tap_select",
    "dw_weight_store",
    "dw_window",
}
"""Hand-written modules that only a tap-parallel engine has."""

SERIAL_MODULES = {
    "dw_accumulator",
    "dw_cell_address",
    "dw_cell_array",
    "dw_cell_place",
    "dw_cell_rings",
    "dw_drain",
    "dw_fetch",
    "dw_fetch_rows",
    "dw_fetch_walk",
    "dw_masked_adder",
    "dw_float_accumulator",
    "dw_float_cell_array",
    "dw_float_part_sum",
    "dw_float_serial_bias",
    "dw_float_serial_scale",
    "dw_partial_index",
    "dw_pixel_credit",
    "dw_pixel_merge",
    "dw_pixel_pack",
    "dw_pixel_ram",
    "dw_pixel_rotate",
    "dw_release",
    "dw_ring",
    "dw_ring_writer",
    "dw_segment",
    "dw_segment_ready",
    "dw_sequencer",
    "dw_serial_loader",
    "dw_serial_output",
    "dw_serial_scale",
    "dw_tap_pipeline",
}
"""Hand-written modules that only a tap-serial engine has."""

SHARED_RING_MODULES = {"dw_pixel_rotate", "dw_ring", "dw_segment"}
"""Those that only an engine with one ring for all cells has."""

COPIED_RING_MODULES = {"dw_cell_address", "dw_cell_rings", "dw_pixel_ram", "dw_release"}
"""Those that only an engine with a ring for each cell has."""


FLOAT_ENGINE_MODULES = {
    "dw_float_accumulator",
    "dw_float_adder",
    "dw_float_array",
    "dw_float_cell_array",
    "dw_float_digits",
    "dw_float_kernel_row",
    "dw_float_multiplier",
    "dw_float_narrow",
    "dw_float_part_sum",
    "dw_float_pass_sum",
    "dw_float_row_tree",
    "dw_float_weight_store",
    "dw_partial_index",
}
"""Hand-written modules that only an engine in floating point has."""

INTEGER_ARRAY_MODULES = {
    "dw_accumulator",
    "dw_cell_array",
    "dw_mac_cell",
    "dw_masked_adder",
    "dw_pass_sum",
}
"""Hand-written modules of an array that only an engine for integers has."""

FLOAT_BIAS_MODULES = {
    "dw_float_bias",
    "dw_float_bias_store",
    "dw_float_clamp",
    "dw_float_serial_bias",
}
"""Hand-written modules that only an engine in floating point with an epilogue has."""


GENERIC = "generic"
"""The target whose modules leave every choice of primitives to the synthesizer."""


def targets() -> tuple[str, ...]:
    """The targets that hand-written modules exist for: ``generic``, then each ``rtl/<target>/``."""
    return (GENERIC, *sorted(path.name for path in rtl_dir().iterdir() if path.is_dir()))


def variants(family: str) -> str:
    """The target for an FPGA family: its own, or the generic one."""
    return family if family in targets() else GENERIC


def library_modules() -> tuple[str, ...]:
    """The names of all hand-written modules."""
    return tuple(sorted(path.stem for path in rtl_dir().glob("*.v")))


def written_modules(without: set[str], target: str = GENERIC) -> dict[str, str]:
    """The hand-written modules of a core: file name to text.

    Args:
        without: modules to leave out.
        target: one of ``targets()``; its modules replace the generic ones of the same names.
    """
    paths = {path.name: path for path in sorted(rtl_dir().glob("*.v"))}
    if target != GENERIC:
        variants = {path.name: path for path in (rtl_dir() / target).glob("*.v")}
        paths = {name: variants.get(name, path) for name, path in paths.items()}
    left_out = HOST_MODULES | without
    return {name: path.read_text() for name, path in paths.items() if path.stem not in left_out}


def unused_modules(numbers: EngineNumbers | SerialNumbers) -> set[str]:
    """Hand-written modules that an engine does without."""
    unused = _unused_roundings(numbers)
    if not numbers.formats.has_epilogue:
        unused |= FLOAT_BIAS_MODULES
    unused |= INTEGER_ARRAY_MODULES if numbers.formats.is_float else FLOAT_ENGINE_MODULES
    if isinstance(numbers, SerialNumbers):
        several = numbers.shape.drain_pixels > 1
        unused |= {"dw_pixel_pack" if several else "dw_pixel_merge"}
        unused |= SHARED_RING_MODULES if numbers.shape.copied_rings else COPIED_RING_MODULES
        return unused | PARALLEL_MODULES
    one_pass = numbers.spec.passes == 1
    unused |= {"dw_tap_select" if one_pass else "dw_tap_mask"}
    if one_pass:
        unused |= {"dw_pass_sum", "dw_float_pass_sum"}
    return unused | SERIAL_MODULES


def _unused_roundings(numbers: EngineNumbers | SerialNumbers) -> set[str]:
    """Modules of requantisers that an engine does without."""
    if not numbers.formats.requantises:
        return REQUANTISE_MODULES | FLOAT_MODULES | {"dw_serial_scale"}
    if not numbers.formats.rounds_in_float:
        return set(FLOAT_MODULES)
    alone = numbers.spec.requantise == "float"
    return INTEGER_MODULES | ({"dw_round_shift"} if alone else set())
