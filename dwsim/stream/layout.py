"""Tensors to beats and back: the one home of the order of the streams.

A stream has one beat of ``lanes`` channels for each image, plane, row, column and channel group
of the plane, the group changing fastest. With one group in a plane this is the blocked layout
NC/p-H-W-p, with all groups it is NHWC. Arrays of beats have the lanes in their last axis; a beat
on a wire has lane l in bits ``[l*width +: width]``.
"""

from __future__ import annotations

import numpy as np

from dwsim.derive import Plan
from dwsim.derive.number_formats import NumberFormats
from dwsim.derive.requantise_domain import check_domain
from dwsim.derive.serial_plan import SerialPlan
from dwsim.spec.epilogue import Epilogue
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import reduced_multiplier
from dwsim.stream.pixel_layout import (
    kept_values,
    pack_ofmap_pixels,
    pack_pixels,
    pack_sets,
    unpack_pixels,
)


def pack_ifmap(ifmap: np.ndarray, plan: Plan) -> np.ndarray:
    """The ifmap's beats.

    Args:
        ifmap: integers, NHWC.
        plan: the layer on its engine.

    Returns:
        int64 of shape (ifmap_beats, lanes); surplus lanes of the last group hold zeros. A beat
        of a tap-serial engine has more values, see ``pack_pixels``.
    """
    if isinstance(plan, SerialPlan):
        return pack_pixels(ifmap, plan)
    layer, lanes = plan.layer, plan.engine.lanes
    surplus = plan.channel_groups * lanes - layer.channels
    padded = np.pad(np.asarray(ifmap, np.int64), [(0, 0), (0, 0), (0, 0), (0, surplus)])
    groups = (plan.image_planes, plan.interleave)
    grouped = padded.reshape(*padded.shape[:3], *groups, lanes)
    return np.ascontiguousarray(grouped.transpose(0, 3, 1, 2, 4, 5)).reshape(-1, lanes)


def pack_parameters(weight: np.ndarray, plan: Plan) -> np.ndarray:
    """The parameter tensor's beats: for each weight set its taps, then its scales or biases.

    Args:
        weight: integers of shape (kernel_h, kernel_w, channels, channel_multiplier).
        plan: the layer on its engine, with its quantisation if the engine requantises, and its
            epilogue if the engine has one.

    Returns:
        int64 of shape (param_beats, lanes). Set ``g*M + m`` holds ofmap channels
        ``(g*M + m)*lanes`` onwards. Its taps come row by row; a kernel smaller than the engine's
        sits at the end, and zeros fill the last of the engine's passes. A scale has the bytes of
        bias, multiplier and right shift, each from the lowest byte up. A bias in floating point
        is cut into words of the weights' width, the lowest first.

    Raises:
        SpecError: if a channel of the layer leaves the domain that TFLite defines; see
            ``dwsim.derive.requantise_domain``.
    """
    layer, engine, formats = plan.layer, plan.engine, plan.numbers.formats
    scale_bytes = None
    if plan.quantisation is not None:
        check_domain(weight, layer, plan.quantisation)
        scale_bytes = _scale_bytes(plan.quantisation, formats)
    if isinstance(plan, SerialPlan):
        biases = None if plan.epilogue is None else _bias_words(plan.epilogue, formats)
        return pack_sets(weight, scale_bytes if biases is None else biases, plan)
    sets, taps = plan.weight_sets, engine.taps
    scales = engine.passes * engine.lane_multipliers
    words = np.zeros((formats.param_words, sets * engine.lanes), np.int64)
    full = words[:taps].reshape(engine.kernel_h, engine.kernel_w, -1)
    top, left = engine.kernel_h - layer.kernel_h, engine.kernel_w - layer.kernel_w
    flat = np.asarray(weight, np.int64).reshape(layer.kernel_h, layer.kernel_w, -1)
    full[top:, left:, : layer.ofmap_channels] = flat
    if scale_bytes is not None:
        words[scales:, : layer.ofmap_channels] = scale_bytes
    if plan.epilogue is not None:
        words[scales:, : layer.ofmap_channels] = _bias_words(plan.epilogue, formats)
    by_set = words.reshape(formats.param_words, sets, engine.lanes)
    return np.ascontiguousarray(by_set.transpose(1, 0, 2)).reshape(-1, engine.lanes)


def _bias_words(epilogue: Epilogue, formats: NumberFormats) -> np.ndarray:
    """The words of each ofmap channel's bias: (bias_words, channels)."""
    width = formats.spec.weight_width
    places = width * np.arange(formats.bias_words)[:, np.newaxis]
    words: np.ndarray = np.array(epilogue.bias, np.int64) >> places & (1 << width) - 1
    return words


def _scale_bytes(q: Quantisation, formats: NumberFormats) -> np.ndarray:
    """Bytes of each ofmap channel's bias, multiplier and right shift: (scale_words, channels).

    The right shift is the position of the result in the product of sum and multiplier.
    """
    bias = np.asarray(q.bias, np.int64)
    multiplier = np.asarray(q.multiplier, np.int64)
    if q.ifmap_width == 16:
        multiplier = np.array([reduced_multiplier(value) for value in q.multiplier], np.int64)
    right_shift = formats.fraction - np.asarray(q.shift, np.int64)
    numbers = {"bias": bias, "multiplier": multiplier, "right_shift": right_shift}
    rows = [
        numbers[part.name] >> (8 * k) & 0xFF
        for part in formats.scale_parts
        for k in range(part.words)
    ]
    # The parameter stream carries them in the place of signed weights.
    return (np.array(rows) ^ 0x80) - 0x80


def unpack_ofmap(beats: np.ndarray, plan: Plan) -> np.ndarray:
    """The ofmap, NHWC, from its beats of shape (ofmap_beats, values of a beat)."""
    if isinstance(plan, SerialPlan):
        return unpack_pixels(beats, plan)
    layer, lanes = plan.layer, plan.engine.lanes
    shape = (layer.batch, plan.image_planes, layer.ofmap_h, layer.ofmap_w, plan.interleave)
    grouped = np.asarray(beats).reshape(*shape, layer.channel_multiplier * lanes)
    full = grouped.transpose(0, 2, 3, 1, 4, 5).reshape(
        layer.batch, layer.ofmap_h, layer.ofmap_w, -1
    )
    return np.ascontiguousarray(full[..., : layer.ofmap_channels])


def pack_ofmap(ofmap: np.ndarray, plan: Plan) -> np.ndarray:
    """The beats of an ofmap: the inverse of ``unpack_ofmap``.

    Args:
        ofmap: integers, NHWC.
        plan: the layer on its engine.

    Returns:
        int64 of shape (ofmap_beats, values of a beat); values without a channel are zeros.
    """
    if isinstance(plan, SerialPlan):
        return pack_ofmap_pixels(ofmap, plan)
    layer, lanes = plan.layer, plan.engine.lanes
    beats = layer.channel_multiplier * lanes
    surplus = plan.channel_groups * beats - layer.ofmap_channels
    padded = np.pad(np.asarray(ofmap, np.int64), [(0, 0), (0, 0), (0, 0), (0, surplus)])
    grouped = padded.reshape(*padded.shape[:3], plan.image_planes, plan.interleave, beats)
    return np.ascontiguousarray(grouped.transpose(0, 3, 1, 2, 4, 5)).reshape(-1, lanes)


def keep_counts(plan: Plan) -> np.ndarray:
    """Number of lanes in each ofmap beat that carry channels: the ones of ``tkeep``."""
    layer, lanes = plan.layer, plan.engine.lanes
    multiplier = layer.channel_multiplier
    last = np.clip(plan.tail_channels - np.arange(multiplier) * lanes, 0, lanes)
    pixels = layer.ofmap_h * layer.ofmap_w
    groups = (plan.image_planes, pixels, plan.interleave)
    counts = np.full((layer.batch, *groups, multiplier), lanes)
    counts[:, -1, :, -1] = last
    return counts.reshape(-1)


def keep_words(plan: Plan) -> list[int]:
    """``tkeep`` of each ofmap beat: one bit for each value, the first one lowest."""
    if isinstance(plan, SerialPlan):
        return [to_word(kept, 1) for kept in kept_values(plan).astype(np.int64)]
    return [(1 << count) - 1 for count in keep_counts(plan).tolist()]


def to_word(lanes: np.ndarray, width: int) -> int:
    """Values of ``width`` bits as the integer on their wires, the first in the lowest bits."""
    bits = (lanes[:, np.newaxis] >> np.arange(width)) & 1
    packed = np.packbits(bits.astype(np.uint8).reshape(-1), bitorder="little")
    return int.from_bytes(packed.tobytes(), "little")


def from_word(word: int, lanes: int, width: int, signed: bool) -> np.ndarray:
    """The lanes of a beat (int64) from the integer on its wires."""
    packed = word.to_bytes(-(-lanes * width // 8), "little")
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=lanes * width, bitorder="little")
    values = bits.reshape(lanes, width).astype(np.int64) @ (1 << np.arange(width, dtype=np.int64))
    if signed:
        values -= (values >> (width - 1)) << width
    return values
