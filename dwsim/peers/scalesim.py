"""Runs SCALE-Sim 3 on depthwise layers, in its own Python environment, for comparison.

SCALE-Sim (Raj et al., https://github.com/scalesim-project/SCALE-Sim) simulates systolic arrays. It
computes a depthwise layer channel by channel, each as a convolution of one channel with one filter.
It has no padding, so the ifmap includes the padding.
"""

from __future__ import annotations

import csv
import json
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dwsim.errors import Rules, ToolError
from dwsim.spec.layer_spec import LayerSpec
from dwsim.support.cache import cache_root, locked
from dwsim.support.processes import run_command

VERSION = "3.0.0"
# It uses functions that NumPy 2 has removed.
REQUIREMENTS = (f"scalesim=={VERSION}", "numpy<2")
_INSTALL_SECONDS, _RUN_SECONDS = 900.0, 3600.0

_RUNNER = """
import json, sys, time
from scalesim.scale_sim import scalesim
began = time.perf_counter()
simulation = scalesim(save_disk_space=True, verbose=False, config="array.cfg",
                      topology="topology.csv", layout="layout.csv")
simulation.run_scale(top_path="out")
print(json.dumps({"seconds": time.perf_counter() - began}))
"""
"""The program that runs there. It does not time imports and writes no trace."""

_CONFIG = """\
[general]
run_name = run
[architecture_presets]
ArrayHeight = {rows}
ArrayWidth = {cols}
IfmapSramSzkB = 64
FilterSramSzkB = 64
OfmapSramSzkB = 64
IfmapOffset = 0
FilterOffset = 10000000
OfmapOffset = 20000000
Bandwidth = 32
Dataflow = ws
ReadRequestBuffer = 32
WriteRequestBuffer = 32
[layout]
IfmapCustomLayout = False
IfmapSRAMBankBandwidth = 32
IfmapSRAMBankNum = 10
IfmapSRAMBankPort = 2
FilterCustomLayout = False
FilterSRAMBankBandwidth = 32
FilterSRAMBankNum = 10
FilterSRAMBankPort = 2
[sparsity]
SparsitySupport = false
[run_presets]
InterfaceBandwidth = CALC
UseRamulatorTrace = False
"""


@dataclass(frozen=True)
class ScaleSimRun:
    """SCALE-Sim's result for layers on an array, and its run time in seconds.

    ``cycles`` is the sum of its "Total Cycles" over channels and layers, without prefetching;
    ``utilisation`` is the number of multiply-adds divided by multipliers times those cycles.
    """

    rows: int
    cols: int
    cycles: int
    utilisation: float
    seconds: float

    @property
    def array(self) -> str:
        """A description of the simulated array."""
        return f"{self.rows}x{self.cols} multipliers, weight stationary"


def environment() -> Path:
    """The Python interpreter with SCALE-Sim; the first call installs it.

    Raises:
        ToolError: if it cannot be installed.
    """
    home = cache_root() / f"scalesim-{VERSION}"
    python = home / "bin" / "python"
    done = home / "installed"
    with locked(home.name):
        if done.exists():
            return python
        venv.create(home, clear=True, with_pip=True)
        installed = run_command(
            [python, "-m", "pip", "install", "--quiet", *REQUIREMENTS], seconds=_INSTALL_SECONDS
        )
        if installed.exit_code != 0:
            raise ToolError(
                f"SCALE-Sim cannot be installed into {home}: pip {installed.ending}. It needs the"
                " Python package index; make bench BENCH_ARGS='--without scalesim' leaves it out."
                f"\n{installed.tail}"
            )
        done.touch()
    return python


def run(
    layers: Sequence[LayerSpec], rows: int, cols: int, python: Path | None = None
) -> ScaleSimRun:
    """Simulates layers on a weight-stationary array.

    The rows of the array hold the taps of a filter, its columns hold filters; a depthwise channel
    has one filter.

    Args:
        layers: layers of batch 1 and channel multiplier 1, without dilation, with equal strides;
            SCALE-Sim supports no others.
        rows: the rows of the array.
        cols: the columns of the array.
        python: an interpreter with SCALE-Sim; None: ``environment()``.

    Raises:
        SpecError: for layers that SCALE-Sim does not support.
        ToolError: if SCALE-Sim cannot be installed, or fails.
    """
    for layer in layers:
        _check(layer)
    python = environment() if python is None else python
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, layers, rows, cols)
        done = run_command([python, "-c", _RUNNER], seconds=_RUN_SECONDS, folder=folder)
        if done.exit_code != 0:
            raise ToolError(f"SCALE-Sim {done.ending}:\n{done.tail}")
        seconds = json.loads(done.output.splitlines()[-1])["seconds"]
        cycles = _cycles(folder / "out" / "run" / "COMPUTE_REPORT.csv")
    wanted = sum(layer.channels for layer in layers)
    if len(cycles) != wanted:
        raise ToolError(f"SCALE-Sim reports {len(cycles)} channels, expected {wanted}")
    macs = sum(layer.macs for layer in layers)
    return ScaleSimRun(rows, cols, sum(cycles), macs / (rows * cols * sum(cycles)), seconds)


def write_inputs(folder: Path, layers: Sequence[LayerSpec], rows: int, cols: int) -> None:
    """Writes SCALE-Sim's inputs. "DP" in a layer name marks the layer as depthwise."""
    (folder / "array.cfg").write_text(_CONFIG.format(rows=rows, cols=cols))
    topology = ["name, ifmap h, ifmap w, filter h, filter w, channels, filters, stride,"]
    layout = ["name, ifmap h, ifmap w, filter h, filter w, channels, ..."]
    for index, layer in enumerate(layers):
        height = layer.ifmap_h + layer.pad_top + layer.pad_bottom
        width = layer.ifmap_w + layer.pad_left + layer.pad_right
        sizes = (height, width, layer.kernel_h, layer.kernel_w, layer.channels, 1, layer.stride_h)
        topology.append(f"DP{index},{','.join(map(str, sizes))},")
        # SCALE-Sim does not use the memory layout, but requires a line for each layer.
        layout.append(f"DP{index},1,1,1,1,{layer.channels}{',1' * 20},")
    (folder / "topology.csv").write_text("\n".join(topology) + "\n")
    (folder / "layout.csv").write_text("\n".join(layout) + "\n")


def _check(layer: LayerSpec) -> None:
    rules = Rules(f"SCALE-Sim on layer {layer.name}".rstrip())
    for field in ("batch", "channel_multiplier", "dilation_h", "dilation_w"):
        rules.require(getattr(layer, field) == 1, field, getattr(layer, field), "must be 1")
    equal = layer.stride_h == layer.stride_w
    rules.require(equal, "stride_w", layer.stride_w, f"must be stride_h = {layer.stride_h}")
    rules.raise_if_any()


def _cycles(report: Path) -> list[int]:
    """The total cycles of each channel of each layer."""
    with report.open(newline="") as file:
        lines = [[cell.strip() for cell in line] for line in csv.reader(file)]
    column = lines[0].index("Total Cycles")
    return [int(line[column]) for line in lines[1:]]
