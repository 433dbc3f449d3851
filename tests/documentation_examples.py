"""The two examples in the documentation of ``tf.nn.depthwise_conv2d``, as data.

Every backend must return ``expected``. The numbers are small integers, so that they are exact in
every dtype that a backend computes in.
https://www.tensorflow.org/api_docs/python/tf/nn/depthwise_conv2d
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class DocumentationExample:
    """Arguments for ``depthwise_conv2d`` and the NHWC array that it must return."""

    name: str
    input: np.ndarray
    filter: np.ndarray
    strides: tuple[int, int, int, int]
    padding: str | list[list[int]]
    expected: np.ndarray


_INPUT = np.array([[1, 2], [3, 4], [5, 6]], np.int8).reshape(1, 3, 2, 1)
_FILTER = np.array([[1, 2], [3, 4]], np.int8).reshape(2, 1, 1, 2)

DOCUMENTATION_EXAMPLES = (
    DocumentationExample(
        name="valid",
        input=_INPUT,
        filter=_FILTER,
        strides=(1, 1, 1, 1),
        padding="VALID",
        expected=np.array([[[[10, 14], [14, 20]], [[18, 26], [22, 32]]]]),
    ),
    DocumentationExample(
        name="explicit_padding",
        input=_INPUT,
        filter=_FILTER,
        strides=(1, 1, 1, 1),
        padding=[[0, 0], [1, 0], [1, 0], [0, 0]],
        expected=np.array(
            [
                [
                    [[0, 0], [3, 4], [6, 8]],
                    [[0, 0], [10, 14], [14, 20]],
                    [[0, 0], [18, 26], [22, 32]],
                ]
            ]
        ),
    ),
)
