"""LayerSpec: the shape of one depthwise convolution, without data and without hardware."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

from dwsim.errors import Rules, SpecError
from dwsim.spec import tf_arguments

_MAY_BE_ZERO = ("batch", "ifmap_h", "ifmap_w", "channels", "channel_multiplier")


@dataclass(frozen=True)
class LayerSpec:
    """One depthwise convolution, every size spelled out.

    ``ofmap[b, i, j, k*M + q] = sum_{di,dj} filter[di, dj, k, q] * ifmap[b,
    stride_h*i + dilation_h*di - pad_top, stride_w*j + dilation_w*dj - pad_left, k]``
    with M = ``channel_multiplier``; taps outside the ifmap contribute nothing
    (``tf.nn.depthwise_conv2d``).

    Sizes are in pixels, pads in pixels per side. As in TensorFlow a tensor may be empty (batch 0,
    no channels, a VALID kernel one pixel larger than the ifmap): that is a valid shape, but no
    engine runs it (``is_empty``).

    Raises:
        SpecError: with every violated rule.
    """

    ifmap_h: int
    ifmap_w: int
    channels: int
    kernel_h: int
    kernel_w: int
    batch: int = 1
    channel_multiplier: int = 1
    stride_h: int = 1
    stride_w: int = 1
    dilation_h: int = 1
    dilation_w: int = 1
    pad_top: int = 0
    pad_bottom: int = 0
    pad_left: int = 0
    pad_right: int = 0
    name: str = ""

    def __post_init__(self) -> None:
        rules = Rules(f"layer {self.name}".rstrip())
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "name":
                rules.require(isinstance(value, str), "name", value, "must be a string")
            elif field.name.startswith("pad_") or field.name in _MAY_BE_ZERO:
                rules.integer(field.name, value, 0)
            else:
                rules.integer(field.name, value, 1)
        rules.raise_if_any()
        for axis in ("h", "w"):
            span, reach = self._padded(axis), self._reach(axis)
            stride = getattr(self, f"stride_{axis}")
            # TensorFlow divides (span - reach + stride) by the stride, rounds towards zero, and
            # refuses a negative quotient.
            rules.require(
                span - reach + stride > -stride,
                f"kernel_{axis}",
                getattr(self, f"kernel_{axis}"),
                f"spans {reach} pixels with its dilation, but the padded ifmap_{axis} only {span}:"
                " the ofmap's size would be negative",
            )
        rules.raise_if_any()

    def _padded(self, axis: str) -> int:
        if axis == "h":
            return self.ifmap_h + self.pad_top + self.pad_bottom
        return self.ifmap_w + self.pad_left + self.pad_right

    def _reach(self, axis: str) -> int:
        return _kernel_reach(getattr(self, f"kernel_{axis}"), getattr(self, f"dilation_{axis}"))

    @cached_property
    def ofmap_h(self) -> int:
        """Rows of the ofmap (0 if the kernel does not fit)."""
        return _ofmap(self._padded("h"), self.kernel_h, self.stride_h, self.dilation_h)

    @cached_property
    def ofmap_w(self) -> int:
        """Columns of the ofmap (0 if the kernel does not fit)."""
        return _ofmap(self._padded("w"), self.kernel_w, self.stride_w, self.dilation_w)

    @property
    def ofmap_channels(self) -> int:
        """Channels of the ofmap: ``channels * channel_multiplier``."""
        return self.channels * self.channel_multiplier

    @property
    def is_empty(self) -> bool:
        """True if the ifmap or the ofmap has no elements.

        An ofmap that has elements is then all zeros: every tap lies on padding.
        """
        return 0 in (*self.ifmap_shape, *self.ofmap_shape)

    @property
    def ifmap_shape(self) -> tuple[int, int, int, int]:
        """NHWC shape of the ifmap."""
        return (self.batch, self.ifmap_h, self.ifmap_w, self.channels)

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """``(kernel_h, kernel_w, channels, channel_multiplier)``, TensorFlow's order."""
        return (self.kernel_h, self.kernel_w, self.channels, self.channel_multiplier)

    @property
    def ofmap_shape(self) -> tuple[int, int, int, int]:
        """NHWC shape of the ofmap."""
        return (self.batch, self.ofmap_h, self.ofmap_w, self.ofmap_channels)

    def channel_groups(self, lanes: int) -> int:
        """Number of channel groups: ``ceil(channels / lanes)``; the last one may be partly used."""
        return -(-self.channels // lanes)

    @property
    def macs(self) -> int:
        """Multiply-adds of the layer, taps on padding included."""
        taps = self.kernel_h * self.kernel_w
        return self.batch * self.ofmap_h * self.ofmap_w * self.ofmap_channels * taps

    @classmethod
    def from_tf(
        cls,
        input_shape: Sequence[int],
        filter_shape: Sequence[int],
        strides: Sequence[int],
        padding: str | Sequence[Sequence[int]],
        data_format: str | None = "NHWC",
        dilations: Sequence[int] | None = None,
        name: str | None = None,
    ) -> LayerSpec:
        """The layer that ``tf.nn.depthwise_conv2d`` computes for these arguments.

        Args:
            input_shape: 4 sizes in the order of ``data_format``; 0 is allowed.
            filter_shape: ``[kernel_h, kernel_w, channels, channel_multiplier]``.
            strides: 4 integers in the order of ``data_format``; 1 for batch and channels. Rows
                and columns may differ (TensorFlow's CPU kernel cannot do that).
            padding: "SAME", "VALID", or 4 pairs ``[before, after]`` in the order of
                ``data_format``; ``[0, 0]`` for batch and channels.
            data_format: "NHWC", "NCHW", or None for NHWC.
            dilations: 2 integers, rows and columns, or None for 1; above 1 only when every
                stride is 1.
            name: the layer's name.

        Raises:
            SpecError: with every violated rule, in TensorFlow's names (``strides[1]``).
        """
        rules = Rules("depthwise_conv2d")
        given = rules.checked(
            tf_arguments.parse(
                rules, input_shape, filter_shape, strides, padding, data_format, dilations, name
            )
        )
        top, bottom, left, right = _same_pads_of(given) if given.pads is None else given.pads
        try:
            return cls(
                batch=given.batch,
                ifmap_h=given.ifmap[0],
                ifmap_w=given.ifmap[1],
                channels=given.channels,
                kernel_h=given.kernel[0],
                kernel_w=given.kernel[1],
                channel_multiplier=given.channel_multiplier,
                stride_h=given.strides[0],
                stride_w=given.strides[1],
                dilation_h=given.dilations[0],
                dilation_w=given.dilations[1],
                pad_top=top,
                pad_bottom=bottom,
                pad_left=left,
                pad_right=right,
                name=given.name,
            )
        except SpecError as error:
            # Only the rule between kernel and padded ifmap is left; it gets TensorFlow's names.
            raise SpecError(
                rules.subject,
                [replace(v, field=_TF_NAMES.get(v.field, v.field)) for v in error.violations],
            ) from None


_TF_NAMES = {"kernel_h": "filter.shape[0]", "kernel_w": "filter.shape[1]"}


def _ofmap(padded: int, kernel: int, stride: int, dilation: int) -> int:
    """Positions at which a kernel fits into ``padded`` pixels."""
    return max(padded - _kernel_reach(kernel, dilation) + stride, 0) // stride


def _kernel_reach(kernel: int, dilation: int) -> int:
    """Pixels from a kernel's first tap to its last, both included."""
    return (kernel - 1) * dilation + 1


def same_pads(ifmap: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """TensorFlow's SAME: ``ceil(ifmap / stride)`` outputs; an odd surplus pixel is padded after.

    https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
    """
    ofmap = -(-ifmap // stride)
    total = max((ofmap - 1) * stride + _kernel_reach(kernel, dilation) - ifmap, 0)
    return total // 2, total - total // 2


def _same_pads_of(given: tf_arguments.TfArguments) -> tuple[int, int, int, int]:
    """Top, bottom, left and right pads of SAME."""
    (top, bottom), (left, right) = (
        same_pads(given.ifmap[axis], given.kernel[axis], given.strides[axis], given.dilations[axis])
        for axis in (0, 1)
    )
    return top, bottom, left, right
