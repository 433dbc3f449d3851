"""Shared by all tests: one seed, printed so that a failing run can be repeated.

And four switches: ``pytest tests/codegen --update-snapshots`` refreshes the snapshots,
``pytest --quick`` leaves out the tests that need a large tool (see ``tests/needs.py``), and
``--random-models N`` and ``--seed N`` choose the number and the seed of random models.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import MARKERS, Guard, need_of

_SEED_VARIABLE = "DWSIM_SEED"
_DEFAULT_SEED = 1
_GUARD = Guard()
_NUMBERS = itertools.count()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots",
        action="store_true",
        help="write tests/codegen/snapshots instead of comparing with it",
    )
    parser.addoption(
        "--random-models",
        type=int,
        default=300,
        metavar="N",
        help="models of each random test of tests/workloads (default: 300)",
    )
    parser.addoption(
        "--seed",
        type=int,
        metavar="N",
        help=f"seed of every random stimulus (default: ${_SEED_VARIABLE}, or {_DEFAULT_SEED})",
    )
    parser.addoption(
        "--quick",
        action="store_true",
        help="only the tests without a simulator, TensorFlow or another large tool",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declares the markers, and listens to the tools that tests start."""
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    sys.addaudithook(_GUARD)
    if config.getoption("--seed") is not None:
        # The tests' own processes read it, too.
        os.environ[_SEED_VARIABLE] = str(config.getoption("--seed"))
    # A shell starts background jobs with SIGINT ignored; the tests of Ctrl-C need it.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves out whole files: their imports may not be installed."""
    if config.getoption("--quick") and need_of(collection_path) is not None:
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Gives each test the marker of its path; with --quick keeps those without a marker."""
    for item in items:
        need = need_of(item.path)
        if need is not None:
            item.add_marker(need)
    if config.getoption("--quick"):
        marked = [item for item in items if any(map(item.get_closest_marker, MARKERS))]
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if item not in marked]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Tells the guard which test runs."""
    _GUARD.item = item
    try:
        return (yield)
    finally:
        _GUARD.item = None


def pytest_report_header() -> str:
    """Prints the seed from which this run draws its random stimuli."""
    return f"dwsim: {_SEED_VARIABLE}={_seed()}"


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed of every random stimulus; another one comes from --seed or $DWSIM_SEED."""
    return _seed()


@pytest.fixture(scope="session")
def random_models(request: pytest.FixtureRequest) -> int:
    """The number of models of a random test of the importers: --random-models."""
    return int(request.config.getoption("--random-models"))


@pytest.fixture(scope="session", autouse=True)
def _no_verdicts_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures of more than one test neither read nor write the user's verdicts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DWSIM_VERDICTS", str(tmp_path_factory.getbasetemp() / "verdicts"))
        yield


@pytest.fixture(autouse=True)
def _no_verdicts_of_other_tests(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No test takes over a verdict of another one: each has a folder of its own."""
    folder = tmp_path_factory.getbasetemp() / f"verdicts-{next(_NUMBERS)}"
    monkeypatch.setenv("DWSIM_VERDICTS", str(folder))


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    """True if the snapshots are to be written."""
    return bool(request.config.getoption("--update-snapshots"))


def _seed() -> int:
    return int(os.environ.get(_SEED_VARIABLE, _DEFAULT_SEED))
