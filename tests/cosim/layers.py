"""Layers, data and jobs for cosimulation: named degenerate shapes and seeded random ones."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dwsim.derive import Plan, value_range
from dwsim.errors import SpecError
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.layer_spec import LayerSpec
from dwsim.stream.random_epilogue import random_epilogue
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES

STALLING = tuple(name for name in PROFILES if name not in ("none", "long-stops"))
MOST_CYCLES = 900
"""Longest random layer: many short layers meet more corners than few long ones."""


def layer(
    name: str,
    image: tuple[int, int],
    kernel: tuple[int, int],
    channels: int = 1,
    pads: str | tuple[int, int, int, int] = (0, 0, 0, 0),
    strides: tuple[int, int] = (1, 1),
    dilations: tuple[int, int] = (1, 1),
    **sizes: int,
) -> LayerSpec:
    """A layer by its pairs (rows, columns); ``pads`` is (top, bottom, left, right) or "SAME"."""
    if pads == "SAME":
        axes = zip(image, kernel, strides, dilations, strict=True)
        pads = tuple(pad for axis in axes for pad in _same_pads(*axis))
    return LayerSpec(
        *image,
        channels,
        *kernel,
        stride_h=strides[0],
        stride_w=strides[1],
        dilation_h=dilations[0],
        dilation_w=dilations[1],
        pad_top=pads[0],
        pad_bottom=pads[1],
        pad_left=pads[2],
        pad_right=pads[3],
        name=name,
        **sizes,
    )


def _same_pads(image: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """TensorFlow's SAME, which LayerSpec.from_tf refuses with both stride and dilation."""
    outputs = -(-image // stride)
    total = max((outputs - 1) * stride + (kernel - 1) * dilation + 1 - image, 0)
    return total // 2, total - total // 2


DEGENERATE = (
    layer("pixel", (1, 1), (1, 1)),
    layer("pixels", (1, 1), (1, 1), 5, batch=3),
    layer("pixel_under_large_kernel", (1, 1), (3, 3), 2, "SAME"),
    layer("pixel_multiplied", (1, 1), (1, 1), 3, channel_multiplier=3, batch=2),
    layer("pixel_of_padding", (1, 1), (1, 1), 2, (1, 2, 2, 1)),
    layer("one_by_one_kernel", (4, 5), (1, 1), 7),
    layer("one_by_one_kernel_strided", (5, 5), (1, 1), 2, (0, 0, 0, 0), (3, 2), batch=2),
    layer("one_row", (1, 7), (1, 3), 2, "SAME"),
    layer("one_row_square_kernel", (1, 6), (3, 3), 3, "SAME", batch=2),
    layer("one_column", (7, 1), (3, 1), 2, "SAME"),
    layer("one_column_square_kernel", (6, 1), (3, 3), 4, "SAME", batch=2),
    layer("one_output", (3, 3), (3, 3), 5),
    layer("one_output_per_plane", (3, 2), (3, 2), 9, batch=3),
    layer("smaller_than_kernel", (2, 2), (3, 3), 3, (1, 1, 1, 1)),
    layer("much_smaller_than_kernel", (1, 2), (5, 2), 2, (4, 4, 1, 1)),
    layer("stride_over_kernel", (7, 7), (2, 2), 2, (0, 0, 0, 0), (3, 3)),
    layer("stride_over_image", (2, 2), (1, 1), 3, (0, 0, 0, 0), (3, 3), batch=2),
    layer("unequal_strides", (7, 6), (3, 3), 4, "SAME", (2, 3)),
    layer("stride_skips_last_rows", (6, 8), (2, 3), 3, (0, 0, 0, 0), (2, 1), batch=2),
    layer("unequal_dilations", (7, 8), (3, 3), 3, "SAME", (1, 1), (3, 2)),
    layer("stride_and_dilation", (7, 7), (3, 3), 3, "SAME", (2, 1), (2, 3)),
    layer("lag_over_plane", (2, 2), (3, 3), 6, (2, 2, 2, 2), (1, 1), (2, 2), batch=3),
    layer("lag_over_three_planes", (1, 2), (3, 3), 9, (3, 3, 3, 3), (1, 1), (3, 3), batch=2),
    layer("lead", (4, 4), (3, 3), 2, (4, 0, 0, 0)),
    layer("lead_by_rows", (2, 2), (2, 2), 5, (5, 2, 0, 1), batch=2),
    layer("lead_by_columns", (3, 4), (1, 2), 3, (0, 0, 4, 1), batch=2),
    layer("lead_strided", (2, 1), (2, 2), 3, (6, 6, 1, 0), (3, 1), batch=3),
    layer("lead_over_plane", (1, 2), (1, 1), 5, (2, 0, 0, 1), (3, 1), batch=2),
    layer("lead_over_three_planes", (1, 1), (2, 2), 4, (2, 0, 7, 0), (3, 9), batch=3),
    layer("pads_after_only", (3, 3), (3, 3), 2, (0, 5, 0, 4), batch=2),
    layer("pads_of_no_use", (2, 2), (2, 2), 1, (3, 0, 3, 0), (3, 3)),
    layer("multiplier_tail", (3, 4), (2, 2), 7, "SAME", channel_multiplier=3, batch=2),
    layer("multiplier_four", (4, 3), (3, 3), 5, "SAME", channel_multiplier=4),
    layer("multiplier_two_strided", (5, 5), (3, 2), 3, "SAME", (2, 2), channel_multiplier=2),
)
"""Shapes at the edge; an engine runs those that fit it."""


def random_layer(engine: EngineSpec, rng: random.Random, name: str) -> LayerSpec:
    """A layer that fits the engine, short enough for lock step."""
    for _ in range(10_000):
        image = tuple(rng.choice((1, 2, 3, 4, 5, 6, 7, 9)) for _ in range(2))
        most_kernel = (engine.kernel_h, engine.kernel_w)
        whole = rng.random() < 0.6
        kernel = tuple(size if whole else rng.randint(1, size) for size in most_kernel)
        most_dilation = (engine.max_dilation_h, engine.max_dilation_w)
        candidate = {
            "channels": rng.randint(1, engine.lanes * engine.max_channel_groups),
            "batch": rng.choice((1, 1, 2, 3)),
            "channel_multiplier": rng.randint(1, engine.max_channel_multiplier),
            "strides": tuple(rng.choice((1, 1, 2, 3)) for _ in range(2)),
            "dilations": tuple(rng.randint(1, most) for most in most_dilation),
            "pads": rng.choice(
                (
                    "SAME",
                    (0, 0, 0, 0),
                    tuple(rng.randint(0, 2) for _ in range(4)),
                    tuple(rng.randint(0, 6) for _ in range(4)),
                )
            ),
        }
        try:
            made = layer(name, image, kernel, **candidate)
            if Plan(made, engine).cycles <= MOST_CYCLES:
                return made
        except SpecError:
            continue
    raise AssertionError(f"no random layer fits {engine}")


def fits(made: LayerSpec, engine: EngineSpec, interleave: int = 1) -> bool:
    """True if the engine runs the layer."""
    try:
        Plan(made, engine, interleave=interleave)
    except SpecError:
        return False
    return True


def interleaves(made: LayerSpec, engine: EngineSpec) -> list[int]:
    """Numbers of channel groups that a stream of the layer can interleave."""
    plan = Plan(made, engine)
    most = min(engine.max_interleave, engine.max_row_pitch // plan.raster.row_pitch)
    counts = [count for count in range(1, most + 1) if plan.channel_groups % count == 0]
    # Interleaved groups multiply the lead of outputs over inputs, too.
    return [count for count in counts if fits(made, engine, count)]


def layer_data(made: LayerSpec, engine: EngineSpec, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random ifmap and weight; of every fifth seed, only values that make the largest sums."""
    ifmap, weight = random_layer_data(made, engine, seed)
    if seed % 5 == 0:
        rng = np.random.default_rng(seed)
        ifmap[...] = rng.choice(value_range(engine.ifmap_width, engine.ifmap_signed))
        weight[...] = rng.choice(value_range(engine.weight_width, engine.weight_signed))
    return ifmap, weight


def make_job(made: LayerSpec, engine: EngineSpec, seed: int, stalls: str, **options: int) -> Job:
    """A job with random data of that seed, and an epilogue if the engine has one."""
    data = layer_data(made, engine, seed)
    epilogue = random_epilogue(made, engine, seed)
    return Job(made, *data, stalls=stalls, seed=seed, epilogue=epilogue, **options)


@dataclass(frozen=True)
class Case:
    """One engine build and the number of random layers that it runs."""

    engine: EngineSpec
    randoms: int = 16
    static: LayerSpec | None = None

    def jobs(self, seed: int) -> list[Job]:
        """All jobs; those without stalls first: after one with stalls the law tells no cycles."""
        engine = self.engine
        rng = random.Random(f"{engine.name} {seed}")
        seeds = itertools.count(seed * 1000)
        if self.static is not None:
            orders = sorted(["none", *STALLING] * 2, key=lambda stalls: stalls != "none")
            jobs = [make_job(self.static, engine, next(seeds), stalls) for stalls in orders]
            return list(_with_kept_weights(jobs, engine, seeds, taller=False))
        stalling = _profiles(rng)
        jobs = []
        for edge in (made for made in DEGENERATE if fits(made, engine)):
            for stalls in ("none", next(stalling)):
                interleave = rng.choice(interleaves(edge, engine))
                job = make_job(edge, engine, next(seeds), stalls, interleave=interleave)
                jobs.append(job)
        for index in range(self.randoms):
            made = random_layer(engine, rng, f"random{index}")
            stalls = "none" if index % 3 == 0 else next(stalling)
            interleave = rng.choice(interleaves(made, engine))
            jobs.append(make_job(made, engine, next(seeds), stalls, interleave=interleave))
        jobs.sort(key=lambda job: job.stalls != "none")
        return list(_with_kept_weights(jobs, engine, seeds))


def _profiles(rng: random.Random) -> Iterator[str]:
    """Stalling profiles, each as often as the others."""
    while True:
        yield from rng.sample(STALLING, len(STALLING))


def _with_kept_weights(
    jobs: list[Job], engine: EngineSpec, seeds: Iterator[int], taller: bool = True
) -> Iterator[Job]:
    """After every fourth job another image for the same weights, of another size if it fits."""
    for index, job in enumerate(jobs):
        yield job
        if index % 4 == 1:
            other = replace(job.layer, ifmap_h=job.layer.ifmap_h + 1, batch=1)
            made = other if taller and fits(other, engine) else job.layer
            ifmap, _ = layer_data(made, engine, seed := next(seeds))
            # The weights do not care how the ifmap is interleaved.
            interleave = interleaves(made, engine)[-1]
            yield Job(
                made,
                ifmap,
                job.weight,
                stalls=job.stalls,
                seed=seed,
                load=False,
                interleave=interleave,
                epilogue=job.epilogue,
            )
