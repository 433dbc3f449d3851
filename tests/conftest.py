"""What every test shares: one seed, printed so that a failing run can be repeated.

And the switch that refreshes the snapshots: ``pytest tests/codegen --update-snapshots``.
"""

from __future__ import annotations

import os

import pytest

_SEED_VARIABLE = "DWSIM_SEED"
_DEFAULT_SEED = 1


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots",
        action="store_true",
        help="write tests/codegen/snapshots anew instead of comparing with it",
    )


def pytest_report_header() -> str:
    """Tell the seed that this run draws its random stimuli from."""
    return f"dwsim: {_SEED_VARIABLE}={_seed()}"


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed of every random stimulus; another one comes from $DWSIM_SEED."""
    return _seed()


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    """Whether to write the snapshots."""
    return bool(request.config.getoption("--update-snapshots"))


def _seed() -> int:
    return int(os.environ.get(_SEED_VARIABLE, _DEFAULT_SEED))
