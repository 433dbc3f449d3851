"""``verify_torch``: the layers of PyTorch modules in RTL beside PyTorch's values."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from dwsim.errors import SpecError
from dwsim.golden.float_ofmap import float_ofmap
from dwsim.golden.order_bound import order_bound
from dwsim.spec.float_arithmetic import FloatArithmetic
from dwsim.stream.epilogue_values import epilogue_of
from dwsim.stream.float_tensors import float_values, float_words
from dwsim.verification import against_torch
from dwsim.verification.against_torch import verify_torch
from dwsim.verification.float_comparison import compare_floats
from dwsim.workloads import from_torch
from dwsim.workloads.torch_values import torch_layers

FORMATS = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


class Network(nn.Module):
    """Depthwise layers over two axes and one, with a multiplier, strides, dilations and none."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 1)
        self.plain = nn.Conv2d(6, 6, 3, stride=2, padding=1, groups=6)
        self.wide = nn.Conv2d(6, 12, (3, 2), dilation=(1, 2), groups=6, padding="same", bias=False)
        self.line = nn.Conv1d(12, 12, 3, padding=1, groups=12)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.plain(torch.relu(self.first(x)))
        return self.line(self.wide(torch.relu(x)).flatten(2))


@pytest.mark.parametrize("number_format", FORMATS)
def test_golden_is_within_the_bound_of_pytorch(number_format: str, seed: int) -> None:
    torch.manual_seed(seed)
    dtype = FORMATS[number_format]
    module, inputs = Network().to(dtype), (torch.rand(2, 3, 9, 10, dtype=dtype),)
    layers = torch_layers(module, inputs)
    assert [layer.spec for layer in layers] == list(from_torch(module, inputs).layers)
    arithmetic = FloatArithmetic(number_format)
    for layer in layers:
        floats, ifmap, ofmap = layer.values()
        assert floats.number_format == ofmap.dtype.name == number_format
        assert (floats.bias is None) == (layer.name == "conv2d_2")
        sums = against_torch._engine([layer], 2, {}).float_sums
        assert sums is not None
        epilogue = epilogue_of(arithmetic, layer.spec.ofmap_channels, floats.bias)
        words = float_words(ifmap), float_words(floats.weight)
        golden = float_values(float_ofmap(*words, layer.spec, sums, epilogue), number_format)
        bound = order_bound(ifmap, floats.weight, layer.spec, arithmetic, floats.bias)
        compared = compare_floats(golden, ofmap, bound, "PyTorch")
        assert not compared.wrong.any(), layer.name
        assert len(np.unique(ofmap.astype(np.float64))) > 16
        # A float16 or bfloat16 result is rounded from float32 sums, which hardly differ.
        assert compared.comparison.bit_equal > (0.9 if dtype != torch.float32 else 0.1) * ofmap.size


def test_a_bfloat16_module_in_rtl(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    torch.manual_seed(seed)
    module = nn.Sequential(
        nn.Conv2d(3, 3, (1, 2), groups=3, dtype=torch.bfloat16), nn.ReLU6(),
        nn.Conv2d(3, 6, (1, 2), groups=3, dtype=torch.bfloat16),
    )  # fmt: skip
    inputs = (torch.randn(1, 3, 6, 7, dtype=torch.bfloat16),)
    result = verify_torch(module, inputs, 2)
    assert [found.rounding for found in result.layers] == ["bfloat16"] * 2
    assert [engine.number_format for engine in result.engines] == ["bfloat16"]
    assert (result.wrong, result.rest, result.runtime) == (0, (), "PyTorch")
    for found in result.layers:
        assert found.verified.cycles == found.verified.plan.cycles
        (comparison,) = found.comparisons
        assert comparison.bit_equal > 0.9 * comparison.values
    right = against_torch.torch_layers

    def wrong(*arguments):
        first, *rest = right(*arguments)
        ofmap = first.ofmap.copy()
        ofmap[0, 2, 3, 1] *= 1.05
        return [dataclasses.replace(first, ofmap=ofmap), *rest]

    monkeypatch.setattr(against_torch, "torch_layers", wrong)
    assert verify_torch(module, inputs, 2).wrong == 1


def test_reasons() -> None:
    module = nn.Conv2d(2, 2, (12, 3), groups=2)
    with pytest.raises(SpecError, match="conv2d: kernel_h = 12: must be an integer from 1 to 11"):
        verify_torch(module, (torch.zeros(1, 2, 20, 20),))
    double = nn.Conv2d(2, 2, 3, groups=2, dtype=torch.float64)
    with pytest.raises(SpecError, match="conv2d: dtype = 'float64': must be one of float32"):
        verify_torch(double, (torch.zeros(1, 2, 20, 20, dtype=torch.float64),))
    with pytest.raises(SpecError, match="must be at least one depthwise layer"):
        verify_torch(nn.Conv2d(2, 2, 3), (torch.zeros(1, 2, 20, 20),))
