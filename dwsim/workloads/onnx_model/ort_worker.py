"""Runs models in ONNX Runtime, in a process of its own because the runtime may abort.

``python -P ort_worker.py DIRECTORY N ...`` runs the jobs with these numbers. Job N is
``DIRECTORY/N.job.json``: {model: a file, folder: the folder of its external weights, optimise: true
or false, inputs: {name: key}, outputs: {name: key}}; the keys are arrays of ``N.inputs.npz`` and of
``N.outputs.npz``, which the job writes. ``N.done.json``, written last, has an error's text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

_FOLDER = "session.model_external_initializers_file_folder_path"


def main(directory: Path, numbers: list[str]) -> None:
    """Runs the jobs of ``directory`` with these numbers."""
    for number in numbers:
        job = json.loads((directory / f"{number}.job.json").read_text(encoding="utf-8"))
        done: dict[str, Any] = {"error": None}
        try:
            _run(directory, number, job)
        # ONNX Runtime has an exception of its own for each kind of failure.
        except Exception as error:
            done["error"] = " ".join(str(error).split()) or type(error).__name__
        (directory / f"{number}.done.json").write_text(json.dumps(done), encoding="utf-8")


def _run(directory: Path, number: str, job: dict[str, Any]) -> None:
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = (
        levels.ORT_ENABLE_ALL if job["optimise"] else levels.ORT_DISABLE_ALL
    )
    options.add_session_config_entry(_FOLDER, job["folder"])
    session = onnxruntime.InferenceSession(
        Path(job["model"]).read_bytes(), options, providers=["CPUExecutionProvider"]
    )
    with np.load(directory / f"{number}.inputs.npz", allow_pickle=False) as inputs:
        feed = {name: inputs[key] for name, key in job["inputs"].items()}
    values = session.run(list(job["outputs"]), feed)
    outputs: dict[str, Any] = dict(zip(job["outputs"].values(), values, strict=True))
    np.savez(directory / f"{number}.outputs.npz", **outputs)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
