"""cocotb's runner, controlled by its caller instead of by the environment.

In cocotb's own runner the environment of the process overrides the caller, Verilator comes from
PATH, Icarus writes waves as FST (``dwsim.support.waveform_file`` reads VCD), commands have no time
limit, and engines take several times as long to compile.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from dwsim.rtlsim import toolchain
from dwsim.rtlsim.compile_units import write_compile_units
from dwsim.support.processes import run_command


def make_runner(
    simulator: str,
    overrides: dict[str, str],
    waves: bool,
    timeout: float | None,
    levels: int = 1,
) -> Any:
    """A runner of cocotb for one build or one run of "verilator" or "icarus".

    ``overrides`` is added to the environment of the process, with precedence. ``timeout`` is in
    seconds of wall time for each command. ``levels`` is the depth of the hierarchy, from the top
    on, whose signals cocotb reaches in a build of Verilator without waves; Verilator optimises
    deeper ones. The runner's ``exit_code`` is that of the last command.
    """
    # Not at the top: only simulations need cocotb.
    from cocotb_tools.runner import get_runner

    class Runner(type(get_runner(simulator))):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.overrides = overrides
            self.exit_code = 0

        def _simulator_in_path_build_only(self) -> None:
            self.executable = str(toolchain.find_verilator().executable)

        def _set_env_common(self) -> None:
            self.waves, self.gui = waves, False
            super()._set_env_common()
            # The simulator runs in another directory, where relative entries are wrong.
            self.env["PYTHONPATH"] = os.pathsep.join(str(Path(p).absolute()) for p in sys.path)
            self.env.pop("PYTEST_CURRENT_TEST", None)
            self.env.update(self.overrides)

        def _test_command(self) -> Any:
            commands = super()._test_command()
            return [["-vcd" if part == "-fst" else part for part in line] for line in commands]

        def _execute_cmds(self, cmds: Any, cwd: Any, stdout: Any = None) -> None:
            for command in cmds:
                if "--public-flat-rw" in command and not self.waves:
                    option = command.index("--public-flat-rw")
                    command[option : option + 1] = ["--public-depth", str(levels)]
                if command[0] == "make":
                    command += write_compile_units(Path(self.build_dir), "Vtop")
                self.exit_code = run_command(
                    command, seconds=timeout, folder=cwd, environment=self.env, log=stdout
                ).exit_code
                if self.exit_code != 0:
                    return

    runner = Runner()
    # It would report each command and each failed test on the log of the caller.
    runner.log.disabled = True
    return runner
