"""The tap-serial engines whose modules leaves are tested with."""

from __future__ import annotations

from dwsim.spec.engine_spec import EngineSpec

# fmt: off
SERIAL_SPECS = {
    spec.name: spec
    for spec in (
        EngineSpec(name="serial_few", lanes=3, kernel_h=3, kernel_w=2, max_row_pitch=12,
                   max_plane_rows=9, max_dilation_h=2, max_dilation_w=2, max_channel_groups=3,
                   max_channel_multiplier=2, dataflow="tap_serial", pixels=4, ifmap_pixels=2,
                   ofmap_pixels=3, requantisers=2),
        EngineSpec(name="serial_one", lanes=1, kernel_h=2, kernel_w=2, max_row_pitch=6,
                   max_plane_rows=6, max_channel_groups=2, requantise="double",
                   dataflow="tap_serial", pixels=1, ifmap_pixels=1),
        EngineSpec(name="serial_words", lanes=5, kernel_h=3, kernel_w=3, max_row_pitch=16,
                   max_plane_rows=12, max_channel_groups=2, max_channel_multiplier=3,
                   ifmap_width=16, requantise="single", dataflow="tap_serial", pixels=6,
                   ifmap_pixels=8, ofmap_pixels=4, requantisers=4),
        EngineSpec(name="serial_whole", lanes=2, kernel_h=1, kernel_w=3, max_row_pitch=8,
                   max_plane_rows=5, max_dilation_w=3, ifmap_width=3, ifmap_signed=False,
                   weight_width=5, weight_signed=False, dataflow="tap_serial", pixels=1,
                   ifmap_pixels=1, ofmap_pixels=5, requantisers=2, ring_pixels=4),
        EngineSpec(name="serial_many", lanes=10, kernel_h=3, kernel_w=3, max_row_pitch=10,
                   max_plane_rows=7, max_channel_groups=2, requantise="both",
                   dataflow="tap_serial", pixels=7, ifmap_pixels=4, requantisers=8),
        EngineSpec(name="serial_wide", lanes=2, kernel_h=2, kernel_w=2, max_row_pitch=14,
                   max_plane_rows=7, max_channel_groups=2, max_channel_multiplier=2,
                   requantise="double", dataflow="tap_serial", pixels=7, ifmap_pixels=2,
                   ofmap_pixels=4, requantisers=6),
        EngineSpec(name="serial_pairs", lanes=3, kernel_h=1, kernel_w=2, max_row_pitch=9,
                   max_plane_rows=5, dataflow="tap_serial", pixels=4, ifmap_pixels=1,
                   ofmap_pixels=2, requantisers=6),
        # A pixel memory for each cell.
        EngineSpec(name="serial_rings", lanes=3, kernel_h=3, kernel_w=3, max_row_pitch=11,
                   max_plane_rows=8, max_dilation_h=2, max_dilation_w=2, max_channel_groups=3,
                   max_channel_multiplier=2, dataflow="tap_serial", rings="copied", pixels=4,
                   ifmap_pixels=1, ofmap_pixels=2, requantisers=2),
        EngineSpec(name="serial_beats", lanes=2, kernel_h=2, kernel_w=3, max_row_pitch=16,
                   max_plane_rows=8, max_channel_groups=2, requantise="double",
                   dataflow="tap_serial", rings="copied", pixels=5, ifmap_pixels=4),
    )
}
FLOAT_SPECS = {
    spec.name: spec
    for spec in (
        EngineSpec(name="float_few", lanes=3, kernel_h=2, kernel_w=2, max_row_pitch=8,
                   max_plane_rows=6, max_channel_groups=2, requantise="all",
                   dataflow="tap_serial", pixels=3, ifmap_pixels=1, requantisers=2),
        EngineSpec(name="float_pairs", lanes=2, kernel_h=2, kernel_w=2, max_row_pitch=8,
                   max_plane_rows=6, max_channel_groups=3, requantise="float",
                   dataflow="tap_serial", pixels=4, ifmap_pixels=1, ofmap_pixels=2,
                   requantisers=4),
    )
}
"""Engines for the modules that only float rounding needs."""
FLOATING_SPECS = {
    spec.name: spec
    for spec in (
        EngineSpec(name="floating_nine", lanes=1, kernel_h=3, kernel_w=5, max_row_pitch=8,
                   max_plane_rows=6, dataflow="tap_serial", pixels=2, requantisers=1,
                   number_format="bfloat16"),
        EngineSpec(name="floating_four", lanes=2, kernel_h=2, kernel_w=2, max_row_pitch=8,
                   max_plane_rows=6, dataflow="tap_serial", pixels=1, requantisers=2,
                   number_format="float16", accumulate="float16", subnormals="flush"),
    )
}
"""Engines in floating point. Kernels of 15 taps, with 6 partial sums, and of 4 taps, with 4."""
BIASED_SPECS = {
    spec.name: spec
    for spec in (
        EngineSpec(name="biased_part", lanes=3, kernel_h=2, kernel_w=2, max_row_pitch=8,
                   max_plane_rows=6, max_channel_groups=2, dataflow="tap_serial", pixels=1,
                   requantisers=2, number_format="float16", epilogue="bias_clamp"),
        EngineSpec(name="biased_whole", lanes=2, kernel_h=2, kernel_w=1, max_row_pitch=8,
                   max_plane_rows=6, max_channel_groups=3, dataflow="tap_serial", pixels=2,
                   ofmap_pixels=2, requantisers=2, number_format="bfloat16",
                   subnormals="flush", epilogue="bias_clamp"),
    )
}
"""Engines with biases in floating point: of any lane, and of a lane's adders."""
# fmt: on
