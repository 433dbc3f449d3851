"""The bytes of the layers at each port, and the GEMM baseline, against plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from dwsim.derive import Plan
from dwsim.derive.gemm import gemm_cycles, gemm_shape
from dwsim.exploration.result_tables import layer_rows, pair_rows
from tests.exploration.spaces import run, small

SPACE = """
networks = ["first.toml"]

[[engine]]
lanes = 4
kernel = 3

[[engine]]
dataflow = "tap_serial"
lanes = 4
kernel = 3
pixels = 3
ifmap_pixels = 2

[[objective]]
minimise = "cycles"
"""


def test_the_bytes_are_those_of_the_beats(tmp_path: Path) -> None:
    outcome = run(small(tmp_path, SPACE), tmp_path / "out")
    layers = {net.name: net.layers for net in outcome.space.networks}
    rows = layer_rows(outcome)
    assert len({row["engine_id"] for row in rows}) == 2
    assert any(row["param_rate"] != row["ifmap_rate"] for row in rows)
    for row in rows:
        engine = outcome.points[row["engine_id"]].engine
        plan = Plan(layers[row["network"]][row["index"]], engine)
        formats = plan.numbers.formats
        beats = {
            "ifmap": plan.ifmap_beats * formats.ifmap_beat_width,
            "param": plan.param_beats * formats.param_beat_width,
            "output": plan.ofmap_beats * formats.ofmap_beat_width,
        }
        assert row["param_bytes"] == beats["param"] / 8
        assert row["input_bytes"] == (beats["ifmap"] + beats["param"]) / 8
        for port, bits in beats.items():
            assert row[f"{port}_rate"] == pytest.approx(bits / 8 / plan.cycles)
        assert row["gemm_cycles"] == gemm_cycles(plan.layer, *gemm_shape(engine))
    for pair in pair_rows(outcome):
        mine = [row["gemm_cycles"] for row in rows if row["engine_id"] == pair["engine_id"]]
        assert pair["gemm_cycles"] == sum(mine) > pair["cycles"]
