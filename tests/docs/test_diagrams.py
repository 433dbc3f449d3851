"""The diagrams show runs of the cycle model: right values, and the cycles of the timing law."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from docs.generators import stage_picture, timing_diagrams
from docs.generators.recording import Recording
from docs.generators.timing_diagrams import DIAGRAMS, wave_json
from docs.generators.wave_rows import MARKED, NOTHING, Cell, lane, row
from dwsim.derive import EngineNumbers
from dwsim.golden.depthwise import depthwise
from dwsim.model.activity import Activity
from dwsim.spec.spec_file import read_spec
from dwsim.stream.layout import unpack_ofmap
from tests.docs.runner import ROOT


def transferred(recording: Recording) -> list[int]:
    """The values of the ofmap transfers of an engine with one lane."""
    trace = recording.trace
    width = trace.widths["m_axis_ofmap_tdata"]
    return [
        value - (1 << width) if value >> (width - 1) else value
        for value, valid, ready in zip(
            trace.column("m_axis_ofmap_tdata"),
            trace.column("m_axis_ofmap_tvalid"),
            trace.column("m_axis_ofmap_tready"),
            strict=True,
        )
        if valid and ready and value is not None
    ]


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_run_has_the_values_of_golden(name: str) -> None:
    recording = DIAGRAMS[name].run()
    values = iter(transferred(recording))
    for stream in recording.streams:
        beats = np.array([[next(values)] for _ in range(stream.plan.ofmap_beats)])
        golden = depthwise(stream.ifmap, stream.weight, stream.plan.layer)
        np.testing.assert_array_equal(unpack_ofmap(beats, stream.plan), golden)
    assert list(values) == []


@pytest.mark.parametrize("name", [name for name in DIAGRAMS if not DIAGRAMS[name].stalls])
def test_a_run_without_stalls_takes_the_cycles_of_the_law(name: str) -> None:
    recording = DIAGRAMS[name].run()
    for index, stream in enumerate(recording.streams):
        assert recording.cycles(index) == stream.plan.cycles


@pytest.mark.parametrize(
    ("name", "activity"),
    [("starved", Activity.INPUT_STARVED), ("backpressure", Activity.BACKPRESSURED)],
)
def test_a_stall_costs_the_cycles_of_its_activity(name: str, activity: Activity) -> None:
    recording = DIAGRAMS[name].run()
    lost = recording.trace.column("activity").count(list(Activity).index(activity))
    assert lost > 0
    assert recording.cycles(0) == recording.streams[0].plan.cycles + lost


def test_the_spans_of_the_first_diagram_are_lag_and_latency() -> None:
    """Start and pipeline are the latency, and the span between them is the lag."""
    edges = wave_json(DIAGRAMS["start"])["edge"]
    assert isinstance(edges, list)
    start, lag, pipeline = (int(edge.split()[-1]) for edge in edges)
    (stream,) = DIAGRAMS["start"].run().streams
    assert start + pipeline == stream.plan.numbers.timing.latency
    assert lag == stream.plan.raster.lag


def test_credit_runs_out_under_backpressure_and_comes_back() -> None:
    recording = DIAGRAMS["backpressure"].run()
    credits = recording.trace.column("credits")
    depth = recording.streams[0].plan.numbers.timing.fifo_depth
    assert (min(credits), credits[-1]) == (0, depth)
    stalled = [cycle for cycle, count in enumerate(credits) if count == 0]
    # While there is no credit no window starts: emit_q is one cycle late.
    assert not any(recording.trace.column("emit_q")[cycle + 1] for cycle in stalled[1:-1])


def test_the_second_stream_follows_in_the_next_cycle() -> None:
    recording = DIAGRAMS["back_to_back"].run()
    assert recording.starts[1] == recording.ends[0] + 1


def test_a_window_is_held_for_two_cycles() -> None:
    recording = DIAGRAMS["held"].run()
    windows = recording.streams[0].plan.ofmap_beats // 2
    assert recording.trace.column("emit_q").count(1) == 2 * windows


def test_slots_are_numbered_as_the_law_counts_them() -> None:
    recording = DIAGRAMS["stride"].run()
    (slots,) = (one for one in wave_json(DIAGRAMS["stride"])["signal"] if one.get("name") == "slot")
    assert slots["data"] == [str(slot) for slot in range(recording.streams[0].plan.slots)]


def test_a_slot_is_drawn_where_step_q_is_up() -> None:
    for diagram in DIAGRAMS.values():
        recording = diagram.run()
        stepped = recording.trace.column("step_q")
        drawn = [cell != NOTHING for cell in row("slot")(recording)]
        last = len(drawn) - 1 - drawn[::-1].index(True)
        # After the last output the raster continues with slots that the law does not count.
        if len(recording.streams) == 1:
            assert drawn[: last + 1] == [bool(step) for step in stepped[: last + 1]]
        assert sum(drawn) == sum(stream.plan.slots for stream in recording.streams)


@pytest.mark.parametrize("name", DIAGRAMS)
def test_as_many_beats_are_blue_as_the_layer_has(name: str) -> None:
    recording = DIAGRAMS[name].run()
    plans = [stream.plan for stream in recording.streams]
    expected = {
        "s_axis_ifmap_tdata": sum(plan.ifmap_beats for plan in plans),
        "m_axis_ofmap_tdata": sum(plan.ofmap_beats for plan in plans),
        "slot": sum(plan.ifmap_beats for plan in plans),
    }
    for signal, beats in expected.items():
        assert sum(cell.brick == MARKED for cell in row(signal)(recording)) == beats


def test_equal_cells_are_drawn_as_one() -> None:
    cells = [
        Cell("0"),
        Cell("0"),
        Cell("1"),
        NOTHING,
        Cell("5", "12"),
        Cell("5", "12"),
        Cell("5", "3"),
    ]
    assert lane("n", cells) == {"name": "n", "wave": "0.1x5.5", "data": ["12", "3"]}


def test_a_text_that_does_not_fit_leaves_the_others_in_place() -> None:
    cells = [Cell("3", "compute"), Cell("5", "on"), Cell("5", "on")]
    assert lane("n", cells)["data"] == [" ", "on"]


@pytest.mark.parametrize("name", [*DIAGRAMS, "stages"])
def test_a_picture_is_well_formed_and_shown(name: str) -> None:
    text = stage_picture.svg() if name == "stages" else timing_diagrams.svg(name)
    assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    pages = "".join(path.read_text() for path in (ROOT / "docs").rglob("*.md"))
    assert f"({name}.svg)" in pages


def test_the_stages_have_the_names_of_the_model_and_the_verilog() -> None:
    numbers = EngineNumbers(read_spec(stage_picture.SPEC).engine)
    stems = [s.stem for s in stage_picture.stages(numbers) if s.colour != stage_picture.PORT]
    assert len(stems) > 10
    for stem in stems:
        assert (ROOT / "dwsim" / "model" / f"{stem}.py").is_file(), stem
        assert any(path.is_file() for path in _verilog(stem)), stem


def _verilog(stem: str) -> list[Path]:
    return [ROOT / "rtl" / f"dw_{stem}.v", ROOT / "templates" / f"{stem}.v.j2"]


def test_stages_that_miss_a_cycle_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = stage_picture.stages

    def one_less(numbers: EngineNumbers) -> tuple[stage_picture.Stage, ...]:
        first, *rest = (stage for stage in sound(numbers) if stage.cycles)
        others = [stage for stage in sound(numbers) if not stage.cycles]
        return (dataclasses.replace(first, cycles=first.cycles - 1), *rest, *others)

    monkeypatch.setattr(stage_picture, "stages", one_less)
    with pytest.raises(ValueError, match="latency"):
        stage_picture.svg()
