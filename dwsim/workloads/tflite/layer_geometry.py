"""The shape of a convolution of a file as a ``LayerSpec``, with folded operators in it."""

from __future__ import annotations

import math

from dwsim.errors import Rules, SpecError
from dwsim.spec.layer_spec import LayerSpec, same_pads
from dwsim.workloads.tflite.folding import Folded
from dwsim.workloads.tflite.graph_tables import DEPTHWISE, ConvolutionOptions, Operator, Tensor

MAX_ELEMENTS = 1 << 28
"""Elements of an ifmap (with its padding) or ofmap: ten times those of any known network."""
MAX_CHANNELS = 1 << 16


def is_grouped(operator: Operator, ifmap: Tensor | None, weight: Tensor | None) -> bool:
    """True for a CONV_2D with one group for each of several channels.

    Its weight is ``[ofmap_channels, kernel_h, kernel_w, 1]``.
    """
    if operator.options is None or ifmap is None or weight is None:
        return False
    if len(ifmap.shape) != 4 or len(weight.shape) != 4 or weight.shape[3] != 1:
        return False
    return ifmap.shape[3] > 1 and weight.shape[0] % ifmap.shape[3] == 0


def channel_axis(operator: Operator) -> int:
    """The axis of the weight tensor that holds the ofmap channels."""
    return 3 if operator.name == DEPTHWISE else 0


def read_geometry(
    rules: Rules, operator: Operator, options: ConvolutionOptions, weight: Tensor, folded: Folded
) -> LayerSpec | None:
    """The layer's shape; None when a rule is broken, which is then noted in ``rules``.

    All tensors have four sizes of at least 1.
    """
    before = len(rules.violations)
    channels = folded.ifmap.shape[3]
    multiplier = _multiplier(rules, operator, options, weight, channels)
    for axis in ("h", "w"):
        for what in ("stride", "dilation"):
            rules.integer(f"{what}_{axis}", getattr(options, f"{what}_{axis}"), 1)
    rules.require(
        options.padding in ("SAME", "VALID"), "padding", options.padding, "must be SAME or VALID"
    )
    if len(rules.violations) > before:
        return None
    pads = _pads(options, weight, folded)
    try:
        spec = LayerSpec(
            ifmap_h=folded.ifmap.shape[1],
            ifmap_w=folded.ifmap.shape[2],
            channels=channels,
            kernel_h=weight.shape[1],
            kernel_w=weight.shape[2],
            batch=folded.ifmap.shape[0],
            channel_multiplier=multiplier,
            stride_h=options.stride_h,
            stride_w=options.stride_w,
            dilation_h=options.dilation_h * folded.block[0],
            dilation_w=options.dilation_w * folded.block[1],
            pad_top=pads[0],
            pad_bottom=pads[1],
            pad_left=pads[2],
            pad_right=pads[3],
            name=rules.subject,
        )
    except SpecError as error:
        rules.violations += error.violations
        return None
    _check_sizes(rules, spec, folded.ofmap)
    return spec if len(rules.violations) == before else None


def _multiplier(
    rules: Rules, operator: Operator, options: ConvolutionOptions, weight: Tensor, channels: int
) -> int:
    axis = channel_axis(operator)
    ofmap_channels = weight.shape[axis]
    field = f"weight.shape[{axis}]"
    if axis == 3:
        rules.require(weight.shape[0] == 1, "weight.shape[0]", weight.shape[0], "must be 1")
    rules.integer(field, ofmap_channels, 1, MAX_CHANNELS)
    rules.require(
        ofmap_channels % channels == 0,
        field,
        ofmap_channels,
        f"must be a multiple of the ifmap's {channels} channels",
    )
    multiplier = ofmap_channels // channels
    rules.require(
        options.channel_multiplier in (0, multiplier),
        "depth_multiplier",
        options.channel_multiplier,
        f"must be {multiplier}, the multiplier of the shapes",
    )
    return multiplier


def _pads(options: ConvolutionOptions, weight: Tensor, folded: Folded) -> list[int]:
    """(top, bottom, left, right): SAME's pads plus those of folded operators, minus the crops.

    Inside SPACE_TO_BATCH_ND a padded pixel stands for ``block`` pixels of the layer.
    """
    pads = []
    for axis, (stride, dilation) in enumerate(
        ((options.stride_h, options.dilation_h), (options.stride_w, options.dilation_w))
    ):
        outer = folded.pads[2 * axis : 2 * axis + 2]
        block = folded.block[axis]
        own = (0, 0)
        if options.padding == "SAME":
            inside = (folded.ifmap.shape[1 + axis] + sum(outer)) // block
            own = same_pads(inside, weight.shape[1 + axis], stride, dilation)
        crops = folded.crops[2 * axis : 2 * axis + 2]
        pads += [
            block * one + more - less for one, more, less in zip(own, outer, crops, strict=True)
        ]
    return pads


def _check_sizes(rules: Rules, spec: LayerSpec, ofmap: Tensor) -> None:
    padded = (
        spec.batch,
        spec.ifmap_h + spec.pad_top + spec.pad_bottom,
        spec.ifmap_w + spec.pad_left + spec.pad_right,
        spec.channels,
    )
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
        f"must be {spec.ofmap_shape}, which follows from the layer's other sizes",
    )
