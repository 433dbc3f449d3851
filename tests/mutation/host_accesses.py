"""The accesses of a host in the replay: it reads everything, and is refused now and then."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from dwsim import EngineSpec
from dwsim.derive import EngineNumbers, Plan
from dwsim.host.register_map import RegisterMap, register_map
from dwsim.host.register_types import Register
from dwsim.rtlsim.job import Job
from dwsim.rtlsim.stream_replay import BusRead, BusWrite
from tests.host.layers import first_broken
from tests.host.rules import broken_geometries


def accesses(engine: EngineSpec, jobs: list[Job]) -> Iterator[BusWrite | BusRead]:
    """A host that reads everything, is refused now and then, and starts one job after the other."""
    registers = register_map(EngineNumbers(engine))
    rng = random.Random(1)
    every = [BusRead(register.offset) for register in registers.registers]
    yield from every
    yield from _near_addresses(registers)
    yield from _lone_errors(registers)
    yield from _broken_starts(registers, jobs[0].plan(engine))
    seen = _seen_errors(registers)
    counts = [BusRead(registers[f"last_{name}"].offset) for name in _COUNTS]
    enable = registers["interrupt_enable"].offset
    yield BusWrite(enable, 3)
    control = registers["control"]
    for number, job in enumerate(jobs):
        yield BusRead(registers["status"].offset, registers["status"].field("pending").mask, 0)
        if number % 4 == 1:
            yield from _refusals(registers, rng)
        for offset, value in registers.config_writes(job.plan(engine)):
            yield BusWrite(offset, value, gap=rng.choice((0, 0, 0, 1, 3)))
        if number % 4 == 2:
            yield from _refused_start(registers, rng)
            for offset, value in registers.config_writes(job.plan(engine)):
                yield BusWrite(offset, value)
        word = 1 << control.field("start").lsb | int(job.load) << control.field("load").lsb
        yield BusWrite(control.offset, word)
        if number % 3 == 0:  # while a start is pending
            if number % 2:
                yield BusWrite(registers.geometry[number // 3 % len(registers.geometry)].offset, 1)
                yield from seen
            yield BusWrite(control.offset, word)
            yield from seen
        if number and jobs[number - 1].plan(engine).ofmap_beats > _LONG:
            yield from _locked_writes(registers)
        yield BusRead(registers["status"].offset, registers["status"].field("checking").mask, 0)
        yield from every if number % 5 == 0 else [*every[-12:], *counts]
        yield BusWrite(registers["interrupt_status"].offset, 0xFFFFFFFF)
        yield BusWrite(registers["interrupt_status"].offset, 1)
        yield from _clear(registers)
        yield BusWrite(enable, number % 4)
    idle = registers["status"].field("idle").mask
    yield BusRead(registers["status"].offset, idle, idle)
    yield from every
    # A soft reset forgets the parameters: a start that keeps them is refused.
    yield BusWrite(registers["soft_reset"].offset, 1)
    yield from _clear(registers)
    yield BusWrite(control.offset, 1 << control.field("start").lsb)
    yield BusRead(registers["status"].offset, registers["status"].field("checking").mask, 0)
    yield from every


_COUNTS = ("cycles", "starved", "backpressured")


def _seen_errors(registers: RegisterMap) -> list[BusRead]:
    """Reads what an error changes."""
    return [BusRead(registers[name].offset) for name in ("errors", "interrupt_status", "status")]


def _clear(registers: RegisterMap) -> Iterator[BusWrite]:
    """Clears every error flag of the registers."""
    errors = registers["errors"]
    yield BusWrite(errors.offset, sum(f.mask for f in errors.fields if f.kind == "flag"))


def _near_addresses(registers: RegisterMap) -> Iterator[BusWrite | BusRead]:
    """Every address that differs from a register's in one bit, and values that do not fit."""
    mapped = {register.offset for register in registers.registers}
    near = {offset ^ (1 << bit) for offset in mapped for bit in range(12)} - mapped
    for offset in sorted(near):
        yield BusRead(offset)
        yield BusWrite(offset, 1)
    for register in registers.registers:
        top = max(field.lsb + field.width for field in register.fields)
        for bit in range(top, 32):
            yield BusWrite(register.offset, 1 << bit)
        yield BusRead(register.offset)
        for strobe in (1, 3, 7, 14, 13, 11):
            yield BusWrite(register.offset, 0, strobe=strobe)
    control = registers["control"].offset
    yield BusRead(registers["status"].offset, registers["status"].field("checking").mask, 0)
    yield from _clear(registers)
    yield BusRead(control)


def _lone_errors(registers: RegisterMap) -> Iterator[BusWrite | BusRead]:
    """Each geometry register refuses a value, and no other error hides it.

    In a signed register the bits above the value have to be equal: one of them differs.
    """
    status, control = registers["status"], registers["control"].offset
    seen = _seen_errors(registers)
    for register in registers.geometry:
        field = register.fields[0]
        top = field.lsb + field.width
        for bit in range(top, 32) if field.signed else (top, 31):
            word = 0xFFFFFFFF ^ 1 << bit if field.signed else 1 << bit
            yield BusWrite(register.offset, word)
            yield from seen
            yield from _clear(registers)
    # A start after a refused value is refused, too, although every register may be right.
    yield BusWrite(registers.geometry[0].offset, 0xFFFFFFFF)
    yield BusWrite(control, 3)
    yield BusRead(status.offset, status.field("checking").mask, 0)
    yield from seen
    yield from _clear(registers)


def _broken_starts(registers: RegisterMap, plan: Plan) -> Iterator[BusWrite | BusRead]:
    """Each rule of the geometry check is broken at its edges, and the start is refused."""
    right = {register.offset: value for register, value in _config_writes(registers, plan.config)}
    for offset, value in right.items():
        yield BusWrite(offset, value)
    for changes, _ in broken_geometries(plan):
        if not first_broken(plan.config | changes, plan.engine):
            continue  # right by chance, with this layer
        wrong = dict(_config_writes(registers, {**plan.config, **changes}))
        changed = {r.offset: v for r, v in wrong.items() if right[r.offset] != v}
        yield from _clear(registers)
        for offset, value in changed.items():
            yield BusWrite(offset, value)
        yield BusWrite(registers["control"].offset, 3)
        yield BusRead(registers["status"].offset, registers["status"].field("checking").mask, 0)
        yield BusRead(registers["errors"].offset)
        yield BusRead(registers["status"].offset)
        for offset in changed:
            yield BusWrite(offset, right[offset])
    yield from _clear(registers)


def _config_writes(
    registers: RegisterMap, config: Mapping[str, Any]
) -> Iterator[tuple[Register, int]]:
    """The word of each geometry register."""
    for register in registers.geometry:
        value = config[register.config]
        number = value[register.element] if isinstance(value, list) else value
        yield register, number & 0xFFFFFFFF


def _refusals(registers: RegisterMap, rng: random.Random) -> Iterator[BusWrite | BusRead]:
    """Accesses that the registers refuse."""
    for register in rng.sample(list(registers.registers), 8):
        yield BusWrite(register.offset, rng.getrandbits(32))
        yield BusWrite(register.offset, 1, strobe=rng.randrange(15))
        yield BusWrite(register.offset ^ rng.choice((1, 2, 0x400)), 1)
        yield BusRead(register.offset ^ rng.choice((1, 2, 0x400)))
    yield from _clear(registers)


_LONG = 5000
"""Beats of a stream that runs longer than a host needs to write every register."""


def _locked_writes(registers: RegisterMap) -> Iterator[BusWrite | BusRead]:
    """Each geometry register refuses both values of its lowest bit while a start is pending."""
    for register in registers.geometry:
        for value in (0, 1):
            yield BusWrite(register.offset, value)
            yield BusRead(register.offset)


def _refused_start(registers: RegisterMap, rng: random.Random) -> Iterator[BusWrite | BusRead]:
    """A start with a wrong value in one register."""
    register = rng.choice(list(registers.geometry))
    width = register.fields[0].width
    word = rng.choice((0, (1 << width) - 1, rng.getrandbits(width)))
    if register.fields[0].signed and word >> width - 1:
        word |= 0xFFFFFFFF & ~((1 << width) - 1)
    yield BusWrite(register.offset, word)
    yield BusWrite(registers["control"].offset, 0)
    # A start of a geometry that happens to be right would need a stream, so weight_sets is wrong.
    yield BusWrite(registers["weight_sets"].offset, 0)
    yield BusWrite(registers["control"].offset, 3)
    yield BusRead(registers["status"].offset, registers["status"].field("checking").mask, 0)
    yield BusRead(registers["errors"].offset)
    yield from _clear(registers)
