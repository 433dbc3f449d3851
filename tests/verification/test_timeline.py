"""The timeline counts every transfer, window and tap of a run, and is drawn."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from dwsim import EngineSpec, LayerSpec
from dwsim.cli import main
from dwsim.derive import Plan
from dwsim.derive.serial_plan import SerialPlan
from dwsim.exploration.report.timeline_chart import timeline_chart
from dwsim.verification.simulation import simulate_plans
from dwsim.verification.timeline import STAGES, Timeline

LAYER = LayerSpec(
    9, 7, 8, 3, 3, stride_h=2, pad_top=1, pad_bottom=1, pad_left=1, pad_right=1, name="strided"
)
SERIAL = {"dataflow": "tap_serial", "pixels": 3, "ifmap_pixels": 2}


@pytest.mark.parametrize("fields", [{}, SERIAL], ids=["parallel", "serial"])
@pytest.mark.parametrize("most", [7, 400])
def test_the_timeline_has_every_event(fields: dict[str, object], most: int, seed: int) -> None:
    engine = EngineSpec.smallest([LAYER], 4, requantise="double", **fields)
    plan = Plan(LAYER, engine)
    timeline = Timeline()
    result = simulate_plans([plan], "both", seed, "steppable", timeline=timeline)
    spans = timeline.spans(most)
    assert len(spans) <= most * len(STAGES)
    assert len(timeline.cycles) == result.cycles
    totals = dict.fromkeys(STAGES, 0.0)
    for span in spans:
        assert 0 <= span.busy <= 1
        totals[span.stage] += span.busy * (span.end - span.begin)
    taps = plan.tap_cycles if isinstance(plan, SerialPlan) else plan.ofmap_beats
    assert totals["array"] == pytest.approx(taps)
    assert totals["output"] == pytest.approx(plan.ofmap_beats)
    # The skid buffer may hold two beats when the stream starts.
    assert plan.ifmap_beats - 2 <= round(totals["input"]) <= plan.ifmap_beats
    assert totals["buffer"] > 0
    assert totals["requantisers"] > 0


def test_a_timeline_needs_a_stream() -> None:
    with pytest.raises(ValueError, match="no stream has been observed"):
        Timeline().spans()


def test_the_command_draws_a_chart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "same.svg"
    assert main(["simulate", "tiny", "--layer", "same", "--timeline", str(path)]) == 0
    assert "steppable model = golden in every value" in capsys.readouterr().out
    texts = {node.text for node in ElementTree.parse(path).iter() if node.text}
    assert set(STAGES) <= texts
    assert main(["simulate", "tiny", "--timeline", str(path)]) == 2
    assert "shows one layer" in capsys.readouterr().err


def test_the_chart_has_the_spans() -> None:
    timeline = Timeline()
    timeline.cycles = [[1.0, 0.5, 0.0, 0.0, 1.0], [0.0, 0.5, 1.0, 0.0, 1.0]]
    chart = timeline_chart(timeline.spans(), "title")
    assert len(chart["data"]["values"]) == 2 * len(STAGES)
    assert chart["facet"]["row"]["sort"] == list(STAGES)
