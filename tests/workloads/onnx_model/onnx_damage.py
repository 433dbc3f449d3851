"""Damages ``.onnx`` models: their bits, their length, and the values of their fields."""

from __future__ import annotations

import random
from typing import Any

import onnx
from google.protobuf.descriptor import FieldDescriptor

from tests.onnx_files.onnx_builder import Case, OnnxBuilder, add_case, single

NUMBERS = (0, 1, -1, 2, 3, 7, 255, -128, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63), 10**6)
TEXTS = ("", "SAME_UPPER", "Conv", "QLinearConv", "DequantizeLinear", "ifmap", "x\0", "é" * 3)
DAMAGES = ("cut", "flip", "flips", "swap", "field", "fields", "remove", "twice")


def originals() -> dict[str, bytes]:
    """Whole models, small, of every form."""
    found = {
        form: single(Case(form, multiplier=2, auto_pad="SAME_UPPER")).SerializeToString()
        for form in ("qdq", "qlinear", "integer", "float")
    }
    builder = OnnxBuilder()
    builder.input("ifmap", "uint8", ("batch", 4, "rows", 8))
    builder.input("which", "bool", ())
    made = add_case(builder, Case(activation="clip", pads=(1, 1, 1, 1)), "ifmap", "a_")
    inner = OnnxBuilder()
    add_case(inner, Case(ifmap_zero_point=3), made, "b_")
    inner.output("b_ofmap", "uint8")
    graph = inner.graph("inner")
    builder.node("If", ["which"], "ofmap", then_branch=graph, else_branch=graph)
    builder.output("ofmap", "uint8")
    found["inner"] = builder.model().SerializeToString()
    return found


def damaged(rng: random.Random, content: bytes) -> bytes:
    """The model with one kind of damage."""
    kind = rng.choice(DAMAGES)
    if kind in ("field", "fields", "remove", "twice"):
        model = onnx.ModelProto.FromString(content)
        for _ in range(rng.randrange(2, 6) if kind == "fields" else 1):
            _change(rng, model, kind)
        return model.SerializeToString()
    changed = bytearray(content)
    at = rng.randrange(len(changed))
    if kind == "cut":
        return bytes(changed[:at])
    if kind == "swap":
        other = rng.randrange(len(changed))
        changed[at : at + 4], changed[other : other + 4] = (
            changed[other : other + 4],
            changed[at : at + 4],
        )
        return bytes(changed)
    for _ in range(1 if kind == "flip" else rng.randrange(2, 30)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _change(rng: random.Random, message: Any, kind: str) -> None:
    """Changes one field somewhere inside of a message."""
    fields = message.ListFields()
    while fields:
        field, value = rng.choice(fields)
        nested = field.message_type is not None
        values = value if field.is_repeated else [value]
        index = rng.randrange(len(values))
        if nested and rng.random() < 0.9:
            message, fields = values[index], values[index].ListFields()
            continue
        if nested or kind in ("remove", "twice"):
            _remove_or_repeat(message, field, value, index, kind)
        elif field.is_repeated:
            value[index] = _other(rng, field, value[index])
        else:
            setattr(message, field.name, _other(rng, field, value))
        return


def _remove_or_repeat(message: Any, field: Any, value: Any, index: int, kind: str) -> None:
    if not field.is_repeated:
        message.ClearField(field.name)
    elif kind == "twice":
        value.append(value[index])
    else:
        del value[index]


def _other(rng: random.Random, field: Any, value: Any) -> Any:
    if field.type == FieldDescriptor.TYPE_STRING:
        return rng.choice(TEXTS)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return rng.choice((b"", value[1:], value + b"\0", b"VALID"))
    if field.type in (FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE):
        return rng.choice((0.0, -1.0, 1e-45, 3e38, float("inf"), float("nan")))
    if field.type == FieldDescriptor.TYPE_ENUM:
        return rng.choice([one.number for one in field.enum_type.values])
    number = rng.choice(NUMBERS)
    if field.type in (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_SINT32):
        return max(-(2**31), min(number, 2**31 - 1))
    if field.type in (FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_UINT32):
        return abs(number) % 2**31
    return number
