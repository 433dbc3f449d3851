"""The tests that need a simulator or another large tool, and the check that no other test does.

``make quick`` (``pytest --quick``) leaves these tests out. A new test is in the quick selection
unless its path is in ``NEEDS`` or it carries one of the markers, and it fails in every run if it
starts a tool that its marker does not announce.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, NoReturn

import pytest

TESTS = Path(__file__).parent

MARKERS = {
    "simulator": "needs Verilator or Icarus Verilog",
    "synthesis": "needs Yosys or nextpnr",
    "tensorflow": "needs TensorFlow",
    "pytorch": "needs PyTorch",
    "browser": "needs Chromium",
    "installation": "installs the package, or builds the documentation",
    "long": "needs many seconds of processor time",
}

NEEDS = {
    "bench/test_foreign_engine.py": "simulator",
    "cli/test_synth.py": "synthesis",
    "cli/test_verify.py": "simulator",
    "codegen/test_bad_builds.py": "simulator",
    "codegen/test_lint.py": "simulator",
    "codegen/test_packaging.py": "simulator",
    "codegen/test_serial_readme.py": "long",
    "codegen/test_testbench.py": "simulator",
    "cosim": "simulator",
    "docs": "installation",
    "examples": "simulator",
    "exhaustive": "simulator",
    "exploration/test_area.py": "synthesis",
    "exploration/test_confirm.py": "simulator",
    "exploration/test_examples.py": "simulator",
    "exploration/report": "browser",
    "exploration/test_pool.py": "long",
    "exploration/test_sampling.py": "long",
    "face/test_verify.py": "simulator",
    "fast/test_against_steppable.py": "long",
    "float": "simulator",
    "formal": "synthesis",
    "golden/test_float_frameworks.py": "tensorflow",
    "golden/test_floats_with_onednn.py": "tensorflow",
    "golden/test_golden_against_tensorflow.py": "tensorflow",
    "golden/test_requantise_litert.py": "tensorflow",
    "functional": "simulator",
    "host": "simulator",
    "leaf": "simulator",
    "mutation": "simulator",
    "packaging": "installation",
    "peers": "simulator",
    "rtlsim": "simulator",
    "soak": "simulator",
    "synth": "synthesis",
    "tap_serial/test_cosim.py": "simulator",
    "tap_serial/test_model.py": "long",
    "tiling/test_streams.py": "simulator",
    "tiling/test_tiles.py": "long",
    "workloads/onnx_model/test_onnx_damaged.py": "long",
    "workloads/tflite/test_damaged.py": "long",
    "workloads/tflite/test_damaged_fields.py": "long",
    "workloads/tflite/test_build_models.py": "tensorflow",
    "verification": "simulator",
    "workloads/test_from_torch.py": "pytorch",
    "workloads/test_networks.py": "tensorflow",
}
"""Folders and files below tests/, and the marker of all their tests."""

_TOOLS = {
    "simulator": re.compile(r"verilator|iverilog|vvp"),
    "synthesis": re.compile(r"yosys|nextpnr"),
    "browser": re.compile(r"chrom"),
}


def need_of(path: Path) -> str | None:
    """The marker that a test file has by its path; None: it is in the quick selection."""
    if not path.is_relative_to(TESTS):
        return None
    inner = path.relative_to(TESTS)
    return next((NEEDS[str(p)] for p in (inner, *inner.parents) if str(p) in NEEDS), None)


def end_without(tool: str) -> NoReturn:
    """Ends a test whose tool is not installed: skips it on a user's machine, fails it in CI."""
    if "CI" in os.environ:
        pytest.fail(tool)
    pytest.skip(tool)


class Guard:
    """Fails a test that starts a tool which none of its markers announces.

    It listens to the interpreter's audit events, so it notices a tool for every way in which code
    can start it. Child processes written in Python are not watched.
    """

    def __init__(self) -> None:
        self.item: pytest.Item | None = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Receives each audit event."""
        if self.item is None:
            return
        if event == "subprocess.Popen":
            need = _need_of_command(arguments[0], arguments[3])
        elif event == "import" and arguments[0] == "tensorflow":
            need = "tensorflow"
        else:
            return
        if need is None or any(self.item.get_closest_marker(name) for name in MARKERS):
            return
        item, self.item = self.item, None
        pytest.fail(
            f"{item.nodeid} {MARKERS[need]}, but has none of the markers of tests/needs.py: add"
            f" its file to NEEDS there, or mark it with @pytest.mark.{need}"
        )


def _need_of_command(program: Any, environment: Mapping[str, str] | None) -> str | None:
    """The marker that a command needs. cocotb's variables tell a simulator that was built."""
    if any(str(name).startswith("COCOTB_") for name in environment or ()):
        return "simulator"
    name = PurePath(str(program)).name
    return next((need for need, tool in _TOOLS.items() if tool.search(name)), None)
