"""Damaged and hostile files: an error or a clean result, never anything else."""

from __future__ import annotations

import random
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from dwsim.workloads.tflite import ModelError, flatbuffer, inference, parse_model, read_model
from tests.workloads.tflite.edits import SMALL, edited, operator, read_edited, tensor, tiny

_NASTY = (0, 1, 4, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0, 0x10000)


def _mutant(rng: random.Random, content: bytes) -> bytes:
    damaged = bytearray(content)
    kind = rng.choice(("cut", "flip", "flips", "word", "zeros", "swap"))
    at = rng.randrange(len(damaged) - 8)
    if kind == "cut":
        return bytes(damaged[:at])
    if kind == "flip":
        damaged[at] ^= 1 << rng.randrange(8)
    elif kind == "flips":
        for _ in range(rng.randrange(2, 40)):
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    elif kind == "word":
        word = rng.choice((*_NASTY, len(content), rng.getrandbits(32)))
        damaged[at & ~3 : (at & ~3) + 4] = word.to_bytes(4, "little")
    elif kind == "zeros":
        length = rng.randrange(1, 64)
        damaged[at : at + length] = bytes(len(damaged[at : at + length]))
    else:
        other = rng.randrange(len(damaged) - 8)
        damaged[at : at + 4], damaged[other : other + 4] = (
            damaged[other : other + 4],
            damaged[at : at + 4],
        )
    return bytes(damaged)


@pytest.mark.parametrize(
    ("name", "cases"),
    [
        ("mobilenet_v1_025_96", 500),
        ("padded", 4000),
        ("multiplier", 2000),
        ("int16", 2000),
        ("floats", 500),
    ],
)
def test_fuzzing(name: str, cases: int, seed: int) -> None:
    content = tiny(name).read_bytes()
    rng = random.Random(f"{name} {seed}")
    refused, slowest = 0, 0.0
    for _ in range(cases):
        damaged = _mutant(rng, content)
        begin = time.process_time()
        try:
            model = parse_model(damaged, Path("fuzzed.tflite"))
        except ModelError:
            refused += 1
        else:
            for layer in model.layers:
                assert layer.runs == (layer.parameters is not None)
                assert layer.spec is not None or not layer.runs
                assert all(map(str, layer.reasons))
        slowest = max(slowest, time.process_time() - begin)
    assert 0.1 * cases < refused < cases
    assert slowest < 2


def test_every_truncation_of_a_small_model() -> None:
    content = tiny("per_tensor").read_bytes()
    for length in range(len(content)):
        try:
            parse_model(content[:length], Path("cut.tflite"))
        except ModelError:
            continue


@pytest.mark.parametrize("length", [0, 1, 4, 7, 8, 100, 10_000])
def test_random_bytes(length: int, seed: int) -> None:
    content = random.Random(f"{length} {seed}").randbytes(length)
    with pytest.raises(ModelError, match="is no .tflite file"):
        parse_model(content, Path("noise.tflite"))
    if length >= 8:
        with pytest.raises(ModelError):
            parse_model(content[:4] + b"TFL3" + content[8:], Path("noise.tflite"))


def test_wrong_identifier() -> None:
    content = SMALL.read_bytes()
    with pytest.raises(ModelError, match="bytes 4 to 7 are b'TFL4', and must be b'TFL3'"):
        parse_model(content[:4] + b"TFL4" + content[8:], Path("other.tflite"))


def test_wrong_version() -> None:
    with pytest.raises(ModelError, match="version = 4: must be 3"):
        read_edited(tiny("padded"), lambda model: setattr(model, "version", 4))


def test_no_graph() -> None:
    with pytest.raises(ModelError, match="subgraphs = 0"):
        read_edited(tiny("padded"), lambda model: setattr(model, "subgraphs", []))


def test_operator_code_out_of_range() -> None:
    def change(model: Any) -> None:
        operator(model, "DEPTHWISE_CONV_2D").opcodeIndex = 2

    with pytest.raises(ModelError, match="operator 1 has code 2 of 2"):
        read_edited(tiny("padded"), change)


def test_buffer_out_of_range() -> None:
    def change(model: Any) -> None:
        tensor(model, "weight").buffer = 500

    with pytest.raises(ModelError, match="buffer 500 of"):
        read_edited(tiny("padded"), change)


def test_a_graph_input_that_is_no_tensor() -> None:
    with pytest.raises(ModelError, match="input 99"):
        read_edited(tiny("padded"), lambda model: setattr(model.subgraphs[0], "inputs", [99]))


def test_rank() -> None:
    with pytest.raises(ModelError, match="rank = 9"):
        read_edited(tiny("padded"), lambda model: setattr(tensor(model, "ofmap"), "shape", [1] * 9))


def test_more_operators_than_any_network_has() -> None:
    def change(model: Any) -> None:
        graph = model.subgraphs[0]
        pad = schema.OperatorT()
        pad.opcodeIndex, pad.inputs, pad.outputs = 0, list(range(4)) * 50_000, []
        graph.operators = [*graph.operators, pad, pad]

    with pytest.raises(ModelError, match=f"more than {flatbuffer.MAX_ENTRIES:,}"):
        read_edited(tiny("padded"), change)


def test_layers_that_share_large_weights_cannot_multiply_the_work() -> None:
    """5,000 layers use the same 5 MB: 25 GB of work in a file of 6 MB."""

    def change(model: Any) -> None:
        weight = tensor(model, "weight")
        weight.shape = [1, 3, 3, 6 * 10_000]
        model.buffers[weight.buffer].data = bytearray(9 * 60_000 * 10)
        layer = operator(model, "DEPTHWISE_CONV_2D")
        model.subgraphs[0].operators = [layer] * 5_000

    content = edited(tiny("padded"), change)
    begin = time.process_time()
    with pytest.raises(ModelError, match="claims more data than it has"):
        parse_model(content, Path("bomb.tflite"))
    assert time.process_time() - begin < 10


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.tflite", Path("/dev/zero"), Path("nul\0")):
        with pytest.raises(ModelError):
            read_model(path)


def test_an_input_that_claims_more_memory_than_a_network_has() -> None:
    def claims(*shape: int) -> Any:
        def change(model: Any) -> None:
            extra = schema.TensorT()
            extra.name, extra.shape, extra.type = "extra", list(shape), schema.TensorType.INT8
            graph = model.subgraphs[0]
            graph.tensors.append(extra)
            graph.inputs = [*graph.inputs, len(graph.tensors) - 1]

        return change

    with pytest.raises(ModelError, match=r"input extra: shape = \(1, 1500000, 1000\): the inputs"):
        read_edited(tiny("padded"), claims(1, 1_500_000, 1000))
    with pytest.raises(ModelError, match=r"input extra: shape = \(-5, 3\): no size may be neg"):
        read_edited(tiny("padded"), claims(-5, 3))
    # A product that leaves 64 bits is a number of Python's all the same.
    with pytest.raises(ModelError, match="must have at most 1,073,741,824 bytes together"):
        read_edited(tiny("padded"), claims(*[2**31 - 1] * 4))


def outside(offset: int, size: int) -> Any:
    """The weight's bytes are said to be behind the FlatBuffer."""

    def change(model: Any) -> None:
        buffer = model.buffers[tensor(model, "weight").buffer]
        buffer.data, buffer.offset, buffer.size = None, offset, size

    return change


@pytest.mark.parametrize(
    ("offset", "size"), [(10**6, 54), (2**64 - 50, 54), (1000, 2**64 - 500), (2**63, 2**63)]
)
def test_a_buffer_that_leaves_the_file(offset: int, size: int) -> None:
    """Also one whose end wraps around in 64 bits."""
    with pytest.raises(ModelError, match=rf"has offset {offset} and size {size}, beyond the file"):
        read_edited(tiny("padded"), outside(offset, size))


def _behind(name: str, at: int) -> tuple[bytes, bytes]:
    """The FlatBuffer of a model whose weight is ``at`` bytes into the file, and the weight."""
    kept: list[bytes] = []

    def change(model: Any) -> None:
        buffer = model.buffers[tensor(model, "weight").buffer]
        kept.append(bytes(buffer.data))
        buffer.data, buffer.offset, buffer.size = None, at, len(kept[0])

    return edited(tiny(name), change), kept[0]


def test_weights_behind_the_flatbuffer_equal_those_inside(tmp_path: Path) -> None:
    content, weight = _behind("per_tensor", 4096)
    path = tmp_path / "behind.tflite"
    path.write_bytes(content.ljust(4096, b"\0") + weight)
    (layer,), (inside,) = read_model(path).layers, read_model(tiny("per_tensor")).layers
    assert np.array_equal(layer.facts()[1].weight, inside.facts()[1].weight)


def test_a_file_of_more_than_2_gb(tmp_path: Path) -> None:
    """It is mapped: reading it takes next to no memory, and the interpreter opens it itself."""
    at = 2**31 + 4096
    content, weight = _behind("per_tensor", at)
    path = tmp_path / "large.tflite"
    with path.open("wb") as file:
        file.write(content)
        file.seek(at)
        file.write(weight)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    model = read_model(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    (inside,) = read_model(tiny("per_tensor")).layers
    assert np.array_equal(model.layers[0].facts()[1].weight, inside.facts()[1].weight)
    here = inference.infer(model, "double")["dw1"]
    there = inference.infer(read_model(tiny("per_tensor")), "double")["dw1"]
    assert np.array_equal(here.ofmap, there.ofmap)
