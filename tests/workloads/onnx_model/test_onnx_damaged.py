"""Damaged and hostile files: an error or a clean result, never anything else."""

from __future__ import annotations

import os
import random
import resource
import time
from pathlib import Path

import onnx
import pytest
from onnx import helper

from dwsim.errors import DwsimError
from dwsim.workloads.model_error import ModelError
from dwsim.workloads.onnx_model import parse_onnx
from dwsim.workloads.onnx_model.onnx_loading import parse
from tests.onnx_files.onnx_builder import Case, OnnxBuilder, add_case, single
from tests.workloads.onnx_model.onnx_damage import damaged, originals

CASES = int(os.environ.get("DWSIM_FUZZ_CASES", "500"))
"""Damaged files in all; a longer run sets the variable."""


@pytest.mark.parametrize("name", list(originals()))
def test_fuzzing(name: str, seed: int) -> None:
    content = originals()[name]
    rng = random.Random(f"{name} {seed}")
    cases = CASES // len(originals())
    refused, running, slowest = 0, 0, 0.0
    # The peak of the whole process, which other tests may have raised.
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(cases):
        changed = damaged(rng, content)
        begin = time.process_time()
        try:
            path = Path("fuzzed.onnx")
            model = parse_onnx(parse(changed, path), path)
        except DwsimError:
            refused += 1
        else:
            for layer in model.layers:
                assert layer.runs == (layer.parameters is not None)
                assert layer.spec is not None or not layer.runs
                assert all(map(str, layer.reasons))
                running += layer.runs
        slowest = max(slowest, time.process_time() - begin)
    assert 0.1 * cases < refused < cases
    assert running > 0 or name == "inner"
    assert slowest < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


def test_every_truncation_of_a_small_model() -> None:
    content = single(Case("integer")).SerializeToString()
    for length in range(len(content)):
        try:
            parse_onnx(parse(content[:length], Path("cut.onnx")), Path("cut.onnx"))
        except ModelError:
            continue


@pytest.mark.parametrize("length", [0, 1, 4, 100, 10_000])
def test_random_bytes(length: int, seed: int) -> None:
    content = random.Random(f"{length} {seed}").randbytes(length)
    with pytest.raises(ModelError, match="is no .onnx file"):
        parse(content, Path("noise.onnx"))


def test_names_that_are_no_text() -> None:
    """Protobuf reads them as bytes, which are no name of a tensor."""
    content = single(Case("integer")).SerializeToString()
    for name in (b"ifmap", b"weight", b"ofmap", b"ConvInteger"):
        changed = content.replace(name, b"\xff" + name[1:])
        with pytest.raises(ModelError, match="is not UTF-8"):
            parse_onnx(parse(changed, Path("names.onnx")), Path("names.onnx"))


def test_functions_that_multiply() -> None:
    """Thirty functions, each of which calls the next one twice: 2**30 operators."""
    model = single(Case())
    opset = [helper.make_opsetid("own", 1), helper.make_opsetid("", 13)]
    for index in range(30):
        inner = f"f{index + 1}" if index < 29 else "Identity"
        domain = "own" if index < 29 else ""
        nodes = [
            helper.make_node(inner, ["a"], ["b"], domain=domain),
            helper.make_node(inner, ["b"], ["c"], domain=domain),
        ]
        model.functions.append(helper.make_function("own", f"f{index}", ["a"], ["c"], nodes, opset))
    model.graph.node.append(helper.make_node("f0", ["ifmap"], ["far"], domain="own"))
    model.opset_import.append(helper.make_opsetid("own", 1))
    with pytest.raises(ModelError, match="more than 100,000 are not read"):
        parse(model.SerializeToString(), Path("bomb.onnx"))


def test_a_function_that_calls_itself() -> None:
    model = single(Case())
    opset = [helper.make_opsetid("own", 1)]
    nodes = [helper.make_node("f", ["a"], ["b"], domain="own")]
    model.functions.append(helper.make_function("own", "f", ["a"], ["b"], nodes, opset))
    model.graph.node.append(helper.make_node("f", ["ifmap"], ["far"], domain="own"))
    with pytest.raises(ModelError, match="the function f calls itself"):
        parse(model.SerializeToString(), Path("bomb.onnx"))


def test_an_input_that_claims_more_memory_than_a_network_has() -> None:
    for shape, message in (
        ((1, 1_500_000, 1000), "must have at most 1,073,741,824 bytes together"),
        ((2**40, 2**40), "must have at most"),
        ((-5, 3), "no size may be negative"),
    ):
        model = single(Case())
        model.graph.input.append(helper.make_tensor_value_info("extra", 3, shape))
        with pytest.raises(ModelError, match=message):
            parse_onnx(model, Path("large.onnx"))


def test_layers_that_share_large_weights_cannot_multiply_the_work() -> None:
    builder = OnnxBuilder()
    builder.input("ifmap", "uint8", (1, 4000, 30, 30))
    wide = Case(channels=4000, kernel=(15, 15), bias=False)
    add_case(builder, wide, "ifmap")
    builder.output("ofmap", "uint8")
    model = builder.model()
    conv = next(node for node in model.graph.node if node.op_type == "Conv")
    quantise = next(node for node in model.graph.node if node.op_type == "QuantizeLinear")
    for index in range(3000):
        for node in (conv, quantise):
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.output[0] = f"{node.output[0]}{index}"
            if node is quantise:
                copy.input[0] = f"{conv.output[0]}{index}"
            model.graph.node.append(copy)
    begin = time.process_time()
    with pytest.raises(ModelError, match="claims more data than it has"):
        parse_onnx(model, Path("bomb.onnx"))
    assert time.process_time() - begin < 10
