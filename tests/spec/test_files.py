"""Spec files are read, and the error of a bad file lists every violated rule."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan
from dwsim.spec.canonical import canonical_toml
from dwsim.spec.spec_file import parse_spec, read_spec, ready_specs

ENGINE = """
[engine]
lanes = 2
kernel_h = 3
kernel_w = 3
max_row_pitch = 8
max_plane_rows = 9
"""
LAYER = """
[[layer]]
name = "first"
ifmap_h = 5
ifmap_w = 6
channels = 2
kernel_h = 3
kernel_w = 3
"""
LAYER_KEYS = ["name", "ifmap_h", "ifmap_w", "channels", "kernel_h", "kernel_w"]
HERE = Path("some.toml")


def violations_of(text: str) -> list[tuple[str, Any]]:
    """(field, value) of each violation; checks that the message has them all, and the file."""
    with pytest.raises(SpecError) as caught:
        parse_spec(text, HERE)
    assert str(caught.value).startswith("some.toml:\n")
    for violation in caught.value.violations:
        assert str(violation) in str(caught.value)
    return [(violation.field, violation.value) for violation in caught.value.violations]


def rule_of(text: str) -> str:
    """The rule of the only violation."""
    with pytest.raises(SpecError) as caught:
        parse_spec(text, HERE)
    (violation,) = caught.value.violations
    return violation.rule


def layer_of(extra: str, base: str = LAYER) -> LayerSpec:
    return parse_spec(ENGINE + base + extra, HERE).layers[0]


def test_tables_become_specs() -> None:
    spec = parse_spec(ENGINE + LAYER + "stride_w = 2\npad_left = 4\n", HERE)
    assert spec.engine == EngineSpec(2, 3, 3, 8, 9)
    first = LayerSpec(5, 6, 2, 3, 3, stride_w=2, pad_left=4, name="first")
    assert spec.layers == (first,)
    assert spec.path == HERE
    assert parse_spec(ENGINE, HERE).layers == ()


def test_what_is_written_is_read_back() -> None:
    engine = EngineSpec(
        lanes=3,
        kernel_h=2,
        kernel_w=5,
        max_row_pitch=17,
        max_plane_rows=9,
        ifmap_width=7,
        ifmap_signed=False,
        weight_signed=False,
        max_dilation_h=4,
        max_lead=3,
        fifo_depth=64,
        name="An_engine2",
    )
    layers = (
        LayerSpec(5, 6, 2, 3, 3, name="A"),
        LayerSpec(9, 8, 7, 6, 5, 4, 3, 2, 1, 3, 2, 9, 8, 7, 6, name="b_1"),
    )
    for one, several in ((engine, layers), (replace(engine, fifo_depth=None), ())):
        read = parse_spec(canonical_toml(one, several), HERE)
        assert (read.engine, read.layers) == (one, several)


@pytest.mark.parametrize(
    "name",
    [
        "tiny",
        "mobilenet_v1_32",
        "mobilenet_v1_8",
        "mobilenet_v1_int8",
        "mobilenet_v1_serial",
        "edge_5x5",
    ],
)
def test_ready_specs_fit_their_engines(name: str) -> None:
    spec = read_spec(name)
    assert name in ready_specs()
    assert spec.layers
    for layer in spec.layers:
        assert Plan(layer, spec.engine).bound > 0
    read = parse_spec(canonical_toml(spec.engine, spec.layers), HERE)
    assert (read.engine, read.layers) == (spec.engine, spec.layers)


def test_mobilenet_is_the_papers() -> None:
    """Howard et al., table 1: 13 layers, and the multiply-adds of its table 2's 3 % share."""
    layers = read_spec("mobilenet_v1_32").layers
    assert [layer.name for layer in layers] == [f"dw{i}" for i in range(1, 14)]
    assert layers == read_spec("mobilenet_v1_8").layers
    for layer, following in pairwise(layers):
        assert (layer.ofmap_h, layer.ofmap_w) == (following.ifmap_h, following.ifmap_w)
        assert following.channels in (layer.channels, 2 * layer.channels)
    assert [layer.stride_h for layer in layers] == [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    assert layers[-1].ofmap_shape == (1, 7, 7, 1024)
    # 3.06 % of the paper's 568.7 million
    assert sum(layer.macs for layer in layers) == 17_385_984


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3])
def test_same_is_tensorflows_same(stride: int, kernel: int) -> None:
    base = LAYER.replace("kernel_h = 3", f"kernel_h = {kernel}")
    read = layer_of(f'stride_h = {stride}\nstride_w = {stride}\npadding = "SAME"\n', base)
    wanted = LayerSpec.from_tf(
        (1, 5, 6, 2), (kernel, 3, 2, 1), (1, stride, stride, 1), "SAME", name="first"
    )
    assert read == wanted


def test_same_takes_stride_and_dilation_together() -> None:
    read = layer_of('stride_h = 2\ndilation_h = 3\ndilation_w = 2\npadding = "SAME"\n')
    # rows: 3 outputs, (3-1)*2 + 7 - 5 = 6 pads; columns: 6 outputs, 5 + 5 - 6 = 4
    assert (read.pad_top, read.pad_bottom, read.pad_left, read.pad_right) == (3, 3, 2, 2)
    assert read.ofmap_shape == (1, 3, 6, 2)


def test_same_lets_a_kernel_be_larger_than_the_ifmap() -> None:
    assert (
        layer_of('padding = "SAME"\n', LAYER.replace("kernel_h = 3", "kernel_h = 9")).pad_top == 4
    )


def test_valid_has_no_pads() -> None:
    assert layer_of('padding = "VALID"\n') == layer_of("")


@pytest.mark.parametrize(
    ("text", "violations"),
    [
        ("", [("engine", None)]),
        ("engine = 3", [("engine", 3)]),
        ("[[engine]]\nlanes = 2", [("engine", [["lanes"]])]),
        (ENGINE + LAYER.replace("[[layer]]", "[layer]"), [("layer", LAYER_KEYS)]),
        (ENGINE + LAYER.replace("[[layer]]", "[[layers]]"), [("layers", [LAYER_KEYS])]),
        ("size = 3" + ENGINE, [("size", 3)]),
        (ENGINE + "lane = 2", [("engine.lane", 2)]),
        (ENGINE.replace("lanes = 2", ""), [("engine.lanes", None)]),
        (ENGINE.replace("lanes = 2", "lanes = 0"), [("engine.lanes", 0)]),
        (ENGINE.replace("lanes = 2", "lanes = 2.0"), [("engine.lanes", 2.0)]),
        (ENGINE + 'name = "reg"', [("engine.name", "reg")]),
        (ENGINE + LAYER + "stride_h = 0", [("layer[0].stride_h", 0)]),
        (ENGINE + LAYER + "strides_h = 2", [("layer[0].strides_h", 2)]),
        (ENGINE + LAYER.replace("ifmap_h = 5", ""), [("layer[0].ifmap_h", None)]),
        (ENGINE + LAYER.replace('name = "first"', ""), [("layer[0].name", None)]),
        (ENGINE + LAYER.replace("first", ""), [("layer[0].name", "")]),
        (ENGINE + LAYER.replace("first", "../x"), [("layer[0].name", "../x")]),
        (ENGINE + LAYER.replace("first", "a b"), [("layer[0].name", "a b")]),
        (ENGINE + LAYER.replace('"first"', "7"), [("layer[0].name", 7)]),
        (ENGINE + LAYER + LAYER, [("layer[1].name", "first")]),
        (ENGINE + LAYER.replace("kernel_h = 3", "kernel_h = 7"), [("layer[0].kernel_h", 7)]),
        (ENGINE + LAYER + 'padding = "same"', [("layer[0].padding", "same")]),
        (ENGINE + LAYER + "padding = 1", [("layer[0].padding", 1)]),
        (
            ENGINE + LAYER + 'padding = "SAME"\npad_left = 0',
            [("layer[0].padding", "SAME")],
        ),
        (
            ENGINE + LAYER + 'padding = "VALID"\npad_left = -1',
            [("layer[0].padding", "VALID"), ("layer[0].pad_left", -1)],
        ),
        # With the right padding the kernel may fit.
        (
            ENGINE + LAYER.replace("kernel_h = 3", "kernel_h = 7") + 'padding = "same"',
            [("layer[0].padding", "same")],
        ),
        (ENGINE + LAYER + 'padding = "SAME"\nstride_h = 0', [("layer[0].stride_h", 0)]),
        (
            ENGINE + LAYER.replace("kernel_h = 3", "kernel_h = 0") + 'padding = "SAME"',
            [("layer[0].kernel_h", 0)],
        ),
        (
            ENGINE + LAYER.replace("ifmap_w = 6", 'ifmap_w = "6"') + 'padding = "SAME"',
            [("layer[0].ifmap_w", "6")],
        ),
    ],
)
def test_rules(text: str, violations: list[tuple[str, Any]]) -> None:
    assert violations_of(text) == violations


def test_all_violations_of_a_file_come_together() -> None:
    text = (
        "[enginee]\n"
        + ENGINE.replace("lanes = 2", "lanes = 0\nlane = 1")
        + LAYER
        + "stride_h = 0\n"
        'padding = "FULL"\n' + LAYER.replace("channels = 2", 'shannels = 2\npad_top = "a"')
    )
    assert violations_of(text) == [
        ("enginee", []),
        ("engine.lane", 1),
        ("engine.lanes", 0),
        ("layer[0].padding", "FULL"),
        ("layer[0].stride_h", 0),
        ("layer[1].shannels", 2),
        ("layer[1].channels", None),
        ("layer[1].pad_top", "a"),
        ("layer[1].name", "first"),
    ]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (ENGINE + "lane = 2", "did you mean lanes?"),
        (ENGINE + LAYER + "stride = 2", "did you mean stride_w?|did you mean stride_h?"),
        (ENGINE + LAYER + 'paddings = "SAME"', "did you mean padding?"),
        (ENGINE + LAYER.replace("[[layer]]", "[[layers]]"), "did you mean layer?"),
        (ENGINE + "zzz = 2", "the keys are lanes, kernel_h, "),
        ("zzz = 2" + ENGINE, r"a spec has \[engine\] and \[\[layer\]\]"),
    ],
)
def test_unknown_keys_get_a_hint(text: str, hint: str) -> None:
    assert re.search(hint, rule_of(text))


@pytest.mark.parametrize(
    ("text", "line"),
    [("[engine\n", 1), ("[engine]\nlanes = 2\nlanes = 3\n", 3), ("a = 1\n\nb = [1,\n", 3)],
)
def test_toml_errors_tell_file_and_line(text: str, line: int) -> None:
    with pytest.raises(SpecError, match=rf"^some\.toml:{line}:\n  is not TOML: "):
        parse_spec(text, HERE)


def test_a_file_wins_over_a_ready_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny").mkdir()
    assert read_spec("tiny").engine.name == "tiny_engine"
    Path("tiny").rmdir()
    Path("tiny").write_text(ENGINE)
    assert read_spec("tiny").path == Path("tiny")


def test_an_unknown_name_lists_the_ready_specs(tmp_path: Path) -> None:
    for unknown in ("no_such", tmp_path / "no.toml", tmp_path):
        with pytest.raises(
            SpecError,
            match="edge_5x5, mobilenet_v1_32, mobilenet_v1_8, mobilenet_v1_int8,"
            " mobilenet_v1_serial, tiny",
        ):
            read_spec(unknown)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SpecError, match=r"binary\.toml': is not UTF-8 text"):
        read_spec(path)


def test_layers_are_selected_by_name() -> None:
    spec = read_spec("tiny")
    assert [layer.name for layer in spec.select(["same", "valid", "same"], "--layer")] == [
        "same",
        "valid",
    ]
    with pytest.raises(SpecError, match="did you mean same") as caught:
        spec.select(["sane", "valid", "zz"], "--layer")
    assert [v.value for v in caught.value.violations] == ["sane", "zz"]
    assert "valid, explicit_padding, same" in str(caught.value)
