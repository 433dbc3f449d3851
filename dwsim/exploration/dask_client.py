"""The client of a Dask cluster, which closes itself when it cannot connect."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from distributed import Client
from tornado.ioloop import IOLoop


class ClosingClient(Client):
    """A client that closes itself when it cannot start, and in a loop that is always there.

    Distributed leaves such a client open, and its finalizer closes it: whenever garbage is
    collected, in whatever thread. When that thread is one that holds, or that is awaited by one
    that holds, the lock of Distributed's loops (``LoopRunner._lock``, as it does while a client
    starts its loop), it waits for itself: forever, or until an AssertionError ten seconds later.
    """

    def start(self, **kwargs: Any) -> None:
        """Connects.

        Raises:
            OSError, ValueError: when no scheduler answers.
        """
        try:
            super().start(**kwargs)
        except BaseException:
            self.close()
            raise


@cache
def _io_loop() -> IOLoop:
    """What every client of this process runs in, in a thread of its own.

    A client that brings no loop starts and stops one, each within ten seconds.
    """
    loop: IOLoop = IOLoop(make_current=False)
    begun = threading.Event()
    loop.add_callback(begun.set)
    threading.Thread(target=loop.start, name="Dask", daemon=True).start()
    begun.wait()
    return loop


def connect(address: str, seconds: float) -> Client:
    """A client of the scheduler at an address, which may take so long to answer.

    Raises:
        OSError, ValueError: when no scheduler answers, or the address is none.
    """
    return ClosingClient(address, _io_loop(), timeout=seconds, set_as_default=False)
