"""Engines and layers for the tests of deliveries, and running a testbench without Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from dwsim.codegen.delivery import deliver
from dwsim.codegen.options import DeliveryOptions
from dwsim.rtlsim import toolchain
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from tests.host.layers import QUANTISED, RAW

LAYERS = (
    LayerSpec(5, 6, 3, 2, 3, pad_top=1, pad_left=1, name="whole_kernel"),
    LayerSpec(7, 5, 5, 1, 2, stride_h=2, stride_w=3, batch=2, name="small_kernel"),
    LayerSpec(6, 7, 4, 2, 2, channel_multiplier=2, dilation_h=2, dilation_w=2, name="dilated"),
    LayerSpec(2, 3, 1, 2, 2, pad_top=3, pad_left=2, pad_bottom=2, name="leads"),
)
SQUARE_LAYERS = (
    LayerSpec(5, 6, 4, 3, 3, pad_top=1, pad_bottom=1, pad_left=1, pad_right=1, name="same"),
    LayerSpec(6, 5, 2, 2, 2, channel_multiplier=2, stride_h=2, stride_w=2, name="multiplied"),
)
NARROW = EngineSpec(
    lanes=3,
    kernel_h=2,
    kernel_w=3,
    max_row_pitch=13,
    max_plane_rows=10,
    max_dilation_h=2,
    max_dilation_w=2,
    max_channel_groups=2,
    max_channel_multiplier=2,
    ifmap_width=5,
    ifmap_signed=False,
    weight_width=3,
    max_lead=60,
    name="narrow",
)
WORDS = replace(
    QUANTISED, ifmap_width=16, requantise="single", taps_per_cycle=None, max_dilation_h=2,
    name="words",
)  # fmt: skip
FINISHED_LAYERS = (
    LayerSpec(4, 5, 3, 2, 1, pad_top=1, channel_multiplier=2, name="whole_kernel"),
    LayerSpec(3, 4, 3, 1, 1, name="one_tap"),
)
FINISHED = EngineSpec.smallest(
    FINISHED_LAYERS, lanes=2, number_format="float16", epilogue="bias_clamp", name="finished"
)
SERIAL_LAYERS = (
    LayerSpec(5, 7, 4, 3, 3, pad_top=1, pad_bottom=1, pad_left=1, pad_right=1, name="same"),
    LayerSpec(6, 7, 7, 2, 3, stride_h=2, stride_w=2, batch=2, channel_multiplier=2, pad_top=4,
              name="multiplied"),
    LayerSpec(6, 9, 2, 2, 3, dilation_w=2, stride_w=3, name="dilated"),
)  # fmt: skip
SERIAL_RAW = EngineSpec(
    lanes=3,
    kernel_h=3,
    kernel_w=3,
    max_row_pitch=14,
    max_plane_rows=13,
    max_dilation_h=2,
    max_dilation_w=3,
    max_channel_groups=3,
    max_channel_multiplier=2,
    max_batch=2,
    dataflow="tap_serial",
    pixels=4,
    ifmap_pixels=2,
    ofmap_pixels=3,
    requantisers=2,
    name="serial_raw",
)
SERIAL_SCALED = replace(
    SERIAL_RAW, lanes=2, pixels=5, ifmap_pixels=4, ofmap_pixels=2, max_channel_groups=4,
    requantise="both", name="serial_scaled",
)  # fmt: skip
SERIAL_COPIED = replace(SERIAL_SCALED, rings="copied", ring_rows=10, name="serial_copied")
SERIAL_FLOATS = EngineSpec.smallest(
    FINISHED_LAYERS, lanes=2, number_format="float16", max_channel_groups=2, epilogue="bias_clamp",
    dataflow="tap_serial", pixels=1, requantisers=1, name="serial_floats",
)  # fmt: skip
CASES = {
    "raw": (RAW, LAYERS, DeliveryOptions(axil=True, static=("small_kernel",))),
    "raw_lanes": (RAW, LAYERS, DeliveryOptions(axil=True, axis_bytes=False, seed=7)),
    "narrow": (NARROW, LAYERS, DeliveryOptions(axis_bytes=True, static=("dilated",))),
    "narrow_axil": (NARROW, LAYERS[:2], DeliveryOptions(axil=True)),
    "quantised": (QUANTISED, SQUARE_LAYERS, DeliveryOptions(axil=True, static=("same",))),
    "words": (WORDS, SQUARE_LAYERS, DeliveryOptions(axil=True)),
    "finished": (FINISHED, FINISHED_LAYERS, DeliveryOptions(axil=True, static=("one_tap",))),
    "serial_raw": (SERIAL_RAW, SERIAL_LAYERS, DeliveryOptions(axis_bytes=True)),
    "serial": (SERIAL_SCALED, SERIAL_LAYERS, DeliveryOptions(axil=True, static=("multiplied",))),
    "serial_floats": (SERIAL_FLOATS, FINISHED_LAYERS, DeliveryOptions(static=("one_tap",))),
    "serial_ecp5": (SERIAL_SCALED, SERIAL_LAYERS[:2], DeliveryOptions(target="ecp5", prefix="p")),
    "serial_copied": (
        SERIAL_COPIED,
        SERIAL_LAYERS,
        DeliveryOptions(axil=True, static=("multiplied",), target="ecp5"),
    ),
    "primitives": (QUANTISED, SQUARE_LAYERS, DeliveryOptions(target="ecp5", prefix="left")),
}
"""Engine, layers and options by name; each delivery has vectors of all layers."""


def write_case(name: str, folder: Path, **changes: object) -> list[str]:
    """Writes a case's directory; the names of its testbenches."""
    engine, layers, options = CASES[name]
    options = replace(options, vectors=("all",), **changes)
    made = deliver(engine, layers, output=folder, options=options)
    return [file.removesuffix(".v") for file in made.files if file.endswith("_tb.v")]


def without_python(folder: Path) -> dict[str, str]:
    """An environment whose PATH has Icarus and nothing else."""
    toolchain.require("icarus")
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for tool in ("iverilog", "vvp"):
        link = tools / tool
        if not link.exists():
            link.symlink_to(str(shutil.which(tool)))
    return {"PATH": str(tools)}


def compile_icarus(folder: Path, testbench: str, scratch: Path) -> Path:
    """Compiles a testbench as the README says; the file for vvp."""
    environment = without_python(scratch)
    program = scratch / f"{testbench}.vvp"
    files = (folder / "files.f").read_text().split()
    library = ["-y", "primitives"] if (folder / "primitives").is_dir() else []
    command = ["iverilog", "-g2012", "-Wall", "-s", testbench, "-o", str(program), *library]
    done = subprocess.run(
        [*command, f"{testbench}.v", *files],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return program


def run_icarus(program: Path, folder: Path, *plusargs: str) -> tuple[int, list[str]]:
    """Runs a compiled testbench in its directory: exit code, and the lines that it printed."""
    done = subprocess.run(
        ["vvp", str(program), *plusargs],
        cwd=folder,
        env=without_python(program.parent),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.splitlines()


def build_verilator(folder: Path, top: str, sources: list[str], scratch: Path) -> Path:
    """Builds a testbench as the README says; the program."""
    toolchain.require("verilator")
    command = [str(toolchain.find_verilator().executable), "--binary", "--timing"]
    command += ["-CFLAGS", "-std=c++20 -fcoroutines", "-Mdir", str(scratch / "obj_dir")]
    done = subprocess.run(
        [*command, "--top-module", top, *sources],
        cwd=folder,
        env=toolchain.verilator_environment({"OPT_FAST": "-O0"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return scratch / "obj_dir" / f"V{top}"


def run_program(program: Path, folder: Path, *plusargs: str) -> tuple[int, list[str]]:
    """Runs a program of Verilator in a directory, without any environment."""
    done = subprocess.run(
        [str(program), *plusargs],
        cwd=folder,
        env={"PATH": os.devnull},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.splitlines()
