"""Space files: their content, and the errors of bad files, all at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dwsim import SpecError
from dwsim.exploration.goals import Constraint, Objective
from dwsim.exploration.space import Search, Space, parse_space, read_space, ready_spaces
from dwsim.support.resources import package_dir
from tests.exploration.spaces import SMALL, small, write

ENGINE = 'networks = ["first.toml"]\n[engine]\nlanes = 2\n'
OBJECTIVE = '[[objective]]\nminimise = "cycles"\n'
LEAST = ENGINE + OBJECTIVE


def violations_of(folder: Path, text: str) -> list[tuple[str, Any, str]]:
    with pytest.raises(SpecError) as caught:
        small(folder, text)
    for violation in caught.value.violations:
        assert str(violation) in str(caught.value)
    return [(v.field, v.value, v.rule) for v in caught.value.violations]


def test_a_space_is_what_its_file_says(tmp_path: Path) -> None:
    text = SMALL.replace("[2, 4]", "{ from = 2, to = 17, times = 2 }") + (
        '[[objective]]\nmaximise = "inferences_per_s"\nover = "first"\n'
        "[constraints]\ndsp = { max = 9 }\ninput_gb_per_s = { min = 0.5, max = 2 }\n"
        '[search]\nmethod = "sample"\nsampler = "tpe"\nbudget = 7\nseed = 3\npopulation = 4\n'
    )
    space = small(tmp_path, text)
    assert space.axes == {
        "lanes": (2, 4, 8, 16),
        "kernel": (3, 5),
        "taps_per_cycle": ("all", "row", 1),
        "interleave": ("plane", "nhwc"),
        "requantise": ("none",),
    }
    assert space.combinations == 48
    assert space.network_names == ("first", "second")
    assert [layer.name for layer in space.networks[0].layers] == ["a", "b", "c"]
    assert space.objectives == (
        Objective("cycles", "minimise", "geomean"),
        Objective("multipliers", "minimise", "engine"),
        Objective("inferences_per_s", "maximise", "first"),
    )
    assert space.constraints == (
        Constraint("dsp", None, 9),
        Constraint("input_gb_per_s", 0.5, 2),
    )
    assert space.search == Search("sample", "tpe", 7, 3, 4)


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("{ from = 1, to = 9, step = 3 }", (1, 4, 7)),
        ("{ from = 3, to = 5 }", (3, 4, 5)),
        ("{ from = 3, to = 48, times = 4 }", (3, 12, 48)),
        ("7", (7,)),
    ],
)
def test_ranges(tmp_path: Path, given: str, values: tuple[int, ...]) -> None:
    assert small(tmp_path, LEAST.replace("lanes = 2", f"lanes = {given}")).axes == {"lanes": values}


def test_large_spaces_are_sampled_and_small_ones_are_not(tmp_path: Path) -> None:
    space = small(tmp_path)
    assert not space.search.samples(space.combinations)
    assert space.search.samples(space.search.budget + 1)
    assert not Search("enumerate", budget=1).samples(10**9)


@pytest.mark.parametrize(
    ("old", "new", "field", "rule"),
    [
        ("networks", "network", "network", "did you mean networks?"),
        ('["first.toml"]', '"first.toml"', "networks", "is required: a list of networks"),
        ('["first.toml"]', "[]", "networks", "is required: a list of networks"),
        (
            '["first.toml"]',
            '["mobilenet"]',
            "networks[0]",
            "is not a file, and not the name of a ready-made network",
        ),
        ('["first.toml"]', '["first.toml", "./first.toml"]', "networks[1]", "names must differ"),
        ("[engine]\nlanes = 2\n", "", "engine", "is required: a table"),
        ("lanes = 2", "lanes = []", "engine.lanes", "at least one value"),
        ("lanes = 2", "kernel = 3", "engine.lanes", "is required"),
        ("lanes = 2", "lanes = 0", "engine.lanes", "an integer from 1 to 1024"),
        ("lanes = 2", 'lanes = "2"', "engine.lanes", "an integer from 1 to 1024"),
        ("lanes = 2", "lanes = true", "engine.lanes", "an integer from 1 to 1024"),
        ("lanes = 2", "lanes = [2, 4, 2]", "engine.lanes", "must not be repeated"),
        ("lanes = 2", "lanes = { from = 4, to = 2 }", "engine.lanes", "must rise"),
        ("lanes = 2", "lanes = { from = 1, to = 2, times = 1 }", "engine.lanes", "must rise"),
        ("lanes = 2", "lanes = { from = 1 }", "engine.lanes", "must be a range"),
        ("lanes = 2", "lanes = { from = 1, to = 2.5 }", "engine.lanes", "must be a range"),
        ("lanes = 2", "lanes = 2\nlane = 3", "engine.lane", "did you mean lanes?"),
        (
            "lanes = 2",
            'lanes = 2\nname = "x"',
            "engine.name",
            "explore names engines by their hash",
        ),
        (
            "lanes = 2",
            "lanes = 2\nkernel = 3\nkernel_w = 3",
            "engine.kernel_w",
            "must be left out: kernel sets it",
        ),
        ("lanes = 2", "lanes = 2\nkernel = 12", "engine.kernel", '"fit" or an integer from 1'),
        ("lanes = 2", 'lanes = 2\ntaps_per_cycle = "rows"', "engine.taps_per_cycle", '"row"'),
        ("lanes = 2", 'lanes = 2\ninterleave = "nchw"', "engine.interleave", '"nhwc" or "best"'),
        ("lanes = 2", 'lanes = 2\nrequantise = "x"', "engine.requantise", '"none" or "double"'),
        ("lanes = 2", "lanes = 2\nrequantise = 1", "engine.requantise", '"none" or "double"'),
        ("lanes = 2", "lanes = 2\nifmap_signed = 1", "engine.ifmap_signed", "true or false"),
        ("lanes = 2", "lanes = 2\nmax_batch = 0", "engine.max_batch", '"fit/16" or an integer'),
        (OBJECTIVE, "", "objective", "is required: tables"),
        ("[[objective]]", "[objective]", "objective", "is required: tables"),
        ("minimise", "minimize", "objective[0].minimize", "did you mean minimise?"),
        ('"cycles"', '"cycle"', "objective[0].minimise", "did you mean cycles?"),
        ('"cycles"', "3", "objective[0].minimise", "the metrics are"),
        ('"cycles"', '"cycles"\nmaximise = "bound"', "objective[0]", "either minimise or"),
        ('"cycles"', '"cycles"\nover = "second"', "objective[0].over", "worst or first"),
        ('"cycles"', '"lut"\nover = "sum"', "objective[0].over", "same for every network"),
        (OBJECTIVE, OBJECTIVE * 2, "objective[1]", "must not be an objective twice"),
        (OBJECTIVE, OBJECTIVE + "[constraints]\nluts = { max = 1 }", "constraints.luts", "lut?"),
        (OBJECTIVE, OBJECTIVE + "[constraints]\nlut = 5", "constraints.lut", "{ max = ... }"),
        (OBJECTIVE, OBJECTIVE + "[constraints]\nlut = {}", "constraints.lut", "{ max = ... }"),
        (OBJECTIVE, OBJECTIVE + '[constraints]\nlut = { max = "1" }', "constraints.lut", "numbers"),
        (
            OBJECTIVE,
            OBJECTIVE + "[constraints]\nlut = { min = 2, max = 1 }",
            "constraints.lut",
            "must have min <= max",
        ),
        (OBJECTIVE, OBJECTIVE + "[constraints]\nlut = { max = -1 }", "constraints.lut", "negative"),
        (
            OBJECTIVE,
            OBJECTIVE + "[constraints]\nutilisation = { min = 1.5 }",
            "constraints.utilisation",
            "a share cannot exceed 1",
        ),
        (OBJECTIVE, "constraints = 3\n" + OBJECTIVE, "engine.constraints", "is not known"),
        (OBJECTIVE, OBJECTIVE + "[search]\nseeds = 1", "search.seeds", "did you mean seed?"),
        (OBJECTIVE, OBJECTIVE + '[search]\nmethod = "all"', "search.method", "must be one of auto"),
        (OBJECTIVE, OBJECTIVE + "[search]\nsampler = 1", "search.sampler", "nsga2, tpe"),
        (OBJECTIVE, OBJECTIVE + "[search]\nbudget = 0", "search.budget", "at least 1"),
        (OBJECTIVE, OBJECTIVE + "[search]\nseed = -1", "search.seed", "integer from 0"),
        (OBJECTIVE, OBJECTIVE + "[search]\npopulation = 1", "search.population", "at least 2"),
        ("networks", "search = 1\nnetworks", "search", "must be a table"),
        ("networks", 'area = "guess"\nnetworks', "area", "must be one of estimate, synth"),
        ("networks", 'target = "asic"\nnetworks', "target", "must be one of ecp5"),
        ("networks", 'confirm_network = "second"\nnetworks', "confirm_network", "one of first"),
    ],
)
def test_bad_spaces_are_refused(tmp_path: Path, old: str, new: str, field: str, rule: str) -> None:
    assert old in LEAST
    first, *more = violations_of(tmp_path, LEAST.replace(old, new))
    assert first[0] == field
    assert rule in first[2]
    # A misspelt key is also missing.
    assert all("is required" in other or "must have either" in other for _, _, other in more)


def test_all_violations_come_at_once(tmp_path: Path) -> None:
    text = (
        'networks = ["first.toml", "nothing"]\nareas = 1\n[engine]\nlanes = 0\nkernel = "x"\n'
        '[[objective]]\nminimise = "speed"\n[constraints]\ndsp = { max = -1 }\n'
        "[search]\nseed = true\n"
    )
    assert [field for field, _, _ in violations_of(tmp_path, text)] == [
        "areas",
        "engine.lanes",
        "engine.kernel",
        "networks[1]",
        "constraints.dsp",
        "objective[0].minimise",
        "search.seed",
    ]


def test_rules_of_a_networks_file_are_among_them(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "bad.toml").write_text('[[layer]]\nname = "a"\nifmap_h = 0\nkernels = 2\n')
    text = LEAST.replace('["first.toml"]', '["first.toml", "bad.toml"]')
    fields = [field for field, _, _ in violations_of(tmp_path, text)]
    assert "networks[1]: layer[0].kernels" in fields
    assert "networks[1]: layer[0].ifmap_w" in fields


def test_a_broken_model_file_is_a_bad_network(tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(b"no model")
    text = LEAST.replace("first.toml", "m.tflite")
    ((field, value, rule),) = violations_of(tmp_path, text)
    assert (field, value) == ("networks[0]", "m.tflite")
    assert "m.tflite" in rule


def test_a_text_that_is_no_toml_says_where(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"small.toml:2:\n  is not TOML"):
        parse_space("networks = []\n[engine\n", tmp_path / "small.toml")


def test_a_missing_space_says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        SpecError, match="is not a file, and not the name of a ready-made space: eight"
    ):
        read_space("seven_networks")
    with pytest.raises(SpecError, match="is a directory"):
        read_space(tmp_path)


@pytest.mark.parametrize("name", ready_spaces())
def test_ready_spaces_are_good(name: str) -> None:
    space: Space = read_space(name)
    assert space.name == name
    assert space.combinations > 1


def test_the_documented_space_is_good(tmp_path: Path) -> None:
    """The example in dwsim/exploration/README.md, which also names every axis."""
    text = (package_dir() / "exploration" / "README.md").read_text()
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    space = parse_space(example, tmp_path / "space.toml")
    assert space.axes["lanes"] == (4, 8, 16, 32, 64)
    assert space.search.budget == 2000
    documented = set(re.findall(r"`(\w+)`", text.split("| axis |")[1].split("A combination")[0]))
    assert {"kernel", "kernel_h", "kernel_w", "taps_per_cycle", "interleave"} <= documented
