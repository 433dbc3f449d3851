"""The records that ``ModelFile`` reads from a file: operators, tensors and graphs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

DEPTHWISE, CONVOLUTION = "DEPTHWISE_CONV_2D", "CONV_2D"
"""The two operators that can be a depthwise layer."""


@dataclass(frozen=True)
class ConvolutionOptions:
    """Options of a DEPTHWISE_CONV_2D or CONV_2D; an unknown enumeration value stays a number."""

    padding: str | int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    activation: str | int
    channel_multiplier: int = 0
    """The stated multiplier; 0 where the file leaves it to the shapes."""


@dataclass(frozen=True)
class Operator:
    """One operator; only convolutions have ``options``, unless the file lacks them."""

    index: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: ConvolutionOptions | None = None


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor; ``data`` holds a constant's bytes, ``signature`` has -1 for unknown sizes."""

    index: int
    name: str
    type: str
    shape: tuple[int, ...]
    signature: tuple[int, ...]
    data: np.ndarray | None
    scales: np.ndarray
    zero_points: np.ndarray
    quantized_dimension: int
    plain: bool
    """False for a sparse tensor, a variable, and a quantisation of another kind."""


@dataclass(frozen=True, eq=False)
class Subgraph:
    """One graph: its operators in order of execution, the indices of its inputs and outputs.

    ``read`` reads a tensor's record from the file (None for an unknown index); ``spend`` counts
    bytes of work against the file's budget.
    """

    index: int
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    tensor_count: int
    read: Callable[[int], Tensor | None] = field(repr=False)
    spend: Callable[[int], None] = field(repr=False)
    _tensors: dict[int, Tensor] = field(default_factory=dict, repr=False)

    def tensor(self, index: int) -> Tensor | None:
        """The tensor with this index; None for an index that the file does not have."""
        found = self._tensors.get(index)
        if found is None:
            found = self.read(index)
            if found is not None:
                self._tensors[index] = found
            return found
        if found.data is not None:
            # A thousand layers may share one constant: each of them still costs its work.
            self.spend(found.data.size)
        return found
