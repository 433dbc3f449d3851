"""The depthwise layers of a PyTorch module with their parameters, and the values of one run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dwsim.errors import Rules, Violation
from dwsim.spec.float_arithmetic import FLOAT_FORMATS
from dwsim.spec.layer_spec import LayerSpec
from dwsim.workloads.float_parameters import FloatParameters
from dwsim.workloads.torch_models import CONVOLUTIONS, arguments_of, exported, layer_of


@dataclass(frozen=True, eq=False)
class TorchLayer:
    """One depthwise convolution of a module, and what PyTorch computes for it.

    ``reasons`` is not empty if the layer cannot run; ``floats`` and the arrays are None then.
    """

    name: str
    spec: LayerSpec
    floats: FloatParameters | None = field(default=None, repr=False)
    ifmap: np.ndarray | None = field(default=None, repr=False)
    """NHWC, of the dtype of the module."""
    ofmap: np.ndarray | None = field(default=None, repr=False)
    reasons: tuple[Violation, ...] = ()

    def values(self) -> tuple[FloatParameters, np.ndarray, np.ndarray]:
        """Parameters, ifmap and ofmap of a layer that runs.

        Raises:
            ValueError: for a layer that does not run.
        """
        if self.floats is None or self.ifmap is None or self.ofmap is None:
            raise ValueError(f"{self.name} does not run: {'; '.join(map(str, self.reasons))}")
        return self.floats, self.ifmap, self.ofmap


def torch_layers(module: Any, example_inputs: tuple[Any, ...]) -> list[TorchLayer]:
    """Runs a module on its inputs; returns its depthwise layers in the order in which they run.

    An activation behind a convolution is not part of the layer.

    Args:
        module: an ``nn.Module`` or an ``ExportedProgram``, as ``from_torch`` takes it.
        example_inputs: the arguments of its ``forward``; their values are used.

    Raises:
        SpecError, ToolError: as ``from_torch``.
    """
    rules = Rules("from_torch")
    program = exported(rules, module, example_inputs)
    import torch

    found: list[TorchLayer] = []
    names: Counter[str] = Counter()

    class Recorder(torch.fx.Interpreter):
        """Notes the tensors of each depthwise convolution."""

        def run_node(self, node: torch.fx.Node) -> Any:
            result = super().run_node(node)
            if node.op == "call_function" and str(node.target) in CONVOLUTIONS:
                spec = layer_of(rules, node, names)
                if spec is not None:
                    given = arguments_of(node, *self.fetch_args_kwargs_from_env(node))
                    found.append(_layer(spec, given, result))
            return result

    with torch.no_grad():
        Recorder(program.module()).run(*example_inputs)
    rules.require(bool(found), "layers", 0, "must be at least one depthwise layer")
    rules.raise_if_any()
    return found


def _layer(spec: LayerSpec, given: dict[str, Any], result: Any) -> TorchLayer:
    """The layer with its values, or the reason why no engine has them."""
    rules = Rules(spec.name)
    number_format = str(given["weight"].dtype).removeprefix("torch.")
    rules.require(
        number_format in FLOAT_FORMATS,
        "dtype",
        number_format,
        f"must be one of {', '.join(FLOAT_FORMATS)}",
    )
    if rules.violations:
        return TorchLayer(spec.name, spec, reasons=tuple(rules.violations))
    weight = _array(given["weight"], number_format)
    split = (spec.channels, spec.channel_multiplier, spec.kernel_h, spec.kernel_w)
    bias = given.get("bias")
    floats = FloatParameters(
        np.ascontiguousarray(weight.reshape(split).transpose(2, 3, 0, 1)),
        None if bias is None else _array(bias, number_format),
        "none",
    )
    ifmap, ofmap = (
        np.ascontiguousarray(
            _array(tensor, number_format)
            .reshape(batch, channels, rows, columns)
            .transpose(0, 2, 3, 1)
        )
        for tensor, (batch, rows, columns, channels) in (
            (given["input"], spec.ifmap_shape),
            (result, spec.ofmap_shape),
        )
    )
    return TorchLayer(spec.name, spec, floats, ifmap, ofmap)


def _array(tensor: Any, number_format: str) -> np.ndarray:
    """A tensor as an array; NumPy has no bfloat16, so its words are taken."""
    import torch

    whole = tensor.detach().cpu().contiguous()
    if number_format != "bfloat16":
        return np.array(whole.numpy())
    import ml_dtypes

    return np.array(whole.view(torch.int16).numpy()).view(ml_dtypes.bfloat16)
