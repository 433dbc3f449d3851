"""The formulas of the ``cfg_*`` ports of a tap-parallel engine, as its README prints them."""

from __future__ import annotations

DERIVED = (
    ("ofmap_h", "(ifmap_h + pad_top + pad_bottom - (kernel_h - 1)*dilation_h - 1) // stride_h + 1"),
    ("ofmap_w", "(ifmap_w + pad_left + pad_right - (kernel_w - 1)*dilation_w - 1) // stride_w + 1"),
    ("groups", "ceil(channels / LANES)"),
    ("row_pitch", "max(ifmap_w, (ofmap_w - 1)*stride_w + 1)"),
    ("plane_rows", "max(ifmap_h, (ofmap_h - 1)*stride_h + 1)"),
    ("row_lag", "(kernel_h - 1)*dilation_h - pad_top"),
    ("col_lag", "(kernel_w - 1)*dilation_w - pad_left"),
    ("lag", "(row_lag*row_pitch + col_lag)*I"),
    ("row_at[r]", "(r - (KERNEL_H - kernel_h))*dilation_h - pad_top"),
    ("col_at[c]", "(c - (KERNEL_W - kernel_w))*dilation_w - pad_left"),
)
"""Names that the formulas of the ports use."""

PORTS = (
    ("ifmap_w", "ifmap_w"),
    ("ifmap_h", "ifmap_h"),
    ("ofmap_w", "ofmap_w"),
    ("ofmap_h", "ofmap_h"),
    ("interleave", "I"),
    ("row_pitch", "row_pitch"),
    ("plane_rows", "plane_rows"),
    ("stride_w", "stride_w if ofmap_w > 1 else 1"),
    ("stride_h", "stride_h if ofmap_h > 1 else 1"),
    ("row_delay", "dilation_h*row_pitch*I if kernel_h > 1 else 1"),
    ("col_delay", "dilation_w*I if kernel_w > 1 else 1"),
    ("lag", "abs(lag)"),
    ("lead", "1 if lag < 0 else 0"),
    (
        "tap_row[r]",
        "row_at[r] if r >= KERNEL_H - kernel_h and -plane_rows < row_at[r] < ifmap_h else ifmap_h",
    ),
    (
        "tap_col[c]",
        "col_at[c] if c >= KERNEL_W - kernel_w and -row_pitch < col_at[c] < ifmap_w else ifmap_w",
    ),
    ("planes", "batch*groups // I"),
    ("image_planes", "groups // I"),
    ("channel_multiplier", "M"),
    ("weight_sets", "groups*M"),
    ("tail_channels", "(channels - (groups - 1)*LANES)*M"),
    ("ifmap_zero_point", "ifmap_zero_point"),
    ("ofmap_zero_point", "ofmap_zero_point"),
    ("act_min", "act_min"),
    ("act_max", "act_max"),
    ("single_rounding", '1 if rounding == "single" else 0'),
    ("float_rounding", '1 if rounding == "float" else 0'),
)
"""The formula of each port, by its name without ``cfg_``."""
