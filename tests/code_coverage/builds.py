"""The builds that are measured: those that are mutated, and others for what those do not have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dwsim import EngineSpec
from dwsim.rtlsim.job import Job
from dwsim.stream.random_quantisation import random_quantisation
from tests.mutation.builds import BUILDS as MUTATED
from tests.mutation.builds import Build, on_registers, serial_streams


def _scaled(jobs_of: Callable[[EngineSpec], list[Job]]) -> Callable[[EngineSpec], list[Job]]:
    """The jobs that load parameters, each with a quantisation of its own."""

    def jobs(engine: EngineSpec) -> list[Job]:
        return [
            replace(job, quantisation=random_quantisation(job.layer, engine, number))
            for number, job in enumerate(jobs_of(engine))
            if job.load
        ]

    return jobs


_SMALL = {"kernel_h": 2, "kernel_w": 2, "max_row_pitch": 12, "max_plane_rows": 9}

FURTHER = (
    # The check of a geometry has rules for engines that requantise.
    Build(
        "axil_scaled",
        EngineSpec(name="scaled", lanes=2, requantise="both", max_channel_groups=3, **_SMALL),
        _scaled(on_registers),
        axil=True,
    ),
    # The sums of a pixel leave in parts that do not divide its lanes.
    Build(
        "serial_parts",
        EngineSpec(
            name="parts",
            lanes=3,
            requantisers=2,
            pixels=3,
            ifmap_pixels=2,
            ofmap_pixels=2,
            dataflow="tap_serial",
            requantise="double",
            max_channel_groups=3,
            max_dilation_w=2,
            **_SMALL,
        ),
        _scaled(serial_streams),
    ),
)
BUILDS = (*MUTATED, *FURTHER)
