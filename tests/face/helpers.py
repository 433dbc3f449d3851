"""The layers and the engine of the face's tests, and the rules that a call breaks."""

from __future__ import annotations

from typing import Any

import pytest

from dwsim import EngineSpec, LayerSpec, SpecError

SAME = LayerSpec(5, 6, 4, 3, 3, pad_top=1, pad_bottom=1, pad_left=1, pad_right=1, name="same")
STRIDED = LayerSpec(7, 5, 3, 3, 3, stride_h=2, stride_w=2, name="strided")
ENGINE = EngineSpec.smallest([SAME, STRIDED], lanes=2, max_interleave=2, max_row_pitch=12)


def violations(function: Any, *args: Any, **options: Any) -> dict[str, Any]:
    """The rules that a call breaks: field to (value, rule)."""
    with pytest.raises(SpecError) as caught:
        function(*args, **options)
    return {v.field: (v.value, v.rule) for v in caught.value.violations}
