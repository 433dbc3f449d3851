"""The violations of a SpecError, read for comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dwsim import SpecError


def broken_rules(function: Callable[..., Any], *args: Any, **kwargs: Any) -> list[tuple]:
    """(field, value, rule) of each violation; checks that the message shows all three."""
    with pytest.raises(SpecError) as caught:
        function(*args, **kwargs)
    for violation in caught.value.violations:
        shown = f"{violation.field} = {violation.value!r}: {violation.rule}"
        assert shown in str(caught.value)
    return [(found.field, found.value, found.rule) for found in caught.value.violations]


def violations_of(function: Callable[..., Any], *args: Any, **kwargs: Any) -> list[tuple[str, Any]]:
    """(field, value) of each violation; checks that the message shows them and the rule."""
    return [(field, value) for field, value, _ in broken_rules(function, *args, **kwargs)]
