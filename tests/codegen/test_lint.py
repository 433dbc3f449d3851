"""Verilator's lint and Icarus report nothing for any engine; hand-written files follow rules.

Linted are whole engines, of every branch of the templates and at the ends of every width.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.codegen.verilog import engine_verilog, generated_modules, static_name
from dwsim.rtlsim import toolchain
from dwsim.support.resources import rtl_dir, template_dir

BANNED = re.compile(r"lint_(off|on)|lint_save|synthesis\s+translate_off|verilator\s+public")


def engine(name: str, lanes: int, kernel_h: int, kernel_w: int, **changes: object) -> EngineSpec:
    """An engine of medium maxima, with changes."""
    maxima = {"max_row_pitch": 20, "max_plane_rows": 20, "max_channel_groups": 4}
    return EngineSpec(
        name=name, lanes=lanes, kernel_h=kernel_h, kernel_w=kernel_w, **(maxima | changes)
    )


def serial(name: str, lanes: int, kernel_h: int, kernel_w: int, **changes: object) -> EngineSpec:
    """A tap-serial engine of medium maxima, with changes."""
    return engine(name, lanes, kernel_h, kernel_w, dataflow="tap_serial", **changes)


LEAST = {"max_row_pitch": 1, "max_plane_rows": 1, "max_channel_groups": 1, "max_batch": 1}
MOST = {
    "max_row_pitch": 65535,
    "max_plane_rows": 65535,
    "max_channel_groups": 1023,
    "max_channel_multiplier": 64,
    "max_batch": 65535,
    "max_dilation_h": 255,
    "max_dilation_w": 255,
    "max_lead": 1 << 24,
}

ENGINES = (
    engine("least", 1, 1, 1, ifmap_width=2, weight_width=2, **LEAST),
    engine("one_tap", 3, 1, 1, max_channel_multiplier=4),
    engine("one_tap_lead", 2, 1, 1, max_lead=3),
    engine("one_row", 3, 1, 3, max_dilation_w=3, max_channel_multiplier=3),
    engine("one_column", 2, 5, 1, max_dilation_h=2, max_channel_multiplier=2),
    engine("square", 32, 3, 3, max_row_pitch=224, max_plane_rows=224, max_channel_groups=32),
    engine("square_multiplied", 4, 3, 3, max_channel_multiplier=4, fifo_depth=13),
    engine("large_kernel", 1, 11, 11, ifmap_width=16, weight_width=16),
    engine("all_unsigned", 2, 2, 4, ifmap_signed=False, weight_signed=False, max_lead=70),
    engine("signed_weight", 2, 4, 2, ifmap_signed=False, weight_width=2),
    engine("signed_ifmap", 5, 2, 3, ifmap_width=3, weight_signed=False),
    engine("short_lines", 2, 2, 2, max_row_pitch=2, max_plane_rows=3),
    engine("least_memories", 2, 3, 3, max_row_pitch=5, max_dilation_w=5),
    engine("least_square", 2, 3, 3, ifmap_width=2, weight_width=2, **LEAST),
    engine("most", 1, 2, 2, **(MOST | {"max_channel_multiplier": 4})),
    engine("most_multiplied", 2, 1, 2, **MOST),
    engine("wide", 1023, 1, 1, ifmap_width=2, weight_width=2),
    engine("scaled_double", 2, 3, 3, requantise="double", max_channel_multiplier=2),
    engine("scaled_single", 3, 2, 2, requantise="single"),
    engine("scaled_both", 4, 3, 3, requantise="both", max_row_pitch=56, max_plane_rows=56),
    engine("scaled_words", 2, 3, 3, requantise="single", ifmap_width=16, max_dilation_w=2),
    engine("scaled_float", 2, 2, 3, requantise="float"),
    engine("scaled_two", 3, 1, 2, requantise="single+float", weight_width=9),
    engine("scaled_all", 2, 3, 3, requantise="all", max_channel_multiplier=2),
    engine("scaled_tap", 1, 1, 1, requantise="both", **LEAST),
    engine("scaled_most", 1, 11, 11, requantise="double", **(MOST | {"max_channel_multiplier": 2})),
    engine("scaled_most_words", 1, 11, 11, requantise="single", ifmap_width=16),
    engine("bfloat", 2, 2, 3, number_format="bfloat16", max_channel_multiplier=2),
    engine("half", 1, 3, 2, number_format="float16", accumulate="float16", taps_per_cycle=2),
    engine("finished", 2, 1, 2, number_format="bfloat16", epilogue="bias_clamp"),
    engine("mixed", 1, 1, 2, number_format="float16", taps_per_cycle=1, subnormals="flush"),
    engine("float_tap", 1, 1, 1, number_format="float32", epilogue="bias_clamp", **LEAST),
    serial("serial", 5, 3, 3, pixels=7, ifmap_pixels=4),
    serial("serial_least", 1, 1, 1, pixels=1, **LEAST),
    serial("serial_unsigned", 2, 2, 4, pixels=2, ifmap_signed=False, weight_signed=False),
    serial("serial_scaled", 16, 3, 3, pixels=7, ifmap_pixels=4, requantise="both"),
    serial("serial_copied", 5, 3, 3, pixels=7, ifmap_pixels=4, rings="copied", requantise="double"),
    serial("serial_copied_least", 1, 1, 1, pixels=1, rings="copied", **LEAST),
    serial("serial_copied_brain", 2, 3, 3, pixels=2, rings="copied", number_format="bfloat16"),
    serial("serial_float", 5, 3, 3, pixels=4, ifmap_pixels=2, requantise="double+float"),
    serial("serial_brain", 2, 3, 3, pixels=2, ifmap_pixels=2, number_format="bfloat16"),
    serial("serial_half", 2, 1, 3, pixels=3, number_format="float16", epilogue="bias_clamp"),
    serial("serial_float_tap", 1, 1, 1, pixels=1, number_format="float32", epilogue="bias_clamp"),
    serial("serial_nine", 4, 2, 3, pixels=2, requantise="both", weight_width=9),
    serial("serial_words", 3, 5, 2, pixels=3, ofmap_pixels=5, requantise="single", ifmap_width=16),
    serial("serial_raw", 32, 3, 3, pixels=9, ifmap_pixels=4),
    serial("serial_tap", 4, 1, 1, pixels=2, ifmap_pixels=4, requantise="double"),
    serial("serial_wide", 32, 7, 7, pixels=9, ifmap_pixels=8, requantise="double"),
)
SERIAL = next(spec for spec in ENGINES if spec.name == "serial")
SCALED = next(spec for spec in ENGINES if spec.name == "scaled_both")
LAYER = LayerSpec(9, 8, 7, 3, 3, stride_h=2, pad_top=1, pad_left=4, pad_right=1, name="conv")
MULTIPLIED = LayerSpec(9, 8, 7, 2, 3, channel_multiplier=3, dilation_w=1, name="multiplied")
LINTED = [
    *(pytest.param(spec, None, id=spec.name) for spec in ENGINES),
    pytest.param(ENGINES[6], LAYER, id="static"),
    pytest.param(ENGINES[6], MULTIPLIED, id="static_multiplied"),
    pytest.param(SCALED, LAYER, id="static_scaled"),
    pytest.param(SERIAL, LAYER, id="static_serial"),
]


def write(files: dict[str, str], folder: Path) -> list[Path]:
    """The files, written, in compile order."""
    paths = []
    for name, text in files.items():
        paths.append(folder / name)
        paths[-1].write_text(text)
    return paths


def said(command: list[str], environment: dict[str, str] | None = None) -> str:
    """All that a tool prints, and its exit code if it is not 0."""
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.strip() + (f"\nexit code {done.returncode}" if done.returncode else "")


def lint(top: str, paths: list[Path]) -> str:
    """The output of Verilator's lint."""
    toolchain.require("verilator")
    command = [
        toolchain.find_verilator().executable,
        "--lint-only",
        "-Wall",
        "--quiet",
        "--language",
    ]
    command += ["1364-2005", "--top-module", top, *paths]
    return said([str(word) for word in command], toolchain.verilator_environment())


def elaborate(top: str, paths: list[Path]) -> str:
    """The output of Icarus."""
    toolchain.require("icarus")
    command = ["iverilog", "-g2005", "-Wall", "-t", "null", "-s", top, *paths]
    return said([str(word) for word in command])


@pytest.mark.parametrize("tool", [lint, elaborate], ids=["verilator", "icarus"])
@pytest.mark.parametrize(("spec", "static"), LINTED)
def test_engines_are_clean(
    spec: EngineSpec, static: LayerSpec | None, tool: object, tmp_path: Path
) -> None:
    paths = write(engine_verilog(spec, (static,) if static else ()), tmp_path)
    top = static_name(spec, static) if static else spec.name
    assert tool(top, paths) == ""


@pytest.mark.parametrize("tool", [lint, elaborate], ids=["verilator", "icarus"])
def test_the_tools_would_speak(tool: object, tmp_path: Path) -> None:
    text = "module top (input wire a, output wire b);\n  assign b = missing;\nendmodule\n"
    assert "missing" in tool("top", write({"top.v": text}, tmp_path))


def sources() -> Iterator[Path]:
    """All hand-written Verilog."""
    yield from sorted(path for path in rtl_dir().rglob("*") if path.is_file())
    yield from sorted(template_dir().glob("*"))


WAIVED = {
    "dw_plane_start.v": (
        "    // verilator lint_off UNUSEDSIGNAL\n"
        "    input  wire             restart,\n"
        "    // verilator lint_on UNUSEDSIGNAL\n"
    ),
}
"""The waivers by file, each with the one line that it is for; a comment above it has the reason."""


def test_no_other_warning_is_waived() -> None:
    texts = {path.name: path.read_text() for path in sources()}
    assert len(texts) > 20
    for name, waiver in WAIVED.items():
        assert texts[name].count(waiver) == 1
        texts[name] = texts[name].replace(waiver, "")
    assert [name for name, text in texts.items() if BANNED.search(text)] == []


_PARTS = ("values", "pixels")
"""The names of the templates of which tops include one or another begin so."""


def test_every_template_is_linted() -> None:
    used = {template for spec in ENGINES for template in generated_modules(spec).values()}
    # tests/host lints these.
    in_axil = {"axil.v.j2", "registers.v.j2", "axis_bytes.v.j2", "geometry_check.v.j2"}
    # test_testbench.py runs these.
    run = {path.name for path in template_dir().glob("testbench*.v.j2")}
    # Parts of the tops.
    parts = {path.name for path in template_dir().glob("*.v.j2") if path.name[:6] in _PARTS}
    assert used | {"static.v.j2", "bench.v.j2"} | in_axil | run | parts == {
        path.name for path in template_dir().glob("*.v.j2")
    }


FILES = engine_verilog(ENGINES[6], (LAYER,)) | engine_verilog(SCALED, (LAYER,))


@pytest.mark.parametrize(("name", "text"), FILES.items(), ids=FILES)
def test_a_file_is_one_module_between_nettypes(name: str, text: str) -> None:
    assert re.findall(r"^\s*module\s+(\w+)", text, re.MULTILINE) == [name.removesuffix(".v")]
    code = [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("//")
    ]
    assert code[0] == "`default_nettype none"
    assert code[-1] == "`default_nettype wire"
    assert text.count("`default_nettype") == 2
    assert text.endswith("\n")
    assert "\t" not in text
