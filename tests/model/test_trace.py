"""The recorder: every signal of every cycle, as the engine had it, and as a waveform."""

from __future__ import annotations

from pathlib import Path

from dwsim.cli import main
from dwsim.derive import Plan
from dwsim.model.layer_run import run_layer
from dwsim.model.trace import Trace
from dwsim.spec.spec_file import read_spec
from dwsim.stream.layout import pack_ifmap, to_word, unpack_ofmap
from dwsim.stream.random_tensors import random_layer_data
from dwsim.stream.stalls import PROFILES, StallPattern


def _traced(seed: int):
    spec = read_spec("tiny")
    plan = Plan(spec.layers[0], spec.engine)
    ifmap, weight = random_layer_data(plan.layer, plan.engine, seed)
    trace = Trace(plan.numbers)
    stalls = StallPattern(PROFILES["both"], seed)
    return plan, ifmap, run_layer(plan, ifmap, weight, stalls, observe=trace.observe), trace


def _transfers(trace: Trace, stream: str) -> list[int]:
    names = [f"{stream}_{wire}" for wire in ("tvalid", "tready", "tdata")]
    columns = [trace.column(name) for name in names]
    return [data for valid, ready, data in zip(*columns, strict=True) if valid and ready]


def test_the_transfers_in_a_trace_are_the_streams(seed: int) -> None:
    plan, ifmap, run, trace = _traced(seed)
    words = [to_word(beat, plan.engine.ifmap_width) for beat in pack_ifmap(ifmap, plan)]
    assert _transfers(trace, "s_axis_ifmap") == words
    width, lanes = plan.numbers.formats.acc_width, plan.engine.lanes
    from dwsim.stream.layout import from_word

    beats = [from_word(w, lanes, width, True) for w in _transfers(trace, "m_axis_ofmap")]
    assert (unpack_ofmap(beats, plan) == run.ofmap).all()


def test_a_trace_has_every_probe_in_every_cycle(seed: int) -> None:
    plan, _, run, trace = _traced(seed)
    handshake = trace.column("cfg_valid").index(1)
    assert len(trace.cycles) >= handshake + run.cycles
    assert all(set(signals) == set(trace.widths) for signals in trace.cycles)
    assert {"operands", "row_sums", "acc", "credits", "state"} <= set(trace.widths)
    for signals in trace.cycles:
        for name, value in signals.items():
            assert value is None or 0 <= value < 1 << trace.widths[name], name
    assert sum(trace.column("emit_q")) == plan.ofmap_beats


def test_simulate_writes_a_waveform(tmp_path: Path, capsys) -> None:
    path = tmp_path / "waves" / "model.fst"
    assert main(["simulate", "tiny", "--layer", "same", "--waves", str(path)]) == 0
    assert _values(path, "emit_q")[:3] == ["0", "1", "0"]
    assert main(["simulate", "tiny", "--waves", str(path)]) == 2
    assert "choose one layer with --layer" in capsys.readouterr().err


def _values(path: Path, name: str) -> list[str]:
    from pylibfst import ffi, fstReaderIterBlocks, get_scopes_signals2, lib, string

    fst = lib.fstReaderOpen(str(path).encode())
    assert fst != ffi.NULL
    _, signals = get_scopes_signals2(fst)
    (handle,) = {s.handle for key, s in signals.by_name.items() if f".{name} " in f".{key} "}
    values: list[str] = []
    lib.fstReaderSetFacProcessMaskAll(fst)
    fstReaderIterBlocks(
        fst,
        lambda _d, _t, facidx, value: values.append(string(value)) if facidx == handle else None,
    )
    lib.fstReaderClose(fst)
    return values
