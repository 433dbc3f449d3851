"""Runs models in LiteRT's interpreter: a process of its own, as the interpreter may abort it.

``python -P worker.py DIRECTORY`` runs every job of ``DIRECTORY/jobs.json``, a list of
{model: a file, inputs: {tensor index: key}, outputs: {tensor index: key}}, with the resolver that
it names; keys are arrays of ``inputs.npz`` and of the ``outputs.npz`` that it writes. Beside them
``delegated.json`` lists the keys that a delegate computed, which is XNNPACK.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np


def main(directory: Path) -> None:
    """Runs the jobs of ``directory``."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType  # type: ignore[import-untyped]

    # That preserved tensors need memory is what we ask for.
    warnings.simplefilter("ignore")
    request = json.loads((directory / "jobs.json").read_text(encoding="utf-8"))
    outputs: dict[str, Any] = {}
    delegated: list[str] = []
    with np.load(directory / "inputs.npz", allow_pickle=False) as inputs:
        for job in request["jobs"]:
            interpreter = Interpreter(
                model_path=str(directory / job["model"]),
                experimental_op_resolver_type=OpResolverType[request["resolver"]],
                experimental_preserve_all_tensors=True,
                num_threads=1,
            )
            outputs |= _run(interpreter, job, inputs)
            delegated += _delegated(interpreter, job)
    np.savez(directory / "outputs.npz", **outputs)
    (directory / "delegated.json").write_text(json.dumps(delegated), encoding="utf-8")


def _run(interpreter: Any, job: dict[str, Any], inputs: Any) -> dict[str, np.ndarray]:
    interpreter.allocate_tensors()
    for index, key in job["inputs"].items():
        interpreter.set_tensor(int(index), inputs[key])
    interpreter.invoke()
    return {key: interpreter.get_tensor(int(index)) for index, key in job["outputs"].items()}


def _delegated(interpreter: Any, job: dict[str, Any]) -> list[str]:
    """The keys of outputs that a delegate makes. No public call of LiteRT tells."""
    made = {
        int(index)
        for operator in interpreter._get_ops_details()
        if operator["op_name"] == "DELEGATE"
        for index in operator["outputs"]
    }
    return [key for index, key in job["outputs"].items() if int(index) in made]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
