"""The tables of a ``.tflite`` file as plain records, with every length bounded by the file.

LiteRT's generated classes parse the file. FlatBuffers has no verifier in Python, so these classes
raise errors of many types for a damaged file (offsets past the end, impossible lengths). Only this
module turns them into a ``ModelError``.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from dwsim.workloads.model_error import ModelError
from dwsim.workloads.tflite.flatbuffer_schema import IDENTIFIER, VERSION, names, schema
from dwsim.workloads.tflite.graph_tables import (
    CONVOLUTION,
    DEPTHWISE,
    ConvolutionOptions,
    Operator,
    Subgraph,
    Tensor,
)

MAX_ENTRIES = 1 << 18
"""Operators and indices of one file: far above any network, and seconds of work."""
MAX_RANK = 8
Content = bytes | memoryview
"""The bytes of a file, read or mapped."""
_OPTIONS = {DEPTHWISE: "DepthwiseConv2DOptions", CONVOLUTION: "Conv2DOptions"}
_MAX_TEXT = 160
_EMPTY = np.zeros(0, np.int64)


class ModelFile:
    """The tables of one file.

    Args:
        content: the file.
        subject: its name, for messages.
        shapes: shapes of tensors of the main graph that replace those in the file, by index.

    Raises:
        ModelError: if the bytes are not a whole model.
    """

    def __init__(
        self, content: Content, subject: str, shapes: Mapping[int, tuple[int, ...]] | None = None
    ):
        self.subject = subject
        self._content = content
        self._shapes = dict(shapes or {})
        # A legitimate file refers to each of its vectors about once.
        self._bytes_left = 4 * len(content) + 4096
        self._entries_left = MAX_ENTRIES
        if len(content) < 8 or bytes(content[4:8]) != IDENTIFIER:
            found = bytes(content[4:8] if len(content) >= 8 else content)
            raise ModelError(
                f"{subject}: is no .tflite file: bytes 4 to 7 are {found!r}, and must be"
                f" {IDENTIFIER!r}"
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
            # struct, NumPy, slices and FlatBuffers raise these beyond the end of the file.
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
        read = partial(self._read_tensor, table, self._shapes if index == 0 else {})
        count = table.TensorsLength()
        return Subgraph(index, operators, inputs, outputs, count, read, self.spend_bytes)

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
        options = self._options(table, name) if name in _OPTIONS else None
        inputs, outputs = self._indices(table, "Inputs"), self._indices(table, "Outputs")
        return Operator(index, name, inputs, outputs, options)

    def _options(self, table: Any, name: str) -> ConvolutionOptions | None:
        options = getattr(schema(), _OPTIONS[name])()
        union = table.BuiltinOptions()
        kind = getattr(schema().BuiltinOptions, _OPTIONS[name])
        if union is None or table.BuiltinOptionsType() != kind:
            return None
        options.Init(union.Bytes, union.Pos)
        padding, activation = options.Padding(), options.FusedActivationFunction()
        return ConvolutionOptions(
            padding=names("Padding").get(padding, padding),
            stride_h=options.StrideH(),
            stride_w=options.StrideW(),
            dilation_h=options.DilationHFactor(),
            dilation_w=options.DilationWFactor(),
            activation=names("ActivationFunctionType").get(activation, activation),
            channel_multiplier=options.DepthMultiplier() if name == DEPTHWISE else 0,
        )

    def _read_tensor(
        self, subgraph: Any, shapes: Mapping[int, tuple[int, ...]], index: int
    ) -> Tensor | None:
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
            stated, signature = self._sizes(table, "Shape"), self._sizes(table, "ShapeSignature")
            return Tensor(
                index=index,
                name=self._text(table.Name()),
                type=names("TensorType").get(table.Type(), f"type {table.Type()}"),
                shape=shapes.get(index, stated),
                signature=() if index in shapes else signature,
                data=self._data(table.Buffer()),
                scales=scales,
                zero_points=zero_points,
                quantized_dimension=dimension,
                plain=plain,
            )

    def _data(self, index: int) -> np.ndarray | None:
        """The bytes of a buffer; None for an empty one (buffer 0 is empty by definition)."""
        if index >= self._buffers:
            raise ModelError(f"{self.subject}: is damaged: buffer {index} of {self._buffers}")
        buffer = self._model.Buffers(index)
        if buffer is None:
            return None
        data = self._numbers(buffer, "Data", 1)
        if data.size:
            return data
        return self._outside(index, buffer.Offset(), buffer.Size())

    def _outside(self, index: int, offset: int, size: int) -> np.ndarray | None:
        """The bytes of a buffer behind the FlatBuffer; the offsets 0 and 1 mean that it is none."""
        if offset <= 1 or size == 0:
            return None
        if offset + size > len(self._content):
            raise ModelError(
                f"{self.subject}: is damaged: buffer {index} has offset {offset} and size {size},"
                f" beyond the file's {len(self._content)} bytes"
            )
        self.spend_bytes(size)
        return np.frombuffer(self._content, np.uint8, size, offset)

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
        numbers: np.ndarray = getattr(table, f"{name}AsNumpy")()
        return numbers

    def _entries(self, table: Any, name: str) -> range:
        count = self._length(table, name)
        self._spend_entries(count)
        return range(count)

    def _length(self, table: Any, name: str) -> int:
        count = int(getattr(table, f"{name}Length")())
        self.spend_bytes(4 * count)
        return count

    def _text(self, text: bytes | None) -> str:
        """A name as text that is safe to print."""
        self.spend_bytes(len(text or b""))
        decoded = (text or b"")[:_MAX_TEXT].decode("utf-8", errors="replace")
        return "".join(letter if letter.isprintable() else "?" for letter in decoded)

    def spend_bytes(self, count: int) -> None:
        """Counts ``count`` bytes of work; a ``ModelError`` if it exceeds the file's budget."""
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise ModelError(f"{self.subject}: is damaged: it claims more data than it has")

    def _spend_entries(self, count: int) -> None:
        self._entries_left -= count
        if self._entries_left < 0:
            raise ModelError(
                f"{self.subject}: has more than {MAX_ENTRIES:,} operators and indices: too many"
            )
