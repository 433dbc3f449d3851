"""Instances of the modules that store, select, multiply and add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dwsim.derive import EngineNumbers, bits
from tests.leaf.leaf_specs import SMALL, SPECS, Instance


def delay_line() -> Iterator[Instance]:
    # (longest, longest shift register): both variants, memories of full and of other sizes
    shifts = [(longest, 4) for longest in (1, 2, 3, 4)] + [(7, 8)]
    memories = [(longest, 4) for longest in (5, 6, 9, 10, 17, 18)] + [(3, 2), (4, 2)]
    for longest, shift in shifts + memories:
        for shorter in (0, 2):
            width = 11 if longest % 2 else 2
            yield Instance(
                "dw_delay_line",
                {"restart": 1, "step": 1, "length": bits(longest + shorter), "d": width},
                {"q": width},
                ("q",),
                {
                    "WIDTH": width,
                    "MAX_LENGTH": longest,
                    "LENGTH_W": bits(longest + shorter),
                    "SHIFT_LENGTH_MAX": shift,
                    "SHORTER": shorter,
                },
            )


def _ram(module: str, width: int, address: int) -> Instance:
    return Instance(
        module,
        {
            "write": 1,
            "write_address": address,
            "write_data": width,
            "read": 1,
            "clear": 1,
            "read_address": address,
        },
        {"read_data": width},
        ("read_data",),
        {"WIDTH": width, "ADDR_W": address},
    )


def ram() -> Iterator[Instance]:
    for width, address in ((1, 1), (3, 2), (11, 5), (24, 3), (48, 4), (64, 2)):
        yield _ram("dw_ram", width, address)


def ecp5_ram() -> Iterator[Instance]:
    # Each shape of a block, with one column or two, full or not; and RAMs without a block.
    shapes = ((36, 6), (40, 9), (18, 10), (20, 10), (7, 11), (18, 11), (6, 12), (3, 13), (2, 14))
    for width, address in (*shapes, (9, 5), (1, 15)):
        yield _ram("ecp5_dw_ram", width, address)


def window() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        taps = n.spec.kernel_h * n.spec.kernel_w
        yield Instance(
            "dw_window",
            {
                "restart": 1,
                "step": 1,
                "row_delay": n.counters.row_delay_width,
                "col_delay": n.counters.col_delay_width,
                "d": n.formats.operand_beat_width,
            },
            {"taps": taps * n.formats.operand_beat_width},
            ("taps",),
            {
                "KERNEL_H": n.spec.kernel_h,
                "KERNEL_W": n.spec.kernel_w,
                "WIDTH": n.formats.operand_beat_width,
                "MAX_ROW_DELAY": n.counters.max_row_delay,
                "ROW_DELAY_W": n.counters.row_delay_width,
                "MAX_COL_DELAY": n.counters.max_col_delay,
                "COL_DELAY_W": n.counters.col_delay_width,
            },
            spec=n.spec,
        )


def centre() -> Iterator[Instance]:
    for lanes, width in ((1, 2), (3, 8), (2, 16)):
        yield Instance(
            "dw_centre",
            {"ifmap": lanes * width, "zero_point": width},
            {"centred": lanes * (width + 1)},
            parameters={"LANES": lanes, "WIDTH": width},
            clocked=False,
        )


def tap_mask() -> Iterator[Instance]:
    for name in SMALL:
        n = EngineNumbers(SPECS[name])
        rows, cols = n.spec.kernel_h, n.spec.kernel_w
        width = rows * cols * n.formats.operand_beat_width
        yield Instance(
            "dw_tap_mask",
            {
                "emit": 1,
                "row_mask": rows,
                "col_mask": cols,
                "taps": width,
            },
            {"operands": width},
            parameters={"KERNEL_H": rows, "KERNEL_W": cols, "WIDTH": n.formats.operand_beat_width},
            spec=n.spec,
        )


def tap_select() -> Iterator[Instance]:
    for n in (EngineNumbers(SPECS[name]) for name in SMALL):
        rows, cols, units = n.spec.kernel_h, n.spec.kernel_w, n.spec.lane_multipliers
        if n.spec.passes > 1:
            yield Instance(
                "dw_tap_select",
                {
                    "emit": 1,
                    "row_mask": rows,
                    "col_mask": cols,
                    "pass": n.counters.pass_index_width,
                    "taps": rows * cols * n.formats.operand_beat_width,
                },
                {"operands": units * n.formats.operand_beat_width},
                parameters={
                    "KERNEL_H": rows,
                    "KERNEL_W": cols,
                    "UNITS": units,
                    "PASS_W": n.counters.pass_index_width,
                    "WIDTH": n.formats.operand_beat_width,
                },
                spec=n.spec,
            )


def mac_cell() -> Iterator[Instance]:
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
                psum_in, psum_out = (
                    n.formats.psum_width(cell) if cell else 1,
                    n.formats.psum_width(cell + 1),
                )
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
                        "PRODUCT_W": n.formats.psum_width(1),
                        "PSUM_IN_W": psum_in,
                        "PSUM_OUT_W": psum_out,
                        "FIRST": int(cell == 0),
                    },
                    spec=n.spec,
                    cell=cell,
                )


def kernel_row() -> Iterator[Instance]:
    for name, spec in SPECS.items():
        n = EngineNumbers(spec)
        cols = n.formats.array_cols
        yield Instance(
            f"{name}_kernel_row",
            {
                "rst": 1,
                "operands": cols * n.formats.operand_width,
                "weights": cols * spec.weight_width,
            },
            {"psum": n.formats.psum_width(cols)},
            ("psum",),
            spec=spec,
        )


def row_tree() -> Iterator[Instance]:
    for name, spec in SPECS.items():
        n = EngineNumbers(spec)
        yield Instance(
            f"{name}_row_tree",
            {"rows": n.formats.array_rows * n.formats.psum_width(n.formats.array_cols)},
            {"sum": n.formats.pass_width},
            ("sum",) if n.timing.tree_cycles else (),
            spec=spec,
        )


def pass_sum() -> Iterator[Instance]:
    for n in map(EngineNumbers, SPECS.values()):
        # With one pass, where engines have no such adder, a sum is the acc and as wide.
        if n.spec.passes > 1 or n.spec.name in ("square", "single"):
            yield Instance(
                "dw_pass_sum",
                {"first": 1, "sum": n.formats.pass_width},
                {"acc": n.formats.acc_width},
                ("acc",),
                {
                    "SUM_W": n.formats.pass_width,
                    "ACC_W": n.formats.acc_width,
                    "SIGNED": int(n.formats.acc_signed),
                },
                spec=n.spec,
            )


def lane_spread() -> Iterator[Instance]:
    for name, spec in SPECS.items():
        n = EngineNumbers(spec)
        width = spec.kernel_h * spec.kernel_w * n.formats.operand_beat_width
        if spec.max_channel_multiplier > 1:
            yield Instance(
                f"{name}_lane_spread",
                {
                    "multiplier": n.counters.hold_width,
                    "hold_index": n.counters.hold_width,
                    "taps": width,
                },
                {"spread": width},
                spec=spec,
            )
