"""The script that builds the test models, on the smallest of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dwsim.workloads.tflite import read_model
from tests.tflite_files import build_models
from tests.workloads.tflite.edits import tiny

_ROOT = Path(__file__).resolve().parents[3]

# Into another place: the committed files stay unchanged.
_BUILD = """
import sys
from pathlib import Path
from tests.tflite_files import build_models
build_models.HERE = Path(sys.argv[1])
sys.exit(build_models.main(["padded", "int16"]))
"""


def test_models_are_built_again(tmp_path: Path) -> None:
    """Layers as in the committed file; bytes may differ on another type of machine."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        subprocess.run(
            [sys.executable, "-c", _BUILD, str(tmp_path / name)],
            check=True,
            cwd=_ROOT,
            stdout=subprocess.DEVNULL,
        )
    for name in ("padded", "int16"):
        built = [tmp_path / place / f"{name}.tflite" for place in ("a", "b")]
        assert built[0].read_bytes() == built[1].read_bytes()
        (layer,) = read_model(built[0]).layers
        (committed,) = read_model(tiny(name)).layers
        assert layer.spec == committed.spec


def test_every_committed_model_is_there() -> None:
    for name in build_models.COMMITTED:
        assert build_models.model(name).is_file()


def test_networks_are_kept_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWSIM_CACHE", str(tmp_path))
    for name in build_models.NETWORKS:
        path = build_models.model_path(name)
        assert path.is_relative_to(tmp_path / "models")
        assert path.name == f"{name}.tflite"


def test_an_unknown_model_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_models.main(["resnet"])
    assert "no model is called resnet" in capsys.readouterr().err
