"""The tables of a ``.tflite`` file as plain records, with every length bounded by the file.

LiteRT's generated classes do the parsing; FlatBuffers has no verifier in Python, so what they
meet in a damaged file (offsets past the end, lengths that no file has) is turned into a
``ModelError`` here, and nowhere else.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dwsim.workloads.tflite.flatbuffer_schema import IDENTIFIER, VERSION, names, schema
from dwsim.workloads.tflite.model_error import ModelError

MAX_ENTRIES = 1 << 18
"""Operators and indices of one file: far above any network, and seconds of work."""
MAX_RANK = 8
_MAX_TEXT = 160
_EMPTY = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Operator:
    """One operator; ``options`` is its table when it is a DEPTHWISE_CONV_2D that has one."""

    index: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: DepthwiseOptions | None = None


@dataclass(frozen=True)
class DepthwiseOptions:
    """DepthwiseConv2DOptions, with the enumerations' names where they have one."""

    padding: str | int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    channel_multiplier: int
    activation: str | int


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor; ``data`` are the bytes of a constant, ``signature`` has -1 for unknown sizes."""

    index: int
    name: str
    type: str
    shape: tuple[int, ...]
    signature: tuple[int, ...]
    data: np.ndarray | None
    scales: np.ndarray
    zero_points: np.ndarray
    quantized_dimension: int
    plain: bool
    """False when it is sparse, a variable, or quantised in a way of its own."""


@dataclass(frozen=True, eq=False)
class Subgraph:
    """One graph: its operators in order of execution, the indices of its inputs and outputs."""

    index: int
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    _table: Any = field(repr=False)
    _file: ModelFile = field(repr=False)
    _tensors: dict[int, Tensor] = field(default_factory=dict, repr=False)

    def tensor(self, index: int) -> Tensor | None:
        """The tensor with this index; None for an index that the file does not have."""
        if index not in self._tensors:
            tensor = self._file.read_tensor(self._table, index)
            if tensor is None:
                return None
            self._tensors[index] = tensor
            return tensor
        tensor = self._tensors[index]
        if tensor.data is not None:
            # A constant that a thousand layers share is work a thousand times.
            self._file.spend_bytes(tensor.data.size)
        return tensor


class ModelFile:
    """The tables of one file.

    Raises:
        ModelError: when the bytes are no whole model.
    """

    def __init__(self, content: bytes, subject: str):
        self.subject = subject
        # Legitimate files hold every vector about once.
        self._bytes_left = 4 * len(content) + 4096
        self._entries_left = MAX_ENTRIES
        if len(content) < 8 or content[4:8] != IDENTIFIER:
            found = content[4:8] if len(content) >= 8 else content
            raise ModelError(
                f"{subject}: is no .tflite file: the bytes 4 to 7 must be {IDENTIFIER!r}, not"
                f" {found!r}"
            )
        with self._guard():
            self._model = schema().Model.GetRootAs(content, 0)
            version = self._model.Version()
            if version != VERSION:
                raise ModelError(f"{subject}: version = {version}: must be {VERSION}")
            self.operator_names = [
                self._operator_name(self._model.OperatorCodes(i))
                for i in self._entries(self._model, "OperatorCodes")
            ]
            self._buffers = self._length(self._model, "Buffers")
            self.subgraphs = tuple(
                self._subgraph(i, self._model.Subgraphs(i))
                for i in self._entries(self._model, "Subgraphs")
            )
        if not self.subgraphs:
            raise ModelError(f"{subject}: subgraphs = 0: a model must have one")

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (
            # What struct, NumPy, slices and FlatBuffers' own checks raise off the file's end.
            struct.error,
            IndexError,
            OverflowError,
            TypeError,
            ValueError,
        ) as error:
            raise ModelError(f"{self.subject}: is damaged: {error}") from error

    def _subgraph(self, index: int, table: Any) -> Subgraph:
        operators = tuple(
            self._operator(i, table.Operators(i)) for i in self._entries(table, "Operators")
        )
        inputs, outputs = self._indices(table, "Inputs"), self._indices(table, "Outputs")
        return Subgraph(index, operators, inputs, outputs, table, self)

    def _operator_name(self, table: Any) -> str:
        # The older field holds codes up to 127 only; schema.fbs says to take the larger.
        value = max(table.BuiltinCode(), table.DeprecatedBuiltinCode())
        name = names("BuiltinOperator").get(value, f"UNKNOWN_{value}")
        if name != "CUSTOM":
            return name
        return f"CUSTOM {self._text(table.CustomCode())}".strip()

    def _operator(self, index: int, table: Any) -> Operator:
        code = table.OpcodeIndex()
        if code >= len(self.operator_names):
            raise ModelError(
                f"{self.subject}: is damaged: operator {index} has code {code} of"
                f" {len(self.operator_names)}"
            )
        name = self.operator_names[code]
        options = self._options(table) if name == "DEPTHWISE_CONV_2D" else None
        inputs, outputs = self._indices(table, "Inputs"), self._indices(table, "Outputs")
        return Operator(index, name, inputs, outputs, options)

    def _options(self, table: Any) -> DepthwiseOptions | None:
        options = schema().DepthwiseConv2DOptions()
        union = table.BuiltinOptions()
        kind = schema().BuiltinOptions.DepthwiseConv2DOptions
        if union is None or table.BuiltinOptionsType() != kind:
            return None
        options.Init(union.Bytes, union.Pos)
        padding, activation = options.Padding(), options.FusedActivationFunction()
        return DepthwiseOptions(
            padding=names("Padding").get(padding, padding),
            stride_h=options.StrideH(),
            stride_w=options.StrideW(),
            dilation_h=options.DilationHFactor(),
            dilation_w=options.DilationWFactor(),
            channel_multiplier=options.DepthMultiplier(),
            activation=names("ActivationFunctionType").get(activation, activation),
        )

    def read_tensor(self, subgraph: Any, index: int) -> Tensor | None:
        """A tensor's record; None for an index out of range."""
        with self._guard():
            if not 0 <= index < subgraph.TensorsLength():
                return None
            table = subgraph.Tensors(index)
            quantisation = table.Quantization()
            plain = table.Sparsity() is None and not table.IsVariable()
            scales, zero_points, dimension = np.zeros(0, np.float32), _EMPTY, 0
            if quantisation is not None:
                scales = self._numbers(quantisation, "Scale", 4).astype(np.float32)
                zero_points = self._numbers(quantisation, "ZeroPoint", 8).astype(np.int64)
                dimension = quantisation.QuantizedDimension()
                plain = plain and quantisation.DetailsType() == 0
            return Tensor(
                index=index,
                name=self._text(table.Name()),
                type=names("TensorType").get(table.Type(), f"type {table.Type()}"),
                shape=self._sizes(table, "Shape"),
                signature=self._sizes(table, "ShapeSignature"),
                data=self._data(table.Buffer()),
                scales=scales,
                zero_points=zero_points,
                quantized_dimension=dimension,
                plain=plain,
            )

    def _data(self, index: int) -> np.ndarray | None:
        """The bytes of a buffer; None for one without (buffer 0 is empty by definition)."""
        if index >= self._buffers:
            raise ModelError(f"{self.subject}: is damaged: buffer {index} of {self._buffers}")
        buffer = self._model.Buffers(index)
        if buffer is None:
            return None
        data = self._numbers(buffer, "Data", 1)
        return data if data.size else None

    def _sizes(self, table: Any, name: str) -> tuple[int, ...]:
        values = self._numbers(table, name, 4)
        if values.size > MAX_RANK:
            raise ModelError(
                f"{self.subject}: a tensor's rank = {values.size}: must be at most {MAX_RANK}"
            )
        return tuple(values.tolist())

    def _indices(self, table: Any, name: str) -> tuple[int, ...]:
        values = self._numbers(table, name, 4)
        self._spend_entries(values.size)
        return tuple(values.tolist())

    def _numbers(self, table: Any, name: str, size: int) -> np.ndarray:
        """A vector of numbers of ``size`` bytes, as a view of the file."""
        if getattr(table, f"{name}IsNone")():
            return _EMPTY
        self.spend_bytes(size * getattr(table, f"{name}Length")())
        return getattr(table, f"{name}AsNumpy")()

    def _entries(self, table: Any, name: str) -> range:
        count = self._length(table, name)
        self._spend_entries(count)
        return range(count)

    def _length(self, table: Any, name: str) -> int:
        count = getattr(table, f"{name}Length")()
        self.spend_bytes(4 * count)
        return count

    def _text(self, text: bytes | None) -> str:
        """A name that is safe to print."""
        self.spend_bytes(len(text or b""))
        decoded = (text or b"")[:_MAX_TEXT].decode("utf-8", errors="replace")
        return "".join(letter if letter.isprintable() else "?" for letter in decoded)

    def spend_bytes(self, count: int) -> None:
        """Counts work on so many bytes; a ``ModelError`` when it is out of all proportion."""
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise ModelError(f"{self.subject}: is damaged: it claims more data than it has")

    def _spend_entries(self, count: int) -> None:
        self._entries_left -= count
        if self._entries_left < 0:
            raise ModelError(
                f"{self.subject}: has more than {MAX_ENTRIES:,} operators and indices: too many"
            )
