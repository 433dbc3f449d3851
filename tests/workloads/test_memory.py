"""Memory: files are not copied, and layers that claim too much are refused before allocation.

Each test runs in a process whose address space is limited to what it has and the memory that is
allowed. A copy of the file, or an array of the claimed size, is then a MemoryError.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from dwsim.spec.canonical import canonical_toml
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from tests.cli.helpers import ROOT, environment
from tests.onnx_files.build_forms import PATH as FORMS
from tests.onnx_files.onnx_builder import Case, OnnxBuilder, add_case
from tests.tflite_files.model_builder import OPERATOR, TYPE, ModelBuilder, layer, schema

MIB = 1 << 20
LARGE = 192 * MIB
CLAIM = (8000, 4000, 8)
"""Rows, columns and channels of a layer whose ifmap has 256,000,000 values."""

LIMITED = """
import resource, sys
from dwsim.cli import main
warm_up, allowed, *argv = sys.argv[1:]
# The first run loads every module.
assert main(["import", warm_up]) == 0
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + int(allowed)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
code = main(argv)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"peak {peak}", file=sys.stderr)
sys.exit(code)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def _limited(warm_up: Path, allowed: int, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LIMITED, str(warm_up), str(allowed), *argv],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _append_onnx_weight(path: Path, size: int) -> None:
    """Adds a weight of ``size`` zeros, which take no space on the disk."""
    tensor = onnx.TensorProto(name="zeros", data_type=onnx.TensorProto.INT8, dims=[size])
    head = tensor.SerializeToString() + b"\x4a" + _varint(size)  # raw_data
    entry = b"\x2a" + _varint(len(head) + size) + head  # an initializer
    graph = b"\x3a" + _varint(len(entry) + size) + entry  # protobuf merges it into the graph
    path.write_bytes(FORMS.read_bytes() + graph)
    os.truncate(path, path.stat().st_size + size)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def test_a_large_onnx_file_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "large.onnx"
    _append_onnx_weight(path, LARGE)
    done = _limited(FORMS, LARGE * 3 // 2, "import", str(path))
    assert done.returncode == 0, done.stderr
    assert "4 of 4 run" in done.stdout


def test_a_large_tflite_file_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "large.tflite"
    small = ROOT / "tests" / "tflite_files" / "padded.tflite"
    path.write_bytes(small.read_bytes())
    os.truncate(path, LARGE)
    done = _limited(small, LARGE * 3 // 2, "import", str(path))
    assert done.returncode == 0, done.stderr
    assert "1 of 1 run" in done.stdout


def _resized_tflite() -> bytes:
    """A small input that an operator enlarges, so that the inputs claim nothing."""
    rows, columns, channels = CLAIM
    made = ModelBuilder()
    small = made.tensor("small", TYPE.INT8, (1, 10, 10, channels), ((0.05,), (3,)))
    ifmap = made.tensor("ifmap", TYPE.INT8, (1, *CLAIM), ((0.05,), (3,)))
    sizes = made.tensor(
        "sizes", TYPE.INT32, (2,), data=np.array([rows, columns], np.int32).tobytes()
    )
    made.operator(
        OPERATOR.RESIZE_NEAREST_NEIGHBOR,
        [small, sizes],
        [ifmap],
        schema.ResizeNearestNeighborOptionsT(),
    )
    made.graph.inputs = [small]
    layer(made, (1, *CLAIM), ifmap=ifmap)
    return made.finish()


def _resized_onnx() -> bytes:
    rows, columns, channels = CLAIM
    builder = OnnxBuilder()
    small = builder.input("small", "uint8", (1, channels, 10, 10))
    sizes = builder.constant("sizes", np.array([1, channels, rows, columns], np.int64))
    none = builder.constant("none", np.zeros(0, np.float32))
    ifmap = builder.node("Resize", [small, none, none, sizes], "ifmap", mode="nearest")
    made = add_case(builder, Case("qlinear", channels=channels), ifmap, "large_")
    builder.output(made, "uint8")
    return builder.model().SerializeToString()


def _large_spec() -> bytes:
    rows, columns, channels = CLAIM
    large = LayerSpec(
        ifmap_h=rows, ifmap_w=columns, channels=channels, kernel_h=3, kernel_w=3, name="large"
    )
    engine = EngineSpec.smallest([large], lanes=4, name="engine")
    return canonical_toml(engine, [large]).encode()


@pytest.mark.parametrize(
    "argv",
    [
        ("verify", "large.tflite"),
        ("verify", "large.onnx"),
        ("verify", "large.toml"),
        ("simulate", "large.toml", "--model", "steppable"),
    ],
    ids=" ".join,
)
def test_a_layer_that_claims_too_much_is_refused_before_allocation(
    argv: tuple[str, ...], tmp_path: Path
) -> None:
    command, name, *options = argv
    path = tmp_path / name
    contents = {".tflite": _resized_tflite, ".onnx": _resized_onnx, ".toml": _large_spec}
    path.write_bytes(contents[path.suffix]())
    warm_up = FORMS if path.suffix == ".onnx" else ROOT / "tests/tflite_files/padded.tflite"
    # A quarter of the ifmap; other modules that the command imports take some of it.
    done = _limited(warm_up, 192 * MIB, command, str(path), *options)
    assert done.returncode == 2, done.stderr
    rule = "must be at most 33,554,432 together, or a simulation needs too much memory"
    assert "ifmap and ofmap values = " in done.stderr
    assert rule in done.stderr
