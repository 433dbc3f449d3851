"""``--interleave`` of ``dwsim simulate`` and ``dwsim verify``: streams up to NHWC order."""

from __future__ import annotations

from pathlib import Path

import pytest

from dwsim.derive import Plan
from dwsim.spec.spec_file import read_spec
from dwsim.stream.stalls import PROFILES
from tests.cli.helpers import error_of, json_of

SPEC = """
[engine]
lanes = 2
kernel_h = 3
kernel_w = 3
max_row_pitch = 20
max_plane_rows = 5
max_channel_groups = 6
max_interleave = 4
requantise = "both"

[[layer]]
name = "four"
ifmap_h = 5
ifmap_w = 5
channels = 8
kernel_h = 3
kernel_w = 3
padding = "SAME"

[[layer]]
name = "six"
ifmap_h = 4
ifmap_w = 6
channels = 11
kernel_h = 3
kernel_w = 3
stride_h = 2
stride_w = 2
padding = "SAME"
"""


@pytest.fixture
def spec() -> str:
    Path("order.toml").write_text(SPEC)
    return "order.toml"


@pytest.mark.parametrize("profile", ["none", "both"])
def test_both_models_interleave(
    profile: str, spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ("simulate", spec, "--stalls", profile, "--interleave", "2")
    document = json_of(capsys, *argv)
    assert document == json_of(capsys, *argv, "--model", "steppable")
    read = read_spec(spec)
    plans = [Plan(layer, read.engine, interleave=2) for layer in read.layers]
    assert [row["interleave"] for row in document["layers"]] == [2, 2]
    assert [row["law_cycles"] for row in document["layers"]] == [plan.cycles for plan in plans]
    plane_major = json_of(capsys, "simulate", spec, "--stalls", profile)
    for row, other in zip(document["layers"], plane_major["layers"], strict=True):
        assert row["cycles"] > other["cycles"]
        assert row["steady_cycles"] == other["steady_cycles"]


def test_all_is_every_channel_group_of_a_layer(
    spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ("simulate", spec, "--layer", "four", "--interleave")
    document = json_of(capsys, *argv, "all")
    assert [row["interleave"] for row in document["layers"]] == [4]
    assert document == json_of(capsys, *argv, "4")


@pytest.mark.simulator
def test_verify_interleaves(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ("verify", spec, "--layer", "four", "--stalls", "all", "--interleave", "all")
    rows = json_of(capsys, *argv)["layers"]
    assert [row["verdict"] for row in rows] == ["RTL = model = golden"] * len(PROFILES)
    assert [row["interleave"] for row in rows] == [4] * len(PROFILES)
    simulated = json_of(capsys, "simulate", spec, "--layer", "four", "--interleave", "all")
    assert rows[0]["cycles"] == simulated["layers"][0]["cycles"]


@pytest.mark.parametrize("command", ["simulate", "verify"])
@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ("3", ["--interleave = 3: layer[0] (four): must divide the layer's 4 channel groups"]),
        ("0", ["--interleave = 0: layer[1] (six): must be an integer of at least 1"]),
        (
            "all",
            [
                "engine.max_interleave = 4: layer[1] (six): the stream's interleave is 6",
                "engine.max_row_pitch = 20: layer[1] (six): the layer's row_pitch, 6, times"
                " interleave is 36, which exceeds it by 16",
            ],
        ),
    ],
)
def test_an_order_that_a_layer_cannot_have(
    command: str,
    value: str,
    rules: list[str],
    spec: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = error_of(capsys, command, spec, "--interleave", value)
    assert [rule for rule in rules if rule not in said] == [], said


@pytest.mark.parametrize("command", ["simulate", "verify"])
@pytest.mark.parametrize("value", ["nhwc", "-1", "1.5", ""])
def test_no_number_of_channel_groups(
    command: str, value: str, spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = error_of(capsys, command, spec, f"--interleave={value}")
    assert f"must be a number of channel groups or all, not {value!r}" in said


def test_a_static_engine_is_plane_major(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = error_of(capsys, "verify", spec, "--layer", "four", "--static", "--interleave", "2")
    assert "--interleave = 2: must be 1 with --static: a static engine is plane-major" in said


def test_a_tflite_file_is_plane_major(capsys: pytest.CaptureFixture[str]) -> None:
    said = error_of(capsys, "verify", "model.tflite", "--interleave", "all")
    assert "--interleave = 'all': is for specs, not for model files" in said
