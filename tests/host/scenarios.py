"""Legal and illegal actions of a host: each scenario starts from reset, in the simulator."""

from __future__ import annotations

from typing import Any

import pytest
from cocotbext.axi import AxiStreamFrame

from dwsim.derive import Plan
from dwsim.host.build_registers import MAGIC
from dwsim.host.driver import AsyncDriver, DeviceError
from dwsim.host.geometry_rules import check_cycles
from dwsim.spec.layer_spec import LayerSpec
from tests.host.layers import larger_works, random_work, work_of
from tests.host.refusals import (
    addresses,
    any_walk,
    codes,
    every_rule,
    float_limits,
    one_bit,
    random_geometries,
    start_by_hand,
    values,
)

LONG = 500
"""Cycles in which a host can write a layer and have it checked."""
LONGER = 700
"""... and read the counters of the layer before, too."""


async def identity(bench: Any) -> None:
    """The hardware identifies itself, and the driver compares that with the spec."""
    await bench.driver.check()
    assert await bench.driver.read("magic") == MAGIC
    for register in bench.map.registers:
        idle = 1 if register.name == "status" else 0
        assert await bench.read(register.offset) == register.reset_word | idle, register.name
    other = type(bench.spec)(**(vars(bench.spec) | {"lanes": 7, "max_batch": 9}))
    driver = AsyncDriver(other, bench.read, bench.write)
    with pytest.raises(DeviceError, match="array_lanes.*hardware") as caught:
        await driver.check()
    assert "max_stream_batch" in str(caught.value)


async def back_to_back(bench: Any) -> None:
    """Random layers, each written while the one before runs: no cycle is lost in between."""
    works = [random_work(bench.spec, bench.rng.getrandbits(30), LONGER) for _ in range(5)]
    for work in works:
        bench.send(work)
    await bench.tick(works[0].plan.param_beats + 20)
    counters = []
    for index, work in enumerate(works):
        await bench.driver.configure(work.plan)
        await bench.driver.start()
        if index:
            assert await bench.driver.read("status", "running")
            assert await bench.driver.read("status", "pending")
            await bench.driver._wait("the one before", bench.driver._is_ready)
            counters.append(await bench.driver.counters())
    await bench.driver.wait_done()
    counters.append(await bench.driver.counters())
    for work, counted, (starved, backpressured) in zip(works, counters, bench.lost, strict=True):
        await bench.receive(work)
        assert counted.cycles == work.plan.cycles, (counted, work.plan.cycles)
        assert (counted.starved, counted.backpressured) == (starved, backpressured)
        # A tap-serial engine waits for its first pixels, and for slow reads of its ring.
        assert backpressured == 0
        assert starved == 0 or bench.spec.dataflow == "tap_serial"
    assert len(bench.starts) == len(works)
    spare = [done - asked for asked, done in zip(bench.asked[1:], bench.finishes, strict=False)]
    assert min(spare) > check_cycles(bench.numbers), f"the host is too slow for this test: {spare}"
    for work, finish, start in zip(works, bench.finishes, bench.starts[1:], strict=False):
        assert start == finish + 1 + work.plan.switch_cycles, f"switching from {work.plan.layer}"
    assert await bench.driver.read("streams_finished") == len(works)
    assert await bench.driver.errors() == ()


async def stalls(bench: Any) -> None:
    """Random stalls on every channel of the bus and every stream; the counters count them."""
    bench.bus_pauses(0.4)
    bench.pauses(bench.ends, 0.4)
    works = [random_work(bench.spec, bench.rng.getrandbits(30)) for _ in range(6)]
    for index, work in enumerate(works):
        bench.send(work)
        await bench.driver.configure(work.plan)
        await bench.driver.start()
        await bench.driver.wait_done()
        counted = await bench.driver.counters()
        await bench.receive(work)
        cycles = bench.finishes[index] - bench.starts[index] + 1
        assert counted.cycles == cycles, (counted, cycles)
        assert [counted.starved, counted.backpressured] == bench.lost[index]
    assert await bench.driver.errors() == ()


async def larger_layer(bench: Any) -> None:
    """The driver issues a layer that exceeds the engine as the streams of its plan."""
    plan, works = larger_works(bench.spec, bench.rng.getrandbits(30))

    def feed(index: int) -> None:
        bench.send(works[index], plan.tiles[index].load)

    await bench.driver.run_streams(plan, feed)
    for work in works:
        await bench.receive(work)
    assert len(bench.starts) == len(works) > 4
    assert bench.finishes[-1] - bench.starts[0] + 1 >= plan.cycles
    assert await bench.driver.read("streams_finished") == len(works)
    assert await bench.driver.errors() == ()


async def sink_at_the_end(bench: Any) -> None:
    """A sink that keeps the last beats back: the next stream waits, the counters stay apart."""
    layer = LayerSpec(ifmap_h=2, ifmap_w=3, channels=1, kernel_h=1, kernel_w=1)
    quantisation = random_work(bench.spec, 1).plan.quantisation
    if quantisation is not None:
        cut = {name: getattr(quantisation, name)[:1] for name in ("bias", "multiplier", "shift")}
        quantisation = type(quantisation)(**(vars(quantisation) | cut))
    works = [work_of(Plan(layer, bench.spec, quantisation), seed) for seed in (1, 2)]
    bench.ofmap.pause = True
    for work in works:
        bench.send(work)
        await bench.driver.configure(work.plan)
        await bench.driver.start()
    await bench.tick(100)
    assert len(bench.starts) == 1
    assert await bench.driver.read("streams_finished") == 0
    bench.ofmap.pause = False
    await bench.driver.wait_done()
    for work in works:
        await bench.receive(work)
    assert bench.starts[1] == bench.finishes[0] + 1
    assert (await bench.driver.counters()).cycles == works[1].plan.cycles


async def reading_disturbs_nothing(bench: Any) -> None:
    """Every register is read repeatedly while layers run in the law's cycles."""

    async def read_all() -> None:
        while True:
            await bench.snapshot()

    reader = bench.soon(read_all())
    for _ in range(2):
        await bench.run(random_work(bench.spec, bench.rng.getrandbits(30), LONG))
    assert not reader.done()


async def starting_too_often(bench: Any) -> None:
    """A start while busy waits; starts and geometry writes while one waits are refused."""
    first, second, third = (
        random_work(bench.spec, bench.rng.getrandbits(30), LONG) for _ in range(3)
    )
    bench.send(first)
    bench.send(second)
    # The sink keeps the first stream from finishing while the host tries illegal accesses.
    bench.ofmap.pause = True
    await bench.driver.configure(first.plan)
    await bench.driver.start()
    await bench.driver.configure(second.plan)
    await bench.driver.start()
    assert await bench.driver.read("status", "pending")
    before = await bench.snapshot()
    assert not await bench.try_write(bench.map["control"].offset, 3)
    assert await bench.driver.errors() == ("start_while_pending",)
    for register in bench.map.geometry:
        word = before[register.name] ^ 1
        assert not await bench.try_write(register.offset, word), register.name
    assert await bench.driver.read("status", "pending")
    assert await bench.driver.errors() == ("start_while_pending", "write_while_pending")
    after = await bench.snapshot()
    for register in bench.map.geometry:
        assert after[register.name] == before[register.name], register.name
    bench.ofmap.pause = False
    await bench.driver.wait_done()
    await bench.receive(first)
    await bench.receive(second)
    # Until the flag is cleared, the host may believe in values that are not there.
    with pytest.raises(DeviceError, match="refused_write"):
        await bench.driver.start()
    await bench.driver.clear_errors()
    await bench.run(third)


async def interrupts(bench: Any) -> None:
    """The interrupt follows its enable bits, and its causes until they are cleared."""
    enable, status = bench.map["interrupt_enable"], bench.map["interrupt_status"]
    done, error = (enable.field(name).mask for name in ("done", "error"))

    async def up() -> bool:
        await bench.tick(2)
        return bool(bench.dut.irq.value)

    await bench.run(random_work(bench.spec, bench.rng.getrandbits(30)))
    assert not await up()
    assert await bench.read(status.offset) == done
    await bench.write(enable.offset, done)
    assert await up()
    await bench.write(status.offset, done)
    assert not await up()
    assert not await bench.try_write(one_bit(bench), 2)
    assert not await up()
    assert await bench.read(status.offset) == error
    await bench.write(enable.offset, done | error)
    assert await up()
    await bench.write(status.offset, error)
    assert await up()
    await bench.driver.clear_errors()
    assert not await up()


async def resets(bench: Any) -> None:
    """A reset in mid-stream, of everything or of the core, and the next layer is right."""
    for soft in (True, False, True):
        work, waiting = (random_work(bench.spec, bench.rng.getrandbits(30), LONG) for _ in "ab")
        bench.send(work)
        bench.ofmap.pause = True
        await bench.driver.configure(work.plan)
        await bench.driver.start()
        await bench.driver.configure(waiting.plan)
        await bench.driver.start()
        await bench.tick(bench.rng.randint(0, 60))
        assert await bench.driver.read("status", "running")
        for end in bench.ends:
            end.assert_reset(True)
        bench.ofmap.pause = False
        if soft:
            before = await bench.driver.read("streams_finished")
            await bench.driver.soft_reset()
            await bench.tick(3)
            for end in bench.ends:
                end.assert_reset(False)
                end.clear()
            assert await bench.driver.read("streams_finished") == before
        else:
            for end in bench.ends:
                end.assert_reset(False)
            await bench.reset()
            assert await bench.driver.read("streams_finished") == 0
        assert await bench.read(bench.map["status"].offset) == 1, "idle"
        assert not bench.dut.m_axis_ofmap_tvalid.value
        # The parameters are gone, too.
        await bench.driver.configure(work.plan)
        with pytest.raises(DeviceError, match="kept_weights"):
            await bench.driver.start(load=False)
        await bench.driver.clear_errors()
        await bench.run(work)


async def kept_weights(bench: Any) -> None:
    """Streams without a parameter tensor use the last one, and no more sets than it had."""
    work = random_work(bench.spec, bench.rng.getrandbits(30))
    while work.plan.channel_groups == bench.spec.max_channel_groups:
        work = random_work(bench.spec, bench.rng.getrandbits(30))
    await bench.run(work)
    again = work_of(work.plan, bench.seed + 1, work.weight)
    await bench.run(again, load=False)
    config = dict(work.plan.config)
    many = bench.spec.max_channel_groups * bench.spec.max_channel_multiplier
    if config["weight_sets"] < many:
        groups, multiplier = bench.spec.max_channel_groups, bench.spec.max_channel_multiplier
        larger = {"interleave": 1, "image_planes": groups, "channel_multiplier": multiplier}
        larger |= {"planes": groups, "weight_sets": many, "tail_channels": multiplier}
        if bench.spec.dataflow == "tap_serial":
            sets = groups * work.plan.layer.channel_multiplier
            larger = {"image_planes": groups, "planes": groups, "weight_sets": sets}
        said = await start_by_hand(bench, config | larger, load=False)
        assert said == codes(bench)["kept_weights"]
    await bench.driver.clear_errors()
    await bench.run(again, load=False)


async def wrong_streams(bench: Any) -> None:
    """Streams of a wrong length raise the core's flags, which a soft reset clears."""
    work = random_work(bench.spec, bench.rng.getrandbits(30), LONG)
    for count, flag in ((3, "ifmap_short"), (work.plan.ifmap_beats + 2, "ifmap_long")):
        bench.param.send_nowait(AxiStreamFrame([0] * (work.plan.param_beats - 1)))
        bench.ifmap.send_nowait(AxiStreamFrame([0] * count))
        await bench.driver.configure(work.plan)
        await bench.driver.start()
        await bench.driver.wait_done()
        await bench.ofmap.recv()
        assert set(await bench.driver.errors()) == {flag, "param_length"}
        await bench.driver.clear_errors()
        assert set(await bench.driver.errors()) == {flag, "param_length"}
        await bench.driver.soft_reset()
        assert await bench.driver.errors() == ()
    await bench.run(work)


SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (
        identity,
        back_to_back,
        stalls,
        larger_layer,
        sink_at_the_end,
        reading_disturbs_nothing,
        starting_too_often,
        addresses,
        values,
        interrupts,
        resets,
        kept_weights,
        wrong_streams,
        every_rule,
        float_limits,
        random_geometries,
        any_walk,
    )
}
