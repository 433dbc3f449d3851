"""Reads the depthwise layers of PyTorch modules, by ``torch.export``."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dwsim.errors import Rules, SpecError, ToolError
from dwsim.spec.layer_spec import LayerSpec, same_pads
from dwsim.workloads.network import Network

CONVOLUTIONS = (
    *("aten.conv1d.default", "aten.conv1d.padding"),
    *("aten.conv2d.default", "aten.conv2d.padding"),
    "aten.convolution.default",
)
_ARGUMENTS = ("input", "weight", "bias", "stride", "padding", "dilation")


def from_torch(module: Any, example_inputs: tuple[Any, ...]) -> Network:
    """The shapes of the depthwise layers of a module, in the order in which they run.

    A layer is a convolution over one or two axes with one group for each of several channels: of
    ``nn.Conv2d``, ``nn.Conv1d``, or called as a function. To compare values, export the module to
    ONNX.

    Args:
        module: an ``nn.Module``, or an ``ExportedProgram`` of one.
        example_inputs: the arguments of its ``forward``; their shapes are those of the layers.
            They may need gradients; module and inputs must be on one device.

    Raises:
        SpecError: for a module that ``torch.export`` refuses, a depthwise layer that no
            ``LayerSpec`` describes, and a module without one.
        ToolError: if PyTorch is not installed.
    """
    rules = Rules("from_torch")
    program = exported(rules, module, example_inputs)
    layers = []
    names: Counter[str] = Counter()
    for node in program.graph.nodes:
        if node.op == "call_function" and str(node.target) in CONVOLUTIONS:
            layer = layer_of(rules, node, names)
            layers += [] if layer is None else [layer]
    rules.require(bool(layers), "layers", 0, "must be at least one depthwise layer")
    rules.raise_if_any()
    return Network(type(module).__name__, tuple(layers), "torch")


def exported(rules: Rules, module: Any, example_inputs: tuple[Any, ...]) -> Any:
    """The module as an ``ExportedProgram``.

    Raises:
        SpecError, ToolError: as ``from_torch``.
    """
    try:
        import torch
    except ModuleNotFoundError:
        how = "python -m pip install 'dwsim[torch]'"
        raise ToolError(f"from_torch needs PyTorch: {how}") from None
    rules.require(
        isinstance(example_inputs, tuple),
        "example_inputs",
        type(example_inputs).__name__,
        "must be a tuple: the arguments of the module's forward",
    )
    rules.require(
        isinstance(module, (torch.nn.Module, torch.export.ExportedProgram)),
        "module",
        type(module).__name__,
        "must be an nn.Module or an ExportedProgram",
    )
    rules.raise_if_any()
    if not isinstance(module, torch.nn.Module):
        return module
    try:
        return torch.export.export(module, example_inputs)
    # torch.export raises errors of many kinds for what it cannot trace.
    except Exception as error:
        text = (str(error).strip() or type(error).__name__).splitlines()[0]
        rules.fail("module", type(module).__name__, f"torch.export refuses it: {text}")


def arguments_of(node: Any, positional: Any, named: Any) -> dict[str, Any]:
    """The arguments of a convolution by name: nodes of the graph, or tensors and numbers."""
    whole = str(node.target) == "aten.convolution.default"
    keys = (*_ARGUMENTS, "transposed", "output_padding", "groups") if whole else _ARGUMENTS
    return dict(zip((*keys, "groups"), positional, strict=False)) | dict(named)


def layer_of(rules: Rules, node: Any, names: Counter[str]) -> LayerSpec | None:
    """A convolution as a layer; None if it is not depthwise, or if a rule is broken."""
    given = arguments_of(node, node.args, node.kwargs)
    ifmap, weight = (tuple(given[key].meta["val"].shape) for key in ("input", "weight"))
    groups = given.get("groups", 1)
    axes = len(weight) - 2
    if groups < 2 or weight[1] != 1 or axes > 2 or given.get("transposed", False):
        return None
    name = node.name if not names[node.name] else f"{node.name}_{names[node.name]}"
    names[node.name] += 1
    if len(ifmap) == axes + 1:
        ifmap = (1, *ifmap)  # without a batch
    if not rules.require(
        all(type(size) is int for size in (*ifmap, *weight)),
        f"{name}.shape",
        ifmap,
        "must have sizes that are known when the module is exported",
    ):
        return None
    sizes, kernel = _axes(ifmap[2:], 1), _axes(weight[2:], 1)
    stride, dilation = (
        _axes(given.get("stride", 1), 1, axes),
        _axes(given.get("dilation", 1), 1, axes),
    )
    padding = given.get("padding", 0)
    if padding == "same":
        pads = [same_pads(sizes[i], kernel[i], 1, dilation[i]) for i in range(2)]
    else:
        pads = [(one, one) for one in _axes(0 if padding == "valid" else padding, 0, axes)]
    try:
        return LayerSpec(
            sizes[0], sizes[1], ifmap[1], kernel[0], kernel[1], ifmap[0], weight[0] // groups,
            *stride, *dilation, *pads[0], *pads[1], name=name,
        )  # fmt: skip
    except SpecError as error:
        rules.violations += error.violations
        return None


def _axes(values: Any, missing: int, axes: int = 0) -> tuple[int, int]:
    """Rows and columns of a number, or of one for each axis; one axis is the columns."""
    listed = list(values) if isinstance(values, (list, tuple)) or axes == 0 else [values]
    if len(listed) == 1 and axes == 2:
        listed *= 2
    return (missing, listed[0]) if len(listed) == 1 else (listed[0], listed[1])
