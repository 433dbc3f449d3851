"""Commands with a limit: their whole tree ends at the limit and on an interruption."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from dwsim.errors import ToolError
from dwsim.support.processes import (
    Finished,
    NotStartedError,
    TimeLimitError,
    run_command,
    stop_running,
)

ROOT = Path(__file__).parents[2]
SLEEPING_TREE = """
import subprocess, sys, time
from pathlib import Path
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
Path("pid.new").write_text(str(child.pid))
Path("pid.new").rename("pid")
print("said before the limit", flush=True)
time.sleep(60)
"""


ENDING_ITS_COMMANDS = """
import os, signal, subprocess, sys, threading, time
from dwsim.support import processes
from tests.support.test_processes import SLEEPING_TREE, grandchild, python
from pathlib import Path
signal.signal(signal.SIGINT, processes.end_commands)
def interrupt():
    grandchild(Path.cwd())
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
for command in (python(SLEEPING_TREE), ["touch", "started"]):
    try:
        processes.run_command(command, seconds=60)
    except KeyboardInterrupt:
        print("interrupted", processes.commands_ended())
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def grandchild(folder: Path) -> psutil.Process:
    """The process that ``SLEEPING_TREE`` started, as soon as it runs."""
    deadline = time.monotonic() + 20
    while not (folder / "pid").is_file():
        assert time.monotonic() < deadline, "the tree did not start"
        time.sleep(0.02)
    return psutil.Process(int((folder / "pid").read_text()))


def ends(process: psutil.Process) -> bool:
    """The process is gone, or a zombie that init has not collected."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    process.kill()
    return False


def test_output_errors_and_exit_code() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = run_command(python(code), seconds=60)
    assert done == Finished(3, "out\n", "err\n")
    assert done.ending == "ended with exit code 3"
    assert done.tail == "out\nerr"
    merged = run_command(python(code), seconds=60, merge_errors=True)
    assert sorted(merged.output.split()) == ["err", "out"]
    assert merged.errors == ""


def test_folder_environment_and_log(tmp_path: Path) -> None:
    code = "import os; print(os.getcwd(), os.environ['WORD'])"
    environment = os.environ | {"WORD": "word"}
    with (tmp_path / "log").open("w") as log:
        done = run_command(
            python(code), seconds=60, folder=tmp_path, environment=environment, log=log
        )
    assert done == Finished(0, "", "")
    assert (tmp_path / "log").read_text() == f"{tmp_path} word\n"


def test_a_signal_has_its_name() -> None:
    done = run_command(python("import os; os.kill(os.getpid(), 11)"), seconds=60)
    assert done.ending == "was stopped by SIGSEGV"


def test_output_that_is_no_text_is_replaced() -> None:
    done = run_command(python("import os; os.write(1, bytes([255]))"), seconds=60)
    assert done.output == "\ufffd"


def test_a_missing_program_is_named() -> None:
    with pytest.raises(NotStartedError, match=r"^no-such-program cannot be started: .*No such"):
        run_command(["no-such-program"], seconds=1)


def test_the_limit_ends_the_whole_tree(tmp_path: Path) -> None:
    found: list[psutil.Process] = []
    watcher = threading.Thread(target=lambda: found.append(grandchild(tmp_path)))
    watcher.start()
    with pytest.raises(TimeLimitError, match=r"did not end within 3 s and was stopped") as caught:
        run_command(python(SLEEPING_TREE), seconds=3, folder=tmp_path)
    watcher.join()
    assert isinstance(caught.value, ToolError)
    assert "said before the limit" in str(caught.value)
    assert ends(found[0])


def test_ctrl_c_ends_the_whole_tree(tmp_path: Path) -> None:
    found: list[psutil.Process] = []

    def interrupt() -> None:
        found.append(grandchild(tmp_path))
        os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=interrupt)
    watcher.start()
    with pytest.raises(KeyboardInterrupt):
        run_command(python(SLEEPING_TREE), seconds=60, folder=tmp_path)
    watcher.join()
    assert ends(found[0])


def test_a_handler_ends_commands_and_lets_none_start(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = run_command(
        python(ENDING_ITS_COMMANDS), seconds=60, folder=tmp_path, environment=environment
    )
    assert done.output == "interrupted True\ninterrupted True\n", done.errors
    with suppress(psutil.NoSuchProcess):
        assert ends(psutil.Process(int((tmp_path / "pid").read_text())))
    assert not (tmp_path / "started").exists()


def test_commands_of_other_threads_can_be_stopped(tmp_path: Path) -> None:
    done: list[Finished] = []

    def run() -> None:
        done.append(run_command(python(SLEEPING_TREE), seconds=60, folder=tmp_path))

    thread = threading.Thread(target=run)
    thread.start()
    process = grandchild(tmp_path)
    stop_running()
    thread.join(10)
    assert done[0].ending == "was stopped by SIGKILL"
    assert ends(process)
