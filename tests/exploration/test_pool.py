"""Pools: a Dask cluster gives the results of this machine, and failures have clear messages."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from distributed import Client

from dwsim.errors import ToolError
from dwsim.exploration import pool as pool_module
from dwsim.exploration.dask_client import run_within
from dwsim.exploration.explore import explore
from dwsim.exploration.pool import Pool, open_pool
from dwsim.support.processes import run_command
from tests.cli.helpers import ROOT, environment
from tests.exploration.clusters import PATIENCE, dask_cluster
from tests.exploration.spaces import SMALL, small


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two worker processes on loopback."""
    with dask_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as address:
        yield address


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An existing cluster is found even on a busy machine."""
    monkeypatch.setattr(pool_module, "CONNECT_SECONDS", PATIENCE)


def process_ids(items: Sequence[int]) -> list[tuple[int, int]]:
    return [(item, os.getpid()) for item in items]


def die(items: Sequence[int]) -> list[int]:
    os._exit(3)


def test_a_cluster_gives_the_same_table(tmp_path: Path, cluster: str) -> None:
    text = SMALL.replace("[2, 4]", "{ from = 1, to = 6 }") + "[constraints]\nlut = { min = 1 }\n"
    space = small(tmp_path, text)
    with open_pool(2) as pool:
        local = explore(space, tmp_path / "local", pool)
    with open_pool(scheduler=cluster) as pool:
        assert pool.place == "2 Dask workers"
        remote = explore(space, tmp_path / "remote", pool)
    assert local.counts == remote.counts
    assert local.counts["reused"] == 0
    assert local.front == remote.front
    for name in ("points.csv", "layers.csv", "points.parquet", "layers.parquet"):
        one, other = ((tmp_path / place / name).read_bytes() for place in ("local", "remote"))
        assert one == other, name


def test_the_clusters_workers_do_the_work(cluster: str) -> None:
    with open_pool(scheduler=cluster) as pool:
        done = dict(pool.run(process_ids, range(200)))
    assert sorted(done) == list(range(200))
    processes = {process for _, process in done.values()}
    assert len(processes) == 2
    assert os.getpid() not in processes


@pytest.mark.parametrize("workers", [1, 2])
def test_every_item_comes_back_with_its_result(workers: int) -> None:
    with open_pool(workers) as pool:
        done = list(pool.run(process_ids, range(100)))
    assert sorted(item for item, _ in done) == list(range(100))
    assert all(item == returned for item, (returned, _) in done)
    processes = {process for _, (_, process) in done}
    assert (os.getpid() in processes) == (workers == 1)
    assert len(processes) <= workers


def test_one_worker_hands_results_out_as_they_get_done() -> None:
    """An interrupted run has then stored them."""
    seen: list[int] = []

    def watched(items: Sequence[int]) -> Sequence[int]:
        seen.extend(items)
        return items

    with open_pool(1) as pool:
        results = pool.run(watched, range(100))
        next(results)
        assert len(seen) < 50


def interrupted_first(items: Sequence[int]) -> list[int]:
    """A Ctrl-C that reaches this worker before its parent."""
    subprocess.Popen(["sh", "-c", f"sleep 0.2; kill -INT {os.getppid()}"])
    os.kill(os.getpid(), signal.SIGINT)
    run_command(["sleep", "300"], seconds=300)
    return list(items)


class InterruptedFinalizer:
    """Ctrl-C comes in a finalizer, as in an import: an exception there prints a traceback."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def interrupted_in_a_finalizer(items: Sequence[int]) -> list[int]:
    InterruptedFinalizer()
    return list(items)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """If the tests run in the background, interruptions are ignored by default."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interruption_that_reaches_a_worker_first(
    monkeypatch: pytest.MonkeyPatch, interruptible: None
) -> None:
    monkeypatch.setattr("dwsim.exploration.pool._INTERRUPT_SECONDS", 120)
    with open_pool(2) as pool, pytest.raises(KeyboardInterrupt):
        list(pool.run(interrupted_first, [0]))


def test_an_interrupted_worker_ends_its_call_in_silence(
    capfd: pytest.CaptureFixture[str], interruptible: None
) -> None:
    with open_pool(2) as pool:
        assert list(pool.run(interrupted_in_a_finalizer, [7])) == [(7, 7)]
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(
    sys.platform != "linux", reason="/proc alone tells how much another process has read"
)
def test_an_interrupted_worker_sends_its_result_whole() -> None:
    """Half a message would let the other end wait for the rest without end."""
    script = [sys.executable, "-m", "tests.exploration.interrupted_sender"]
    done = run_command(script, seconds=PATIENCE, folder=ROOT, environment=environment())
    assert done.output == "[200000000]\n", done.tail


def test_a_dead_worker_speaks() -> None:
    with (
        open_pool(2) as pool,
        pytest.raises(ToolError, match="a worker process died.*the same command continues"),
    ):
        list(pool.run(die, range(4)))


def test_a_cluster_whose_workers_die(tmp_path: Path) -> None:
    with (
        dask_cluster(tmp_path, workers=1) as address,
        pytest.raises(ToolError, match=r"the Dask cluster at tcp.* failed: [\s\S]*continues"),
        open_pool(scheduler=address) as pool,
    ):
        list(pool.run(die, range(4)))


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwsim.exploration.pool.CONNECT_SECONDS", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ToolError, match=f"no Dask scheduler answers at {address}"):
            _open(address)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n" * 4])
def test_a_port_that_is_no_scheduler(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The port accepts the connection, and then stays silent or uses another protocol."""
    monkeypatch.setattr("dwsim.exploration.pool.CONNECT_SECONDS", 1)
    accepted: list[socket.socket] = []

    def serve(server: socket.socket) -> None:
        with suppress(OSError):  # closed at the end of the test
            while True:
                accepted.append(server.accept()[0])
                accepted[-1].sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(ToolError, match=f"no Dask scheduler answers at {address}: "):
            _open(address)
        assert time.monotonic() - began < 10
    for connection in accepted:
        connection.close()


@pytest.mark.parametrize("address", ["nonsense://x", "tcp://", ""])
def test_an_address_that_is_none(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwsim.exploration.pool.CONNECT_SECONDS", 1)
    with pytest.raises(ToolError, match="no Dask scheduler answers at"):
        _open(address)


def test_a_refused_client_leaves_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finalizer would close an open client, possibly at the worst time."""
    monkeypatch.setattr("dwsim.exploration.pool.CONNECT_SECONDS", 1)
    threads = []
    for _ in range(2):
        with pytest.raises(ToolError, match="no Dask scheduler answers at"):
            _open("tcp://")
        threads.append(set(threading.enumerate()))
    assert threads[0] == threads[1]
    clients = [thing for thing in gc.get_objects() if issubclass(type(thing), Client)]
    assert [client for client in clients if client.status != "closed"] == []


def test_a_cluster_without_workers(tmp_path: Path) -> None:
    with (
        dask_cluster(tmp_path, workers=0) as address,
        pytest.raises(ToolError, match=f"has no worker: dask worker {address}"),
    ):
        _open(address)


def test_a_worker_that_does_not_answer() -> None:
    """``Client.run`` waits forever for a stopped worker; the event stands for it."""
    released = threading.Event()

    class Stopped:
        def run(self, function: object) -> dict[str, str]:
            released.wait()
            return {}

    began = time.monotonic()
    with pytest.raises(TimeoutError, match="a worker did not answer within 0.2 s"):
        run_within(Stopped(), str, 0.2)  # type: ignore[arg-type]
    assert time.monotonic() - began < 10
    released.set()


def test_a_silent_worker_ends_with_a_message(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object) -> dict[str, str]:
        raise TimeoutError("a worker did not answer within 30 s")

    monkeypatch.setattr("dwsim.exploration.dask_client.run_within", late)
    with pytest.raises(ToolError, match=f"the Dask cluster at {cluster} failed: a worker did not"):
        _open(cluster)


def test_workers_with_other_code(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workers have the code of this process, so the test changes the hash in this process."""
    right = pool_module.code_hash()
    seen: list[dict[str, str]] = []
    compare = pool_module.other_code

    def watched(found: dict[str, str]) -> list[str]:
        seen.append(dict(found))
        monkeypatch.setattr(pool_module, "code_hash", lambda: "other")
        return compare(found)

    monkeypatch.setattr(pool_module, "other_code", watched)
    with pytest.raises(ToolError, match="with another version of dwsim: tcp://"):
        _open(cluster)
    assert set(seen[0].values()) == {right}


def _open(address: str) -> Pool:
    with open_pool(scheduler=address) as pool:
        return pool
