"""RTL and model in lock step: every probe is compared in every cycle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.derive.signals import interface, signals
from dwsim.errors import MismatchError
from dwsim.model.engine import Inputs
from dwsim.model.engine_of import engine_of
from dwsim.model.observed import views
from dwsim.spec.engine_spec import EngineSpec
from dwsim.stream.layout import from_word


class Lockstep:
    """Steps the model with the inputs of the RTL, and compares before each clock edge."""

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.engine = engine_of(spec)
        self.widths = signals(self.engine.numbers)
        self.views = views(self.engine.numbers)
        self.outputs = interface(self.engine.numbers).keys()
        self.width = sum(self.widths.values())
        self.offsets: dict[str, int] = {}
        offset = 0
        for name, width in self.widths.items():
            self.offsets[name] = offset
            offset += width
        self.cycle = 0
        self.was_reset = False

    def field(self, observed: int, name: str, width: int = 1) -> int:
        """The value of one probe in the observed word."""
        return observed >> self.offsets[name] & ((1 << width) - 1)

    def inputs(self, observed: int, cfg: Mapping[str, Any]) -> Inputs:
        """The inputs of the model in this cycle, which are those of the RTL."""
        spec, numbers = self.spec, self.engine.numbers
        inputs = Inputs(
            rst=bool(self.field(observed, "rst")),
            cfg_valid=bool(self.field(observed, "cfg_valid")),
            cfg=cfg,
            param_tvalid=bool(self.field(observed, "s_axis_param_tvalid")),
            param_tlast=bool(self.field(observed, "s_axis_param_tlast")),
            ifmap_tvalid=bool(self.field(observed, "s_axis_ifmap_tvalid")),
            ifmap_tlast=bool(self.field(observed, "s_axis_ifmap_tlast")),
            ofmap_tready=bool(self.field(observed, "m_axis_ofmap_tready")),
        )
        if inputs.param_tvalid:
            word = self.field(observed, "s_axis_param_tdata", numbers.formats.param_beat_width)
            signed = numbers.formats.weight_signed
            inputs.param_tdata = from_word(word, spec.lanes, spec.weight_width, signed)
        if inputs.ifmap_tvalid:
            word = self.field(observed, "s_axis_ifmap_tdata", numbers.formats.ifmap_beat_width)
            values, signed = numbers.formats.ifmap_beat_values, numbers.formats.ifmap_signed
            inputs.ifmap_tdata = from_word(word, values, spec.ifmap_width, signed)
        return inputs

    def compare(self, observed: int, unknown: int = 0) -> None:
        """Compares all outputs and internal signals of this cycle; ``unknown`` marks X and Z bits.

        In reset only the outputs are compared, because data registers have no reset. Nothing is
        compared before the first reset has reached the registers.

        Raises:
            MismatchError: with every probe that differs, and both values.
        """
        if not self.was_reset:
            return
        in_reset = self.field(observed, "rst")
        wanted = care = 0
        for name, view in self.views.items():
            value = view(self.engine)
            if value is not None and (name in self.outputs or not in_reset):
                wanted |= int(value) << self.offsets[name]
                care |= ((1 << self.widths[name]) - 1) << self.offsets[name]
        if observed & care != wanted or unknown & care:
            raise MismatchError(self._describe(observed, unknown, care, wanted))

    def _describe(self, observed: int, unknown: int, care: int, wanted: int) -> str:
        lines = [f"RTL and model differ in cycle {self.cycle}:"]
        for name, width in self.widths.items():
            offset, mask = self.offsets[name], (1 << width) - 1
            got, want = observed >> offset & mask, wanted >> offset & mask
            if not care >> offset & mask:
                continue
            if unknown >> offset & mask:
                lines.append(f"  {name}: RTL has X bits, model {_show(width, want)}")
            elif got != want:
                lines.append(f"  {name}: RTL {_show(width, got)}, model {_show(width, want)}")
        return "\n".join(lines)

    def step(self, inputs: Inputs) -> None:
        """The clock edge."""
        self.engine.step(inputs)
        self.was_reset = self.was_reset or inputs.rst
        self.cycle += 1


def _show(width: int, value: int) -> str:
    return str(value) if width <= 16 else f"{width}'h{value:x}"
