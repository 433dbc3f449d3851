"""Runs models in LiteRT's interpreter, in a process of its own because the interpreter may abort.

``python -P worker.py DIRECTORY N ...`` runs the jobs with these numbers. Job N is
``DIRECTORY/N.job.json``: {model: a file, resolver: LiteRT's name, shapes: {tensor: shape of an
input that is resized}, inputs: {tensor: key}, outputs: {tensor: key}}; the keys are arrays of
``N.inputs.npz`` and of ``N.outputs.npz``, which the job writes. ``N.done.json``, written last, has
an error's text, the keys that a delegate computed, and the shapes of all tensors. A job without
outputs allocates its tensors and runs nothing.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np


def main(directory: Path, numbers: list[str]) -> None:
    """Runs the jobs of ``directory`` with these numbers."""
    # LiteRT warns that preserved tensors need memory; here they are wanted.
    warnings.simplefilter("ignore")
    for number in numbers:
        job = json.loads((directory / f"{number}.job.json").read_text(encoding="utf-8"))
        done: dict[str, Any] = {"error": None, "delegated": [], "shapes": {}}
        try:
            done |= _run(directory, number, job)
        except (RuntimeError, ValueError, MemoryError) as error:
            done["error"] = " ".join(str(error).split()) or type(error).__name__
        (directory / f"{number}.done.json").write_text(json.dumps(done), encoding="utf-8")


def _run(directory: Path, number: str, job: dict[str, Any]) -> dict[str, Any]:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_path=job["model"],
        experimental_op_resolver_type=OpResolverType[job["resolver"]],
        experimental_preserve_all_tensors=True,
        num_threads=1,
    )
    for index, shape in job["shapes"].items():
        interpreter.resize_tensor_input(int(index), shape)
    interpreter.allocate_tensors()
    if job["outputs"]:
        with np.load(directory / f"{number}.inputs.npz", allow_pickle=False) as inputs:
            for index, key in job["inputs"].items():
                interpreter.set_tensor(int(index), inputs[key])
        interpreter.invoke()
        outputs: dict[str, Any] = {
            key: interpreter.get_tensor(int(index)) for index, key in job["outputs"].items()
        }
        np.savez(directory / f"{number}.outputs.npz", **outputs)
    shapes = {
        detail["index"]: [int(size) for size in detail["shape"]]
        for detail in interpreter.get_tensor_details()
    }
    return {"delegated": _delegated(interpreter, job), "shapes": shapes}


def _delegated(interpreter: Any, job: dict[str, Any]) -> list[str]:
    """The keys of outputs that a delegate makes; LiteRT has no public call for that."""
    made = {
        int(index)
        for operator in interpreter._get_ops_details()
        if operator["op_name"] == "DELEGATE"
        for index in operator["outputs"]
    }
    return [key for index, key in job["outputs"].items() if int(index) in made]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
