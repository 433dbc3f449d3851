"""Cosimulation jobs with seeded random data for the layers of an engine."""

from __future__ import annotations

from collections.abc import Iterable

from dwsim.derive import AnyPlan
from dwsim.rtlsim.job import Job
from dwsim.stream.random_epilogue import random_epilogue
from dwsim.stream.random_quantisation import random_quantisation
from dwsim.stream.random_tensors import random_layer_data


def random_jobs(plan: AnyPlan, profiles: Iterable[str], seed: int) -> list[Job]:
    """One job of the plan's layer for each stall profile, each with data of its own.

    Two jobs never share data, so a value that stays from the job before is a wrong value.

    Args:
        plan: the layer on its engine; an engine that requantises gets a random quantisation, one
            with an epilogue a random epilogue.
        profiles: names among ``dwsim.stream.stalls.PROFILES``.
        seed: of the first job's data and stalls, not negative; each next job has the next seed.
    """
    layer, engine = plan.layer, plan.engine
    return [
        Job(
            layer,
            *random_layer_data(layer, engine, seed + index),
            stalls,
            seed + index,
            quantisation=random_quantisation(layer, engine, seed + index),
            interleave=plan.interleave,
            epilogue=random_epilogue(layer, engine, seed + index),
        )
        for index, stalls in enumerate(profiles)
    ]
