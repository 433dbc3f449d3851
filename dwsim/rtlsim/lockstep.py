"""RTL and model in lock step: every probe is compared in every cycle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.errors import MismatchError
from dwsim.layout import from_word
from dwsim.model.engine import Engine, Inputs
from dwsim.rtlsim.probes import Probe, all_probes
from dwsim.spec.engine import EngineSpec


class Lockstep:
    """Steps the model with the inputs that the RTL sees, and compares before each edge."""

    def __init__(self, spec: EngineSpec, core_path: str) -> None:
        self.spec = spec
        self.engine = Engine(spec)
        self.probes = all_probes(self.engine.numbers, core_path)
        self.width = sum(probe.width for probe in self.probes)
        self.offsets: dict[str, int] = {}
        offset = 0
        for probe in self.probes:
            self.offsets[probe.name] = offset
            offset += probe.width
        self.cycle = 0
        self.compared = False

    def field(self, observed: int, name: str, width: int = 1) -> int:
        """One probe's value out of the observed word."""
        return observed >> self.offsets[name] & ((1 << width) - 1)

    def inputs(self, observed: int, cfg: Mapping[str, Any]) -> Inputs:
        """The model's inputs of this cycle, from what the RTL sees."""
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
            word = self.field(observed, "s_axis_param_tdata", numbers.param_beat_width)
            inputs.param_tdata = from_word(word, spec.lanes, spec.weight_width, spec.weight_signed)
        if inputs.ifmap_tvalid:
            word = self.field(observed, "s_axis_ifmap_tdata", numbers.ifmap_beat_width)
            inputs.ifmap_tdata = from_word(word, spec.lanes, spec.ifmap_width, spec.ifmap_signed)
        return inputs

    def compare(self, observed: int, unknown: int = 0) -> None:
        """Compares all outputs and internals of this cycle; ``unknown`` marks X and Z bits.

        Raises:
            MismatchError: naming every probe that differs, with both values.
        """
        wanted = care = offset = 0
        for probe in self.probes:
            if probe.expected is not None:
                value = probe.expected(self.engine)
                if value is not None:
                    wanted |= int(value) << offset
                    care |= ((1 << probe.width) - 1) << offset
            offset += probe.width
        if observed & care != wanted or unknown & care:
            raise MismatchError(self._describe(observed, unknown, care, wanted))

    def _describe(self, observed: int, unknown: int, care: int, wanted: int) -> str:
        lines = [f"RTL and model differ in cycle {self.cycle}:"]
        for probe in self.probes:
            offset, mask = self.offsets[probe.name], (1 << probe.width) - 1
            got, want = observed >> offset & mask, wanted >> offset & mask
            if not care >> offset & mask:
                continue
            if unknown >> offset & mask:
                lines.append(f"  {probe.name}: RTL has X bits, model {_show(probe, want)}")
            elif got != want:
                lines.append(f"  {probe.name}: RTL {_show(probe, got)}, model {_show(probe, want)}")
        return "\n".join(lines)

    def step(self, inputs: Inputs) -> None:
        """The clock edge."""
        self.engine.step(inputs)
        self.cycle += 1


def _show(probe: Probe, value: int) -> str:
    return str(value) if probe.width <= 16 else f"{probe.width}'h{value:x}"
