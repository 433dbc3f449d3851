"""One convolution of a file as a depthwise layer, or every reason why it cannot run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from dwsim.errors import Rules
from dwsim.workloads.tflite.float_constants import (
    check_float_types,
    dequantised,
    read_float_parameters,
)
from dwsim.workloads.tflite.folding import Folder
from dwsim.workloads.tflite.graph_tables import (
    CONVOLUTION,
    DEPTHWISE,
    ConvolutionOptions,
    Operator,
    Subgraph,
    Tensor,
)
from dwsim.workloads.tflite.layer_geometry import channel_axis, is_grouped, read_geometry
from dwsim.workloads.tflite.model import DepthwiseLayer
from dwsim.workloads.tflite.parameters import (
    LayerTensors,
    check_activations,
    check_scales,
    check_types,
    read_parameters,
)


class LayerReader:
    """Reads the depthwise layers of one subgraph."""

    def __init__(self, subgraph: Subgraph):
        self.subgraph = subgraph
        uses = Counter(index for op in subgraph.operators for index in op.inputs)
        uses.update(subgraph.outputs)
        self.folder = Folder(subgraph, uses)

    def is_layer(self, operator: Operator) -> bool:
        """True for a DEPTHWISE_CONV_2D, and for a CONV_2D with a group for each channel."""
        if operator.name == DEPTHWISE:
            return True
        if operator.name != CONVOLUTION or len(operator.inputs) < 2:
            return False
        ifmap, weight = (self.subgraph.tensor(index) for index in operator.inputs[:2])
        return is_grouped(operator, ifmap, weight)

    def read(self, operator: Operator, name: str) -> DepthwiseLayer:
        """``operator`` as a layer called ``name``."""
        rules = Rules(name)
        tensors = self._tensors(rules, operator)
        ofmap = self.subgraph.tensor(operator.outputs[0]) if operator.outputs else None
        layer = DepthwiseLayer(
            name=name,
            subgraph=self.subgraph.index,
            operator=operator.index,
            operator_name=operator.name,
            tensor_name=ofmap.name if ofmap else "",
            ifmap_tensor=operator.inputs[0] if operator.inputs else -1,
            ofmap_tensor=operator.outputs[0] if operator.outputs else -1,
            type=tensors.ifmap.type.lower() if tensors else "",
            dequantise_operators=self._dequantise_operators(tensors),
        )
        options = operator.options
        rules.require(options is not None, "options", None, "must be there")
        if tensors is None or options is None:
            return replace(layer, reasons=tuple(rules.violations))
        return self._checked(rules, layer, operator, options, tensors)

    def _tensors(self, rules: Rules, operator: Operator) -> LayerTensors | None:
        """The layer's tensors; None when one is missing. The bias may be left out."""
        counts = (len(operator.inputs), len(operator.outputs))
        if not rules.require(
            counts in ((2, 1), (3, 1)),
            "inputs, outputs",
            counts,
            "must be ifmap, weight and perhaps a bias; one ofmap",
        ):
            return None
        found: dict[str, Tensor] = {}
        roles = zip(("ifmap", "weight", "bias"), operator.inputs, strict=False)
        for role, index in (*roles, ("ofmap", operator.outputs[0])):
            tensor = self.subgraph.tensor(index)
            if tensor is not None:
                found[role] = tensor
            elif role != "bias" or index != -1:
                rules.require(False, role, index, "is not a tensor of the file")
        if rules.violations:
            return None
        bias = found.get("bias")
        return LayerTensors(
            found["ifmap"],
            self._constant(found["weight"]),
            bias and self._constant(bias),
            found["ofmap"],
            channel_axis(operator),
        )

    def _constant(self, tensor: Tensor) -> Tensor:
        """The tensor, with the values of the float16 constant that it is made of, if it is."""
        producer = self.folder.producers.get(tensor.index)
        if tensor.data is not None or producer is None or not producer.inputs:
            return tensor
        source = self.subgraph.tensor(producer.inputs[0])
        return dequantised(tensor, producer, source) or tensor

    def _dequantise_operators(self, tensors: LayerTensors | None) -> tuple[int, ...]:
        """The operators that make constants of the layer."""
        if tensors is None:
            return ()
        made = [one.index for one in (tensors.weight, tensors.bias) if one and one.data is not None]
        producers = self.folder.producers
        return tuple(producers[index].index for index in made if index in producers)

    def _checked(
        self,
        rules: Rules,
        layer: DepthwiseLayer,
        operator: Operator,
        options: ConvolutionOptions,
        tensors: LayerTensors,
    ) -> DepthwiseLayer:
        folded = self.folder.fold(options, tensors.ifmap, tensors.ofmap)
        layer = replace(
            layer,
            ifmap_tensor=folded.ifmap.index,
            ofmap_tensor=folded.ofmap.index,
            pad_operator=folded.pad_operator,
            dilation_operators=folded.dilation_operators,
        )
        spec = None
        shapes = [
            self._shape(rules, "ifmap", folded.ifmap),
            self._shape(rules, "weight", tensors.weight),
            self._shape(rules, "ofmap", folded.ofmap),
        ]
        if all(shapes):
            spec = read_geometry(rules, operator, options, tensors.weight, folded)
        layer = replace(layer, spec=spec)
        (check_types if tensors.is_integer else check_float_types)(rules, tensors)
        if spec is None or rules.violations:
            # Without sizes and types the parameters have no meaning; scales can still be judged.
            if tensors.is_integer:
                check_activations(rules, tensors)
            return replace(layer, reasons=tuple(rules.violations))
        if tensors.is_integer:
            parameters = read_parameters(rules, spec, options, tensors)
            if parameters is not None:
                check_scales(rules, parameters)
            layer = replace(layer, parameters=parameters)
        else:
            layer = replace(layer, parameters=read_float_parameters(rules, spec, options, tensors))
        if rules.violations:
            return replace(layer, parameters=None, reasons=tuple(rules.violations))
        return layer

    def _shape(self, rules: Rules, role: str, tensor: Tensor) -> bool:
        """Four known sizes of at least 1. An unknown batch is the 1 that the file states."""
        field = f"{role}.shape"
        good = rules.require(len(tensor.shape) == 4, field, tensor.shape, "must have 4 sizes")
        good = good and rules.require(
            min(tensor.shape) >= 1, field, tensor.shape, "every size must be at least 1"
        )
        unknown = tensor.signature
        good &= rules.require(
            min(unknown[1:], default=0) >= 0,
            field,
            unknown,
            "has sizes that the file leaves unknown: give the shape of the input with --shape",
        )
        if self.folder.unfolded_dilation(tensor) and unknown[:1] == (-1,):
            good &= rules.require(
                False,
                field,
                unknown,
                "is made by a SPACE_TO_BATCH_ND that is not a dilation, from a batch that the file"
                " leaves unknown: give it with --batch",
            )
        return good
