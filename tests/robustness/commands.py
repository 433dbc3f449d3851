"""Damages command lines, and runs them in this process.

``STUBS`` replaces each step that starts a simulator, a synthesis, a search or the drawing of a
chart: the tests see the way to it and back. Own data and model files in these lines are damaged or
missing; ``tests/verification`` and ``tests/workloads`` have the right ones.
"""

from __future__ import annotations

import io
import random
import shlex
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from dwsim.cli import main
from dwsim.errors import ToolError


def _no_tool(*_: Any, **__: Any) -> NoReturn:
    raise ToolError("this test has no such tool")


def _chart(*_: Any, **__: Any) -> bytes:
    return b"chart"


STUBS: dict[str, Callable[..., Any]] = {
    "dwsim.rtlsim.cosim.build_simulator": _no_tool,
    "dwsim.cli.synth.synthesise": _no_tool,
    "dwsim.cli.explore.explore": _no_tool,
    "dwsim.exploration.report.vega.chart_bytes": _chart,
}

LINES = {
    "generate": (
        "tiny -o made --axil --vectors same --seed 3 --force",
        "tiny -o made --static same --prefix left --target ecp5 --no-axis-bytes",
    ),
    "simulate": (
        "tiny --layer same --interleave 1 --stalls both --seed 5 --model fast --json",
        "tiny --layer same --waves w.fst --model steppable",
        "tiny --layer same --timeline t.svg --stalls none",
        "mobilenet_v1 --layer dw8 --lanes 8 --dataflow tap_serial --pixels 7 --ifmap-pixels 4",
    ),
    "verify": (
        "tiny --layer same --stalls both --seed 2 --sim icarus --waves w.fst --json-lines",
        "tiny --layer same --ifmap text --weight text --bias text --quantisation text --ofmap y",
        "tiny --layer same --activation=-1,6 --interleave all --static",
        "mobilenet_v1 --layer dw8 --lanes 8 --dataflow tap_serial --pixels 7 --again --csv",
        "text.tflite --batch 1 --shape in=1x8x8x3 --rounding float --strict --lockstep --lanes 4",
        "text.onnx --batch 1 --shape 1x3x8x8 --optimise --strict --lanes 4 --json",
    ),
    "replay": ("dir --sim icarus --waves w.fst",),
    "import": (
        "text.tflite -o layers --lanes 8 --batch 2 --strict --json",
        "text.onnx -o layers --shape x=1x3x8x8 --csv",
    ),
    "explore": (
        "mobilenet_v1 -o out --workers 1 --confirm 2 --report r.html --bandwidth 3.2 --json-lines",
        "eight_networks -o out --scheduler tcp://127.0.0.1:1 --figures f --format svg png",
    ),
    "report": ("dir --report r.html --figures f --format svg --bandwidth 12.8",),
    "synth": ("tiny --target ecp5 --device 25k --speed 8 --seeds 2 --freq 90 --jobs 1 --json",),
}
"""Right arguments of each command. ``text*`` are files of text, and ``dir`` is a directory."""

VALUES = (
    *("", " ", "-", "--", "-1", "0", "1", "7", "1_0", "0.5", "1e308", "-1e400", "nan", "inf", "x"),
    *(
        "9" * 4300,
        "9" * 5000,
        "4294967296",
        "9223372036854775808",
        "\u0663",
        "\u00b2",
        "a,b",
        "nan,1",
    ),
    *("1,2,3", ",", "=", "x=1x2", "0x0", "all", "same", "tiny", "dw8", "None", "[]", "{0}", "%s"),
    *("missing/a", "missing/a.fst", "text", "text/a", "text.fst", "dir", "dir.fst", "dir.svg"),
    *("locked", "dir.html", "dir.npy", "dir.tflite", "text.toml", "n" * 300, "n" * 300 + ".fst"),
    *("a\udcff", "a\udcff.fst", "a\udcff.svg", "a\udcff.onnx", "a\0b", "a\0.fst", "a\0.svg"),
    *("a\nb", "a\tb.svg", "a\x1b[31m", "\u202e", "\u2028.fst", "--help", "--version", "--unknown"),
)
"""Arguments that replace one: the ends of every range, other types, and every kind of path.

No path leaves the folder of the test.
"""


@dataclass(frozen=True)
class Ended:
    """The end of a command line: ``code`` is None if an error escaped."""

    argv: tuple[str, ...]
    code: int | None
    err: str
    escaped: Exception | None = None


def place_files(folder: Path) -> None:
    """The files and directories that the lines and ``VALUES`` name."""
    for name in ("text", "text.tflite", "text.onnx", "text.toml", "text.fst", "locked"):
        (folder / name).write_text("[engine]\nlanes = 3\n")
    (folder / "locked").chmod(0)
    for name in ("dir", "dir.fst", "dir.svg", "dir.html", "dir.npy", "dir.tflite"):
        (folder / name).mkdir()
        (folder / name / "kept").write_text("kept")


def damaged(command: str, rng: random.Random) -> tuple[str, ...]:
    """A line of ``command`` with one to three faults."""
    line = shlex.split(rng.choice(LINES[command]))
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = rng.randrange(len(line) + 1)
        action = rng.choice(("drop", "double", "move", "insert", *("replace",) * 6))
        value = rng.choice(VALUES)
        if action == "insert" or at == len(line):
            line.insert(at, value)
        elif action == "replace":
            option, equals, _ = line[at].partition("=")
            line[at] = f"{option}={value}" if equals else value
        elif action == "double":
            line.insert(rng.randrange(len(line) + 1), line[at])
        else:
            taken = line.pop(at)
            if action == "move":
                line.insert(rng.randrange(len(line) + 1), taken)
    return (command, *line)


def run_line(argv: tuple[str, ...]) -> Ended:
    """Runs a command line, with the strict stdout of a pipe and stderr as Python has it."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True)
    escaped, code = None, None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(argv)
        except Exception as error:
            escaped = error
    return Ended(argv, code, err.buffer.getvalue().decode(), escaped)  # type: ignore[attr-defined]
