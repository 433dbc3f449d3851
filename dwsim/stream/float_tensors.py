"""Arrays of floats as the words that an engine in floating point takes and gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.spec.float_arithmetic import FLOAT_FORMATS


def float_words(values: np.ndarray) -> np.ndarray:
    """The words of an array of float32, float16 or bfloat16: uint32 or uint16, the same shape."""
    width = FLOAT_FORMATS[values.dtype.name].width
    native = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
    return native.view(np.uint32 if width == 32 else np.uint16)


def float_values(words: np.ndarray, number_format: str) -> np.ndarray:
    """The floats of an array of words of any integer type: a new array of the same shape.

    bfloat16 is the dtype of ml_dtypes.
    """
    width = FLOAT_FORMATS[number_format].width
    return words.astype(np.uint32 if width == 32 else np.uint16).view(float_dtype(number_format))


def float_dtype(number_format: str) -> np.dtype[Any]:
    """The dtype of a format; that of bfloat16 comes from ml_dtypes."""
    if number_format == "bfloat16":
        # NumPy has no such type.
        import ml_dtypes

        number_format = ml_dtypes.bfloat16
    dtype: np.dtype[Any] = np.dtype(number_format)
    return dtype
