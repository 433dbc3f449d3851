"""The reader of .dat files against a module whose coverage is known, and the page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from dwsim.rtlsim.toolchain import find_verilator, verilator_environment
from dwsim.support.processes import run_command
from tests.code_coverage.engines import ENGINES, not_reached, record, recorded
from tests.code_coverage.excluded import Exclusion, split
from tests.code_coverage.measure import OPTIONS
from tests.code_coverage.page import page
from tests.code_coverage.points import HEADER, CoverageFormatError, Point, read_points
from tests.code_coverage.python import PythonFile
from tests.functional.table import Table, all_goals
from tests.mutation.builds import Build

MODULE = """\
module choice(input clk, input [1:0] a, output reg [1:0] q);
  always @(posedge clk) begin
    if (a == 2'd3)
      q <= 2'd0;
    else
      q <= a;
  end
endmodule
"""
MAIN = """\
#include <cstdlib>
#include "Vchoice.h"
#include "verilated.h"
#include "verilated_cov.h"
int main(int, char** arguments) {
    Vchoice top;
    for (const char* a = arguments[1]; *a; ++a) {
        top.a = *a - '0';
        for (int clk = 0; clk < 2; ++clk) { top.clk = clk; top.eval(); }
    }
    Verilated::threadContextp()->coveragep()->write(arguments[2]);
}
"""


def by_name(counts: Counter[Point], kind: str) -> dict[tuple[int, str], int]:
    return {(p.line, p.name): count for p, count in counts.items() if p.kind == kind}


@pytest.mark.simulator
def test_a_small_module_has_the_counts_that_its_inputs_say(tmp_path: Path) -> None:
    (tmp_path / "choice.v").write_text(MODULE)
    (tmp_path / "main.cpp").write_text(MAIN)
    options = f"--cc --exe --build -O0 {' '.join(OPTIONS)} --Mdir obj choice.v main.cpp"
    built = run_command(
        [find_verilator().executable, *options.split()],
        seconds=120,
        folder=tmp_path,
        environment=verilator_environment({"OPT_FAST": "-O0", "OPT_SLOW": "-O0"}),
        merge_errors=True,
    )
    assert built.exit_code == 0, built.output
    for inputs in ("010", "333"):
        command = [tmp_path / "obj" / "Vchoice", inputs, tmp_path / f"{inputs}.dat"]
        assert run_command(command, seconds=60).exit_code == 0
    first, second = tmp_path / "010.dat", tmp_path / "333.dat"
    counts = read_points([first])
    assert by_name(counts, "line") == {(2, "block"): 3}
    assert by_name(counts, "branch") == {(3, "if"): 0, (3, "else"): 3}
    toggles = by_name(counts, "toggle")
    assert toggles[1, "a[0]:0->1"] == 1
    assert toggles[1, "a[0]:1->0"] == 1
    assert toggles[1, "a[1]:0->1"] == 0
    assert len(toggles) == 2 * (1 + 2 + 2)  # both directions of clk, a and q
    assert by_name(read_points([first, second]), "branch") == {(3, "if"): 3, (3, "else"): 3}
    both = read_points([first, second])
    assert both == counts + read_points([second])
    assert len(both) == len(counts) == 13


@pytest.mark.simulator
@pytest.mark.parametrize("build", ENGINES, ids=lambda build: build.name)
def test_the_lines_and_branches_of_an_engine_are_those_of_the_record(
    build: Build, tmp_path: Path, update_snapshots: bool
) -> None:
    missed, points = not_reached(build, tmp_path / build.name)
    if update_snapshots:
        record(build.name, missed)
    wanted = recorded()[build.name]
    lost = Counter(missed) - Counter(wanted)
    assert not lost, "no longer reached, or new: " + "; ".join(lost)
    assert missed == wanted, "pytest tests/code_coverage --update-snapshots writes the record"
    assert points > 300


def dat(folder: Path, *lines: str) -> Path:
    path = folder / "coverage.dat"
    path.write_text("\n".join(lines) + "\n")
    return path


def line_of(count: int, **fields: str) -> str:
    return f"C '{''.join(f'{chr(1)}{key}{chr(2)}{text}' for key, text in fields.items())}' {count}"


def test_instances_of_a_module_are_one_point(tmp_path: Path) -> None:
    place = {"f": "rtl/a.v", "l": "4", "n": "5", "t": "branch", "o": "if", "S": "4-5"}
    path = dat(tmp_path, HEADER, line_of(2, **place, h="top.x"), line_of(3, **place, h="top.y"))
    assert read_points([path]) == {Point("a.v", 4, 5, "branch", "if", "4-5"): 5}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["# SystemC::Coverage-9"], "coverage.dat:1: '# SystemC::Coverage-9', expected"),
        ([HEADER, "C 'x' many"], "coverage.dat:2: \"C 'x' many\" is no point with a count"),
        ([HEADER, line_of(1, f="a.v", l="4")], "coverage.dat:2: the point has no field 't'"),
        ([HEADER, line_of(1, f="a.v", t="user")], "coverage.dat:2: kind 'user', expected one of"),
    ],
)
def test_another_format_is_refused(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(CoverageFormatError) as refused:
        read_points([dat(tmp_path, *lines)])
    assert said in str(refused.value)


def test_the_page_lists_everything_that_was_not_reached() -> None:
    counts = Counter(
        {Point("a.v", 2, 5, "branch", "if"): 0, Point("a.v", 1, 1, "toggle", "q:0->1"): 4}
    )
    files = [PythonFile("dwsim/x.py", 9, (3, 7), 4, 2)]
    table = Table()
    table.counts.update(all_goals()[1:])
    verilog = {"a.v": "wire q;\n  if (a < b) q = 1;\n"}
    excluded = {Point("b.v", 1, 1, "line", "block"): Exclusion("x", "it cannot", lambda *_: True)}
    text = page(counts, excluded, verilog, files, table, "the figures")
    missed, left_out = text.split("no stream reached")[1].split("no stream can reach")
    assert "<td>x</td><td>it cannot</td><td>b.v</td><td>1</td>" in left_out
    assert "<td>a.v:2</td><td>branch</td><td>if</td><td>if (a &lt; b) q = 1;</td>" in missed
    assert "toggle" not in missed
    axis, name = all_goals()[0]
    assert f"<td>{axis}</td><td>{name}</td><td>no stream met it</td>" in text
    assert text.count("no stream met it") == 1
    assert "<td>dwsim/x.py</td><td>7 of 9</td><td>2 of 4</td><td>3, 7</td>" in text
    assert not any(word in text for word in ("http", "<script", "<link", "src="))


TOP = """\
wire [11-1:0] wide_ifmap_w = {{7{1'b0}}, ifmap_w};
wire unused_x = &{1'b0, x, 1'b0};
"""
COUNTERS = "wire [31:0] cycles_now = (&cycles) ? cycles : cycles + 1;\n"


@pytest.mark.parametrize(
    ("point", "name"),
    [
        (Point("e_axil.v", 1, 1, "toggle", "wide_ifmap_w[4]:0->1"), "zero extension"),
        (Point("e_axil.v", 1, 1, "toggle", "wide_ifmap_w[3]:0->1"), ""),
        (Point("dw_geometry_check.v", 1, 1, "toggle", "ifmap_w[10]:1->0"), "zero extension"),
        (Point("dw_raster.v", 1, 1, "toggle", "ifmap_w[10]:1->0"), ""),
        (Point("e_axil.v", 2, 1, "toggle", "g.unused_x:0->1"), "unused bits"),
        (Point("e_axil.v", 1, 1, "toggle", "s_axil_bresp[0]:0->1"), "bit 0 of a response"),
        (Point("e_axil.v", 1, 1, "toggle", "s_axil_bresp[1]:0->1"), ""),
        (Point("dw_stream_counters.v", 1, 1, "branch", "cond_then"), "saturated counter"),
        (Point("dw_stream_counters.v", 1, 1, "branch", "cond_else"), ""),
        (
            Point("dw_stream_counters.v", 1, 1, "toggle", "cycles[20]:0->1"),
            "upper bits of counters",
        ),
        (Point("dw_stream_counters.v", 1, 1, "toggle", "cycles[19]:0->1"), ""),
        (
            Point("e_registers.v", 1, 1, "toggle", "streams_finished[11]:0->1"),
            "upper bits of counters",
        ),
        (Point("e_registers.v", 1, 1, "toggle", "streams_finished[10]:0->1"), ""),
    ],
)
def test_points_that_cannot_be_reached_are_left_out_by_name(point: Point, name: str) -> None:
    verilog = {
        "e_axil.v": TOP,
        "dw_geometry_check.v": TOP,
        "dw_raster.v": TOP,
        "e_registers.v": COUNTERS,
        "dw_stream_counters.v": COUNTERS,
    }
    kept, excluded = split(Counter({point: 0}), verilog)
    assert (excluded[point].name if point in excluded else "") == name
    assert (point in kept) != (name != "")
    kept, excluded = split(Counter({point: 3}), verilog)
    assert kept == {point: 3}, "a point that is reached counts"
