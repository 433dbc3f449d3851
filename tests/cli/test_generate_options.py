"""The options of ``dwsim generate``: refusals with field, value and rule; prefix and target."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dwsim.cli import main
from dwsim.codegen.readme import multipliers
from dwsim.spec.canonical import canonical_toml
from dwsim.spec.spec_file import read_spec
from dwsim.support.resources import rtl_dir
from tests.cli.helpers import error_of, names, tree
from tests.host.layers import QUANTISED, RAW

REFUSED = {
    "prefix_of_a_digit": ("--prefix 1st", "--prefix = '1st': must be a Verilog identifier"),
    "prefix_with_a_dash": ("--prefix a-b", "--prefix = 'a-b': must be a Verilog identifier"),
    "keyword": ("--prefix module", "--prefix = 'module': must be a Verilog identifier and no key"),
    "systemverilog": ("--prefix logic", "--prefix = 'logic': must be a Verilog identifier and no"),
    "library": ("--prefix dw", "--prefix = 'dw': must not start with dw_"),
    "target": ("--target xilinx", "--target = 'xilinx': must be one of generic, ecp5"),
    "unknown_vectors": ("--vectors none", "--vectors = 'none': is not known: the layers of"),
    "all_and_more": ("--vectors all same", "--vectors = ('all', 'same'): must be all alone"),
    "unknown_static": ("--static none", "--static = 'none': is not known: the layers of"),
    "seed_alone": ("--seed 3", "--seed = 3: needs vectors"),
    "negative_seed": ("--vectors same --seed -1", "--seed = -1: must be an integer of at least 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_option_is_refused_and_nothing_is_written(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options, rule = REFUSED[name]
    assert rule in error_of(capsys, "generate", "tiny", "-o", "out", *options.split())
    assert names() == []


def test_all_refusals_come_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--prefix", "1", "--target", "t", "--static", "s", "--vectors", "v", "--seed", "-2"]
    said = error_of(capsys, "generate", "tiny", "-o", "out", *options)
    for field in ("--prefix", "--target", "--static", "--vectors", "--seed"):
        assert f"  {field} = " in said
    assert names() == []


def test_vectors_need_a_layer(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bare.toml").write_text(canonical_toml(read_spec("tiny").engine))
    said = error_of(capsys, "generate", "bare.toml", "-o", "out", "--vectors", "all")
    assert "--vectors = 'all': needs a layer: this spec has no [[layer]]" in said
    assert names() == ["bare.toml"]


def test_a_layer_that_is_called_like_a_module(capsys: pytest.CaptureFixture[str]) -> None:
    spec = read_spec("tiny")
    text = canonical_toml(spec.engine, spec.layers).replace('"same"', '"dw_ram"')
    Path("spec.toml").write_text(text)
    assert "layer = ['dw_ram']" in error_of(
        capsys, "generate", "spec.toml", "-o", "out", "--prefix", "p"
    )
    assert main(["generate", "spec.toml", "-o", "out"]) == 0


def test_the_prefix_is_in_front_of_every_module_file_and_instance() -> None:
    options = ["--axil", "--static", "same", "--vectors", "same"]
    assert main(["generate", "tiny", *options, "-o", "plain"]) == 0
    assert main(["generate", "tiny", *options, "--prefix", "left", "-o", "left"]) == 0
    plain, left = tree(Path("plain")), tree(Path("left"))
    fixed = {"files.f", "spec.toml", "README.md", "REGISTERS.md", "LICENSE.txt", "manifest.sha256"}
    assert left.keys() == fixed | {
        re.sub(r"([^/]+)$", r"left_\1", name) for name in plain.keys() - fixed
    }
    modules = [name[:-2] for name in plain if name.endswith(".v")]
    assert len(modules) > 30
    for name, content in left.items():
        if name in ("spec.toml", "manifest.sha256"):
            continue
        text = content.decode()
        for module in modules:
            found = re.findall(rf"(?<!\w){module}\b", text)
            assert not found, f"{name} has {module} without its prefix"
    header = left["left_tiny_engine_registers.h"].decode()
    guards = re.findall(r"^#(?:ifndef|define) (\w+)$", header, re.MULTILINE)
    assert guards == ["LEFT_TINY_ENGINE_REGISTERS_H"] * 2


def test_a_target_replaces_the_modules_that_it_has() -> None:
    assert main(["generate", "tiny", "-o", "generic"]) == 0
    assert main(["generate", "tiny", "--target", "ecp5", "-o", "ecp5"]) == 0
    generic, ecp5 = tree(Path("generic")), tree(Path("ecp5"))
    changed = {name for name in generic if name.startswith("dw_") and generic[name] != ecp5[name]}
    assert changed == {"dw_multiplier.v", "dw_ram.v"}
    for name in changed:
        text = (rtl_dir() / "ecp5" / name).read_text()
        assert ecp5[name].decode().split("\n", 1)[1] == text


def test_the_multipliers_are_counted_by_kind() -> None:
    assert multipliers(RAW) == "12 of the array (2 lanes x 6), no requantiser"
    expected = "21: 9 of the array (3 lanes x 3) and 12 of the requantisers (3 lanes x 4)"
    assert multipliers(QUANTISED) == expected
