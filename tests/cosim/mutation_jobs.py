"""The jobs on which the cosimulation must notice each fault."""

from __future__ import annotations

from dataclasses import replace

from dwsim import EngineSpec
from dwsim.rtlsim.job import Job
from tests.cosim.fault import ENGINE
from tests.cosim.layers import layer, layer_data, make_job


def jobs(engine: EngineSpec) -> list[Job]:
    """Few short jobs, those without stalls first."""
    shapes = [
        (layer("same", (5, 6), (3, 3), 5, "SAME", channel_multiplier=2, batch=2), "none"),
        (layer("one_multiple", (4, 4), (3, 3), 3, (1, 0, 0, 2), batch=2), "none"),
        (layer("strided", (6, 7), (3, 3), 4, "SAME", (2, 3)), "none"),
        (layer("small_kernel", (4, 5), (2, 1), 1, channel_multiplier=2), "none"),
        (layer("short_delays", (3, 1), (3, 3), 3, "SAME", batch=2), "none"),
        (layer("short_delays_of_two", (4, 2), (3, 3), 3, "SAME", batch=2), "none"),
        (layer("lead", (4, 3), (3, 3), 3, (4, 0, 1, 0), channel_multiplier=2), "none"),
        (layer("lag_over_plane", (1, 2), (3, 3), 6, "SAME", batch=3), "both"),
        (layer("same", (5, 6), (3, 3), 6, "SAME", channel_multiplier=2), "slow-sink"),
        (layer("strided", (7, 6), (3, 3), 3, "SAME", (3, 1)), "slow-source"),
        (layer("one_multiple", (4, 4), (3, 3), 6, (2, 1, 1, 2)), "both"),
        (layer("same", (5, 5), (3, 3), 3, "SAME", channel_multiplier=2), "boundary"),
    ]
    made = [make_job(shape, engine, seed, stalls) for seed, (shape, stalls) in enumerate(shapes, 1)]
    mixed = layer("interleaved", (4, 3), (3, 3), 7, "SAME", channel_multiplier=2, batch=2)
    nhwc = layer("nhwc", (5, 4), (2, 3), 5, (1, 0, 1, 1), (2, 1))
    interleaved = [
        make_job(mixed, engine, 31, "none", interleave=2),
        make_job(nhwc, engine, 32, "none", interleave=3),
        make_job(mixed, engine, 33, "both", interleave=2),
    ]
    # The largest and the smallest possible sum.
    extreme = [
        replace(make_job(layer("extreme", (3, 4), (3, 3), 2, "SAME"), engine, 1, "none"), **values)
        for values in _extremes()
    ]
    kept = made[0].layer
    last = [
        replace(made[8], ifmap_surplus=-4, seed=21),
        replace(made[10], ifmap_surplus=3, seed=22),
        # Long enough to be unfinished when the next stream starts.
        replace(made[9], ifmap_surplus=70, seed=27),
        replace(made[9], param_surplus=made[9].plan(engine).numbers.formats.param_words, seed=23),
        # Ends inside a weight set; the next tensor starts on its own first beat.
        replace(made[9], param_surplus=5, seed=28),
        replace(made[8], reset_after=60, seed=24),
        make_job(kept, engine, 25, "slow-sink"),
        Job(kept, layer_data(kept, engine, 26)[0], layer_data(kept, engine, 25)[1], load=False),
    ]
    last[-1] = replace(last[-1], stalls="both", seed=26)
    return made[:7] + interleaved[:2] + extreme + made[7:] + interleaved[2:] + last


def _extremes() -> list[dict]:
    shape = layer("extreme", (3, 4), (3, 3), 2, "SAME")
    ifmap, weight = layer_data(shape, ENGINE, 1)
    low = {"ifmap": ifmap * 0 - 8, "weight": weight * 0 - 8}
    return [low, low | {"weight": weight * 0 + 7}]
