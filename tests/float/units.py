"""The float units that are compared with the processor's arithmetic, and their builds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dwsim.errors import ToolError
from dwsim.rtlsim.toolchain import find_verilator, verilator_environment
from dwsim.spec.float_arithmetic import FLOAT_FORMATS
from dwsim.support.processes import run_command
from dwsim.support.resources import rtl_dir

SOURCE = Path(__file__).parent / "float_units.cpp"
_BUILD_SECONDS = 300


@dataclass(frozen=True)
class Unit:
    """A multiplier or an adder, and the formats of its inputs and its result."""

    operation: str
    """``"multiply"`` or ``"add"``."""
    number: str
    acc: str

    def __str__(self) -> str:
        return f"{self.operation} {self.number}, result {self.acc}"

    @property
    def module(self) -> str:
        """The module of ``rtl/``."""
        return "dw_float_multiplier" if self.operation == "multiply" else "dw_float_adder"

    @property
    def pairs(self) -> int:
        """All pairs of inputs."""
        return 1 << 2 * FLOAT_FORMATS[self.number].width


UNITS = (
    Unit("multiply", "bfloat16", "float32"),
    Unit("multiply", "float16", "float32"),
    Unit("multiply", "float32", "float32"),
    Unit("add", "float32", "float32"),
    Unit("multiply", "bfloat16", "bfloat16"),
    Unit("add", "bfloat16", "bfloat16"),
    Unit("multiply", "float16", "float16"),
    Unit("add", "float16", "float16"),
)


def build(unit: Unit, folder: Path, rtl: Path | None = None) -> Path:
    """Builds the bench of a unit in ``folder``; returns its executable.

    Args:
        unit: the unit.
        folder: gets the build; one that has the build of another unit takes less time.
        rtl: the directory of the modules if it is not ``rtl/``.

    Raises:
        ToolError: with the end of the log, if the build fails.
    """
    rtl = rtl_dir() if rtl is None else rtl
    folder.mkdir(exist_ok=True)
    number, acc = FLOAT_FORMATS[unit.number], FLOAT_FORMATS[unit.acc]
    parameters = {"EXPONENT_W": number.exponent_width, "SIGNIFICAND_W": number.significand_width}
    if unit.operation == "multiply":
        parameters["ACC_EXPONENT_W"] = acc.exponent_width
        parameters["ACC_SIGNIFICAND_W"] = acc.significand_width
    macros = {
        "MULTIPLY": int(unit.operation == "multiply"),
        "EXPONENT": number.exponent_width,
        "SIGNIFICAND": number.significand_width,
        "ACC_SIGNIFICAND": acc.significand_width,
    }
    lines = [f"#define {name} {value}\n" for name, value in macros.items()]
    (folder / "unit.h").write_text("".join(lines))
    # One rounding an operation: no fused multiply-add.
    flags = f"-I{folder} -O2 -ffp-contract=off"
    options = "--cc --exe --build -O3 --no-assert --x-assign fast --prefix Vtop -o float_units"
    command: list[str | Path] = [find_verilator().executable, *options.split()]
    command += [f"-G{name}={value}" for name, value in parameters.items()]
    command += ["--top-module", unit.module, "--Mdir", folder, "-y", rtl]
    command += ["-CFLAGS", flags, SOURCE, rtl / f"{unit.module}.v"]
    environment = verilator_environment({"OPT_FAST": "-O2", "OPT_SLOW": "-O0", "OPT_GLOBAL": "-O0"})
    done = run_command(
        command, seconds=_BUILD_SECONDS, environment=environment, merge_errors=True, folder=folder
    )
    if done.exit_code != 0:
        raise ToolError(f"Verilator {done.ending} on {unit}:\n{done.tail}")
    return folder / "float_units"
