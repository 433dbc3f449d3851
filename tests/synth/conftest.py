"""Every test of synthesis starts with an empty cache."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for this test alone."""
    monkeypatch.setenv("DWSIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
