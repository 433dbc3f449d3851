"""Tensors to beats and back for tap-serial engines, whose beats carry several pixels.

For each image, for each channel group, the pixels of the plane row by row, ``ifmap_pixels`` a beat;
only the last beat of a plane may be partial. The ofmap leaves in the order in which the groups of
cells yield it: for each group of places, for each weight set, its pixels. With a channel
multiplier of 1 that is the order of the plane. Lane l of weight set m of a channel group carries
ofmap channel ``(group*lanes + l)*channel_multiplier + m``.
"""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_plan import SerialPlan


def pack_pixels(ifmap: np.ndarray, plan: SerialPlan) -> np.ndarray:
    """The ifmap's beats.

    Args:
        ifmap: integers, NHWC.
        plan: the layer on its engine.

    Returns:
        int64 of shape (ifmap_beats, ifmap_pixels * lanes), the first pixel first; surplus lanes
        of the last channel group and the places behind a plane's last pixel hold zeros.
    """
    layer, lanes = plan.layer, plan.engine.lanes
    beat = plan.numbers.formats.ifmap_pixels
    pixels = layer.ifmap_h * layer.ifmap_w
    surplus = plan.channel_groups * lanes - layer.channels
    padded = np.pad(np.asarray(ifmap, np.int64), [(0, 0), (0, 0), (0, 0), (0, surplus)])
    planes = padded.reshape(layer.batch, pixels, plan.channel_groups, lanes).transpose(0, 2, 1, 3)
    rest = plan.plane_beats * beat - pixels
    filled = np.pad(planes, [(0, 0), (0, 0), (0, rest), (0, 0)])
    return np.ascontiguousarray(filled).reshape(-1, beat * lanes)


def pack_sets(weight: np.ndarray, scales: np.ndarray | None, plan: SerialPlan) -> np.ndarray:
    """The parameter tensor's beats: for each weight set its taps, then the scales of its lanes.

    Args:
        weight: integers of shape (kernel_h, kernel_w, channels, channel_multiplier).
        scales: bytes of each ofmap channel's scale, as signed integers, or words of its bias in
            floating point, (bytes or words, ofmap_channels); None on an engine without either.
        plan: the layer on its engine.

    Returns:
        int64 of shape (param_beats, lanes). The taps of a kernel smaller than the engine's come
        first, and zeros fill the set's other taps. A lane's scale fills its beats from the lowest
        lane on.
    """
    layer, lanes, formats = plan.layer, plan.engine.lanes, plan.numbers.formats
    taps = layer.kernel_h * layer.kernel_w
    words = np.zeros((plan.weight_sets, formats.param_words, lanes), np.int64)
    words[:, :taps] = _by_set(np.asarray(weight, np.int64).reshape(taps, -1), plan)
    if scales is not None:
        bytes_of = _by_set(scales, plan).transpose(0, 2, 1)
        size = formats.scale_beats * lanes
        filled = np.pad(bytes_of, [(0, 0), (0, 0), (0, size - bytes_of.shape[2])])
        beats = filled.reshape(plan.weight_sets, lanes * formats.scale_beats, lanes)
        words[:, plan.engine.taps :] = beats
    return words.reshape(-1, lanes)


def _by_set(values: np.ndarray, plan: SerialPlan) -> np.ndarray:
    """(rows, ofmap_channels) as (weight_sets, rows, lanes); surplus lanes hold zeros."""
    layer, lanes = plan.layer, plan.engine.lanes
    multiplier = layer.channel_multiplier
    channels = values.reshape(len(values), layer.channels, multiplier)
    surplus = plan.channel_groups * lanes - layer.channels
    padded = np.pad(channels, [(0, 0), (0, surplus), (0, 0)])
    grouped = padded.reshape(len(values), plan.channel_groups, lanes, multiplier)
    return grouped.transpose(1, 3, 0, 2).reshape(plan.weight_sets, len(values), lanes)


def unpack_pixels(beats: np.ndarray, plan: SerialPlan) -> np.ndarray:
    """The ofmap, NHWC, from its beats of shape (ofmap_beats, ofmap_pixels * lanes)."""
    layer, lanes = plan.layer, plan.engine.lanes
    multiplier = layer.channel_multiplier
    pixels = np.asarray(beats).reshape(plan.planes, -1, lanes)[:, : plan.plane_pixels]
    pixel, weight_set = _order(plan)
    planes = np.zeros((plan.planes, layer.ofmap_h * layer.ofmap_w, multiplier, lanes), np.int64)
    planes[:, pixel, weight_set] = pixels
    shape = (layer.batch, plan.channel_groups, layer.ofmap_h, layer.ofmap_w, multiplier, lanes)
    full = planes.reshape(shape).transpose(0, 2, 3, 1, 5, 4)
    flat = full.reshape(layer.batch, layer.ofmap_h, layer.ofmap_w, -1)
    return np.ascontiguousarray(flat[..., : layer.ofmap_channels])


def pack_ofmap_pixels(ofmap: np.ndarray, plan: SerialPlan) -> np.ndarray:
    """The beats of an ofmap: the inverse of ``unpack_pixels``.

    Args:
        ofmap: integers, NHWC.
        plan: the layer on its engine.

    Returns:
        int64 of shape (ofmap_beats, ofmap_pixels * lanes); surplus lanes of the last channel group
        and the places behind a plane's last pixel hold zeros.
    """
    layer, lanes = plan.layer, plan.engine.lanes
    multiplier, beat = layer.channel_multiplier, plan.numbers.formats.ofmap_pixels
    surplus = (plan.channel_groups * lanes - layer.channels) * multiplier
    padded = np.pad(np.asarray(ofmap, np.int64), [(0, 0), (0, 0), (0, 0), (0, surplus)])
    shape = (layer.batch, layer.ofmap_h, layer.ofmap_w, plan.channel_groups, lanes, multiplier)
    grouped = padded.reshape(shape).transpose(0, 3, 1, 2, 5, 4)
    planes = grouped.reshape(plan.planes, layer.ofmap_h * layer.ofmap_w, multiplier, lanes)
    pixel, weight_set = _order(plan)
    rest = plan.plane_ofmap_beats * beat - plan.plane_pixels
    filled = np.pad(planes[:, pixel, weight_set], [(0, 0), (0, rest), (0, 0)])
    return np.ascontiguousarray(filled).reshape(plan.ofmap_beats, beat * lanes)


def _order(plan: SerialPlan) -> tuple[np.ndarray, np.ndarray]:
    """Pixel of the plane and weight set of each ofmap pixel of a plane, in stream order."""
    walk, layer = plan.walk, plan.layer
    place = np.arange(walk.places)
    row, column = np.divmod(place, walk.places_w)
    kept = column < layer.ofmap_w
    pixel = (row * layer.ofmap_w + column)[kept]
    group = (place // walk.cells)[kept]
    sets = np.arange(layer.channel_multiplier)
    order = np.lexsort(
        (
            np.tile(pixel, len(sets)),
            np.repeat(sets, len(pixel)),
            np.tile(group, len(sets)),
        )
    )
    return np.tile(pixel, len(sets))[order], np.repeat(sets, len(pixel))[order]


def kept_values(plan: SerialPlan) -> np.ndarray:
    """The values of ofmap beats that carry channels: bool (ofmap_beats, ofmap_pixels * lanes)."""
    lanes, beat = plan.engine.lanes, plan.numbers.formats.ofmap_pixels
    count = np.full((plan.layer.batch, plan.channel_groups), lanes)
    count[:, -1] = plan.layer.channels - (plan.channel_groups - 1) * lanes
    lane = np.arange(lanes) < count.reshape(-1, 1, 1, 1)
    place = np.arange(plan.plane_ofmap_beats * beat) < plan.plane_pixels
    kept = lane & place.reshape(1, plan.plane_ofmap_beats, beat, 1)
    return kept.reshape(plan.ofmap_beats, beat * lanes)
