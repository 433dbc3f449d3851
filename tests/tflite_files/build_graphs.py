"""Builds models with layers in other graphs than the main one."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_files.model_builder import OPERATOR, TYPE, ModelBuilder, layer


def branches(constant: bool = True) -> bytes:
    """A layer in each branch of an IF; without constants their weights are not in the file."""
    made = ModelBuilder()
    shape, numbers = (1, 6, 7, 4), ((0.05,), (3,))
    condition = made.tensor("condition", TYPE.BOOL, ())
    ifmap = made.tensor("input", TYPE.INT8, shape, numbers)
    ofmap = made.tensor("output", TYPE.INT8, shape, ((0.1,), (-5,)))
    made.graph.inputs, made.graph.outputs = [condition, ifmap], [ofmap]
    options = schema.IfOptionsT()
    options.thenSubgraphIndex, options.elseSubgraphIndex = 1, 2
    made.operator(OPERATOR.IF, [condition, ifmap], [ofmap], options)
    for _ in range(2):
        made.begin_graph()
        layer(made, constant=constant)
    return made.finish()


def loop(rounds: int = 3) -> bytes:
    """A layer in the body of a WHILE, which applies it ``rounds`` times."""
    made = ModelBuilder()
    shape, numbers = (1, 6, 7, 4), ((0.05,), (3,))

    def state() -> list[int]:
        """The counter and the tensor, which every graph takes and all but the condition give."""
        made.graph.inputs = [
            made.tensor("count", TYPE.INT32, ()), made.tensor("state", TYPE.INT8, shape, numbers)
        ]  # fmt: skip
        return made.graph.inputs

    def constant(value: int) -> int:
        return made.tensor("constant", TYPE.INT32, (), data=np.int32(value).tobytes())

    given = state()
    options = schema.WhileOptionsT()
    options.condSubgraphIndex, options.bodySubgraphIndex = 1, 2
    made.graph.outputs = [
        made.tensor("counted", TYPE.INT32, ()), made.tensor("out", TYPE.INT8, shape, numbers)
    ]  # fmt: skip
    made.operator(OPERATOR.WHILE, given, made.graph.outputs, options)
    made.begin_graph()
    goes_on = made.tensor("goes_on", TYPE.BOOL, ())
    made.operator(OPERATOR.LESS, [state()[0], constant(rounds)], [goes_on])
    made.graph.outputs = [goes_on]
    made.begin_graph()
    count, tensor = state()
    counted = made.tensor("counted", TYPE.INT32, ())
    made.operator(OPERATOR.ADD, [count, constant(1)], [counted], schema.AddOptionsT())
    _, ofmap = layer(made, ifmap=tensor, ofmap_numbers=numbers)
    made.graph.outputs = [counted, ofmap]
    return made.finish()


def second_graph() -> bytes:
    """A layer in the second graph only, which no operator calls."""
    made = ModelBuilder()
    made.begin_graph()
    layer(made)
    return made.finish()
