"""A script: Ctrl-C reaches the worker of a pool while the worker sends a large result."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from dwsim.exploration.pool import open_pool

BYTES = 200_000_000


def received() -> int:
    """The bytes that the parent of this process has read."""
    lines = Path(f"/proc/{os.getppid()}/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["rchar"])


def interrupt_when_sending(start: int) -> None:
    while received() < start + BYTES // 100:
        pass
    os.kill(os.getpid(), signal.SIGINT)


def large(items: Sequence[int]) -> list[bytes]:
    threading.Thread(target=interrupt_when_sending, args=(received(),), daemon=True).start()
    return [bytes(BYTES) for _ in items]


if __name__ == "__main__":
    # If the tests run in the background, SIGINT is ignored by default.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with open_pool(2) as pool:
        print([len(result) for _, result in pool.run(large, [0])])
