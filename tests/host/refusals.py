"""Scenarios with wrong addresses, wrong values and wrong geometries, which the registers refuse."""

from __future__ import annotations

from typing import Any

import pytest
from cocotbext.axi import AxiStreamFrame

from dwsim.derive import SerialPlan
from dwsim.derive.config_values import register_words, scale_config
from dwsim.host.driver import DeviceError
from dwsim.host.geometry_rules import check_cycles, geometry_rules
from dwsim.host.register_types import Register
from dwsim.stream.random_quantisation import random_quantisation
from tests.host import serial_rules
from tests.host.layers import Work, first_broken, random_work, work_of
from tests.host.rules import broken_geometries, right_limits, slowest_geometry, wrong_limits


def codes(bench: Any) -> dict[str, int]:
    """The codes of the rules by their names; 0 for no rule."""
    return {"": 0} | {rule.name: rule.code for rule in geometry_rules(bench.numbers)}


def one_bit(bench: Any) -> int:
    """The offset of a geometry register of one bit, which refuses 2."""
    serial = bench.spec.dataflow == "tap_serial"
    offset: int = bench.map["tap_segments" if serial else "lead"].offset
    return offset


def _writable(register: Register) -> bool:
    return register.access != "ro"


async def addresses(bench: Any) -> None:
    """Unmapped addresses, read-only registers, parts of words, values too large: SLVERR."""
    await bench.driver.configure(random_work(bench.spec, bench.rng.getrandbits(30)).plan)
    before = await bench.snapshot()
    mapped = {register.offset for register in bench.map.registers}
    near = {offset ^ (1 << bit) for offset in mapped for bit in range(2, 12)} - mapped
    others = [offset for offset in range(0, 4096, 4) if offset not in mapped | near]
    for offset in [*sorted(near), *bench.rng.sample(others, 20)]:
        assert await bench.try_read(offset) == (0, False), hex(offset)
        assert not await bench.try_write(offset, bench.rng.getrandbits(3)), hex(offset)
    assert await bench.snapshot() == before, "unmapped"
    for register in bench.map.registers:
        if not _writable(register):
            assert not await bench.try_write(register.offset, 1), register.name
    assert await bench.snapshot() == before, "read-only"
    assert await bench.driver.errors() == ()
    for register in bench.map.registers:
        await _refused_values(bench, register)
        ups = ("bad_value",) if register.config else ()
        assert await bench.driver.errors() == ups, register.name
        await bench.driver.clear_errors()
    after = await bench.snapshot()
    assert after == before, "refused values"


async def _refused_values(bench: Any, register: Register) -> None:
    """Writes that do not fit or are not whole; reads of parts are whole reads of the bus."""
    top = max(field.lsb + field.width for field in register.fields)
    if _writable(register) and top < 32:
        assert not await bench.try_write(register.offset, 1 << 31), register.name
        assert not await bench.try_write(register.offset, 1 << top), register.name
        if register.fields[0].signed:
            wrong = 0xFFFFFFFF & ~(1 << (top - 1))
            assert not await bench.try_write(register.offset, wrong), register.name
    if _writable(register):
        for shift in (0, 2):
            assert not await bench.try_write(register.offset + shift, 1, size=2), register.name
    assert await bench.try_read(register.offset + 2, 2) == (0, False), register.name


async def values(bench: Any) -> None:
    """A register reads back its written value, sign-extended, and no other register does."""
    words = {}
    for register in bench.map.geometry:
        field = register.fields[0]
        word = bench.rng.getrandbits(field.width)
        if field.signed and word >> (field.width - 1):
            word |= 0xFFFFFFFF & ~((1 << field.width) - 1)
        words[register.name] = word
        await bench.write(register.offset, word)
    got = await bench.snapshot()
    for name, word in words.items():
        assert got[name] == word, (name, got[name], word)


async def start_by_hand(bench: Any, config: dict[str, Any], load: bool = True) -> int:
    """Writes a geometry and starts it, by hand; returns the rule that is broken, or 0."""
    fields = {field.name: field for field in bench.numbers.config_fields}
    for register in bench.map.geometry:
        words = register_words(fields[register.config], config[register.config])
        await bench.write(register.offset, words[register.element])
    await bench.write(bench.map["control"].offset, 1 | int(load) << 1)
    while await bench.driver.read("status", "checking"):
        pass
    code = await bench.driver.read("errors", "geometry_rule")
    assert ("bad_geometry" in await bench.driver.errors()) == (code != 0)
    return code


async def _refuses(bench: Any, work: Work, changes: dict[str, Any], rule: str) -> None:
    starts = len(bench.starts)
    code = await start_by_hand(bench, work.plan.config | changes)
    assert code == codes(bench)[rule], f"{changes}: rule {code}, not {codes(bench)[rule]} ({rule})"
    await bench.tick(20)
    assert len(bench.starts) == starts, f"{changes} reached the core"
    assert await bench.driver.read("status") == 1, "not idle"
    await bench.driver.clear_errors()


def _broken(bench: Any, work: Work) -> list[tuple[dict[str, Any], str]]:
    """Geometries that break a rule, and the first rule that each of them breaks."""
    plan = work.plan
    if isinstance(plan, SerialPlan):
        found = {}
        for config in serial_rules.edges(plan):
            rule = serial_rules.first_broken(config, bench.spec)
            found.setdefault(rule, config)
        del found[""]
        assert len(found) >= 30, sorted(found)
        return [(config, rule) for rule, config in found.items()]
    geometries = broken_geometries(plan)
    for changes, rule in geometries:
        # A geometry that breaks several rules is reported with the first of them.
        assert first_broken(plan.config | changes, bench.spec) in (rule, ""), changes
    return geometries


async def every_rule(bench: Any) -> None:
    """Each rule, at its edges: the flag comes, the engine stays idle, a good start works."""
    work = random_work(bench.spec, bench.rng.getrandbits(30))
    for changes, rule in _broken(bench, work):
        await _refuses(bench, work, changes, rule)
    # A refused write makes the start fail, also if all values are right.
    await bench.driver.configure(work.plan)
    assert not await bench.try_write(one_bit(bench), 2)
    with pytest.raises(DeviceError, match="refused_write"):
        await bench.driver.start()
    await bench.driver.clear_errors()
    await bench.run(work)


async def float_limits(bench: Any) -> None:
    """Limits of a clamp in floating point: those that are numbers in order pass, and no others."""
    work = random_work(bench.spec, bench.rng.getrandbits(30))
    for low, high in wrong_limits(bench.spec):
        await _refuses(bench, work, {"act_min": low, "act_max": high}, "activation")
    for low, high in right_limits(bench.spec):
        limits = {"act_min": low, "act_max": high}
        assert await start_by_hand(bench, work.plan.config | limits) == 0, limits
        await bench.driver.soft_reset()
    await bench.run(work)


async def _ends_by_itself(bench: Any, c: dict[str, Any]) -> None:
    """A started stream takes and gives its counts of beats, also those of a senseless geometry."""
    bench.param.send_nowait(
        AxiStreamFrame([0] * c["weight_sets"] * bench.numbers.formats.param_words)
    )
    groups = c["planes"] * c["interleave"]
    beats = groups * c["ifmap_h"] * c["ifmap_w"]
    bench.ifmap.send_nowait(AxiStreamFrame([1] * beats))
    frame = await bench.ofmap.recv(compact=False)
    outputs = groups * c["ofmap_h"] * c["ofmap_w"] * c["channel_multiplier"]
    assert len(frame.tdata) == outputs * bench.streams.ofmap.tkeep_bits, c
    assert await bench.driver.errors() == (), c
    while not await bench.driver.read("status", "idle"):
        pass


async def random_geometries(bench: Any) -> None:
    """Any values: they are refused for the right reason, or the stream ends by itself."""
    ran = 0
    for _ in range(60):
        config = dict(random_work(bench.spec, bench.rng.getrandbits(30)).plan.config)
        for register in bench.rng.sample(bench.map.geometry, bench.rng.choice((1, 1, 2))):
            field = register.fields[0]
            number = bench.rng.choice((0, 1, bench.rng.getrandbits(field.width)))
            value = field.extract(number)
            if isinstance(config[register.config], list):
                taps = list(config[register.config])
                taps[register.element] = value
                value = taps
            config[register.config] = value
        wanted = first_broken(config, bench.spec)
        code = await start_by_hand(bench, config)
        assert code == codes(bench)[wanted], (wanted, code, config)
        if code:
            await bench.driver.clear_errors()
            continue
        ran += 1
        assert bench.starts[-1] - bench.asked[-1] <= check_cycles(bench.numbers)
        await _ends_by_itself(bench, config)
    assert ran >= 5
    config = slowest_geometry(bench.numbers)
    assert await start_by_hand(bench, config) == 0
    assert bench.starts[-1] - bench.asked[-1] == check_cycles(bench.numbers)
    await _ends_by_itself(bench, config)
    await bench.run(random_work(bench.spec, bench.rng.getrandbits(30)))


async def any_walk(bench: Any) -> None:
    """Any geometry of a tap-serial engine: the right rule refuses it, or the ofmap is golden's.

    The values of an accepted geometry are those of a layer, on a walk that need not be the fastest.
    """
    spec, ran = bench.spec, 0
    fields = [f for f in bench.numbers.config_fields if f not in bench.numbers.scale_fields]
    for _ in range(16):
        plan = serial_rules.any_walk(spec, bench.rng)
        config = dict(plan.config)
        for field in bench.rng.sample(fields[1:], bench.rng.choice((0, 0, 1))):
            config[field.name] = bench.rng.choice((0, 1, bench.rng.getrandbits(field.width - 1)))
        wanted = serial_rules.first_broken(config, spec)
        if not wanted:
            layer = serial_rules.layer_of(config, spec)
            assert layer is not None, config
            seed = bench.rng.getrandbits(30)
            quantisation = random_quantisation(layer, spec, seed)
            walk = (config["cells"], bool(config["tap_segments"]))
            plan = serial_rules.plan_on(layer, spec, *walk, quantisation)
            config |= scale_config(quantisation, spec)
            work = work_of(plan, seed)
            bench.send(work)
        code = await start_by_hand(bench, config)
        assert code == codes(bench)[wanted], (wanted, code, config)
        if code:
            await bench.driver.clear_errors()
            continue
        assert bench.starts[-1] - bench.asked[-1] <= check_cycles(bench.numbers) + len(config)
        await bench.receive(work)
        await bench.driver.wait_done()
        assert await bench.driver.errors() == (), config
        ran += 1
    assert ran >= 4
