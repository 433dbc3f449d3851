"""The maxima of a tap-serial static engine: a geometry beyond them stops the elaboration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dwsim.derive.config_values import Config
from dwsim.derive.serial_numbers import SerialNumbers


@dataclass(frozen=True)
class StaticRule:
    """A geometry value of a static engine, as a constant of Verilog, and its maximum."""

    field: str
    value: int
    maximum: int

    @property
    def constant(self) -> str:
        """The constant's name."""
        return self.field.upper()


def static_rules(numbers: SerialNumbers, geometry: Config) -> tuple[StaticRule, ...]:
    """The rules of a static engine.

    Args:
        numbers: of the engine.
        geometry: the values of its ``cfg_*`` ports.
    """
    return tuple(
        StaticRule(field, value, maximum)
        for field, maximum in _maxima(numbers).items()
        if isinstance(value := geometry[field], int)
    )


def _maxima(numbers: SerialNumbers) -> Mapping[str, int]:
    spec = numbers.spec
    return {
        "ifmap_w": spec.max_row_pitch,
        "ifmap_h": spec.max_plane_rows,
        "kernel_w": spec.kernel_w,
        "kernel_h": spec.kernel_h,
        "dilation_w": spec.max_dilation_w,
        "dilation_h": spec.max_dilation_h,
        "pitch": spec.max_row_pitch,
        "cells": numbers.formats.pixels,
        "span": numbers.shape.segment,
        "channel_multiplier": spec.max_channel_multiplier,
        "planes": spec.max_batch * spec.max_channel_groups,
        "image_planes": spec.max_channel_groups,
        "tail_channels": spec.lanes,
    }
