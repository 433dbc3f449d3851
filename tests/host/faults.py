"""Faults in the RTL around the core, all in one build: each behind a switch of its module."""

from __future__ import annotations

from dataclasses import dataclass

from tests.host.layers import RAW

ON = "@"
"""In the faulty text: the fault is switched on."""


@dataclass(frozen=True)
class Fault:
    """``old`` becomes ``new`` in the module of a file; ``scenario`` must detect it."""

    name: str
    module: str
    instance: tuple[str, ...]
    old: str
    new: str
    scenario: str


_TOP = f"{RAW.name}_axil"
_REGISTERS = f"{RAW.name}_registers"
_PORT, _CONTROL = ("u_axil_port",), ("u_stream_control",)
_COUNTERS, _CHECK, _FILE = ("u_stream_counters",), ("u_geometry_check",), ("u_registers",)
_WALK = (*_CHECK, "u_rule_walk")

FAULTS = (
    Fault(
        "no SLVERR for writes",
        "dw_axil_port",
        _PORT,
        "= {write_failed, 1'b0};",
        "= {write_failed && !@, 1'b0};",
        "addresses",
    ),
    Fault(
        "no SLVERR for reads",
        "dw_axil_port",
        _PORT,
        "= {read_failed, 1'b0};",
        "= {read_failed && !@, 1'b0};",
        "addresses",
    ),
    Fault(
        "parts of words are written",
        "dw_axil_port",
        _PORT,
        "write_whole = &strobe;",
        "write_whole = @ || &strobe;",
        "addresses",
    ),
    Fault(
        "a write does not wait for its data",
        "dw_axil_port",
        _PORT,
        "write = address_held && data_held",
        "write = address_held && (@ || data_held)",
        "stalls",
    ),
    Fault(
        "a read is not held until it is taken",
        "dw_axil_port",
        _PORT,
        "else if (s_axil_rready) s_axil_rvalid",
        "else if (@ || s_axil_rready) s_axil_rvalid",
        "stalls",
    ),
    Fault(
        "a start while busy is lost",
        "dw_stream_control",
        _CONTROL,
        "if (start) pending",
        "if (start && !(@ && running)) pending",
        "back_to_back",
    ),
    Fault(
        "a refused geometry starts",
        "dw_stream_control",
        _CONTROL,
        "check_done && !check_passed;",
        "check_done && !check_passed && !@;",
        "every_rule",
    ),
    Fault(
        "the next stream does not wait for the last beat",
        "dw_stream_control",
        _CONTROL,
        "&& !running;",
        "&& (@ || !running);",
        "sink_at_the_end",
    ),
    Fault(
        "a soft reset leaves the pending stream",
        "dw_stream_control",
        _CONTROL,
        "      pending <= 1'b0;\n      checking",
        "      pending <= @ && pending;\n      checking",
        "resets",
    ),
    Fault(
        "the running stream sees what the host writes",
        f"{RAW.name}_config",
        ("u_engine", "u_core", "u_config"),
        "if (capture) begin",
        "if (capture || @) begin",
        "back_to_back",
    ),
    Fault(
        "the last cycle is not counted",
        "dw_stream_counters",
        _COUNTERS,
        "last_cycles <= cycles_now;",
        "last_cycles <= @ ? cycles : cycles_now;",
        "back_to_back",
    ),
    Fault(
        "starved and backpressured are swapped",
        "dw_stream_counters",
        _COUNTERS,
        "last_starved <= starved_now;",
        "last_starved <= @ ? backpressured_now : starved_now;",
        "stalls",
    ),
    Fault(
        "a rule is inverted",
        "dw_geometry_check",
        _CHECK,
        "a = ofmap_w; high = row_pitch;",
        "a = @ ? row_pitch : ofmap_w; high = @ ? ofmap_w : row_pitch;",
        "every_rule",
    ),
    Fault(
        "a product is only its first term",
        "dw_rule_walk",
        _WALK,
        "if (other[0]) value",
        "if (other[0] && !(@ && value != ZERO)) value",
        "every_rule",
    ),
    Fault(
        "weight sets are counted for planes, not for their groups",
        "dw_geometry_check",
        _CHECK,
        "a = value;  // the channel groups",
        "a = @ ? image_planes : value;",
        "every_rule",
    ),
    Fault(
        "images are counted in channel groups",
        "dw_geometry_check",
        _CHECK,
        "a = planes; b = image_planes;",
        "a = planes; b = @ ? value : image_planes;",
        "every_rule",
    ),
    Fault(
        "outputs lead by no slots",
        "dw_geometry_check",
        _CHECK,
        "low = lead ?",
        "low = (lead && !@) ?",
        "every_rule",
    ),
    Fault(
        "only the first tap of a column is checked",
        "dw_geometry_check",
        _CHECK,
        "&& (tap != LAST_TAP_ROW))",
        "&& (tap != LAST_TAP_ROW) && !@)",
        "every_rule",
    ),
    Fault(
        "an address is decoded in part",
        _REGISTERS,
        _FILE,
        "(write_word == 10'h40)",
        "((@ ? write_word & 10'h1ff : write_word) == 10'h40)",
        "addresses",
    ),
    Fault(
        "a register can be written while a start is pending",
        _REGISTERS,
        _FILE,
        "at_lag && !pending",
        "at_lag && (!pending || @)",
        "starting_too_often",
    ),
    Fault(
        "a start while pending raises no flag",
        _REGISTERS,
        _FILE,
        "write && at_control && pending;",
        "write && at_control && pending && !@;",
        "starting_too_often",
    ),
    Fault(
        "a value is cut to its field",
        _REGISTERS,
        _FILE,
        "at_col_delay && !pending\n      && (",
        "at_col_delay && !pending\n      && (@ || ",
        "addresses",
    ),
    Fault(
        "the interrupt ignores an enable bit",
        _TOP,
        (),
        "(interrupt_status_error && interrupt_enable_error)",
        "(interrupt_status_error && (@ || interrupt_enable_error))",
        "interrupts",
    ),
)


def with_faults(files: dict[str, str], faults: tuple[Fault, ...] = FAULTS) -> dict[str, str]:
    """The Verilog with every fault in it, all switched off."""
    files = dict(files)
    for code, fault in enumerate(faults, 1):
        name = f"{fault.module}.v"
        text = files[name]
        assert text.count(fault.old) == 1, f"{fault.name}: {text.count(fault.old)} places"
        files[name] = text.replace(fault.old, fault.new.replace(ON, f"(fault == {code})"))
    for module in {fault.module for fault in faults}:
        head, end, body = files[f"{module}.v"].partition("\n);\n")
        switch = "\n  integer fault;\n  initial fault = 0;\n"
        files[f"{module}.v"] = head + end + switch + body
    return files
