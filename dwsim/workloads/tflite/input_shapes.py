"""Sizes that a file leaves unknown: from the shapes that the user gives, by the interpreter."""

from __future__ import annotations

import math
from collections.abc import Mapping

from dwsim.errors import Rules
from dwsim.workloads.model_error import ModelError
from dwsim.workloads.tflite.interpreter import Job, run_jobs
from dwsim.workloads.tflite.model import Model, ModelInput

MAX_ELEMENTS = 1 << 28
"""Elements of a resized input."""


def resized_inputs(
    model: Model, batch: int | None, shapes: Mapping[str, tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    """The shape of every input, by tensor: given sizes in place of unknown ones.

    Args:
        model: the file as it is.
        batch: the first size of every input that leaves it unknown and is not in ``shapes``.
        shapes: whole shapes by the input's name; "" stands for the only input.

    Raises:
        SpecError: for a name that is no input, another number of sizes, another value of a size
            that the file knows, and a batch for a file that knows every batch.
    """
    rules = Rules(str(model.path))
    names = [given.name for given in model.inputs]
    wanted = {
        names[0] if name == "" and len(names) == 1 else name: shape
        for name, shape in shapes.items()
    }
    for name in wanted:
        rules.require(
            name in names,
            "--shape",
            name,
            f"must name an input, as in NAME=1x224x224x3: {', '.join(names)}",
        )
    if batch is not None:
        rules.integer("--batch", batch, 1)
        rules.require(
            any(given.signature[:1] == (-1,) for given in model.inputs),
            "--batch",
            batch,
            "is for a model that leaves its batch unknown: this one fixes it",
        )
    found = {}
    for given in model.inputs:
        if given.name in wanted:
            found[given.tensor] = wanted[given.name]
            _check_shape(rules, given, wanted[given.name])
        elif batch is not None and given.signature[:1] == (-1,):
            found[given.tensor] = (batch, *given.shape[1:])
        else:
            found[given.tensor] = given.shape
    rules.raise_if_any()
    return found


def tensor_shapes(
    model: Model, inputs: Mapping[int, tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    """The shapes of the main graph's tensors for these inputs, as the interpreter infers them.

    Raises:
        ModelError: if the interpreter refuses the shapes.
        ToolError: when LiteRT is not installed.
    """
    # The resolver without delegates infers shapes of every operator that LiteRT has.
    job = Job(model.file, "BUILTIN_WITHOUT_DEFAULT_DELEGATES", shapes=inputs)
    (outcome,) = run_jobs([job], str(model.path))
    if outcome.refusal is not None:
        raise ModelError(
            f"{model.path}: with inputs of shape {', '.join(map(str, inputs.values()))} the"
            f" interpreter {outcome.refusal}"
        )
    return dict(outcome.shapes)


def _check_shape(rules: Rules, given: ModelInput, shape: tuple[int, ...]) -> None:
    stated = given.signature or given.shape
    same = len(shape) == len(stated) and all(
        size == known or (known == -1 and size >= 1)
        for size, known in zip(shape, stated, strict=False)
    )
    where = f"--shape of {given.name}"
    rules.require(
        same, where, shape, f"must be {stated} with a size of at least 1 in place of each -1"
    )
    rules.require(
        not same or math.prod(shape) <= MAX_ELEMENTS,
        where,
        shape,
        f"must have at most {MAX_ELEMENTS:,} elements",
    )
