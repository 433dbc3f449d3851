"""Lists of layers in CSV and YAML: one's own, SCALE-Sim's, ZigZag's and Timeloop's."""

from __future__ import annotations

from pathlib import Path

import pytest

from dwsim import LayerSpec, SpecError
from dwsim.workloads import read_network

OWN = """\
name, ifmap_h, ifmap_w, channels, kernel_h, kernel_w, stride_h, stride_w, padding
first, 14, 12, 8, 3, 3, 2, 1, SAME
, 7, 7, 16, 5, 5, , ,

"""
TOPOLOGY = """\
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,

Conv1, 224, 224, 3, 3, 3, 32, 2,
Conv2_dw, 114, 113, 3, 5, 32, 1, 1,
\tDP, 58, 58, 3, 3, 64, 2, 2,
\tDP, 58, 58, 3, 3, 64, 1, 2, 1,
other, 9, 9, 3, 3, 8, 1, 1,#dw
FC, 1, 1, 1, 1, 1024, 1000, 1,
"""
ZIGZAG = """\
- id: 0
  operator_type: Conv
  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
  loop_dims: [B, K, C, OY, OX, FY, FX]
  loop_sizes: [1, 64, 3, 112, 112, 7, 7]
- id: 1
  operator_type: Conv
  equation: O[b][g][oy][ox] += W[g][fy][fx] * I[b][g][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=1*oy+3*fy]
  loop_dims: [B, G, OY, OX, FY, FX]
  loop_sizes: [2, 32, 10, 6, 3, 5]
  pr_loop_dims: [IY, IX]
  padding: [[3, 2], [1, 0]]
- id: 2
  operator_type: Pooling
  equation: O[b][g][oy][ox]+=W[fx][fy]*I[b][g][iy][ix]
  loop_dims: [B, G, OY, OX, FX, FY]
  loop_sizes: [1, 64, 56, 56, 3, 3]
"""
TIMELOOP = """\
problem:
  shape:
    name: dw-cnn-layer
    dimensions: [R, S, P, Q, C, N]
  instance: {R: 3, S: 5, P: 56, Q: 28, C: 96, N: 2, Wstride: 2, Hstride: 1, Hdilation: 2}
"""


def layers(tmp_path: Path, name: str, text: str) -> tuple[LayerSpec, ...]:
    (tmp_path / name).write_text(text)
    return read_network(name, tmp_path).layers


def test_ones_own_columns(tmp_path: Path) -> None:
    first, second = layers(tmp_path, "own.csv", OWN)
    assert (first.name, second.name) == ("first", "layer2")
    assert first == LayerSpec(
        14, 12, 8, 3, 3, stride_h=2, pad_bottom=1, pad_left=1, pad_right=1, name="first"
    )
    assert second == LayerSpec(7, 7, 16, 5, 5, name="layer2")


def test_a_topology_of_scalesim(tmp_path: Path) -> None:
    found = layers(tmp_path, "topology.csv", TOPOLOGY)
    assert [layer.name for layer in found] == ["Conv2_dw", "DP", "DP_2", "other"]
    assert found[0] == LayerSpec(114, 113, 32, 3, 5, name="Conv2_dw")
    assert (found[1].channel_multiplier, found[1].stride_h, found[1].stride_w) == (2, 2, 2)
    assert (found[2].stride_h, found[2].stride_w) == (2, 1)


def test_a_workload_of_zigzag(tmp_path: Path) -> None:
    (layer,) = layers(tmp_path, "workload.yaml", ZIGZAG)
    assert (layer.name, layer.batch, layer.channels) == ("layer1", 2, 32)
    assert (layer.ofmap_h, layer.ofmap_w) == (10, 6)
    assert (layer.kernel_h, layer.kernel_w) == (3, 5)
    assert (layer.stride_h, layer.stride_w, layer.dilation_h) == (1, 2, 3)
    assert (layer.pad_top, layer.pad_bottom, layer.pad_left, layer.pad_right) == (3, 2, 1, 0)


def test_a_problem_of_timeloop(tmp_path: Path) -> None:
    (layer,) = layers(tmp_path, "problem.yml", TIMELOOP)
    assert layer.ofmap_shape == (2, 28, 56, 96)
    assert (layer.kernel_h, layer.kernel_w, layer.dilation_h) == (5, 3, 2)
    assert (layer.stride_h, layer.stride_w) == (1, 2)
    grouped = "- problem: {instance: {G: 8, C: 1, M: 3, R: 3, S: 3, P: 4, Q: 4, N: 1}}\n"
    dense = "- problem: {instance: {C: 8, M: 3, R: 3, S: 3, P: 4, Q: 4, N: 1}}\n"
    (layer,) = layers(tmp_path, "list.yaml", grouped + dense)
    assert (layer.channels, layer.channel_multiplier) == (8, 3)


def test_a_problem_of_timeloop_need_not_name_its_dimensions(tmp_path: Path) -> None:
    named = layers(tmp_path, "named.yaml", TIMELOOP)
    text = TIMELOOP.replace("dimensions: [R, S, P, Q, C, N]", "dimensions:")
    assert text != TIMELOOP
    assert layers(tmp_path, "unnamed.yaml", text) == named


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("empty.csv", "", "at least two"),
        ("none.csv", OWN.splitlines()[0], "at least one depthwise layer"),
        ("bad.csv", OWN.replace("14", "x"), r"layer\[0\].ifmap_h = 'x': must be an integer"),
        ("key.csv", OWN.replace("ifmap_w", "width"), r"layer\[0\].width"),
        ("long.csv", OWN.replace("SAME", "SAME, 5"), "must have at most 9 cells"),
        ("topology.csv", TOPOLOGY.replace("114", "a"), "line 3 = .*7 or 8 integers"),
        ("commas.csv", TOPOLOGY.splitlines()[0] + "\n,,,\n# a comment\n", "at least one depthwise"),
        ("none.yaml", "- {id: 1}", "at least one depthwise layer"),
        ("text.yaml", "- text", "entry 0 = 'str': must be a mapping"),
        ("broken.yaml", "a: [1", "YAML"),
        ("alias.yaml", "a: &x [1]\nb: *x", "must not be in the file"),
        ("relation.yaml", ZIGZAG.replace("iy=1*oy+3*fy", "iy=oy"), "of the form ix=2"),
        ("size.yaml", ZIGZAG.replace("[2, 32", "[0, 32"), "entry 1: B = 0"),
        ("pads.yaml", ZIGZAG.replace("[3, 2]", "[3, x]"), "padding of IY"),
        ("zero.yaml", TIMELOOP.replace("R: 3", "R: 0"), "entry 0: R = 0"),
    ],
)
def test_refusals(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        layers(tmp_path, name, text)
