"""Dask clusters for the tests, started as a user starts them: every part in its own process.

``distributed.LocalCluster`` runs its scheduler in a thread of the tests, which has ten seconds to
begin and to end, however busy the machine is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dwsim.exploration.dask_client import connect

ROOT = Path(__file__).parents[2]
PATIENCE = 300
"""Seconds until a part of a cluster counts as broken; no part takes this long on any machine."""
_SETTINGS = {
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": f"{PATIENCE}s",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": f"{PATIENCE}s",
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
}


@contextmanager
def dask_cluster(directory: Path, workers: int) -> Iterator[str]:
    """A cluster on loopback, in the empty ``directory``; yields the address of its scheduler.

    A task whose worker dies is not tried again.
    """
    file = directory / "scheduler.json"
    scheduler = ("scheduler", "--host=127.0.0.1", "--port=0", f"--scheduler-file={file}")
    with ExitStack() as stack:
        process = stack.enter_context(_part("scheduler", directory, *scheduler))
        address = _address(file, process, directory)
        for number in range(workers):
            options = ("--host=127.0.0.1", "--no-nanny", "--nthreads=1", "--name", str(number))
            part = _part(f"worker{number}", directory, "worker", address, *options)
            stack.enter_context(part)
        with connect(address, PATIENCE) as client:
            if workers:
                client.wait_for_workers(workers, timeout=PATIENCE)
        yield address


@contextmanager
def _part(name: str, directory: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A ``dask`` command that runs until the end of the block; its output goes to a file."""
    command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
    with (directory / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            # A worker finds the modules of the tests in its working directory.
            command, cwd=ROOT, env=os.environ | _SETTINGS, stdout=log, stderr=log
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _address(file: Path, process: subprocess.Popen[bytes], directory: Path) -> str:
    """The address in the file of the scheduler, once the file is complete."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            return str(json.loads(file.read_text())["address"])
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)
    log = (directory / "scheduler.log").read_text()
    raise AssertionError(f"dask scheduler: no {file}, exit code {process.poll()}; it said:\n{log}")
