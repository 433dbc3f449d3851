"""The layers of whole networks, quantised as QDQ: all are found, and all run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dwsim.verification.onnx_engine import assess_onnx, onnx_engines
from dwsim.workloads import read_network
from tests.onnx_files.build_networks import NETWORKS, network
from tests.workloads.onnx_model.reference import read


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_is_found_and_runs(name: str) -> None:
    model = read(network(name))
    expected = read_network(NETWORKS[name]).layers
    found = [layer.facts()[0] for layer in model.layers]
    assert [replace(spec, name="") for spec in found] == [
        replace(spec, name="") for spec in expected
    ]
    assert [one.roundings for one in assess_onnx(model.layers, 16)] == [("float",)] * len(expected)
    assert len(onnx_engines(model.layers, 16)) == 1
