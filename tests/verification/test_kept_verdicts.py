"""Kept verdicts: only what changed runs again; only a whole and true verdict is taken over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dwsim.cli import main
from dwsim.derive import plan_of
from dwsim.errors import MismatchError
from dwsim.golden.ofmap import golden_ofmap
from dwsim.rtlsim.cosim import NOTHING, Verified
from dwsim.rtlsim.job import Job
from dwsim.spec.engine_spec import EngineSpec
from dwsim.spec.spec_file import read_spec
from dwsim.verification import interpreter_values, kept_verdicts, layer_runs, simulators
from dwsim.verification.kept_verdicts import KeptVerdicts, verdict_folder
from dwsim.verification.layer_runs import run_layer_jobs
from dwsim.verification.random_jobs import random_jobs
from dwsim.workloads.tflite.inference import LoneRun
from tests.cli.helpers import ROOT, break_golden, environment

TINY = read_spec("tiny")
BUILD = "a build"
MODEL = str(ROOT / "tests" / "tflite_files" / "per_tensor.tflite")
ARGV = ["verify", MODEL, "--lanes", "4"]


def _jobs(seed: int, stalls: str = "none") -> list[Job]:
    plans = [plan_of(layer, TINY.engine) for layer in TINY.layers[:3]]
    return [job for plan in plans for job in random_jobs(plan, (stalls,), seed)]


def _sound(jobs: list[Job], engine: EngineSpec = TINY.engine) -> list[Verified]:
    """The verdicts that a sound RTL gives, without running it."""
    done = []
    for job in jobs:
        plan = plan_of(job.layer, engine, job.quantisation)
        ofmap = golden_ofmap(job.ifmap, job.weight, job.layer, job.quantisation)
        done.append(Verified(job, plan, 7, plan.cycles, 0, NOTHING, ofmap))
    return done


def _keep(jobs: list[Job], seed: int) -> None:
    KeptVerdicts(seed, again=True).pending(TINY.engine, BUILD, jobs).join(_sound(jobs))


def _left(jobs: list[Job], seed: int, build: str = BUILD) -> list[int]:
    """The numbers of the jobs that must run."""
    found = KeptVerdicts(seed).pending(TINY.engine, build, jobs).found
    return [number for number, verdict in enumerate(found) if verdict is None]


def test_verdicts_without_use_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setenv(kept_verdicts.FOLDER_VARIABLE, str(tmp_path))
    jobs = _jobs(seed)
    _keep(jobs, seed)
    files = sorted(tmp_path.glob("*.json"))
    assert len(files) == len(jobs)
    limit = time.time() - kept_verdicts.KEPT_DAYS * 24 * 3600
    almost, long_ago = limit + 60, limit - 60
    for path in files:
        os.utime(path, (almost, almost))
    assert _left(jobs, seed) == []
    # Reading renewed them.
    assert all(path.stat().st_mtime > almost + 60 for path in files)
    os.utime(files[0], (long_ago, long_ago))
    assert len(_left(jobs, seed)) == 1
    assert sorted(tmp_path.glob("*.json")) == files[1:]


def test_only_the_layer_that_changed_runs_again(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    ran: list[list[Job]] = []
    run_layers = layer_runs.run_layers
    monkeypatch.setattr(
        layer_runs, "run_layers", lambda e, jobs, **o: ran.append(jobs) or run_layers(e, jobs, **o)
    )
    jobs = _jobs(seed)
    first = run_layer_jobs(TINY.engine, [jobs], verdicts=KeptVerdicts(seed))
    assert not any(done.kept for done in first)
    jobs[1] = replace(jobs[1], weight=jobs[1].weight[::-1].copy())
    second = run_layer_jobs(TINY.engine, [jobs], verdicts=KeptVerdicts(seed))
    assert [done.kept for done in second] == [True, False, True]
    again = run_layer_jobs(TINY.engine, [jobs], verdicts=KeptVerdicts(seed, again=True))
    assert not any(done.kept for done in again)
    assert [len(of_run) for of_run in ran] == [3, 1, 3]
    for kept, run in zip(second, again, strict=True):
        # The law's starts of a run that is pieced together are those that RTL has in one piece.
        assert kept.started == run.started - again[0].started
        assert (kept.cycles, kept.error) == (run.cycles, run.error)
        assert np.array_equal(kept.ofmap, run.ofmap)
    assert _names(verdict_folder()) == {".json"}


def _names(folder: Path) -> set[str]:
    return {path.suffix for path in folder.iterdir()}


def test_a_verdict_depends_on_each_of_its_inputs(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    jobs = _jobs(seed)
    _keep(jobs, seed)
    assert _left(jobs, seed) == []
    assert _left(list(reversed(jobs)), seed) == []
    renamed = [replace(job, layer=replace(job.layer, name="other")) for job in jobs]
    assert _left(renamed, seed) == []
    assert _left(jobs, seed + 1) == [0, 1, 2]
    assert _left(jobs, seed, "another build") == [0, 1, 2]
    for change in (
        lambda job: replace(job, ifmap=job.ifmap ^ 1),
        lambda job: replace(job, weight=job.weight ^ 1),
        lambda job: replace(job, ifmap=job.ifmap.astype(np.int32)),
        lambda job: replace(job, layer=replace(job.layer, pad_left=job.layer.pad_left + 1)),
    ):
        assert _left([jobs[0], change(jobs[1]), jobs[2]], seed) == [1]
    monkeypatch.setattr(kept_verdicts, "_code_hash", lambda: "other sources")
    assert _left(jobs, seed) == [0, 1, 2]


def test_the_hash_of_the_sources_sees_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "module.v").write_text("module a; endmodule")
    hashes = set()
    for text in ("module a; endmodule", "module b; endmodule"):
        (tmp_path / "module.v").write_text(text)
        monkeypatch.setattr(kept_verdicts, "rtl_dir", lambda: tmp_path)
        hashes.add(kept_verdicts._code_hash.__wrapped__())
    assert len(hashes) == 2


def test_under_stalls_all_run_again_or_none(seed: int) -> None:
    jobs = _jobs(seed, "both")
    _keep(jobs, seed)
    assert _left(jobs, seed) == []
    assert _left(jobs[:2], seed) == [0, 1]
    changed = [*jobs[:2], replace(jobs[2], ifmap=jobs[2].ifmap ^ 1)]
    assert _left(changed, seed) == [0, 1, 2]
    assert _left([*jobs[:2], replace(jobs[2], seed=jobs[2].seed + 5)], seed) == [0, 1, 2]
    assert _left(_jobs(seed), seed) == [0, 1, 2]
    next(verdict_folder().iterdir()).unlink()
    assert _left(jobs, seed) == [0, 1, 2]


def _forged(text: str) -> str:
    kept = json.loads(text)
    kept["verdict"]["error"] += 1
    return json.dumps(kept)


def _resealed(text: str, **changes: object) -> str:
    facts = json.loads(text)["verdict"] | changes
    return json.dumps({"verdict": facts, "hash": kept_verdicts.digest(facts)})


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("0", "1"),
        lambda text: "[]",
        lambda text: '{"verdict": null, "hash": null}',
        lambda text: "[" * 100_000,
        lambda text: "\udcff\x00",
        _forged,
        lambda text: _resealed(text, cycles=1),
        lambda text: _resealed(text, cycles=None),
        lambda text: _resealed(text, ofmap="0" * 64),
        lambda text: _resealed(text, key="of another job"),
    ],
)
def test_a_damaged_file_is_ignored(damage: Callable[[str], str], seed: int) -> None:
    jobs = _jobs(seed)[:1]
    _keep(jobs, seed)
    (path,) = verdict_folder().iterdir()
    path.write_text(damage(path.read_text()), errors="surrogateescape")
    assert _left(jobs, seed) == [0]
    _keep(jobs, seed)
    assert _left(jobs, seed) == []


def test_a_folder_in_place_of_a_file_is_ignored(seed: int) -> None:
    jobs = _jobs(seed)[:1]
    _keep(jobs, seed)
    (path,) = verdict_folder().iterdir()
    path.unlink()
    path.mkdir()
    _keep(jobs, seed)
    assert _left(jobs, seed) == [0]
    assert [entry.name for entry in verdict_folder().iterdir()] == [path.name]


def test_a_failure_is_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seed: int) -> None:
    monkeypatch.chdir(tmp_path)
    jobs = _jobs(seed)[:1]
    with monkeypatch.context() as broken:
        break_golden(broken)
        with pytest.raises(MismatchError):
            run_layer_jobs(TINY.engine, [jobs], verdicts=KeptVerdicts(seed))
    assert list(verdict_folder().iterdir()) == []
    # Even if a wrong ofmap were kept, it would not be golden's.
    (sound,) = _sound(jobs)
    wrong = replace(sound, ofmap=sound.ofmap + 1)
    KeptVerdicts(seed).pending(TINY.engine, BUILD, jobs).join([wrong])
    assert _left(jobs, seed) == [0]


WRITER = """
import sys
from tests.verification.test_kept_verdicts import _jobs, _keep
jobs = _jobs(int(sys.argv[1]))
for _ in range(300):
    _keep(jobs, int(sys.argv[1]))
"""


def test_two_processes_at_once(seed: int) -> None:
    jobs = _jobs(seed)
    _keep(jobs, seed)
    command = [sys.executable, "-c", WRITER, str(seed)]
    running = [subprocess.Popen(command, env=environment(), cwd=ROOT) for _ in range(2)]
    files = sorted(verdict_folder().glob("*.json"))
    while any(process.poll() is None for process in running):
        for path in files:
            json.loads(path.read_text())
    assert [process.returncode for process in running] == [0, 0]
    assert _names(verdict_folder()) == {".json"}
    assert _left(jobs, seed) == []


def test_the_command_says_what_was_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing may be simulated")

    assert main(ARGV) == 0
    fresh = capsys.readouterr()
    assert "kept" not in fresh.out + fresh.err
    with monkeypatch.context() as patch:
        patch.setattr(simulators, "run_jobs", refuse)
        assert main(ARGV) == 0
        kept = capsys.readouterr()
        assert main([*ARGV, "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)["layers"]
        with pytest.raises(AssertionError, match="nothing may be simulated"):
            main([*ARGV, "--again"])
    assert kept.out.splitlines()[2:] == [
        line + " (kept)" * line.startswith("dw") for line in fresh.out.splitlines()[2:]
    ]
    assert kept.out.count(" (kept)") == 2
    assert kept.err == "kept: 2 of 2 verdicts are of earlier runs; --again repeats them\n"
    assert [row["kept"] for row in rows] == [True, True]
    # The runtime runs every time: a kept verdict hides no difference from it.
    run_layers = interpreter_values.run_layers
    monkeypatch.setattr(interpreter_values, "run_layers", lambda *a: _one_off(run_layers(*a), *a))
    assert main(ARGV) == 1
    assert "1 values differ from those of the interpreter" in capsys.readouterr().err


def _one_off(runs: dict[str, LoneRun], *arguments: object) -> dict[str, LoneRun]:
    """The interpreter's layers with one wrong value in each of those that round once."""
    for name, run in runs.items() if "single" in arguments else ():
        ofmap = run.ofmap.copy()
        ofmap.reshape(-1)[7] ^= 2
        runs[name] = replace(run, ofmap=ofmap)
    return runs


def test_a_ready_network_keeps_its_verdicts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def simulate(engine: EngineSpec, jobs: list[Job], **_: object) -> list[Verified]:
        ran.extend(job.layer.name for job in jobs)
        return _sound(jobs, engine)

    monkeypatch.setattr(layer_runs, "build_bench", lambda *_, **__: Path("a-build"))
    monkeypatch.setattr(layer_runs, "run_layers", simulate)
    argv = ["verify", "mobilenet_v1", "--layer", "conv_dw_12", "conv_dw_13"]
    assert main(argv) == 0
    assert "kept" not in capsys.readouterr().out
    assert main(argv) == 0
    printed = capsys.readouterr()
    assert printed.out.count("RTL = model = golden (kept)") == 2
    assert printed.err == "kept: 2 of 2 verdicts are of earlier runs; --again repeats them\n"
    assert main([*argv, "--again"]) == 0
    assert ran == ["conv_dw_12", "conv_dw_13"] * 2


def test_the_layers_of_a_spec_always_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "tiny", "--layer", "same", "--again"]) == 2
    rule = "--again = True: is for networks and model files: the layers of a spec always run"
    assert rule in capsys.readouterr().err
    assert main(["verify", "tiny", "--layer", "same"]) == 0
    assert list(verdict_folder().iterdir()) == []
