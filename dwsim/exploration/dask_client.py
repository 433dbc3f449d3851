"""A client of a Dask cluster that closes itself if it cannot connect."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from distributed import Client
from tornado.ioloop import IOLoop

T = TypeVar("T")

_MARGIN_SECONDS = 1.0


class ClosingClient(Client):
    """A client that closes itself if it cannot start, while its event loop still runs.

    Distributed leaves such a client open until its finalizer closes it, which happens at any
    garbage collection and in any thread. If that thread holds the lock of Distributed's loops
    (``LoopRunner._lock``, held while a client starts its loop), or if the holder waits for that
    thread, the finalizer blocks forever, or until an AssertionError ten seconds later.
    """

    def start(self, **kwargs: Any) -> None:
        """Connects within ``timeout`` seconds, an argument that ``Client`` passes on.

        Raises:
            OSError, ValueError: if no scheduler answers.
        """
        # Distributed limits the connection, but not the handshake: a port that accepts and then
        # stays silent would block forever. The margin leaves the better message to Distributed.
        limit = kwargs["timeout"] + _MARGIN_SECONDS
        try:
            super().start(callback_timeout=limit, **kwargs)
        except BaseException:
            self.close()
            raise


@cache
def _io_loop() -> IOLoop:
    """The event loop of all clients of this process, in its own thread.

    Without it, each client would start and stop a loop, which may take ten seconds each.
    """
    loop: IOLoop = IOLoop(make_current=False)
    begun = threading.Event()
    loop.add_callback(begun.set)
    threading.Thread(target=loop.start, name="Dask", daemon=True).start()
    begun.wait()
    return loop


def connect(address: str, seconds: float) -> Client:
    """A client of the scheduler at an address.

    Args:
        address: such as ``tcp://127.0.0.1:8786``.
        seconds: the time limit for the answer of the scheduler.

    Raises:
        OSError, ValueError: if no scheduler answers in time, or if the address is not valid.
    """
    return ClosingClient(address, _io_loop(), timeout=seconds, set_as_default=False)


def run_within(client: Client, function: Callable[[], T], seconds: float) -> dict[str, T]:
    """The result of a function on each worker, by its address.

    ``Client.run`` has no time limit: a worker that has stopped would block it forever.

    Raises:
        TimeoutError: if a worker does not answer in time.
        Exception: what the function raises on a worker.
    """
    found: list[dict[str, T]] = []
    raised: list[BaseException] = []

    def ask() -> None:
        try:
            found.append(client.run(function))
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=ask, name="Dask run", daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not found:
        raise TimeoutError(f"a worker did not answer within {seconds:g} s")
    return found[0]
