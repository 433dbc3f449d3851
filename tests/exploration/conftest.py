"""A watch on the evaluations of an exploration."""

from __future__ import annotations

from typing import Any

import pytest

from dwsim.exploration import exploration


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[str, ...]]]:
    """The evaluated engines, with their networks."""
    seen: list[tuple[str, tuple[str, ...]]] = []
    right = exploration.evaluate_all

    def watched(tasks: Any) -> Any:
        seen.extend((t.point.engine_id, tuple(n.name for n in t.networks)) for t in tasks)
        return right(tasks)

    monkeypatch.setattr(exploration, "evaluate_all", watched)
    return seen
