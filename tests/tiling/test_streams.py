"""Layers in several streams through the RTL, the models and the public functions."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import numpy as np
import pytest

import dwsim
from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.cli import main
from dwsim.derive import TiledPlan, plan_of
from dwsim.errors import MismatchError
from dwsim.golden.depthwise import depthwise
from dwsim.rtlsim import tiled_jobs
from dwsim.spec.canonical import canonical_toml
from dwsim.stream.random_tensors import random_layer_data
from tests.tiling.cases import DATAFLOWS, larger_layer, small_engine

KERNEL = {"kernel_h": 3, "kernel_w": 3, "lanes": 3, "max_row_pitch": 8, "max_plane_rows": 7}
REQUANTISE = {"tap_parallel": "none", "tap_serial": "both"}
LAYERS = 3


def engine_of(dataflow: str) -> EngineSpec:
    """The build of a dataflow that all tests of this file share."""
    fields = {**KERNEL, "requantise": REQUANTISE[dataflow], "max_channel_groups": 2}
    return small_engine(random.Random(dataflow), dataflow, **fields)


def sample(engine: EngineSpec, seed: int, count: int = LAYERS) -> list[LayerSpec]:
    rng = random.Random(f"{engine.name} {seed}")
    return [replace(larger_layer(rng, engine), name=f"layer{n}") for n in range(count)]


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_rtl_model_and_golden_agree(dataflow: str, seed: int) -> None:
    """``verify`` compares the tiles together with golden, and their cycles with the sum."""
    engine = engine_of(dataflow)
    for stalls, layers in (("none", sample(engine, seed)), ("both", sample(engine, seed + 1, 1))):
        done = dwsim.verify(layers, engine, stalls=stalls, seed=seed)
        assert [one.job.layer for one in done] == layers
        for one in done:
            assert isinstance(one.plan, TiledPlan)
            assert one.ofmap.shape == one.job.layer.ofmap_shape
            assert len(one.transfers) == one.plan.ofmap_beats
            assert one.transfers[-1] + 1 == one.cycles
            assert one.cycles == one.plan.cycles if stalls == "none" else one.cycles > 0


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_the_backends_of_the_operator(dataflow: str, seed: int) -> None:
    engine = replace(engine_of(dataflow), requantise="none")
    layer = LayerSpec(13, 11, 7, 3, 3, stride_h=2, stride_w=2, name="strided")
    assert isinstance(plan_of(layer, engine), TiledPlan)
    ifmap, weight = random_layer_data(layer, engine, seed)
    wanted = depthwise(ifmap, weight, layer)
    # The RTL of the other dataflow's build does not requantise either: no build of its own.
    for backend in ("model", "rtl") if dataflow == "tap_parallel" else ("model",):
        found = dwsim.depthwise_conv2d(
            ifmap, weight, [1, 2, 2, 1], "VALID", backend=backend, engine=engine
        )
        assert np.array_equal(found, wanted)


@pytest.mark.parametrize("dataflow", DATAFLOWS)
@pytest.mark.parametrize("stalls", ["none", "both"])
def test_the_models_agree(dataflow: str, stalls: str, seed: int) -> None:
    engine = engine_of(dataflow)
    layers = sample(engine, seed, 2)
    fast = dwsim.simulate(layers, engine, stalls=stalls, seed=seed)
    steps = dwsim.simulate(layers, engine, stalls=stalls, seed=seed, model="steppable")
    assert fast.rows() == steps.rows()
    for row, run in zip(fast.rows(), fast.runs, strict=True):
        assert sum(run.activity.values()) == row["cycles"] >= row["law_cycles"]
        if stalls == "none":
            assert row["cycles"] == row["law_cycles"] == run.plan.cycles
    assert f"layer0 exceeds the engine: {len(fast.runs[0].plan.plans)} streams" in str(fast)


def test_streams_that_are_put_together_wrongly_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stream is right for itself; only the whole shows the fault."""
    engine = engine_of("tap_parallel")
    layer = LayerSpec(13, 11, 7, 3, 3, name="shifted")
    right = tiled_jobs.tile_ifmap
    with monkeypatch.context() as patched:
        patched.setattr(tiled_jobs, "tile_ifmap", lambda i, t: np.roll(right(i, t), 1, axis=2))
        with pytest.raises(MismatchError, match="layer shifted in .* the streams together and"):
            dwsim.verify(layer, engine)
    cycles = TiledPlan.cycles.fget
    monkeypatch.setattr(TiledPlan, "cycles", property(lambda plan: cycles(plan) + 1))
    with pytest.raises(MismatchError, match="by the sum of the streams"):
        dwsim.verify(layer, engine)


def test_the_commands_cut_layers_and_generate_refuses_them(
    capsys: pytest.CaptureFixture[str], tmp_path
) -> None:
    engine = engine_of("tap_parallel")
    layer = LayerSpec(13, 11, 7, 3, 3, name="large")
    spec = tmp_path / "large.toml"
    spec.write_text(canonical_toml(engine, (layer,)))
    streams = len(plan_of(layer, engine).plans)
    assert main(["verify", str(spec)]) == 0
    assert f"RTL = model = golden, {streams} streams" in capsys.readouterr().out
    assert main(["simulate", str(spec), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["layers"]
    assert row["cycles"] == plan_of(layer, engine).cycles
    assert main(["verify", str(spec), "--static"]) == 2
    assert "max_row_pitch = 8" in capsys.readouterr().err
    assert main(["generate", str(spec), "-o", str(tmp_path / "out")]) == 2
    assert "max_row_pitch = 8" in capsys.readouterr().err
    with pytest.raises(SpecError, match="max_row_pitch"):
        dwsim.generate(engine, layer, output=tmp_path / "out")
