"""The delivered testbenches pass on the engine, and fail on every fault, without dwsim."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from dwsim.codegen.vectors import layer_vectors
from dwsim.derive import Plan
from dwsim.stream.layout import pack_ofmap, unpack_ofmap
from tests.codegen.delivered import (
    CASES,
    build_verilator,
    compile_icarus,
    run_icarus,
    run_program,
    write_case,
)

TOPS = {
    "raw": ["axil", "axis_bytes", "small_kernel", ""],
    "raw_lanes": ["axil", ""],
    "narrow": ["axis_bytes", "dilated", ""],
    "narrow_axil": ["axil", "axis_bytes", ""],
    "quantised": ["axil", "axis_bytes", "same", ""],
    "words": ["axil", "axis_bytes", ""],
    "finished": ["axil", "axis_bytes", "one_tap", ""],
    "serial_raw": ["axis_bytes", ""],
    "serial": ["axil", "axis_bytes", "multiplied", ""],
    "serial_floats": ["one_tap", ""],
    "serial_ecp5": [""],
    "serial_copied": ["axil", "axis_bytes", "multiplied", ""],
    "primitives": [""],
}
"""The ends of the names of each case's tops, in the order of the names of the files."""

FIFO = ("dw_output_fifo.v", "<= write_data;", "<= ~write_data;")
BREAKS = {
    "weight": ("_kernel_row.v", "operands", "~operands"),
    "credit": ("dw_credit.v", "available <=", "available <= 1'b0 && "),
    "fifo": FIFO,
}
SERIAL_BREAKS = {
    "weight": ("dw_tap_pipeline.v", "<= memory_data;", "<= ~memory_data;"),
    "credit": ("dw_pixel_credit.v", "(give ? BACK", "(1'b0 ? BACK"),
    "fifo": FIFO,
}


def verdict(said: tuple[int, list[str]]) -> str:
    """PASS or FAIL, if the exit code and the lines of a testbench agree."""
    code, lines = said
    verdicts = [line for line in lines if line in ("PASS", "FAIL")]
    assert len(verdicts) == 1, "\n".join(lines)
    assert (code == 0) == (verdicts == ["PASS"]), code
    return verdicts[0]


@pytest.mark.parametrize("name", CASES)
def test_every_testbench_passes_in_icarus(name: str, tmp_path: Path) -> None:
    engine, layers, options = CASES[name]
    benches = write_case(name, tmp_path / "out")
    prefix = f"{options.prefix}_{engine.name}" if options.prefix else engine.name
    assert benches == [f"{prefix}_{top}_tb".replace("__", "_") for top in TOPS[name]]
    for bench in benches:
        said = run_icarus(compile_icarus(tmp_path / "out", bench, tmp_path), tmp_path / "out")
        assert verdict(said) == "PASS", said
        assert said[1][-1] == "PASS"
        own = [layer for layer in layers if bench == f"{prefix}_{layer.name}_tb"]
        for layer in own or layers:
            cycles = Plan(layer, engine).cycles
            beats = Plan(layer, engine).ofmap_beats
            line = f"{layer.name}: {beats} ofmap beats in {cycles} cycles, timing law: {cycles}"
            assert line in said[1]
            assert any(line.startswith(f"{layer.name} with stalls: ") for line in said[1])


def test_the_arguments_choose_stalls_and_seed(tmp_path: Path) -> None:
    (bench,) = write_case("primitives", tmp_path / "out")
    program = compile_icarus(tmp_path / "out", bench, tmp_path)
    said = {
        arguments: run_icarus(program, tmp_path / "out", *arguments)[1]
        for arguments in [("+stalls=0",), ("+stalls=1",), ("+stalls=1", "+seed=2"), ()]
    }
    assert not any("with stalls" in line for line in said["+stalls=0",])
    assert all("with stalls" in line for line in said["+stalls=1",][:-1])
    assert said["+stalls=1",] != said["+stalls=1", "+seed=2"]
    assert said[()] == [*said["+stalls=0",][:-1], *said["+stalls=1",]]


def flip(path: Path, rng: random.Random, first: bool = False) -> None:
    """Turns one bit of one number of a vector file."""
    lines = path.read_text().splitlines()
    numbers = [index for index, line in enumerate(lines) if not line.startswith("//")]
    index = numbers[0] if first else rng.choice(numbers)
    digits = lines[index].split()[0]
    where = len(digits) - 1 if first else rng.randrange(len(digits))
    digit = f"{int(digits[where], 16) ^ (1 << rng.randrange(1 if first else 4)):x}"
    lines[index] = digits[:where] + digit + lines[index][where + 1 :]
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("name", ["raw", "quantised", "serial"])
def test_one_flipped_bit_in_any_vector_file_fails(name: str, tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    rng, out = random.Random(seed), tmp_path / "out"
    bench = write_case(name, out)[-1]
    program = compile_icarus(out, bench, tmp_path)
    paths = sorted((out / "vectors").iterdir())
    assert len(paths) == 4 * len(CASES[name][1])
    for path in paths:
        text = path.read_text()
        flip(path, rng)
        said = run_icarus(program, out)
        assert verdict(said) == "FAIL", path
        assert any(f"{path.name}: checksum" in line for line in said[1])
        path.write_text(text)
    assert verdict(run_icarus(program, out)) == "PASS"


def test_the_comparison_finds_a_flipped_bit_by_itself(tmp_path: Path, seed: int) -> None:
    """Beside the checksum, the engine's own output shows a bit that it depends on."""
    out = tmp_path / "out"
    bench = write_case("raw", out)[-1]
    program = compile_icarus(out, bench, tmp_path)
    for kind, said_of in (
        ("ofmap", r"beat 0, lane 0: expected -?\d+ \(\w+\), got -?\d+ \(\w+\)"),
        ("ifmap", r"beat \d+, lane 0: expected -?\d+ \(\w+\), got -?\d+ \(\w+\)"),
        ("config", r"timing law says|no transfer in|expected|has only"),
    ):
        path = out / "vectors" / f"whole_kernel_{kind}.hex"
        text = path.read_text()
        flip(path, random.Random(seed), first=True)
        lines = run_icarus(program, out)[1]
        about = [
            line for line in lines if line.startswith("whole_kernel") and "checksum" not in line
        ]
        assert any(re.search(said_of, line) for line in about), lines
        path.write_text(text)


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_a_file_that_is_not_whole_fails(damage: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    bench = write_case("raw", out)[-1]
    path = out / "vectors" / "dilated_ifmap.hex"
    lines = path.read_text().splitlines()
    path.unlink()
    if damage == "short":
        path.write_text("\n".join(lines[:-1]) + "\n")
    said = run_icarus(compile_icarus(out, bench, tmp_path), out)
    assert verdict(said) == "FAIL"


@pytest.mark.parametrize("fault", BREAKS)
@pytest.mark.parametrize("top", [0, -1], ids=["axil", "core"])
def test_one_broken_line_of_the_rtl_fails(fault: str, top: int, tmp_path: Path) -> None:
    _break_a_line("quantised", top, BREAKS[fault], tmp_path)


@pytest.mark.parametrize("fault", SERIAL_BREAKS)
def test_one_broken_line_of_the_serial_rtl_fails(fault: str, tmp_path: Path) -> None:
    _break_a_line("serial", -1, SERIAL_BREAKS[fault], tmp_path)


def _break_a_line(name: str, top: int, fault: tuple[str, str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    bench = write_case(name, out)[top]
    suffix, line, broken = fault
    (path,) = (path for path in out.iterdir() if path.name.endswith(suffix))
    text = path.read_text()
    assert line in text
    head, _, tail = text.rpartition(line)
    path.write_text(head + broken + tail)
    said = run_icarus(compile_icarus(out, bench, tmp_path), out, "+limit=500")
    assert verdict(said) == "FAIL"


def test_a_cycle_more_than_the_law_fails(tmp_path: Path) -> None:
    out = tmp_path / "out"
    bench = write_case("raw", out)[-1]
    path = out / f"{bench}.v"
    text = path.read_text()
    law = re.search(r"law_cycles  = (\d+);", text)
    assert law is not None
    path.write_text(text.replace(law[0], f"law_cycles  = {int(law[1]) - 1};"))
    said = run_icarus(compile_icarus(out, bench, tmp_path), out)
    assert verdict(said) == "FAIL"
    assert f"whole_kernel: {law[1]} cycles, the timing law says {int(law[1]) - 1}" in said[1]


def test_verilator_agrees_with_icarus(tmp_path: Path, seed: int) -> None:
    out = tmp_path / "out"
    bench = write_case("quantised", out)[0]
    program = build_verilator(out, bench, [f"{bench}.v", "-f", "files.f"], tmp_path)
    said = run_program(program, out)
    assert verdict(said) == "PASS"
    lines = run_icarus(compile_icarus(out, bench, tmp_path), out)[1]
    assert said[1][: len(lines)] == lines
    flip(out / "vectors" / "same_ofmap.hex", random.Random(seed))
    assert verdict(run_program(program, out)) == "FAIL"


BOTH = """\
module both;
  left_axil_quantised_tb #(.ENDS(0)) left ();
  right_axil_raw_axil_tb #(.ENDS(0)) right ();
  always @(posedge left.clk) begin
    if (left.done && right.done) begin
      if ((left.differences == 0) && (right.differences == 0)) begin
        $display("both right");
        $finish;
      end else $fatal(1, "left %0d, right %0d", left.differences, right.differences);
    end
  end
endmodule
"""


def test_two_engines_with_prefixes_in_one_build(tmp_path: Path, seed: int) -> None:
    """Each has another version of some modules; both run correctly in one design."""
    out = tmp_path / "out"
    write_case("quantised", out / "left", prefix="left", axil=False, static=())
    write_case("raw", out / "right", prefix="right", static=())
    vectors = out / "vectors"
    vectors.mkdir()
    for side in ("left", "right"):
        for path in (out / side / "vectors").iterdir():
            assert path.name.startswith(f"{side}_")
            path.rename(vectors / path.name)
    # A fault in one engine's version of a module must not reach the other engine.
    left = out / "left" / "left_dw_output_fifo.v"
    right = out / "right" / "right_dw_output_fifo.v"
    assert left.read_text().replace("left_", "") == right.read_text().replace("right_", "")
    (out / "both.v").write_text(BOTH)
    sources = ["both.v", "left/left_axil_quantised_tb.v", "-F", "left/files.f"]
    sources += ["right/right_axil_raw_axil_tb.v", "-F", "right/files.f"]
    program = build_verilator(out, "both", sources, tmp_path)
    code, lines = run_program(program, out)
    assert (code, lines.count("PASS"), lines.count("both right")) == (0, 2, 1), lines
    flip(vectors / "right_dilated_ofmap.hex", random.Random(seed))
    code, lines = run_program(program, out)
    assert (code != 0, lines.count("PASS"), lines.count("FAIL")) == (True, 1, 1), lines


@pytest.mark.parametrize("name", CASES)
def test_expected_beats_unpack_to_the_golden_ofmap(name: str, seed: int) -> None:
    """The packing of expected beats against the unpacking that cosimulation uses."""
    engine, layers, _ = CASES[name]
    rng = random.Random(seed)
    for layer in layers:
        plan = layer_vectors(layer, engine, seed).plan
        tensor = _random_ofmap(plan, rng)
        assert (unpack_ofmap(pack_ofmap(tensor, plan), plan) == tensor).all()


def _random_ofmap(plan: Plan, rng: random.Random) -> object:
    import numpy as np

    return np.random.default_rng(rng.getrandbits(30)).integers(-99, 99, plan.layer.ofmap_shape)
