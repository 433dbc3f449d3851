"""Depthwise layers of PyTorch modules."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from dwsim import LayerSpec, SpecError, depthwise_conv2d
from dwsim.golden.depthwise import depthwise
from dwsim.workloads import from_torch


class Block(nn.Module):
    """Every way to write a convolution, depthwise or not."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.plain = nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8)
        self.wide = nn.Conv2d(8, 24, (3, 5), dilation=(1, 2), groups=8, padding="same")
        self.grouped = nn.Conv2d(24, 24, 3, groups=4)
        self.weight = nn.Parameter(torch.ones(24, 1, 2, 2))
        self.line = nn.Conv1d(24, 24, 3, padding=1, groups=24)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu6(self.plain(self.first(x)))
        x = self.grouped(self.wide(x))
        x = functional.conv2d(x, self.weight, padding=(1, 0), groups=24)
        return self.line(x.flatten(2))


def test_every_way_to_write_a_layer() -> None:
    inputs = (torch.zeros(2, 3, 14, 17, requires_grad=True),)
    network = from_torch(Block(), inputs)
    assert network.name == "Block"
    assert [layer.ofmap_shape for layer in network.layers] == [
        (2, 7, 9, 8),
        (2, 7, 9, 24),
        (2, 6, 6, 24),
        (2, 1, 36, 24),
    ]
    assert network.layers[1].pad_left == 4
    assert (network.layers[2].pad_top, network.layers[2].pad_left) == (1, 0)
    assert (network.layers[3].kernel_h, network.layers[3].kernel_w) == (1, 3)


@pytest.mark.parametrize(
    "options",
    [
        {"stride": (2, 1), "padding": (1, 2)},
        {"dilation": (2, 3)},
        {"padding": "same", "kernel_size": (4, 3)},
        {"padding": "valid"},
    ],
)
def test_the_shape_computes_what_the_module_does(options: dict) -> None:
    torch.manual_seed(1)
    module = nn.Conv2d(4, 12, **{"kernel_size": 3, **options}, groups=4, bias=False)
    x = torch.randn(1, 4, 9, 11)
    (layer,) = from_torch(module, (x,)).layers
    weight = module.weight.detach().numpy().reshape(4, 3, *module.weight.shape[2:])
    ofmap = depthwise(
        np.ascontiguousarray(x.numpy().transpose(0, 2, 3, 1)), weight.transpose(2, 3, 0, 1), layer
    )
    np.testing.assert_allclose(
        ofmap.transpose(0, 3, 1, 2), module(x).detach().numpy(), rtol=1e-4, atol=1e-5
    )


def test_an_exported_program() -> None:
    program = torch.export.export(nn.Conv2d(4, 4, 3, groups=4), (torch.zeros(1, 4, 8, 8),))
    (layer,) = from_torch(program, ()).layers
    assert layer == LayerSpec(8, 8, 4, 3, 3, name=layer.name)


@pytest.mark.parametrize(
    ("module", "inputs", "message"),
    [
        (nn.Conv2d(4, 4, 3), (torch.zeros(1, 4, 8, 8),), "at least one depthwise layer"),
        (nn.Conv2d(4, 4, 3, groups=4), torch.zeros(1, 4, 8, 8), "example_inputs = 'Tensor'"),
        (nn.Conv2d(4, 4, 3, groups=4), (torch.zeros(1, 5, 8, 8),), "torch.export refuses it"),
        (len, (), "module = 'builtin_function_or_method'"),
    ],
)
def test_refusals(module: object, inputs: object, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        from_torch(module, inputs)


def test_a_tensor_that_needs_a_gradient_is_no_array() -> None:
    x = torch.zeros(1, 4, 4, 1)
    w = torch.zeros(2, 2, 1, 1, requires_grad=True)
    with pytest.raises(SpecError, match=r"filter = .*requires grad"):
        depthwise_conv2d(x, w, [1] * 4, "SAME")
    assert depthwise_conv2d(x, w.detach(), [1] * 4, "SAME").shape == (1, 4, 4, 1)
