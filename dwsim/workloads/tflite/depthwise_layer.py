"""One DEPTHWISE_CONV_2D as a layer, or every reason why it cannot run."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

from dwsim.errors import Rules, SpecError
from dwsim.spec.layer_spec import LayerSpec, same_pads
from dwsim.workloads.tflite.flatbuffer import DepthwiseOptions, Operator, Subgraph, Tensor
from dwsim.workloads.tflite.folding import FoldedPad, fold_pad
from dwsim.workloads.tflite.model import DepthwiseLayer
from dwsim.workloads.tflite.parameters import (
    check_activations,
    check_scales,
    check_types,
    read_parameters,
)

MAX_ELEMENTS = 1 << 28
"""Of an ifmap (with its padding) or ofmap: ten times what any known network has."""
MAX_CHANNELS = 1 << 16


class LayerReader:
    """Reads the depthwise layers of one subgraph."""

    def __init__(self, subgraph: Subgraph):
        self.subgraph = subgraph
        self.uses = Counter(index for op in subgraph.operators for index in op.inputs)
        self.uses.update(subgraph.outputs)
        self.producers = {index: op for op in subgraph.operators for index in op.outputs}

    def read(self, operator: Operator, name: str) -> DepthwiseLayer:
        """The layer that ``operator`` is."""
        rules = Rules(name)
        tensors = self._tensors(rules, operator)
        ofmap = self.subgraph.tensor(operator.outputs[0]) if operator.outputs else None
        layer = DepthwiseLayer(
            name=name,
            subgraph=self.subgraph.index,
            operator=operator.index,
            tensor_name=ofmap.name if ofmap else "",
            ifmap_tensor=operator.inputs[0] if operator.inputs else -1,
            ofmap_tensor=operator.outputs[0] if operator.outputs else -1,
        )
        rules.require(
            self.subgraph.index == 0,
            "subgraph",
            self.subgraph.index,
            "must be 0: only the model's main graph is run",
        )
        options = operator.options
        rules.require(options is not None, "options", None, "must be there")
        if tensors is None or options is None:
            return replace(layer, reasons=tuple(rules.violations))
        return self._checked(rules, layer, options, *tensors)

    def _tensors(
        self, rules: Rules, operator: Operator
    ) -> tuple[Tensor, Tensor, Tensor | None, Tensor] | None:
        """Ifmap, weight, bias and ofmap; None when one is missing. The bias may be left out."""
        counts = (len(operator.inputs), len(operator.outputs))
        if not rules.require(
            counts in ((2, 1), (3, 1)),
            "inputs, outputs",
            counts,
            "must be ifmap, weight and perhaps a bias; one ofmap",
        ):
            return None
        found: dict[str, Tensor | None] = {"bias": None}
        roles = zip(("ifmap", "weight", "bias"), operator.inputs, strict=False)
        for role, index in (*roles, ("ofmap", operator.outputs[0])):
            found[role] = self.subgraph.tensor(index)
            optional = role == "bias" and index == -1
            rules.require(
                optional or found[role] is not None, role, index, "is no tensor of the file"
            )
        if rules.violations:
            return None
        return found["ifmap"], found["weight"], found["bias"], found["ofmap"]  # type: ignore

    def _checked(
        self,
        rules: Rules,
        layer: DepthwiseLayer,
        options: DepthwiseOptions,
        ifmap: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        ofmap: Tensor,
    ) -> DepthwiseLayer:
        pad = fold_pad(self.subgraph, self.producers.get(ifmap.index), ifmap, self.uses)
        if pad is not None:
            layer = replace(layer, ifmap_tensor=pad.ifmap.index, pad_operator=pad.operator)
        spec = None
        shapes = [
            self._shape(rules, "ifmap", pad.ifmap if pad else ifmap),
            self._shape(rules, "weight", weight),
            self._shape(rules, "ofmap", ofmap),
        ]
        if all(shapes):
            spec = _spec(rules, layer.name, options, ifmap, weight, ofmap, pad)
        check_types(rules, ifmap, weight, bias, ofmap)
        if spec is None or rules.violations:
            # Without sizes and types the numbers mean nothing, but the scales can be judged.
            check_activations(rules, ifmap, ofmap)
            return replace(layer, reasons=tuple(rules.violations))
        parameters = read_parameters(rules, spec, options, ifmap, weight, bias, ofmap)
        if parameters is not None:
            check_scales(rules, parameters)
        if rules.violations:
            return replace(layer, reasons=tuple(rules.violations))
        return replace(layer, spec=spec, parameters=parameters)

    def _shape(self, rules: Rules, role: str, tensor: Tensor) -> bool:
        """Four known sizes of at least 1. An unknown batch is the 1 that the file states."""
        field = f"{role}.shape"
        good = rules.require(len(tensor.shape) == 4, field, tensor.shape, "must have 4 sizes")
        good = good and rules.require(
            min(tensor.shape) >= 1, field, tensor.shape, "every size must be at least 1"
        )
        unknown = tensor.signature
        good &= rules.require(
            min(unknown[1:], default=0) >= 0,
            field,
            unknown,
            "must be fixed: convert the model with an input of fixed size",
        )
        producer = self.producers.get(tensor.index)
        if producer is not None and producer.name == "SPACE_TO_BATCH_ND" and unknown[:1] == (-1,):
            good &= rules.require(
                False,
                field,
                unknown,
                "is a dilation spelled as SPACE_TO_BATCH_ND, of a batch that is not known: convert"
                " the model with a fixed batch, then TFLite writes a dilated layer",
            )
        return good


def _spec(
    rules: Rules,
    name: str,
    options: DepthwiseOptions,
    ifmap: Tensor,
    weight: Tensor,
    ofmap: Tensor,
    pad: FoldedPad | None,
) -> LayerSpec | None:
    """The geometry, with SAME resolved and a folded PAD in it."""
    channels, ofmap_channels = ifmap.shape[3], weight.shape[3]
    before = len(rules.violations)
    rules.require(weight.shape[0] == 1, "weight.shape[0]", weight.shape[0], "must be 1")
    rules.integer("weight.shape[3]", ofmap_channels, 1, MAX_CHANNELS)
    rules.require(
        ofmap_channels % channels == 0,
        "weight.shape[3]",
        ofmap_channels,
        f"must be a multiple of the ifmap's {channels} channels",
    )
    multiplier = ofmap_channels // channels
    rules.require(
        options.channel_multiplier in (0, multiplier),
        "depth_multiplier",
        options.channel_multiplier,
        f"must be {multiplier}, as the shapes have it",
    )
    for axis in ("h", "w"):
        for what in ("stride", "dilation"):
            rules.integer(f"{what}_{axis}", getattr(options, f"{what}_{axis}"), 1)
    rules.require(
        options.padding in ("SAME", "VALID"), "padding", options.padding, "must be SAME or VALID"
    )
    if len(rules.violations) > before:
        return None
    (height, width), (kernel_h, kernel_w) = ifmap.shape[1:3], weight.shape[1:3]
    pads = [0, 0, 0, 0]
    if options.padding == "SAME":
        pads = [
            *same_pads(height, kernel_h, options.stride_h, options.dilation_h),
            *same_pads(width, kernel_w, options.stride_w, options.dilation_w),
        ]
    if pad is not None:
        height, width = pad.ifmap.shape[1:3]
        pads = [one + more for one, more in zip(pads, pad.pads, strict=True)]
    try:
        spec = LayerSpec(
            ifmap_h=height,
            ifmap_w=width,
            channels=channels,
            kernel_h=kernel_h,
            kernel_w=kernel_w,
            batch=ifmap.shape[0],
            channel_multiplier=multiplier,
            stride_h=options.stride_h,
            stride_w=options.stride_w,
            dilation_h=options.dilation_h,
            dilation_w=options.dilation_w,
            pad_top=pads[0],
            pad_bottom=pads[1],
            pad_left=pads[2],
            pad_right=pads[3],
            name=name,
        )
    except SpecError as error:
        rules.violations += error.violations
        return None
    padded = (spec.batch, height + sum(pads[:2]), width + sum(pads[2:]), channels)
    for role, shape in (("ifmap", padded), ("ofmap", spec.ofmap_shape)):
        rules.require(
            math.prod(shape) <= MAX_ELEMENTS,
            f"{role}.shape",
            shape,
            f"must have at most {MAX_ELEMENTS:,} elements",
        )
    rules.require(
        ofmap.shape == spec.ofmap_shape,
        "ofmap.shape",
        ofmap.shape,
        f"must be {spec.ofmap_shape}, as the layer computes it",
    )
    return spec if len(rules.violations) == before else None
