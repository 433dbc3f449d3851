"""The geometries that an engine is made for, as Verilog: the rules of ``dw_geometry_check``.

The formal properties prove that the check accepts exactly these; this is the same text for a
netlist, whose captured geometry has to keep the rules while the engine is busy. The rules of a
tap-serial engine are in ``serial_contract``.
"""

from __future__ import annotations

import re
from pathlib import Path

from dwsim import EngineSpec
from dwsim.derive import EngineNumbers
from dwsim.host.geometry_rules import check_limits
from tests.mutation.serial_contract import contract_module, register_widths

LEGAL, BUSY = "contract_legal", "contract_busy"
"""Outputs that ``with_contract`` adds to the top module."""
_NAMES = """
ifmap_w ifmap_h ofmap_w ofmap_h interleave row_pitch plane_rows stride_w stride_h row_delay
col_delay lag lead planes image_planes channel_multiplier weight_sets tail_channels tap_row tap_col
act_min act_max
"""


def with_contract(netlist: str, top: str, engine: EngineSpec, prefix: str, folder: Path) -> str:
    """Adds the contract to the text of a flat netlist (RTLIL); its module goes to the folder.

    Args:
        netlist: the text.
        top: the name of its module.
        engine: of either array.
        prefix: of the engine's wires: "" or the instance with a dot.
        folder: gets ``contract.v``.
    """
    widths = dict.fromkeys(_NAMES.split(), 0)
    if engine.dataflow == "tap_serial":
        widths = {name: width for name, (width, _) in register_widths(engine).items()}
    wires = {}
    for name, width in widths.items():
        found = re.search(rf"^  wire (?:width (\d+) )?\\{re.escape(prefix + name)}$", netlist, re.M)
        # Without its upper bits, a register of a tap-serial engine could not be read as a number.
        if found and width in (0, int(found[1] or 1)):
            wires[name] = int(found[1] or 1)
    serial = engine.dataflow == "tap_serial"
    module = contract_module(engine, set(wires)) if serial else _module(engine, wires)
    (folder / "contract.v").write_text(module)
    ports = "".join(f"    connect \\{name} \\{prefix}{name}\n" for name in wires)
    text = (
        f"  wire output 9001 \\{LEGAL}\n  wire output 9002 \\{BUSY}\n"
        f"  connect \\{BUSY} \\{prefix}busy\n"
        f"  cell \\contract \\the_contract\n{ports}    connect \\legal \\{LEGAL}\n  end\n"
    )
    end = netlist.index("\nend\n", netlist.index(f"module \\{top}\n")) + 1
    return netlist[:end] + text + netlist[end:]


def _module(engine: EngineSpec, wires: dict[str, int]) -> str:
    """A value that the netlist does not have can only be 1, and is a constant."""
    limits = check_limits(EngineNumbers(engine))
    ports = ", ".join(f"input [{width - 1}:0] {name}" for name, width in wires.items())
    absent = [name for name in ("interleave", "channel_multiplier") if name not in wires]
    ranges = {
        "row_pitch": limits["MAX_ROW_PITCH"],
        "plane_rows": limits["MAX_PLANE_ROWS"],
        "stride_w": limits["MAX_ROW_PITCH"],
        "stride_h": limits["MAX_PLANE_ROWS"],
        "ifmap_w": "row_pitch",
        "ifmap_h": "plane_rows",
        "ofmap_w": "row_pitch",
        "ofmap_h": "plane_rows",
        "row_delay": limits["MAX_ROW_DELAY"],
        "col_delay": limits["MAX_COL_DELAY"],
        "interleave": limits["MAX_INTERLEAVE"],
        "channel_multiplier": limits["MAX_CHANNEL_MULTIPLIER"],
        "planes": limits["MAX_PLANES"],
        "tail_channels": f"{limits['LANES']} * 32'd1 * channel_multiplier",
        "image_planes": limits["MAX_CHANNEL_GROUPS"],
    }
    rules = [f"{name} >= 1 && {name} <= {high}" for name, high in ranges.items() if name in wires]
    rules.append(f"lag >= lead && lag <= {limits['MAX_LAG']}")
    rules.append(f"32'd1 * image_planes * interleave <= {limits['MAX_CHANNEL_GROUPS']}")
    if "weight_sets" in wires:
        rules.append("weight_sets == 32'd1 * image_planes * interleave * channel_multiplier")
    rules += _multiples("planes", "image_planes", limits["MAX_CHANNEL_GROUPS"])
    rules += _multiples("tail_channels", "channel_multiplier", limits["MAX_CHANNEL_MULTIPLIER"])
    for axis, size, pitch, taps in (
        ("col", "w", "row_pitch", engine.kernel_w),
        ("row", "h", "plane_rows", engine.kernel_h),
    ):
        rules.append(f"(ofmap_{size} - 32'd1) * stride_{size} < {pitch}")
        width = wires[f"tap_{axis}"] // taps
        for tap in range(taps):
            start = f"$signed(tap_{axis}[{tap * width}+:{width}])"
            rules.append(f"{start} > -$signed({{8'd0, {pitch}}})")
            rules.append(f"{start} <= $signed({{8'd0, ifmap_{size}}})")
    if "act_min" in wires:
        rules.append("$signed(act_min) <= $signed(act_max)")
    text = "\n".join(f"  localparam {name} = 1;" for name in absent)
    legal = "\n      && ".join(f"({rule})" for rule in rules)
    head = f"module contract({ports}, output legal);\n{text}\n"
    return f"{head}  assign legal = {legal};\nendmodule\n"


def _multiples(name: str, factor: str, most: int) -> list[str]:
    """Rules that a value is a multiple of another one, without a divider."""
    return [f"{factor} != {n} || {name} % {n} == 0" for n in range(2, most + 1)]
