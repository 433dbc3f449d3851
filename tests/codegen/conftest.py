"""The switch that refreshes the snapshots: ``pytest tests/codegen --update-snapshots``."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots",
        action="store_true",
        help="write tests/codegen/snapshots anew instead of comparing with it",
    )


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    """Whether to write the snapshots; the option is unknown when all of tests/ is run."""
    return bool(request.config.getoption("--update-snapshots", default=False))
