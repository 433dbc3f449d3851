"""Records a run of the cycle model: every handshake signal, payload and probe, cycle by cycle.

The names are those of the bench's probes, so that a waveform of the model can be compared with one
of the RTL.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.signals import signals
from dwsim.model.activity import Activity
from dwsim.model.engine import Inputs
from dwsim.model.engine_of import AnyEngine
from dwsim.model.observed import views
from dwsim.stream.layout import to_word
from dwsim.support.waveform_file import CLOCK_NS, vcd_to_fst

ACTIVITY = "activity"
"""The only signal that the RTL does not have: the index of the cycle's ``Activity``."""


class Trace:
    """Signals by cycle. Pass ``observe`` to ``dwsim.model.layer_run.run_layer``.

    ``widths`` has every signal's bits by its name; ``cycles`` one dictionary a cycle, from names
    to unsigned values, or to None where a signal means nothing in that cycle.
    """

    def __init__(self, numbers: EngineNumbers | SerialNumbers) -> None:
        self._spec = numbers.spec
        self._views = views(numbers)
        self.widths = signals(numbers) | {ACTIVITY: (len(Activity) - 1).bit_length()}
        self.cycles: list[dict[str, int | None]] = []

    def observe(self, engine: AnyEngine, inputs: Inputs) -> None:
        """Notes one cycle: inputs and registers as they are before the clock edge."""
        seen = self._stimuli(inputs)
        for name, view in self._views.items():
            value = view(engine)
            seen[name] = None if value is None else int(value)
        if self.cycles:
            # The activity of a cycle is known after its clock edge.
            self.cycles[-1][ACTIVITY] = list(Activity).index(engine.activity)
        self.cycles.append(seen | {ACTIVITY: None})

    def column(self, name: str) -> list[int | None]:
        """One signal's values, a cycle each."""
        return [seen[name] for seen in self.cycles]

    def _stimuli(self, inputs: Inputs) -> dict[str, int | None]:
        spec = self._spec

        def word(beat: np.ndarray | None, width: int) -> int | None:
            return None if beat is None else to_word(beat, width)

        return {
            "rst": int(inputs.rst),
            "cfg_valid": int(inputs.cfg_valid),
            "s_axis_param_tvalid": int(inputs.param_tvalid),
            "s_axis_param_tlast": int(inputs.param_tlast),
            "s_axis_ifmap_tvalid": int(inputs.ifmap_tvalid),
            "s_axis_ifmap_tlast": int(inputs.ifmap_tlast),
            "m_axis_ofmap_tready": int(inputs.ofmap_tready),
            "s_axis_param_tdata": word(inputs.param_tdata, spec.weight_width),
            "s_axis_ifmap_tdata": word(inputs.ifmap_tdata, spec.ifmap_width),
        }

    def write_fst(self, path: Path) -> None:
        """Writes the trace as an FST waveform; a value without meaning is x.

        Raises:
            ToolError: without the package that writes FST.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="dwsim-trace-") as folder:
            vcd = Path(folder) / "trace.vcd"
            vcd.write_text("".join(self._vcd()))
            vcd_to_fst(vcd, path)

    def _vcd(self) -> list[str]:
        codes = {name: f"s{index}" for index, name in enumerate(self.widths)}
        out = ["$timescale 1ns $end\n$scope module model $end\n"]
        out += [
            f"$var wire {self.widths[name]} {code} {name} $end\n" for name, code in codes.items()
        ]
        out.append("$upscope $end\n$enddefinitions $end\n")
        last: dict[str, int | None] = {}
        for cycle, seen in enumerate(self.cycles):
            out.append(f"#{cycle * CLOCK_NS}\n")
            for name, value in seen.items():
                if cycle == 0 or last[name] != value:
                    bits = "x" if value is None else f"{value:b}"
                    out.append(f"b{bits} {codes[name]}\n")
            last = seen
        out.append(f"#{len(self.cycles) * CLOCK_NS}\n")
        return out
