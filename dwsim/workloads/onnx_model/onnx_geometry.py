"""The shape of a convolution of an ``.onnx`` file as a ``LayerSpec``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dwsim.errors import Rules, SpecError
from dwsim.spec.layer_spec import LayerSpec, same_pads

MAX_ELEMENTS = 1 << 28
"""Elements of an ifmap (with its padding) or ofmap: ten times those of any known network."""
MAX_CHANNELS = 1 << 16
AUTO_PADS = ("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")

Pads = tuple[int, int, int, int]
"""Top, bottom, left, right."""
NO_PADS: Pads = (0, 0, 0, 0)


def read_geometry(
    rules: Rules,
    attributes: Mapping[str, Any],
    ifmap: tuple[int, ...] | None,
    weight: tuple[int, ...] | None,
    folded: Pads,
) -> LayerSpec | None:
    """The layer's shape; None when a rule is broken, which is then noted in ``rules``.

    Args:
        rules: gets the violations.
        attributes: of the convolution.
        ifmap: N, C and one or two sizes, before the folded padding.
        weight: ofmap channels, 1, and the sizes of the kernel: one or two.
        folded: the padding of a Pad that is part of the layer.
    """
    before = len(rules.violations)
    _check_shape(rules, "ifmap", ifmap)
    _check_shape(rules, "weight", weight)
    if ifmap is None or weight is None or len(rules.violations) > before:
        return None
    channels, multiplier = ifmap[1], weight[0] // max(1, ifmap[1])
    group = attributes.get("group", 1)
    rules.require(len(weight) == len(ifmap), "weight.shape", weight, "must have the ifmap's rank")
    rules.require(
        group == channels, "group", group, f"must be {channels}, the number of ifmap channels"
    )
    rules.integer("weight.shape[0]", weight[0], 1, MAX_CHANNELS)
    kernel = _axes(weight[2:])
    rules.require(
        _axes(attributes.get("kernel_shape", weight[2:])) == kernel,
        "kernel_shape",
        attributes.get("kernel_shape"),
        f"must be {weight[2:]}, the sizes of the weight",
    )
    strides = _numbers(rules, attributes, "strides", 1, len(ifmap) - 2)
    dilations = _numbers(rules, attributes, "dilations", 1, len(ifmap) - 2)
    if len(rules.violations) > before:
        return None
    sizes = _axes(ifmap[2:])
    padded = (sizes[0] + folded[0] + folded[1], sizes[1] + folded[2] + folded[3])
    pads = _pads(rules, attributes, padded, kernel, strides, dilations, len(ifmap) - 2)
    if pads is None:
        return None
    top, bottom, left, right = (own + more for own, more in zip(pads, folded, strict=True))
    try:
        spec = LayerSpec(
            batch=ifmap[0],
            ifmap_h=sizes[0],
            ifmap_w=sizes[1],
            channels=channels,
            kernel_h=kernel[0],
            kernel_w=kernel[1],
            channel_multiplier=multiplier,
            stride_h=strides[0],
            stride_w=strides[1],
            dilation_h=dilations[0],
            dilation_w=dilations[1],
            pad_top=top,
            pad_bottom=bottom,
            pad_left=left,
            pad_right=right,
            name=rules.subject,
        )
    except SpecError as error:
        rules.violations += error.violations
        return None
    _check_sizes(rules, spec)
    return spec if len(rules.violations) == before else None


def _check_shape(rules: Rules, role: str, shape: tuple[int, ...] | None) -> None:
    field = f"{role}.shape"
    unknown = "has sizes that the file leaves unknown: give the shape of the input with --shape"
    if not rules.require(shape is not None, field, shape, unknown) or shape is None:
        return
    if rules.require(len(shape) in (3, 4), field, shape, "must have 3 or 4 sizes"):
        rules.require(min(shape) >= 0, field, shape, unknown)
        rules.require(0 not in shape, field, shape, "every size must be at least 1")


def _axes(sizes: Any) -> tuple[Any, Any]:
    """Rows and columns; a convolution over one axis has one row."""
    listed = tuple(sizes) if isinstance(sizes, (list, tuple)) else (sizes,)
    return (1, listed[0]) if len(listed) == 1 else (listed[0], listed[1])


def _numbers(
    rules: Rules, attributes: Mapping[str, Any], name: str, default: int, axes: int
) -> tuple[int, int]:
    """An attribute of one integer for each axis, as rows and columns."""
    values = attributes.get(name) or [default] * axes
    if not rules.require(
        isinstance(values, list) and len(values) == axes,
        name,
        values,
        f"must be {axes} integers, one for each axis",
    ):
        return default, default
    good = [rules.integer(f"{name}[{index}]", one, 1) for index, one in enumerate(values)]
    if not all(good):
        return default, default
    rows, columns = _axes(values)
    return (1 if axes == 1 else rows), columns


def _pads(
    rules: Rules,
    attributes: Mapping[str, Any],
    sizes: tuple[int, int],
    kernel: tuple[int, int],
    strides: tuple[int, int],
    dilations: tuple[int, int],
    axes: int,
) -> Pads | None:
    """The convolution's own padding, by ``auto_pad`` or by ``pads``."""
    mode = attributes.get("auto_pad", "NOTSET")
    if not rules.require(
        mode in AUTO_PADS, "auto_pad", mode, f"must be one of {', '.join(AUTO_PADS)}"
    ):
        return None
    if mode == "VALID":
        return NO_PADS
    if mode == "NOTSET":
        given = attributes.get("pads") or [0] * (2 * axes)
        if not rules.require(
            isinstance(given, list) and len(given) == 2 * axes,
            "pads",
            given,
            f"must be {2 * axes} integers: the begin of each axis, then the end of each",
        ):
            return None
        if not all(rules.integer(f"pads[{index}]", one, 0) for index, one in enumerate(given)):
            return None
        if axes == 1:
            return (0, 0, given[0], given[1])
        return (given[0], given[2], given[1], given[3])
    pads = []
    for size, taps, stride, dilation in zip(sizes, kernel, strides, dilations, strict=True):
        total = (-(-size // stride) - 1) * stride + (taps - 1) * dilation + 1 - size
        # ONNX does not say which pixels a negative padding cuts off.
        if not rules.require(
            total >= 0,
            "auto_pad",
            mode,
            f"would pad {size} pixels by {total} at stride {stride}: give pads, which are clear",
        ):
            return None
        less, more = same_pads(size, taps, stride, dilation)
        pads += [more, less] if mode == "SAME_LOWER" else [less, more]
    return (pads[0], pads[1], pads[2], pads[3])


def _check_sizes(rules: Rules, spec: LayerSpec) -> None:
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
        not spec.is_empty, "ofmap.shape", spec.ofmap_shape, "must have at least one element"
    )
