"""Layers at the maxima of a build, which random layers seldom reach."""

from __future__ import annotations

from collections.abc import Iterator

from dwsim import EngineSpec, LayerSpec
from dwsim.errors import SpecError
from dwsim.rtlsim.job import Job
from tests.cosim.layers import fits, interleaves, layer, make_job
from tests.cosim.test_requantise import quantised_job


def maxima_jobs(engine: EngineSpec, first_seed: int) -> list[Job]:
    """One job for each layer, the stall profiles in turn."""
    profiles = ("none", "both", "slow-sink", "slow-source")
    jobs = []
    for number, made in enumerate(maxima_layers(engine)):
        seed, stalls = first_seed + number, profiles[number % 4]
        if engine.requantise != "none":
            jobs.append(quantised_job(made, engine, seed, stalls))
        else:
            interleave = interleaves(made, engine)[-1]
            jobs.append(make_job(made, engine, seed, stalls, interleave=interleave))
    return [*jobs, *_plane_jobs(engine, first_seed + len(jobs))]


def maxima_layers(engine: EngineSpec) -> Iterator[LayerSpec]:
    """The layers among the candidates that fit the engine."""
    for candidate in _candidates(engine):
        try:
            made = layer(*candidate[:7], **candidate[7])
        except SpecError:
            continue
        if fits(made, engine):
            yield made


def _plane_jobs(engine: EngineSpec, first_seed: int) -> Iterator[Job]:
    """Counts of planes up to the largest, with one bit or two: a bit of a count or a comparison.

    No plane has two channel groups, which would make the planes fewer.
    """
    groups = [(engine.lanes * n, engine.max_batch) for n in range(1, engine.max_channel_groups + 1)]
    batches = [(1, (1 << bit) + 1) for bit in range(2, 8)]
    for number, (channels, batch) in enumerate([*groups, *batches]):
        made = layer("planes", (1, 1), (1, 1), channels, batch=batch)
        if engine.requantise != "none":
            yield quantised_job(made, engine, first_seed + number, "none")
        else:
            yield make_job(made, engine, first_seed + number, "none")


def _candidates(engine: EngineSpec) -> Iterator[tuple]:
    """Arguments of ``layer``; sizes count down from the maxima to the largest that fits."""
    kernel = (engine.kernel_h, engine.kernel_w)
    width, height = engine.max_row_pitch, engine.max_plane_rows
    channels = engine.lanes * engine.max_channel_groups
    most = engine.max_channel_multiplier
    none = (0, 0, 0, 0)
    far = (engine.max_dilation_h, engine.max_dilation_w)
    for pads in (none, "SAME"):
        yield ("wide", (kernel[0], width), kernel, channels, pads, (1, 1), (1, 1), {})
        yield ("tall", (height, kernel[1]), kernel, channels, pads, (1, 1), (1, 1), {})
        yield (
            "large",
            (height, width),
            kernel,
            channels,
            pads,
            (1, 1),
            (1, 1),
            {"channel_multiplier": most},
        )
        yield ("spread", (height, width), kernel, 1, pads, (1, 1), far, {})
        for stride in (2, 3, 4, 5, 6, 7, 8, width - 1, width - kernel[1]):
            yield (
                "strides",
                (height, width),
                (1, 1),
                2,
                pads,
                (min(stride, height - 1), stride),
                (1, 1),
                {},
            )
            yield ("strides", (height, width), kernel, channels, pads, (stride, stride), (1, 1), {})
    batches = (2**bit + low for bit in range(1, 12) for low in (-1, 0))
    for batch in (engine.max_batch, *(b for b in batches if b < engine.max_batch)):
        yield ("planes", (1, 1), (1, 1), channels, none, (1, 1), (1, 1), {"batch": batch})
        yield ("planes", (1, 2), (1, 1), 1, none, (1, 1), (1, 1), {"batch": batch})
    for lead in range(height + kernel[0], 0, -1):
        yield ("lead", (2, width), kernel, 2, (lead, 0, 0, 0), (1, 1), (1, 1), {})
        yield ("lead", (2, 3), kernel, 2, (lead, 0, 1, 0), (1, 1), (1, 1), {"batch": 2})
    for pads in ((0, 9, 0, 9), (0, height - 1, 0, 0), (0, 0, 0, width - 1), (2, 5, 2, 7)):
        yield ("pads_after", (1, 1), kernel, channels, pads, (1, 1), (1, 1), {"batch": 2})
        yield ("pads_after", (3, 2), (1, 1), 2, pads, (2, 3), (1, 1), {})
    for column in range(width - 1, 0, -2):
        yield ("columns", (2, column), (1, kernel[1]), channels, none, (1, 1), (1, 1), {})
