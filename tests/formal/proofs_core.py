"""A whole engine: its streams and its credits, for any configuration and any traffic."""

from __future__ import annotations

from dwsim import EngineSpec
from tests.formal.prover import Proof

ENGINE = EngineSpec(
    name="core",
    lanes=1,
    kernel_h=2,
    kernel_w=2,
    ifmap_width=2,
    weight_width=2,
    max_row_pitch=3,
    max_plane_rows=3,
    max_channel_groups=2,
    max_batch=2,
)

PROOFS = (
    Proof(
        "core",
        engine=ENGINE,
        bound=20,
        faults={
            "ofmap_holds_until_the_transfer": ("(!m_valid || m_ready)", "1'b1"),
            "fifo_never_overflows": ("entries <= {(ADDR_W + 1) {1'b0}};", "entries <= DEPTH;"),
            "no_window_without_a_credit": ("credits   <= ALL;", "credits   <= 0;"),
            "every_window_gives_one_beat": (
                "valid_q <= beat_end && !rst",
                "valid_q <= beat_end && !rst && !last",
            ),
            "no_beat_without_a_window": ("valid_q <= beat_end && !rst", "valid_q <= !rst"),
            "quiet_in_reset": ("      cfg_ready <= 1'b0;\n", "      cfg_ready <= 1'b1;\n"),
        },
    ),
)
