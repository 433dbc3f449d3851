"""The modules of rtl/ecp5/ behave as those of the same names in rtl/.

Those of dw_ram and dw_pixel_ram have leaf benches, see tests/leaf/leaf_storage.py.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dwsim.rtlsim import toolchain
from dwsim.support.resources import primitives_dir, rtl_dir
from tests.codegen.test_lint import elaborate, lint

HERE = Path(__file__).parent
PRIMITIVES = tuple(sorted(primitives_dir("ecp5").glob("*.v")))
BENCH = HERE / "ecp5_bench.v"
VARIANTS = ("dw_multiplier", "dw_step_shift", "dw_masked_adder", "dw_ram", "dw_pixel_ram")
INSTANCES = 16

# Replacements that break a variant; the tests must detect each of them.
FAULTS = {
    "no_register_of_a": ("dw_multiplier", '.REG_INPUTA_CLK  ("CLK0")', '.REG_INPUTA_CLK  ("NONE")'),
    "no_register_of_b": ("dw_multiplier", '.REG_INPUTB_CLK  ("CLK0")', '.REG_INPUTB_CLK  ("NONE")'),
    "no_register_between": ("dw_multiplier", '(CYCLES == 3) ? "CLK0"', '(CYCLES == 3) ? "NONE"'),
    "always_one_between": ("dw_multiplier", '"CLK0" : "NONE"', '"CLK0" : "CLK0"'),
    "no_register_of_p": ("dw_multiplier", '.REG_OUTPUT_CLK  ("CLK0")', '.REG_OUTPUT_CLK  ("NONE")'),
    "never_enabled": ("dw_multiplier", ".CE0(1'b1)", ".CE0(1'b0)"),
    "always_reset": ("dw_multiplier", ".RST0(1'b0)", ".RST0(1'b1)"),
    "a_without_sign": ("dw_multiplier", ".SIGNEDA(1'b1)", ".SIGNEDA(1'b0)"),
    "b_without_sign": ("dw_multiplier", ".SIGNEDB(1'b1)", ".SIGNEDB(1'b0)"),
    "sign_of_an_unsigned_a": ("dw_multiplier", "A_NEEDS = (A_SIGNED != 0) ? A_W : A_W + 1",
                              "A_NEEDS = A_W"),
    "product_too_low": ("dw_multiplier", "product[P_SHIFT+:P_W]", "product[A_SHIFT+:P_W]"),
    "two_bits_of_a_swapped": ("dw_multiplier", ".A3(aa[3]), .A4(aa[4])", ".A3(aa[4]), .A4(aa[3])"),
    "bits_of_p_swapped": ("dw_multiplier", ".P34(pp[34])", ".P34(pp[33])"),
    "other_table": ("dw_step_shift", "16'h35ca", "16'h353a"),
    "select_of_the_tables": ("dw_step_shift", ".C0  (steps[1])", ".C0  (steps[0])"),
    "tables_swapped": ("dw_step_shift", ".BLUT(low),\n          .ALUT(high)",
                       ".BLUT(high),\n          .ALUT(low)"),
    "step_too_short": ("dw_step_shift", "d[i+3*STEP]", "d[i+2*STEP]"),
    "never_inverted": ("dw_step_shift", ".D(invert),\n          .Z(high)",
                       ".D(1'b0),\n          .Z(high)"),
    "masks_the_other_way": ("dw_masked_adder", "16'hc60c", "16'h6c0c"),
    "carry_of_the_masked_word": ("dw_masked_adder", "16'hc60c", "16'hc60a"),
    "mask_of_even_bits_alone": ("dw_masked_adder", ".C1  (mask)", ".C1  (1'b0)"),
    "carry_between_the_cells_lost": ("dw_masked_adder", ".CIN (carry[c])", ".CIN (1'b0)"),
}  # fmt: skip


def variants() -> dict[str, str]:
    """The text of each variant, by the name of its module."""
    return {name: (rtl_dir() / "ecp5" / f"{name}.v").read_text() for name in VARIANTS}


def simulated(texts: dict[str, str], folder: Path, seed: int) -> list[str]:
    """The output of the bench for these variants."""
    toolchain.require("icarus")
    sources = [BENCH, *PRIMITIVES, *(rtl_dir() / f"{name}.v" for name in VARIANTS)]
    for name, text in texts.items():
        assert text.count(f"module {name} #(") == 1
        renamed = folder / f"{name}_ecp5.v"
        renamed.write_text(text.replace(f"module {name} #(", f"module {name}_ecp5 #("))
        sources.append(renamed)
    program = folder / "ecp5_bench"
    options = ["-g2005", "-s", "ecp5_bench", "-P", f"ecp5_bench.SEED={seed}", "-o", program]
    for command in (["iverilog", *options, *sources], ["vvp", "-n", program]):
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
    return [line for line in done.stdout.splitlines() if line.startswith(("same", "FAIL"))]


def test_the_variants_do_the_same(tmp_path: Path, seed: int) -> None:
    assert simulated(variants(), tmp_path, seed) == ["same"] * INSTANCES


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_variant_is_noticed(fault: str, tmp_path: Path, seed: int) -> None:
    name, right, wrong = FAULTS[fault]
    texts = variants()
    assert texts[name].count(right) == 1, f"{name} has changed: {right!r} is not there once"
    texts[name] = texts[name].replace(right, wrong)
    said = simulated(texts, tmp_path, seed)
    assert said[0].startswith(f"FAIL {name} "), said


@pytest.mark.parametrize("name", VARIANTS)
def test_the_variants_have_the_ports_and_the_parameters(name: str) -> None:
    generic = (rtl_dir() / f"{name}.v").read_text()
    heads = [
        text[text.index(f"module {name} #(") : text.index(");\n")].replace(" reg ", " wire")
        for text in (generic, variants()[name])
    ]
    one, other = ([" ".join(line.split()) for line in head.splitlines()] for head in heads)
    assert one == other


@pytest.mark.parametrize("tool", [lint, elaborate], ids=["verilator", "icarus"])
@pytest.mark.parametrize("name", VARIANTS)
def test_the_variants_are_clean(name: str, tool: object) -> None:
    assert tool(name, [rtl_dir() / "ecp5" / f"{name}.v", *PRIMITIVES]) == ""


def test_every_variant_is_tested() -> None:
    assert {path.stem for path in (rtl_dir() / "ecp5").glob("*.v")} == set(VARIANTS)
