"""Which instances of each leaf module are under test, and the wrapper that holds them.

A wrapper has, for each leaf, one port with all inputs of all its instances and one with all
outputs, so that a cycle costs one write and one read however many instances there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from dwsim.derive import EngineNumbers, bits, range_bits
from dwsim.derive.stages import RIGHT_SHIFT_WIDTH
from dwsim.spec.engine import EngineSpec

# fmt: off
SPECS = {
    spec.name: spec
    for spec in (
        EngineSpec(name="square", lanes=4, kernel_h=3, kernel_w=3, max_row_pitch=7,
                   max_plane_rows=5, max_dilation_h=2, max_dilation_w=2, max_channel_groups=3,
                   max_channel_multiplier=3),
        EngineSpec(name="single", lanes=1, kernel_h=1, kernel_w=1, max_row_pitch=1,
                   max_plane_rows=1, ifmap_width=2, weight_width=2, ifmap_signed=False,
                   weight_signed=False),
        EngineSpec(name="wide", lanes=3, kernel_h=2, kernel_w=5, max_row_pitch=5,
                   max_plane_rows=3, max_dilation_w=6, max_channel_multiplier=2,
                   ifmap_width=16, weight_width=5, ifmap_signed=False),
        EngineSpec(name="tall", lanes=2, kernel_h=5, kernel_w=1, max_row_pitch=3,
                   max_plane_rows=9, max_dilation_h=3, max_channel_groups=4,
                   max_channel_multiplier=2, ifmap_width=4, weight_width=16,
                   weight_signed=False),
        EngineSpec(name="largest", lanes=1, kernel_h=11, kernel_w=11, max_row_pitch=1,
                   max_plane_rows=1, ifmap_width=16, weight_width=16),
        EngineSpec(name="natural", lanes=8, kernel_h=7, kernel_w=2, max_row_pitch=2,
                   max_plane_rows=2, ifmap_width=16, weight_width=16, ifmap_signed=False,
                   weight_signed=False),
        EngineSpec(name="spread", lanes=5, kernel_h=1, kernel_w=2, max_row_pitch=2,
                   max_plane_rows=1, max_channel_multiplier=7, ifmap_width=3,
                   weight_width=3),
        EngineSpec(name="scaled", lanes=2, kernel_h=2, kernel_w=1, max_row_pitch=3,
                   max_plane_rows=3, max_channel_groups=2, max_channel_multiplier=2,
                   requantise="both"),
    )
}
# fmt: on
SMALL = ("square", "single", "wide", "tall", "scaled")


@dataclass(frozen=True)
class Instance:
    """One instance of a leaf. ``registered``: outputs that no input reaches within a cycle."""

    module: str
    inputs: dict[str, int]
    outputs: dict[str, int]
    registered: tuple[str, ...] = ()
    parameters: dict[str, int] = field(default_factory=dict)
    spec: EngineSpec | None = None
    leaf: str = ""
    index: int = 0
    cell: int = 0
    """dw_mac_cell: how many cells of its row come before it."""
    clocked: bool = True

    @property
    def name(self) -> str:
        """Unique in its wrapper."""
        return f"{self.leaf}_{self.index}"

    def __str__(self) -> str:
        values = [f"{name}={value}" for name, value in self.parameters.items()]
        if self.spec in SPECS.values():
            values.append(f"engine spec {self.spec.name!r}")
        return f"{self.module} #{self.index} ({', '.join(values) or 'no parameters'})"


# -- flow -----------------------------------------------------------------------------------


def _skid_buffer() -> Iterator[Instance]:
    for width in (1, 9, 65):
        yield Instance(
            "dw_skid_buffer",
            {"rst": 1, "s_data": width, "s_valid": 1, "m_ready": 1},
            {"s_ready": 1, "m_data": width, "m_valid": 1},
            ("s_ready", "m_data", "m_valid"),
            {"WIDTH": width},
        )


def _output_fifo() -> Iterator[Instance]:
    for depth in (1, 2, 3, 5, 8, 13, 16):
        width = 7 + depth
        yield Instance(
            "dw_output_fifo",
            {"rst": 1, "write": 1, "write_data": width, "m_ready": 1},
            {"popped": 1, "m_data": width, "m_valid": 1},
            ("m_data", "m_valid"),
            {"WIDTH": width, "DEPTH": depth, "ADDR_W": bits(depth - 1)},
        )


def _credit() -> Iterator[Instance]:
    for depth in (1, 2, 7, 8, 13):
        yield Instance(
            "dw_credit",
            {"rst": 1, "take": 1, "give": 1},
            {"available": 1},
            ("available",),
            {"DEPTH": depth, "COUNT_W": bits(depth)},
        )


def _control() -> Iterator[Instance]:
    for drain in (1, 6, 7, 8, 23):
        yield Instance(
            "dw_control",
            {"rst": 1, "cfg_valid": 1, "load": 1, "params_loaded": 1, "emit": 1, "done": 1},
            {"cfg_ready": 1, "capture": 1, "restart": 1, "swap": 1, "run": 1, "busy": 1},
            ("cfg_ready", "restart", "run", "busy"),
            {"DRAIN_CYCLES": drain, "DRAIN_W": bits(drain)},
        )


def _ifmap_port() -> Iterator[Instance]:
    for width in (4, 20):
        yield Instance(
            "dw_ifmap_port",
            {
                "rst": 1,
                "restart": 1,
                "s_data": width,
                "s_last": 1,
                "s_valid": 1,
                "take": 1,
                "final_take": 1,
            },
            {"s_ready": 1, "available": 1, "beat": width, "error_short": 1, "error_long": 1},
            ("beat", "error_short", "error_long"),
            {"WIDTH": width},
        )


def _param_loader() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        width, words = n.param_beat_width, n.param_words
        outputs = {
            "s_axis_param_tready": 1,
            "loaded": 1,
            "active_bank": 1,
            "write_word": words,
            "write_address": n.set_width + 1,
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
                "wanted_sets": n.sets_width,
            },
            outputs,
            tuple(outputs),
            {
                "WIDTH": width,
                "WORDS": words,
                "WEIGHT_SETS": n.weight_sets,
                "SETS_W": n.sets_width,
                "SET_W": n.set_width,
            },
            spec=n.spec,
        )


def _pipeline() -> Iterator[Instance]:
    for cycles in (0, 1, 2, 5):
        for reset in (0, 1):
            yield Instance(
                "dw_pipeline",
                {"rst": 1, "d": 1 + 4 * cycles},
                {"q": 1 + 4 * cycles},
                ("q",) if cycles else (),
                {"WIDTH": 1 + 4 * cycles, "CYCLES": cycles, "RESET": reset},
            )


# -- rasters --------------------------------------------------------------------------------


def _raster_axis() -> Iterator[Instance]:
    for width in (1, 2, 3, 5):
        outputs = {"last": 1, "hit": 1, "final_hit": 1}
        yield Instance(
            "dw_raster_axis",
            {"restart": 1, "step": 1, "pitch": width, "stride": width, "count": width},
            outputs,
            tuple(outputs),
            {"WIDTH": width},
        )


def _raster() -> Iterator[Instance]:
    for col_width, row_width in ((1, 1), (3, 2), (2, 4)):
        yield Instance(
            "dw_raster",
            {
                "restart": 1,
                "step": 1,
                "start": 1,
                "row_pitch": col_width,
                "plane_rows": row_width,
                "stride_w": col_width,
                "stride_h": row_width,
                "count_w": col_width,
                "count_h": row_width,
            },
            {"running": 1, "live": 1, "row_end": 1, "plane_end": 1, "hit": 1, "final_hit": 1},
            ("running",),
            {"COL_W": col_width, "ROW_W": row_width},
        )


def _tap_axis() -> Iterator[Instance]:
    for taps, largest in ((1, 1), (3, 6), (5, 31), (11, 8)):
        width, count_width = range_bits(-largest, 2 * largest), bits(largest)
        yield Instance(
            "dw_tap_axis",
            {"reload": 1, "step": 1, "start": taps * width, "size": count_width},
            {"mask": taps},
            (),
            {"TAPS": taps, "WIDTH": width, "COUNT_W": count_width},
        )


def _group_tag() -> Iterator[Instance]:
    for lanes, groups, multiplier in ((1, 1, 1), (4, 3, 3), (3, 1, 5), (2, 4, 2), (8, 5, 1)):
        n = EngineNumbers(
            replace(
                SPECS["single"],
                lanes=lanes,
                max_channel_groups=groups,
                max_channel_multiplier=multiplier,
            )
        )
        outputs = {
            "holding": 1,
            "weight_set": n.set_width,
            "hold_index": n.hold_width,
            "keep_count": n.lane_count_width,
            "last": 1,
        }
        yield Instance(
            "dw_group_tag",
            {
                "rst": 1,
                "restart": 1,
                "emit_first": 1,
                "emit": 1,
                "group_final": 1,
                "plane_last": 1,
                "channel_groups": n.groups_width,
                "channel_multiplier": n.hold_width,
                "tail_channels": n.keep_width,
            },
            outputs,
            tuple(outputs),
            {
                "LANES": lanes,
                "GROUPS_W": n.groups_width,
                "HOLD_W": n.hold_width,
                "SET_W": n.set_width,
                "KEEP_W": n.keep_width,
                "LANE_COUNT_W": n.lane_count_width,
            },
            spec=n.spec,
        )


# -- array ----------------------------------------------------------------------------------


def _delay_line() -> Iterator[Instance]:
    # (longest, longest shift register): both variants, memories of full and of other sizes
    shifts = [(longest, 4) for longest in (1, 2, 3, 4)] + [(7, 8)]
    memories = [(longest, 4) for longest in (5, 6, 9, 10, 17, 18)] + [(3, 1), (4, 2)]
    for longest, shift in shifts + memories:
        for zero_fill in (0, 1):
            width = 1 if zero_fill and longest % 2 else 11
            yield Instance(
                "dw_delay_line",
                {"restart": 1, "step": 1, "length": bits(longest), "d": width},
                {"q": width},
                ("q",),
                {
                    "WIDTH": width,
                    "MAX_LENGTH": longest,
                    "LENGTH_W": bits(longest),
                    "SHIFT_LENGTH_MAX": shift,
                    "ZERO_FILL": zero_fill,
                },
            )


def _window() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        taps = n.spec.kernel_h * n.spec.kernel_w
        yield Instance(
            "dw_window",
            {
                "restart": 1,
                "step": 1,
                "row_delay": n.row_delay_width,
                "col_delay": n.col_delay_width,
                "d": n.ifmap_beat_width,
            },
            {"taps": taps * n.ifmap_beat_width},
            ("taps",),
            {
                "KERNEL_H": n.spec.kernel_h,
                "KERNEL_W": n.spec.kernel_w,
                "WIDTH": n.ifmap_beat_width,
                "MAX_ROW_DELAY": n.max_row_delay,
                "ROW_DELAY_W": n.row_delay_width,
                "MAX_COL_DELAY": n.spec.max_dilation_w,
                "COL_DELAY_W": n.col_delay_width,
            },
            spec=n.spec,
        )


def _tap_mask() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        rows, cols = n.spec.kernel_h, n.spec.kernel_w
        width = rows * cols * n.ifmap_beat_width
        yield Instance(
            "dw_tap_mask",
            {
                "emit": 1,
                "row_mask": rows,
                "col_mask": cols,
                "taps": width,
                "padding": n.ifmap_beat_width,
            },
            {"operands": width},
            ("operands",),
            {"KERNEL_H": rows, "KERNEL_W": cols, "WIDTH": n.ifmap_beat_width},
            spec=n.spec,
        )


def _weight_memory() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        width, address = n.param_beat_width, n.tag_width
        yield Instance(
            "dw_weight_memory",
            {"write": 1, "write_address": address, "write_data": width, "read_address": address},
            {"read_data": width},
            ("read_data",),
            {"WIDTH": width, "ADDR_W": address},
            spec=n.spec,
        )


def _mac_cell() -> Iterator[Instance]:
    for ifmap, weight in ((2, 2), (2, 16), (16, 2), (16, 16), (5, 8)):
        for signs in range(4):
            n = EngineNumbers(
                replace(
                    SPECS["largest"],
                    ifmap_width=ifmap,
                    weight_width=weight,
                    ifmap_signed=bool(signs & 1),
                    weight_signed=bool(signs & 2),
                )
            )
            for cell in (0, 1, 2, n.spec.kernel_w - 1):
                psum_in, psum_out = n.psum_width(cell) if cell else 1, n.psum_width(cell + 1)
                yield Instance(
                    "dw_mac_cell",
                    {"ifmap": ifmap, "weight": weight, "psum_in": psum_in},
                    {"psum_out": psum_out},
                    ("psum_out",),
                    {
                        "IFMAP_W": ifmap,
                        "WEIGHT_W": weight,
                        "IFMAP_SIGNED": signs & 1,
                        "WEIGHT_SIGNED": signs >> 1,
                        "PRODUCT_W": n.psum_width(1),
                        "PSUM_IN_W": psum_in,
                        "PSUM_OUT_W": psum_out,
                        "FIRST": int(cell == 0),
                    },
                    spec=n.spec,
                    cell=cell,
                )


def _kernel_row() -> Iterator[Instance]:
    for name, spec in SPECS.items():
        cols = spec.kernel_w
        yield Instance(
            f"{name}_kernel_row",
            {"rst": 1, "operands": cols * spec.ifmap_width, "weights": cols * spec.weight_width},
            {"psum": EngineNumbers(spec).psum_width(cols)},
            ("psum",),
            spec=spec,
        )


def _row_tree() -> Iterator[Instance]:
    for name, spec in SPECS.items():
        n = EngineNumbers(spec)
        yield Instance(
            f"{name}_row_tree",
            {"rows": spec.kernel_h * n.psum_width(spec.kernel_w)},
            {"acc": n.acc_width},
            ("acc",) if n.tree_cycles else (),
            spec=spec,
        )


def _lane_spread() -> Iterator[Instance]:
    for name, spec in SPECS.items():
        n = EngineNumbers(spec)
        width = spec.kernel_h * spec.kernel_w * n.ifmap_beat_width
        if spec.max_channel_multiplier > 1:
            yield Instance(
                f"{name}_lane_spread",
                {"multiplier": n.hold_width, "hold_index": n.hold_width, "taps": width},
                {"spread": width},
                spec=spec,
            )


# -- requantiser ----------------------------------------------------------------------------


def _multiplier() -> Iterator[Instance]:
    for a, b, a_signed, b_signed, p, cycles in (
        (8, 8, 1, 1, 16, 2),
        (8, 5, 0, 1, 13, 3),
        (1, 2, 0, 0, 3, 2),
        (16, 16, 1, 0, 32, 2),
        (17, 15, 0, 1, 32, 3),
        (17, 17, 0, 0, 34, 2),
        (17, 16, 0, 0, 34, 3),
        (6, 9, 1, 1, 7, 2),
    ):
        yield Instance(
            "dw_multiplier",
            {"a": a, "b": b},
            {"p": p},
            ("p",),
            {
                "A_W": a,
                "B_W": b,
                "A_SIGNED": a_signed,
                "B_SIGNED": b_signed,
                "P_W": p,
                "CYCLES": cycles,
            },
        )


def _product() -> Iterator[Instance]:
    for x, multiplier in ((32, 32), (48, 16)):
        yield Instance(
            "dw_product",
            {"x": x, "multiplier": multiplier},
            {"product": 64},
            ("product",),
            {"X_W": x, "MULTIPLIER_W": multiplier},
        )


def _step_shift() -> Iterator[Instance]:
    for width, step in ((24, 16), (12, 4), (9, 1), (1, 1), (32, 16)):
        yield Instance(
            "dw_step_shift",
            {"d": width + 3 * step, "steps": 2, "invert": 1},
            {"q": width},
            parameters={"OUT_W": width, "STEP": step},
            clocked=False,
        )


def _round_shift() -> Iterator[Instance]:
    for width in (8, 16):
        outputs = {"field": width + 1, "negative": 1, "positive": 1, "nudge": 1, "outside": 1}
        yield Instance(
            "dw_round_shift",
            {"product": 64, "right_shift": RIGHT_SHIFT_WIDTH, "twice": 1},
            outputs,
            tuple(outputs),
            {"FIELD_W": width},
        )


def _clamp_bounds() -> Iterator[Instance]:
    for width in (8, 16):
        yield Instance(
            "dw_clamp_bounds",
            {"zero_point": width, "act_min": width, "act_max": width},
            {"below": width + 1, "above": width + 1},
            ("below", "above"),
            {"OFMAP_W": width},
        )


def _requantise() -> Iterator[Instance]:
    plain = replace(SPECS["scaled"], lanes=1)
    for changes in (
        {"requantise": "double"},
        {"requantise": "single"},
        {"requantise": "both"},
        {"requantise": "both", "kernel_h": 11, "kernel_w": 11},
        {"requantise": "single", "ifmap_width": 16},
        {"requantise": "single", "ifmap_width": 16, "kernel_h": 11, "kernel_w": 11},
    ):
        n = EngineNumbers(replace(plain, **changes))
        width = n.ofmap_width
        yield Instance(
            "dw_requantise",
            {
                "acc": n.acc_width,
                **{part.name: part.width for part in n.scale_parts},
                "single_rounding": 1,
                "zero_point": width,
                "act_min": width,
                "act_max": width,
                "below": width + 1,
                "above": width + 1,
            },
            {"ofmap": width},
            ("ofmap",),
            {
                "ACC_W": n.acc_width,
                "X_W": n.bias_width,
                "MULTIPLIER_W": n.multiplier_width,
                "OFMAP_W": width,
                "ROUNDING": {"double": 1, "single": 2, "both": 3}[n.spec.requantise],
            },
            spec=n.spec,
        )


_MAKERS: dict[str, dict[str, Callable[[], Iterator[Instance]]]] = {
    "leaf_flow": {
        "dw_skid_buffer": _skid_buffer,
        "dw_output_fifo": _output_fifo,
        "dw_credit": _credit,
        "dw_control": _control,
        "dw_ifmap_port": _ifmap_port,
        "dw_param_loader": _param_loader,
        "dw_pipeline": _pipeline,
    },
    "leaf_raster": {
        "dw_raster_axis": _raster_axis,
        "dw_raster": _raster,
        "dw_tap_axis": _tap_axis,
        "dw_group_tag": _group_tag,
    },
    "leaf_storage": {
        "dw_delay_line": _delay_line,
        "dw_window": _window,
        "dw_weight_memory": _weight_memory,
    },
    "leaf_array": {
        "dw_tap_mask": _tap_mask,
        "dw_mac_cell": _mac_cell,
        "kernel_row": _kernel_row,
        "row_tree": _row_tree,
        "lane_spread": _lane_spread,
    },
    "leaf_scale": {
        "dw_multiplier": _multiplier,
        "dw_product": _product,
        "dw_step_shift": _step_shift,
        "dw_round_shift": _round_shift,
        "dw_clamp_bounds": _clamp_bounds,
    },
    "leaf_requantise": {"dw_requantise": _requantise},
}

LEAVES = {bench: tuple(makers) for bench, makers in _MAKERS.items()}
"""The in-simulator files beside this one, and the leaves that each drives."""

# Neighbours are of different builds, so that two workers build at the same time.
BENCHES = (
    ("leaf_flow", "leaf_bench_control"),
    ("leaf_storage", "leaf_bench_data"),
    ("leaf_raster", "leaf_bench_control"),
    ("leaf_array", "leaf_bench_data"),
    ("leaf_scale", "leaf_bench_requantise"),
    ("leaf_requantise", "leaf_bench_requantise"),
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


def wrapper_verilog(name: str, leaves: Iterable[str]) -> str:
    """A module ``name`` with the ports ``<leaf>_in`` and ``<leaf>_out`` of each leaf."""
    ports, body = ["    input wire clk"], []
    for leaf in leaves:
        offsets = {"in": 0, "out": 0}
        for instance in instances(leaf):
            connections = [".clk(clk)"] if instance.clocked else []
            for side, widths in (("in", instance.inputs), ("out", instance.outputs)):
                for port, width in widths.items():
                    connections.append(f".{port}({leaf}_{side}[{offsets[side]}+:{width}])")
                    offsets[side] += width
            values = ", ".join(f".{key}({value})" for key, value in instance.parameters.items())
            parameters = f"#({values}) " if values else ""
            body.append(f"  {instance.module} {parameters}u_{instance.name} (")
            body.append("      " + ",\n      ".join(connections) + "\n  );")
        ports.append(f"    input wire [{offsets['in']}-1:0] {leaf}_in")
        ports.append(f"    output wire [{offsets['out']}-1:0] {leaf}_out")
    lines = ["`default_nettype none", f"module {name} (", ",\n".join(ports), ");", *body]
    return "\n".join([*lines, "endmodule", "`default_nettype wire", ""])
