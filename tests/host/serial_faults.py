"""Faults in the geometry check of a tap-serial engine, all in one build: each behind a switch."""

from __future__ import annotations

from tests.host.faults import Fault

_RULES, _CHECK = ("u_rules",), ("u_check",)


def _rule(name: str, old: str, new: str) -> Fault:
    return Fault(name, "dw_serial_rules", _RULES, old, new, "")


def _step(name: str, old: str, new: str) -> Fault:
    return Fault(name, "dw_serial_check", _CHECK, old, new, "")


SERIAL_FAULTS = (
    _rule("any dilation of one column", "(kernel_w == ONE) ?", "(kernel_w == ONE && !@) ?"),
    _rule("negative padding", "{8'd10, start_x, LEAST}", "{8'd10, @ ? ZERO : start_x, LEAST}"),
    _rule("a column is left out", "c = end_x - ifmap_w;", "c = end_x - (@ ? ONE : ifmap_w);"),
    _rule("rows are columns", "c = end_y - ifmap_h;", "c = (@ ? end_x : end_y) - ifmap_h;"),
    _rule("places end a column early", "? one_less + ONE", "? one_less + (@ ? ZERO : ONE)"),
    _rule("places may be more", "(pitch == columns) ?", "(@ || pitch == columns) ?"),
    _rule("several cells at any stride", "one_cell ? MOST :", "(@ || one_cell) ? MOST :"),
    _rule("a row of dilated taps", "low = (dilation_w == ONE)", "low = (@ || dilation_w == ONE)"),
    _rule("a row is a tap", "(tap_segments == ONE) ? ONE", "(@ || tap_segments == ONE) ? ONE"),
    _rule("a partial beat is lost", "ifmap_h, -BEAT_REST}", "ifmap_h, @ ? ZERO : -BEAT_REST}"),
    _rule("places are whole rows", "ofmap_w - ONE, MOST", "(@ ? places_w : ofmap_w) - ONE, MOST"),
    _rule("sums leave in whole chunks", "low = ONE - REQ", "low = @ ? ZERO : ONE - REQ"),
    _rule("a plane ends like a group", "LANES, last_cell,", "LANES, @ ? cells : last_cell,"),
    _rule("a group ends in its row", "? quotient :", "? (@ ? ZERO : quotient) :"),
    _rule("rows below the ofmap", "(quotient < ofmap_h) ?", "(@ || quotient < ofmap_h) ?"),
    _rule("padding has pixels", "c = one_less + start_x;", "c = one_less + (@ ? ZERO : start_x);"),
    _rule("rows beyond the ifmap", "(value < ifmap_h) ?", "(@ || value < ifmap_h) ?"),
    _rule("any number of images", "ONE, MAX_BATCH}", "ONE, @ ? MOST : MAX_BATCH}"),
    _step("no lower limit", "(value < low_q)", "(value < low_q && !@)"),
    _step("a product begins at 0", "kind[1] ? ZERO : c;", "(@ || kind[1]) ? ZERO : c;"),
    _step("the code stays", "if (broken || last) code", "if (broken || (last && !@)) code"),
)  # fmt: skip
"""Faults by their code, from 1 on."""
