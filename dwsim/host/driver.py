"""Drives an engine through its AXI4-Lite registers, over any way to reach them.

``AsyncDriver`` takes two callables, ``read(offset) -> int`` and ``write(offset, value)``, plain or
async; ``Driver`` is the same for plain callables, without an event loop. Offsets are in bytes,
values are unsigned and have 32 bits. The callables may raise any exception when the bus answers
with an error. The driver causes no bus error on an engine that was generated from the same spec.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from dwsim.derive import AnyPlan, Plan, numbers_of, streams_of
from dwsim.errors import DwsimError
from dwsim.host.build_registers import INTERFACES, MAGIC
from dwsim.host.geometry_rules import geometry_rules
from dwsim.host.register_map import register_map
from dwsim.spec.engine_spec import EngineSpec

Read = Callable[[int], int | Awaitable[int]]
Write = Callable[[int, int], object]
Pause = Callable[[], object]
Feed = Callable[[int], object]
T = TypeVar("T")


class DeviceError(DwsimError):
    """The hardware is another engine, refused a start, or did not become ready in time."""


@dataclass(frozen=True)
class Counters:
    """The cycles of a stream: all of them, and those lost to the source and to the sink."""

    cycles: int
    starved: int
    backpressured: int


class AsyncDriver:
    """The registers of one engine as methods.

    Args:
        spec: the engine's spec; ``check`` compares it with the hardware.
        read: reads the register at a byte offset.
        write: writes the register at a byte offset.
        pause: called between two polls of a register (async or not), to let time pass.
        polls: how many times a register is polled before ``DeviceError`` is raised.
    """

    def __init__(
        self,
        spec: EngineSpec,
        read: Read,
        write: Write,
        pause: Pause = lambda: None,
        polls: int = 1_000_000,
    ) -> None:
        self.spec = spec
        numbers = numbers_of(spec)
        self.map = register_map(numbers)
        self._rules = geometry_rules(numbers)
        self._read, self._write, self._pause = read, write, pause
        self._polls = polls

    async def read(self, register: str, field: str | None = None) -> int:
        """A register's word, or one of its fields."""
        where = self.map[register]
        word = await _result(self._read(where.offset))
        return word if field is None else where.field(field).extract(word)

    async def write(self, register: str, value: int) -> None:
        """Writes a register's word."""
        await _result(self._write(self.map[register].offset, value))

    async def check(self) -> None:
        """Compares the hardware with the spec.

        Raises:
            DeviceError: when there is no engine, it has another register map, or it was
                generated from another spec; the message has every difference.
        """
        magic = await self.read("magic")
        if magic != MAGIC:
            raise DeviceError(f"no dwsim engine here: magic reads 0x{magic:08x}, not {MAGIC:#x}")
        interface, own = await self.read("version", "interface"), INTERFACES[self.spec.dataflow]
        if interface != own:
            raise DeviceError(
                f"the hardware has register map {interface}, the spec's engine has {own}"
            )
        wrong = []
        for register in self.map.constants:
            if register.name in ("magic", "version"):
                continue
            word = await self.read(register.name)
            for field in register.fields:
                got, wanted = field.extract(word), field.reset
                if got != wanted:
                    wrong.append(
                        f"{register.signal(field)} ({field.meaning}): hardware {got}, spec {wanted}"
                    )
        if wrong:
            lines = "".join(f"\n  {line}" for line in wrong)
            raise DeviceError(f"the hardware is not engine {self.spec.name}:{lines}")

    async def configure(self, plan: Plan) -> None:
        """Writes a layer's geometry when no start is pending; another stream may be running."""
        await self._wait("a start to be taken", self._is_ready)
        for offset, value in self.map.config_writes(plan):
            await _result(self._write(offset, value))

    async def start(self, load: bool = True) -> None:
        """Starts the configured layer; it runs when the stream before it has finished.

        Args:
            load: the stream takes the next parameter tensor; otherwise it uses the last one.

        Raises:
            DeviceError: when the hardware refuses the geometry; the message has the rule.
        """
        control = self.map["control"]
        word = 1 << control.field("start").lsb | int(load) << control.field("load").lsb
        await self.write("control", word)
        await self._wait("the check of the geometry", self._is_checked)
        code = await self.read("errors", "geometry_rule")
        if code:
            rule = self._rules[code - 1]
            raise DeviceError(
                f"the hardware refused the geometry: rule {rule.name} demands: {rule.meaning}"
            )

    async def run_streams(self, plan: AnyPlan, feed: Feed) -> None:
        """Runs a layer: issues each of its streams while the one before runs, then waits.

        Args:
            plan: the layer, as one stream or as several.
            feed: called with the index of each stream before its start (async or not): queues its
                parameters, if ``plan.tiles[index].load``, and its ifmap
                (``dwsim.stream.tile_tensors``), and prepares for its ofmap.

        Raises:
            DeviceError: as ``start`` and ``wait_done``.
        """
        for index, (stream, load) in enumerate(streams_of(plan)):
            await _result(feed(index))
            await self.configure(stream)
            await self.start(load)
        await self.wait_done()

    async def wait_done(self) -> None:
        """Waits until every started stream has taken its ifmap and given its ofmap."""
        await self._wait("the streams to finish", self._is_idle)

    async def counters(self, running: bool = False) -> Counters:
        """Counters of the stream that finished last, or of the running one."""
        prefix = "" if running else "last_"
        while True:
            before = await self.read("streams_finished")
            values = [await self.read(prefix + name) for name in _COUNTER_NAMES]
            if await self.read("streams_finished") == before:
                return Counters(*values)

    async def errors(self) -> tuple[str, ...]:
        """Names of the error flags that are up."""
        register = self.map["errors"]
        word = await self.read("errors")
        return tuple(f.name for f in register.fields if f.width == 1 and f.extract(word))

    async def clear_errors(self) -> None:
        """Clears the error flags of the registers; ``soft_reset`` clears those of the core."""
        flags = (field for field in self.map["errors"].fields if field.kind == "flag")
        await self.write("errors", sum(field.mask for field in flags))

    async def soft_reset(self) -> None:
        """Resets the core: drops running and pending streams, and the parameters."""
        await self.write("soft_reset", 1)

    async def _is_ready(self) -> bool:
        return not await self.read("status", "pending")

    async def _is_checked(self) -> bool:
        return not await self.read("status", "checking")

    async def _is_idle(self) -> bool:
        return bool(await self.read("status", "idle"))

    async def _wait(self, what: str, holds: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(self._polls):
            if await holds():
                return
            await _result(self._pause())
        status = await self.read("status")
        raise DeviceError(
            f"timed out waiting for {what}: status 0x{status:x}, errors {await self.errors()}"
        )


_COUNTER_NAMES = ("cycles", "starved", "backpressured")


class Driver:
    """``AsyncDriver`` for plain callables: the same methods, without ``await``."""

    def __init__(self, spec: EngineSpec, read: Read, write: Write, **options: Any) -> None:
        self._driver = AsyncDriver(spec, read, write, **options)
        self.map = self._driver.map

    def read(self, register: str, field: str | None = None) -> int:
        """A register's word, or one of its fields."""
        return _run(self._driver.read(register, field))

    def write(self, register: str, value: int) -> None:
        """Writes a register's word."""
        _run(self._driver.write(register, value))

    def check(self) -> None:
        """As ``AsyncDriver.check``."""
        _run(self._driver.check())

    def configure(self, plan: Plan) -> None:
        """As ``AsyncDriver.configure``."""
        _run(self._driver.configure(plan))

    def start(self, load: bool = True) -> None:
        """As ``AsyncDriver.start``."""
        _run(self._driver.start(load))

    def run_streams(self, plan: AnyPlan, feed: Feed) -> None:
        """As ``AsyncDriver.run_streams``."""
        _run(self._driver.run_streams(plan, feed))

    def wait_done(self) -> None:
        """As ``AsyncDriver.wait_done``."""
        _run(self._driver.wait_done())

    def counters(self, running: bool = False) -> Counters:
        """As ``AsyncDriver.counters``."""
        return _run(self._driver.counters(running))

    def errors(self) -> tuple[str, ...]:
        """As ``AsyncDriver.errors``."""
        return _run(self._driver.errors())

    def clear_errors(self) -> None:
        """As ``AsyncDriver.clear_errors``."""
        _run(self._driver.clear_errors())

    def soft_reset(self) -> None:
        """As ``AsyncDriver.soft_reset``."""
        _run(self._driver.soft_reset())


async def _result(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _run(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    work.close()
    raise TypeError("Driver's read and write must not be async: use AsyncDriver")
