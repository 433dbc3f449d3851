"""The layers of the lockstep bench in C++: their beats, golden's beats, and what decides cycles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dwsim.derive import Plan
from dwsim.derive.parallel_plan import ParallelPlan
from dwsim.fast.event_inputs import slots_that_emit, slots_that_take
from dwsim.golden.ofmap import golden_ofmap
from dwsim.spec.engine_spec import EngineSpec
from dwsim.stream.layout import keep_words, pack_ifmap, pack_ofmap, pack_parameters

_WHOLE = {8: np.int8, 16: np.int16, 32: np.int32}
"""Widths of whole bytes need no work on bits."""


@dataclass(frozen=True)
class PoolLayer:
    """A layer with its parameters and several images; a job may keep the parameters.

    ``short`` is the number of beats of one more image, the first one without its end; 0: none.
    """

    plan: Plan
    weight: np.ndarray = field(repr=False)
    ifmaps: tuple[np.ndarray, ...] = field(repr=False)
    short: int


def write_pool(path: Path, engine: EngineSpec, layers: Sequence[PoolLayer]) -> None:
    """Writes the layers of a tap-parallel or tap-serial engine as the words that C++ reads."""
    words = [_build_words(engine, layers[0].plan), np.array([len(layers)], np.uint32)]
    for layer in layers:
        words += _layer_words(layer)
    np.concatenate(words).tofile(path)


def beat_words(beats: np.ndarray, width: int) -> np.ndarray:
    """Beats as words of 32 bits, the lowest first.

    Args:
        beats: integers of shape (beats, values).
        width: bits of a value.

    Returns:
        uint32 of shape (beats, words).
    """
    count = len(beats)
    if width in _WHOLE:
        packed = np.ascontiguousarray(np.asarray(beats).astype(_WHOLE[width])).view(np.uint8)
        return _padded(packed.reshape(count, -1))
    bits = (np.asarray(beats, np.int64)[:, :, np.newaxis] >> np.arange(width)) & 1
    packed = np.packbits(bits.astype(np.uint8).reshape(count, -1), axis=1, bitorder="little")
    return _padded(packed)


def _padded(rows: np.ndarray) -> np.ndarray:
    """Rows of bytes as words of 32 bits."""
    padded = np.pad(rows, [(0, 0), (0, -rows.shape[1] % 4)])
    return np.ascontiguousarray(padded).view(np.uint32).reshape(len(rows), -1)


def short_ifmap(layer: PoolLayer) -> np.ndarray:
    """The image that the engine sees if tlast comes after ``short`` beats: zeros for the rest."""
    ifmap = layer.ifmaps[0]
    places = pack_ifmap(np.arange(1, ifmap.size + 1).reshape(ifmap.shape), layer.plan)
    absent = places[layer.short :]
    seen = ifmap.copy().reshape(-1)
    quantisation = layer.plan.quantisation
    seen[absent[absent > 0] - 1] = 0 if quantisation is None else quantisation.ifmap_zero_point
    return seen.reshape(ifmap.shape)


def _build_words(engine: EngineSpec, plan: Plan) -> np.ndarray:
    """The constants of the model of the ports; a tap-serial engine has no such model."""
    words = [0] * 7
    if isinstance(plan, ParallelPlan):
        timing, sets = plan.numbers.timing, plan.numbers.counters.weight_sets
        lengths = (timing.fifo_depth, engine.passes, timing.output_cycles, timing.drain_cycles)
        words = [1, *lengths, sets, plan.numbers.formats.param_words]
    return np.array(words, np.uint32)


def _layer_words(layer: PoolLayer) -> list[np.ndarray]:
    plan = layer.plan
    formats, engine = plan.numbers.formats, plan.engine
    ofmap_width = formats.ofmap_width
    lag = plan.raster.lag if isinstance(plan, ParallelPlan) else 0
    pitch = plan.raster.plane_pitch if isinstance(plan, ParallelPlan) else 0
    course = [plan.planes, pitch, abs(lag), lag < 0, plan.layer.channel_multiplier]
    course += [plan.weight_sets, plan.ifmap_beats, plan.ofmap_beats, plan.cycles]
    keep = [[word >> i & 1 for i in range(formats.ofmap_beat_values)] for word in keep_words(plan)]
    kept = np.array(keep, np.int64)
    param = beat_words(pack_parameters(layer.weight, plan), engine.weight_width)
    words = [np.array(course, np.uint32), *_slot_words(plan)]
    words += [np.array(_config(plan, load), np.uint32) for load in (0, 1)]
    words += [np.array([len(param)], np.uint32), param.reshape(-1)]
    words += [beat_words(kept, 1).reshape(-1), beat_words(-kept, ofmap_width).reshape(-1)]
    images = [(ifmap, plan.ifmap_beats) for ifmap in layer.ifmaps]
    if layer.short:
        images.append((short_ifmap(layer), layer.short))
    words.append(np.array([len(images)], np.uint32))
    for ifmap, beats in images:
        sent = beat_words(pack_ifmap(ifmap, plan)[:beats], engine.ifmap_width)
        sums = engine.float_sums
        ofmap = golden_ofmap(
            ifmap, layer.weight, plan.layer, plan.quantisation, sums, plan.epilogue
        )
        wanted = beat_words(pack_ofmap(ofmap, plan) * kept, ofmap_width)
        words += [np.array([len(sent)], np.uint32), sent.reshape(-1), wanted.reshape(-1)]
    return words


def _slot_words(plan: Plan) -> list[np.ndarray]:
    """The slots of a plane that take a beat, and those that emit a window."""
    hits = [np.zeros(0, np.uint32)] * 2
    if isinstance(plan, ParallelPlan):
        hits = [slots_that_take(plan), slots_that_emit(plan)]
    return [np.concatenate([[slots.size], slots]).astype(np.uint32) for slots in hits]


def _config(plan: Plan, load: int) -> list[int]:
    """The words of the cfg_* ports, each in words of its own."""
    ports = plan.config_words() | {"load": load}
    return [
        ports[fields.name] >> at & 0xFFFFFFFF
        for fields in plan.numbers.config_fields
        for at in range(0, fields.total_width, 32)
    ]
