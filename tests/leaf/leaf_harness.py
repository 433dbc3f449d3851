"""Drives all instances of one leaf in the simulator, and compares every output in every cycle."""

from __future__ import annotations

import os
import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, RisingEdge

from tests.leaf.leaf_instances import instances, output_port
from tests.leaf.leaf_specs import Instance

CLOCK_NS = 10
DONT_CARE = None
Values = dict[str, int]
Expected = dict[str, int | None]


class Coin:
    """Flips whose odds change now and then: bursts, droughts, and everything between."""

    def __init__(self, rng: random.Random, *odds: float) -> None:
        self.rng = rng
        self.odds = odds or (0.0, 0.1, 0.5, 0.9, 1.0)
        self.left = 0

    def __call__(self) -> bool:
        if self.left == 0:
            self.left = self.rng.randint(5, 50)
            self.now = self.rng.choice(self.odds)
        self.left -= 1
        return self.rng.random() < self.now


class Case(ABC):
    """Stimulus, model and promise of one instance.

    In each cycle the harness calls ``drive``, then ``model`` and ``promise`` with those inputs,
    then ``clock``. ``promise`` follows the comment above the module, without the
    model: outputs by name, DONT_CARE where it promises nothing.
    """

    reset_odds = 1 / 300

    def __init__(self, instance: Instance, rng: random.Random) -> None:
        self.instance = instance
        self.parameters = instance.parameters
        self.spec = instance.spec
        self.rng = rng
        self.reset_left = 2
        self.cycle = 0

    @abstractmethod
    def drive(self) -> Values:
        """All inputs of this cycle, within the contract of the module."""

    def model(self, i: Values) -> Expected:
        """This cycle's outputs by the model component; {} where there is none."""
        return {}

    def promise(self, i: Values) -> Expected:
        """This cycle's outputs by the module's promises."""
        return {}

    def clock(self, i: Values) -> None:
        """The clock edge; a promise without memory and a module without a model have none."""
        return

    def uncovered(self) -> str:
        """Names a case that a run of full length did not meet; empty if it met all."""
        return ""

    def rst(self) -> int:
        """A reset at the start, and sometimes later."""
        if self.reset_left > 0:
            self.reset_left -= 1
            return 1
        if self.rng.random() < self.reset_odds:
            self.reset_left = self.rng.randint(0, 2)
            return 1
        return 0

    def word(self, width: int) -> int:
        """Random bits."""
        return self.rng.getrandbits(width)


_KNOWN = str.maketrans("XZUWLH-", "0000000")
_UNKNOWN = str.maketrans("1XZUWLH-", "01111111")


class _Bus:
    """All inputs, or all outputs, of a leaf's instances as one port of the wrapper."""

    def __init__(self, signal: Any, widths: Sequence[Mapping[str, int]]) -> None:
        self.signal = signal
        self.fields = []
        offset = 0
        for ports in widths:
            fields = []
            for name, width in ports.items():
                fields.append((name, offset, (1 << width) - 1))
                offset += width
            self.fields.append(fields)
        self.width = offset

    def write(self, values: Sequence[Values]) -> None:
        word = 0
        for fields, ports in zip(self.fields, values, strict=True):
            for name, offset, mask in fields:
                assert 0 <= ports[name] <= mask, f"stimulus: {name}={ports[name]}"
                word |= ports[name] << offset
        self.signal.value = word

    def write_word(self, word: int) -> None:
        self.signal.value = word

    def read(self) -> tuple[list[Values], list[Values]]:
        """The values, and which bits of them are unknown (X or Z)."""
        value = self.signal.value
        unknown = 0
        try:
            known = int(value)
        except ValueError:
            text = str(value).upper()
            known = int(text.translate(_KNOWN), 2)
            unknown = int(text.translate(_UNKNOWN), 2)
        return self._split(known), self._split(unknown)

    def _split(self, word: int) -> list[Values]:
        if word == 0:
            return [{name: 0 for name, _, _ in fields} for fields in self.fields]
        return [
            {name: word >> offset & mask for name, offset, mask in fields} for fields in self.fields
        ]


class Harness:
    """One leaf: its instances, in lock step with their cases.

    A wrapper of broken leaves has several copies of a leaf; each of them must fail.
    """

    def __init__(self, dut: Any, leaf: str, case: type[Case]) -> None:
        self.seed = int(os.environ["DWSIM_SEED"])
        self.dut, self.leaf = dut, leaf
        self.rng = random.Random(f"{self.seed}/{leaf}")
        self.cases = [
            case(instance, random.Random(f"{self.seed}/{instance.name}"))
            for instance in instances(leaf)
        ]
        everything = [case.instance for case in self.cases]
        self.inputs = _Bus(getattr(dut, f"{leaf}_in"), [e.inputs for e in everything])
        self.copies: dict[int, _Bus] = {}
        """Those that have not failed yet."""
        while (port := getattr(dut, output_port(leaf, len(self.copies)), None)) is not None:
            self.copies[len(self.copies)] = _Bus(port, [e.outputs for e in everything])
        self.several = len(self.copies) > 1
        self.failures: list[str] = []

    async def run(self, cycles: int) -> None:
        """Drives ``cycles`` cycles, or $DWSIM_LEAF_CYCLES cycles if those are fewer."""
        limit = int(os.environ.get("DWSIM_LEAF_CYCLES", cycles))
        clk = self.dut.clk
        clk.value = 0
        for cycle in range(min(cycles, limit)):
            driven = [case.drive() for case in self.cases]
            # Now and then other inputs come first: outputs that come from registers must not
            # change with them.
            early = {}
            if cycle and self.rng.random() < 1 / 8:
                self.inputs.write_word(self.rng.getrandbits(self.inputs.width))
                await FallingEdge(clk)
                early = {copy: outputs.read() for copy, outputs in self.copies.items()}
            self.inputs.write(driven)
            if cycle == 0:
                Clock(clk, CLOCK_NS, unit="ns").start(start_high=False)
            await RisingEdge(clk)
            for case in self.cases:
                case.cycle = cycle
            late = {copy: outputs.read() for copy, outputs in self.copies.items()}
            for copy, before in early.items():
                self._compare_registered(copy, driven, before, late[copy])
            for index, (case, i) in enumerate(zip(self.cases, driven, strict=True)):
                self._compare(index, i, late)
                case.clock(i)
            if not self.copies:
                break
        if self.failures:
            raise AssertionError("\n".join(self.failures))
        if cycles <= limit:
            for case in self.cases:
                missing = case.uncovered()
                assert not missing, f"{case.instance}: the stimuli never met {missing}"

    def _compare(self, index: int, i: Values, late: Mapping[int, Any]) -> None:
        case = self.cases[index]
        origins = (("model", case.model(i)), ("promise", case.promise(i)))
        for copy in list(self.copies):
            o, x = late[copy][0][index], late[copy][1][index]
            wrong = []
            for origin, expected in origins:
                for name, want in expected.items():
                    if want is not DONT_CARE and (o[name] != want or x[name]):
                        got = f"X in bits {x[name]:#x}" if x[name] else f"{o[name]:#x}"
                        wrong.append(f"{name}: expected {int(want):#x} ({origin}), got {got}")
            if wrong:
                self._fail(copy, case, i, wrong)

    def _compare_registered(self, copy: int, driven: list[Values], early: Any, late: Any) -> None:
        for index, case in enumerate(self.cases):
            wrong = [
                f"{name}: does not come from a register, an input changes it from"
                f" {early[0][index][name]:#x} to {late[0][index][name]:#x} within the cycle"
                for name in case.instance.registered
                if any(early[part][index][name] != late[part][index][name] for part in (0, 1))
            ]
            if wrong and copy in self.copies:
                self._fail(copy, case, driven[index], wrong)

    def _fail(self, copy: int, case: Case, i: Values, wrong: list[str]) -> None:
        driven = ", ".join(f"{name}={value:#x}" for name, value in i.items())
        which = f"copy {copy}: " if self.several else ""
        message = "\n  ".join(
            [
                f"{which}{case.instance} fails in cycle {case.cycle}:",
                *wrong,
                f"inputs: {driven}",
                self._again(),
            ]
        )
        if not self.several:
            raise AssertionError(message)
        self.failures.append(message)
        del self.copies[copy]

    def _again(self) -> str:
        test = "icarus" if cocotb.SIM_NAME.lower().startswith("icarus") else "modules"
        return f"again: DWSIM_SEED={self.seed} pytest tests/leaf/test_leaf_{test}.py"


def leaf_test(leaf: str, case: type[Case], cycles: int) -> Any:
    """A cocotb test, named after its leaf, that drives all instances of it."""

    async def run(dut: Any) -> None:
        await Harness(dut, leaf, case).run(cycles)

    run.__name__ = run.__qualname__ = leaf
    run.__module__ = case.__module__
    return cocotb.test(name=leaf)(run)
