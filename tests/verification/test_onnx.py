"""``dwsim verify`` of ``.onnx`` files: RTL against ONNX Runtime."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import onnx
import pytest

from dwsim.cli import main
from dwsim.verification import against_onnxruntime, simulators
from dwsim.verification.onnx_values import float_distance
from dwsim.workloads.onnx_model.ort_inference import random_ifmap
from tests.onnx_files.build_forms import PATH, forms
from tests.onnx_files.onnx_builder import Case, OnnxBuilder, add_case, single
from tests.workloads.onnx_model.reference import golden_sums, only_layer, read
from tests.workloads.onnx_model.test_onnx_random import random_case


def test_a_network_with_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(PATH), "--lanes", "4", "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.out.count("RTL = model = ONNX Runtime") == 3
    assert printed.out.count("RTL = model = golden; ") == 1
    assert "alone" not in printed.err


def test_the_taps_in_series(capsys: pytest.CaptureFixture[str]) -> None:
    """Layers of all engines: with float rounding, as raw sums, and in floating point."""
    array = ["--dataflow", "tap_serial", "--lanes", "2", "--pixels", "3"]
    assert main(["verify", str(PATH), *array, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    # 2 lanes x 3 pixels; those of the requantisers are not counted.
    assert [engine["multipliers"] for engine in document["engines"]] == [6, 6, 6]
    layers = document["layers"]
    assert [layer["rounding"] for layer in layers] == ["float", "float", "sums", "float32"]
    for layer in layers:
        assert layer["cycles"] == layer["law"]
    for layer in layers[:3]:
        assert layer["verdict"] == "RTL = model = ONNX Runtime"
        assert layer["differing"] == 0
    assert layers[3]["verdict"].startswith("RTL = model = golden; ")


def test_a_large_network_runs_on_the_ports(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here a small one, with another limit: uint8 with float rounding, and raw sums."""
    monkeypatch.setattr(simulators, "SMALL_CYCLES", 0)
    assert main(["verify", str(PATH), "--lanes", "4", "--json"]) == 0
    layers = json.loads(capsys.readouterr().out)["layers"]
    assert [layer["compared"] for layer in layers] == ["ports"] * 4
    assert [layer["verdict"] for layer in layers[:3]] == ["RTL = ONNX Runtime"] * 3
    assert layers[3]["verdict"].startswith("RTL = golden; ")
    assert [layer["differing"] for layer in layers[:3]] == [0, 0, 0]


def test_with_strict_a_layer_that_cannot_run_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = forms()
    nodes = list(model.graph.node)
    (last,) = (index for index, node in enumerate(nodes) if node.output[0] == "float_ofmap")
    # The weight is no constant any more.
    model.graph.node.insert(last, onnx.helper.make_node("Neg", [nodes[last].input[1]], ["made"]))
    model.graph.node[last + 1].input[1] = "made"
    path = tmp_path / "forms.onnx"
    onnx.save(model, str(path))
    argv = ["verify", str(path), "--lanes", "4", "--optimise"]
    assert main(argv) == 0
    assert "dw4: cannot run: weight" in capsys.readouterr().err
    assert main([*argv, "--strict"]) == 2
    assert "with --strict every layer must run" in capsys.readouterr().err


@pytest.mark.parametrize(("exact", "doubts"), [(0, True), (255, False)])
def test_a_wrong_value_is_found(
    exact: int, doubts: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a processor makes ONNX Runtime saturate sums, the message says so."""
    right = against_onnxruntime.ort_values

    def wrong(*arguments):
        values = right(*arguments)
        ofmap = values.runs["dw1"].ofmap.copy()
        # This value lies beside no tie: float32 arithmetic does not explain the difference.
        layer, ifmap = arguments[1]["dw1"], values.ifmaps["dw1"]
        where = tuple(np.argwhere(float_distance(layer, ifmap) == 0)[0])
        ofmap[where] += 1
        runs = {**values.runs, "dw1": dataclasses.replace(values.runs["dw1"], ofmap=ofmap)}
        return dataclasses.replace(values, runs=runs)

    monkeypatch.setattr(against_onnxruntime, "ort_values", wrong)
    monkeypatch.setattr(against_onnxruntime, "largest_exact_weight", lambda: exact)
    assert main(["verify", str(PATH), "--lanes", "4"]) == 1
    printed = capsys.readouterr()
    assert "1 values wrong" in printed.out
    assert "1 values differ from those of ONNX Runtime" in printed.err
    assert ("on this processor, and may be wrong in dw1" in printed.err) == doubts


def test_a_layer_that_onnx_runtime_refuses_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its ConvInteger takes one zero point of the weights only."""
    case = Case("integer", weight_zero_points=[0, 1, 2, 3])
    onnx.save(single(case), str(tmp_path / "zeros.onnx"))
    assert main(["verify", str(tmp_path / "zeros.onnx"), "--lanes", "4"]) == 0
    printed = capsys.readouterr()
    assert "RTL = model = golden; not comparable" in printed.out
    assert "dw1: raw sums: not comparable with ONNX Runtime: ONNX Runtime refuses" in printed.err


def test_random_layers_in_rtl(seed: int) -> None:
    """A sample of the layers that golden is held against in test_onnx_random.py."""
    rng = np.random.default_rng(seed)
    builder = OnnxBuilder()
    while len(builder.outputs) < 6:
        case = random_case(rng)
        if case.form == "integer" or min(case.ofmap_scale, 1.0) < 2.0**-20:
            continue
        name = f"layer{len(builder.outputs)}_"
        ifmap = builder.input(f"{name}input", case.dtype, case.shape)
        builder.output(add_case(builder, case, ifmap, name), case.dtype)
    model = read(builder.model())
    result = against_onnxruntime.verify_onnx(model, 2, optimise=True, stalls="both")
    assert len(result.layers) == 6
    assert result.rest == ()
    assert result.wrong == 0


def test_ties_are_the_only_differences_that_float32_explains() -> None:
    """A Conv of real numbers may round a tie either way; few values are beside one."""
    layer = only_layer(single(Case(ifmap_scale=0.5, weight_scales=0.25, ofmap_scale=0.25)))
    ifmap = np.zeros(layer.facts()[0].ifmap_shape, np.uint8)
    # The scale of a sum is 0.5: every odd sum is a tie.
    sums = golden_sums(layer, ifmap) + layer.facts()[1].scales.bias
    assert np.array_equal(float_distance(layer, ifmap), sums % 2)
    usual = only_layer(single(Case()))
    rng = np.random.default_rng(1)
    distance = float_distance(usual, random_ifmap(rng, usual))
    assert distance.max() <= 1
    assert distance.mean() < 0.01


def test_nothing_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    onnx.save(single(Case(kernel=(12, 3), shape=(1, 4, 20, 20))), str(tmp_path / "large.onnx"))
    assert main(["verify", str(tmp_path / "large.onnx")]) == 2
    assert "dw1: kernel_h = 12: must be an integer from 1 to 11" in capsys.readouterr().err


def test_the_committed_file_is_what_its_script_makes() -> None:
    assert onnx.load(str(PATH)) == forms()


def test_options_of_other_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "tests/tflite_files/padded.tflite", "--optimise"]) == 2
    assert "--optimise = True: is for .onnx files" in capsys.readouterr().err
    assert main(["verify", str(PATH), "--static"]) == 2
    assert "is for specs, not for model files" in capsys.readouterr().err
