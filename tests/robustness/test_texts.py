"""A damaged text of a user is read or refused; it never ends in a traceback."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.robustness.readers import READERS
from tests.robustness.texts import read_damaged

COUNT = {"results": 100}
"""Texts of a kind, where not 400."""


@pytest.mark.parametrize("kind", READERS)
def test_damaged_texts_are_read_or_refused(kind: str, seed: int, tmp_path: Path) -> None:
    ends, escaped = read_damaged(kind, COUNT.get(kind, 400), seed, tmp_path)
    assert not escaped, f"seed {seed}, number {escaped[0].number}: {escaped[0]}"
    assert ends["refused"] > 0, ends


def test_an_error_that_escapes_is_noticed(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = replace(READERS["spec"], read=lambda path: int(path.read_bytes()))
    monkeypatch.setitem(READERS, "spec", careless)
    ends, escaped = read_damaged("spec", 5, seed, tmp_path)
    assert ends["escaped"] == len(escaped) == 5
